// See hbclient_questions.hpp.
#include "client/hbclient_questions.hpp"

#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <random>
#include <thread>

#include "client/hbclient_guard.hpp"

namespace hb::hbclient {
namespace {

using std::chrono::milliseconds;

constexpr const char* nothing = nullptr;

// The state of a link changes rarely; programs ask link by link.
constexpr std::chrono::seconds link_age{2};

// One field of the answer to a question about a node. Null: no such node, or no answer.
const char* about(ll_cluster* cluster, Kept& kept, const char* what, const char* node,
                  const char* field) {
    return guarded(cluster, nothing, [&](Client& client) {
        if (node == nullptr) {
            client.session.fail("no node was named");
            return nothing;
        }
        const MessagePtr answer = client.session.asked(what, {{"node", node}});
        if (!answer || !has(*answer, field)) return nothing;
        return kept.keep(text_of(*answer, field));
    });
}

int number_of(const ha_msg& answer, const char* field) {
    const std::string text = text_of(answer, field);
    int out = -1;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

}  // namespace

// --- walks ---

int init_nodewalk(ll_cluster* cluster) {
    return guarded(cluster, ha_fail, [](Client& client) { return result(client.walk_nodes()); });
}

const char* nextnode(ll_cluster* cluster) {
    return guarded(cluster, nothing, [](Client& client) { return client.nodes.next(); });
}

int end_nodewalk(ll_cluster* cluster) {
    return guarded(cluster, ha_fail, [](Client& client) {
        if (!client.nodes.walking()) return result(client.session.fail("no walk was begun"));
        client.nodes.end();
        return ha_ok;
    });
}

int init_ifwalk(ll_cluster* cluster, const char* node) {
    return guarded(cluster, ha_fail, [&](Client& client) {
        if (node == nullptr) return result(client.session.fail("no node was named"));
        return result(client.walk_links(node));
    });
}

const char* nextif(ll_cluster* cluster) {
    return guarded(cluster, nothing, [](Client& client) { return client.links.next(); });
}

int end_ifwalk(ll_cluster* cluster) {
    return guarded(cluster, ha_fail, [](Client& client) {
        if (!client.links.walking()) return result(client.session.fail("no walk was begun"));
        client.links.end();
        return ha_ok;
    });
}

// --- nodes and links ---

const char* node_status(ll_cluster* cluster, const char* node) {
    static Kept kept;
    const char* known = guarded(cluster, nothing, [&](Client& client) {
        const Walk::Item* item = client.nodes.current();
        if (node == nullptr || item == nullptr || item->name != node) return nothing;
        const milliseconds fresh(client.session.deadtime_ms / 2);
        item = client.nodes.recent(node, fresh);
        return item == nullptr ? nothing : kept.keep(item->status);
    });
    return known != nullptr ? known : about(cluster, kept, "nodestatus", node, "st");
}

int node_weight(ll_cluster* cluster, const char* node) {
    return guarded(cluster, -1, [&](Client& client) {
        if (node == nullptr) return -1;
        const MessagePtr answer = client.session.asked("nodeweight", {{"node", node}});
        return answer ? number_of(*answer, "weight") : -1;
    });
}

const char* node_site(ll_cluster* cluster, const char* node) {
    static Kept kept;
    return about(cluster, kept, "nodesite", node, "site");
}

const char* node_type(ll_cluster* cluster, const char* node) {
    static Kept kept;
    const char* known = guarded(cluster, nothing, [&](Client& client) {
        const Walk::Item* item = client.nodes.current();
        const bool same = node != nullptr && item != nullptr && item->name == node;
        return same && !item->type.empty() ? kept.keep(item->type) : nothing;
    });
    return known != nullptr ? known : about(cluster, kept, "nodetype", node, "nodetype");
}

int num_nodes(ll_cluster* cluster) {
    return guarded(cluster, -1, [](Client& client) {
        const MessagePtr answer = client.session.asked("numnodes");
        return answer ? number_of(*answer, "numnodes") : -1;
    });
}

const char* if_status(ll_cluster* cluster, const char* node, const char* link) {
    static Kept kept;
    return guarded(cluster, nothing, [&](Client& client) {
        if (node == nullptr || link == nullptr) {
            client.session.fail("no node or no link was named");
            return nothing;
        }
        if (client.links_of == node) {
            const Walk::Item* item = client.links.recent(link, link_age);
            if (item != nullptr) return kept.keep(item->status);
        }
        const MessagePtr answer =
            client.session.asked("ifstatus", {{"node", node}, {"ifname", link}});
        return answer && has(*answer, "st") ? kept.keep(text_of(*answer, "st")) : nothing;
    });
}

// --- clients ---

namespace {

// All nodes answer at once: not all clients of a cluster ask at once. The answers are messages.
void ask_everybody(Client& client, const char* name) {
    if (client.session.casual()) {
        client.session.fail("casual clients cannot ask all nodes");
        return;
    }
    const MessagePtr count = client.session.asked("numnodes");
    if (!count) return;
    static std::minstd_rand random(static_cast<unsigned>(::getpid()));
    constexpr int per_node_ms = 10, nodes_max = 100;
    const int nodes = std::clamp(number_of(*count, "numnodes"), 1, nodes_max);
    std::uniform_int_distribution<int> delay(0, per_node_ms * nodes);
    std::this_thread::sleep_for(milliseconds(delay(random)));
    const MessagePtr query(ha_msg_new(0));
    if (query && ha_msg_add(query.get(), "t", "query-cstatus") == ha_ok &&
        ha_msg_add(query.get(), "cn", name) == ha_ok &&
        ha_msg_add(query.get(), "from_id", client.session.id().c_str()) == ha_ok) {
        client.session.send(query.get());
    }
}

bool same(const ha_msg& message, const char* field, const char* text) {
    return ::strcasecmp(text_of(message, field).c_str(), text) == 0;
}

}  // namespace

const char* client_status(ll_cluster* cluster, const char* node, const char* name, int timeout_ms) {
    static Kept kept;
    return guarded(cluster, nothing, [&](Client& client) {
        if (name == nullptr) {
            client.session.fail("no client was named");
            return nothing;
        }
        if (node == nullptr) {
            ask_everybody(client, name);
            return nothing;
        }
        // The daemon of another node answers by a message, from which its own is told by the name.
        const MessagePtr answer = client.session.ask(
            client.session.request("clientstatus", {{"node", node}, {"cn", name}}),
            milliseconds(std::max(timeout_ms, 0)), [&](const ha_msg& message) {
                return same(message, "t", "respond-cstatus") && same(message, "src", node) &&
                       text_of(message, "cn") == name;
            });
        if (!answer || !has(*answer, "cs")) return nothing;
        return kept.keep(text_of(*answer, "cs"));
    });
}

// --- names ---

int get_uuid_by_name(ll_cluster* cluster, const char* node, cl_uuid_t* out) {
    return guarded(cluster, ha_fail, [&](Client& client) {
        if (node == nullptr || out == nullptr) return ha_fail;
        const MessagePtr answer = client.session.asked("getuuid", {{"queryname", node}});
        return result(answer && cl_get_uuid(answer.get(), "queryuuid", out) == ha_ok);
    });
}

int get_name_by_uuid(ll_cluster* cluster, cl_uuid_t* uuid, char* out, std::size_t size) {
    return guarded(cluster, ha_fail, [&](Client& client) {
        if (uuid == nullptr || out == nullptr || size == 0) return ha_fail;
        MessagePtr request = client.session.request("getnodename");
        if (!request || ha_msg_adduuid(request.get(), "queryuuid", uuid) != ha_ok) return ha_fail;
        const MessagePtr answer = client.session.ask(std::move(request));
        if (!answer || !has(*answer, "queryname")) return ha_fail;
        const std::string name = text_of(*answer, "queryname");
        if (name.size() >= size) return result(client.session.fail("the name does not fit"));
        std::memcpy(out, name.c_str(), name.size() + 1);
        return ha_ok;
    });
}

// --- parameters ---

char* get_parameter(ll_cluster* cluster, const char* name) {
    return guarded(cluster, static_cast<char*>(nullptr), [&](Client& client) -> char* {
        if (name == nullptr || !client.session.signed_on()) {
            client.session.fail("no parameter was named, or not signed on");
            return nullptr;
        }
        const std::string wanted = name;
        // The sign-on of 3.0.6 says them.
        if (wanted == "hbversion" && !client.session.version.empty()) {
            return ::strdup(client.session.version.c_str());
        }
        if (wanted == "pacemaker" && !client.session.pacemaker.empty()) {
            return ::strdup(client.session.pacemaker.c_str());
        }
        const MessagePtr answer = client.session.asked("getparm", {{"pname", wanted}});
        if (!answer || !has(*answer, "pvalue")) return nullptr;
        return ::strdup(text_of(*answer, "pvalue").c_str());
    });
}

long get_deadtime(ll_cluster* cluster) {
    return guarded(cluster, -1L, [](Client& client) { return client.session.deadtime_ms; });
}

long get_keepalive(ll_cluster* cluster) {
    return guarded(cluster, -1L, [](Client& client) { return client.session.keepalive_ms; });
}

const char* get_mynodeid(ll_cluster* cluster) {
    static Kept kept;
    return guarded(cluster, nothing, [](Client& client) {
        if (!client.session.signed_on()) {
            client.session.fail("not signed on");
            return nothing;
        }
        return kept.keep(client.session.node);
    });
}

int get_logfacility(ll_cluster* cluster) {
    return guarded(cluster, -1, [](Client& client) { return client.session.log_facility; });
}

const char* get_resources(ll_cluster* cluster) {
    static Kept kept;
    return guarded(cluster, nothing, [](Client& client) {
        const MessagePtr answer = client.session.asked("getrsc");
        if (!answer || !has(*answer, "rsc_hold")) return nothing;
        return kept.keep(text_of(*answer, "rsc_hold"));
    });
}

}  // namespace hb::hbclient
