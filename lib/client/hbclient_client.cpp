// See hbclient_client.hpp.
#include "client/hbclient_client.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <utility>

namespace hb::hbclient {
namespace {

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char letter) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    });
    return text;
}

}  // namespace

// --- walks ---

void Walk::begin(std::vector<Item> items) {
    items_ = std::move(items);
    left_ = items_.size();
    walking_ = true;
    since_ = Clock::now();
}

const char* Walk::next() {
    if (!walking_ || left_ == 0) return nullptr;
    return items_[--left_].name.c_str();
}

const Walk::Item* Walk::current() const {
    return walking_ && left_ < items_.size() ? &items_[left_] : nullptr;
}

const Walk::Item* Walk::recent(const std::string& name, Clock::duration age) const {
    if (Clock::now() - since_ > age) return nullptr;
    for (const Item& item : items_) {
        if (item.name == name && !item.status.empty()) return &item;
    }
    return nullptr;
}

bool Client::walk_nodes() {
    std::vector<MessagePtr> frames;
    if (!session.ask_stream("nodelist", {}, frames)) return false;
    std::vector<Walk::Item> items;
    for (const MessagePtr& frame : frames) {
        if (!has(*frame, "node")) continue;
        items.push_back(
            {text_of(*frame, "node"), text_of(*frame, "st"), text_of(*frame, "nodetype")});
    }
    nodes.begin(std::move(items));
    return true;
}

bool Client::walk_links(const std::string& node) {
    std::vector<MessagePtr> frames;
    if (!session.ask_stream("iflist", {{"node", node}}, frames)) return false;
    std::vector<Walk::Item> items;
    for (const MessagePtr& frame : frames) {
        const std::string name = text_of(*frame, "ifname");
        const bool known = std::any_of(items.begin(), items.end(),
                                       [&](const Walk::Item& item) { return item.name == name; });
        // Several media lines of one interface: its first state counts.
        if (!name.empty() && !known) items.push_back({name, text_of(*frame, "st"), {}});
    }
    links_of = node;
    links.begin(std::move(items));
    return true;
}

// --- callbacks ---

void Client::set_callback(const std::string& type, Callback callback) {
    if (callback.function == nullptr) {
        callbacks_.erase(lower(type));
    } else {
        callbacks_[lower(type)] = callback;
    }
}

bool Client::tell_node(const ha_msg& message) const {
    if (node_status.function == nullptr) return false;
    const auto special = node_status;
    const char* node = cl_get_string(&message, "src");
    const char* status = cl_get_string(&message, "st");
    if (node != nullptr && status != nullptr) special.function(node, status, special.data);
    return true;
}

bool Client::tell_link(const ha_msg& message) const {
    if (link_status.function == nullptr) return false;
    const auto special = link_status;
    const char* node = cl_get_string(&message, "node");
    const char* link = cl_get_string(&message, "ifname");
    const char* status = cl_get_string(&message, "st");
    if (node != nullptr && link != nullptr && status != nullptr) {
        special.function(node, link, status, special.data);
    }
    return true;
}

bool Client::tell_client(const ha_msg& message, bool answer) const {
    if (client_status.function == nullptr) return false;
    const auto special = client_status;
    const char* node = cl_get_string(&message, "src");
    const char* client = cl_get_string(&message, answer ? "cn" : "from_id");
    const char* status = cl_get_string(&message, answer ? "cs" : "st");
    if (node != nullptr && client != nullptr && status != nullptr) {
        special.function(node, client, status, special.data);
    }
    return true;
}

bool Client::call_back(ha_msg& message) {
    const std::string type = lower(text_of(message, "t"));
    if (const auto found = callbacks_.find(type); found != callbacks_.end()) {
        const Callback callback = found->second;  // it may remove itself
        callback.function(&message, callback.data);
        return true;
    }
    if (type == "status" || type == "ns_st") return tell_node(message);
    if (type == "ifstat") return tell_link(message);
    if (type == "hbapi-clstat") return tell_client(message, false);
    if (type == "respond-cstatus") return tell_client(message, true);
    return false;
}

// --- cluster messages ---

bool Client::may_send(const ha_msg* message) {
    if (message == nullptr) return session.fail("there is no message to send");
    if (!session.signed_on()) return session.fail("not signed on");
    // The daemon would throw it out.
    if (session.casual()) return session.fail("casual clients cannot send messages");
    if (!has(*message, "t")) return session.fail("a message without a type is not sent");
    return true;
}

bool Client::number(ha_msg* message) {
    std::uint64_t& last = numbers_[lower(text_of(*message, "dest"))];
    char text[24];
    std::snprintf(text, sizeof text, "%llx", static_cast<unsigned long long>(++last));
    return cl_msg_modstring(message, "oseq", text) == ha_ok ||
           session.fail("the message cannot be numbered");
}

bool Client::send(ha_msg* message, const char* node, bool ordered) {
    if (!may_send(message)) return false;
    if (node != nullptr && cl_msg_modstring(message, "dest", node) != ha_ok) {
        return session.fail("the message cannot be addressed");
    }
    if (ordered && !number(message)) return false;
    return session.send(message);
}

bool Client::send_by_uuid(ha_msg* message, const cl_uuid_t& uuid) {
    if (!may_send(message)) return false;
    if (cl_msg_moduuid(message, "destuuid", &uuid) != ha_ok) {
        return session.fail("the message cannot be addressed");
    }
    return session.send(message);
}

// --- GLib's main loop ---

Client::~Client() {
    for (MainSource* source : sources) {
        source->client = nullptr;
        if (source->idle != 0) g_source_remove(std::exchange(source->idle, 0));
    }
}

namespace {

// Calls the program, which may end the source or the client meanwhile. Null `self`: the source.
bool run(MainSource*& self) {
    self->busy = true;
    const bool more = self->dispatch(self->cluster, self->data) != 0;
    self->busy = false;
    if (self->gone) {
        delete self;
        self = nullptr;
    }
    return more;
}

gboolean on_idle(gpointer data) {
    auto* self = static_cast<MainSource*>(data);
    self->idle = 0;
    if (self->client == nullptr || self->finished || self->busy) return 0;
    const std::size_t before = self->client->session.queued();
    if (before == 0) return 0;
    const bool more = run(self);
    if (self == nullptr) return 0;
    if (!more) self->finished = true;
    if (self->client == nullptr) return 0;
    // Whoever reads nothing is not asked again before something new comes.
    const std::size_t now = self->client->session.queued();
    if (now != 0 && now < before) self->client->wake();
    return 0;
}

gboolean on_input(IPC_Channel* /*channel*/, gpointer data) {
    auto* self = static_cast<MainSource*>(data);
    if (self->client == nullptr || self->finished) return 0;
    const bool more = run(self);
    if (self == nullptr || !more) return 0;
    if (self->client != nullptr && self->client->session.queued() != 0) self->client->wake();
    return 1;
}

void on_end(gpointer data) {
    auto* self = static_cast<MainSource*>(data);
    if (self->idle != 0) g_source_remove(std::exchange(self->idle, 0));
    if (self->client != nullptr) self->client->sources.erase(self);
    self->client = nullptr;
    if (self->notify != nullptr) self->notify(self->data);
    self->gone = true;
    if (!self->busy) delete self;
}

}  // namespace

void Client::wake() {
    for (MainSource* source : sources) {
        if (source->idle != 0 || source->finished) continue;
        source->idle = g_idle_add_full(source->priority, on_idle, source, nullptr);
    }
}

GCHSource* add_to_main_loop(const MainSource& source, gboolean can_recurse) {
    auto* kept = new MainSource(source);
    Client& client = *kept->client;
    GCHSource* out = G_main_add_IPC_Channel(kept->priority, client.session.channel().plain(),
                                            can_recurse, on_input, kept, on_end);
    if (out == nullptr) {
        delete kept;
        return nullptr;
    }
    client.sources.insert(kept);
    if (client.session.queued() != 0) client.wake();
    return out;
}

}  // namespace hb::hbclient
