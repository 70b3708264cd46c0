// See hbclient_ops.hpp: what talks of the connection, of callbacks and of messages. Questions about
// the cluster are in hbclient_questions.cpp.
#include "client/hbclient_ops.hpp"

#include <syslog.h>

#include <memory>
#include <set>
#include <string>

#include "client/hbclient_guard.hpp"
#include "client/hbclient_questions.hpp"

namespace hb::hbclient {
namespace {

std::set<const void*>& living() {
    static std::set<const void*> out;
    return out;
}

int signon(ll_cluster* cluster, const char* name) {
    return guarded(cluster, ha_fail,
                   [&](Client& client) { return result(client.session.sign_on(name)); });
}

int signoff(ll_cluster* cluster, gboolean destroy_channel) {
    return guarded(cluster, ha_fail, [&](Client& client) {
        client.session.sign_off(destroy_channel != 0);
        return ha_ok;
    });
}

int remove_cluster(ll_cluster* cluster) {
    return guarded(cluster, ha_fail, [&](Client& client) {
        client.session.sign_off(true);
        living().erase(&client);
        delete &client;
        delete cluster;
        return ha_ok;
    });
}

int set_msg_callback(ll_cluster* cluster, const char* type, llc_msg_callback function, void* data) {
    return guarded(cluster, ha_fail, [&](Client& client) {
        if (type == nullptr) return result(client.session.fail("a callback needs a type"));
        client.set_callback(type, {function, data});
        return ha_ok;
    });
}

int set_nstatus_callback(ll_cluster* cluster, llc_nstatus_callback function, void* data) {
    return guarded(cluster, ha_fail, [&](Client& client) {
        client.node_status = {function, data};
        return ha_ok;
    });
}

int set_ifstatus_callback(ll_cluster* cluster, llc_ifstatus_callback function, void* data) {
    return guarded(cluster, ha_fail, [&](Client& client) {
        client.link_status = {function, data};
        return ha_ok;
    });
}

int set_cstatus_callback(ll_cluster* cluster, llc_cstatus_callback function, void* data) {
    return guarded(cluster, ha_fail, [&](Client& client) {
        client.client_status = {function, data};
        return ha_ok;
    });
}

// --- messages ---

int sendclustermsg(ll_cluster* cluster, ha_msg* message) {
    return guarded(cluster, ha_fail,
                   [&](Client& client) { return result(client.send(message, nullptr, false)); });
}

int sendnodemsg(ll_cluster* cluster, ha_msg* message, const char* node) {
    return guarded(cluster, ha_fail, [&](Client& client) {
        if (node == nullptr) return result(client.session.fail("a node message needs a node"));
        return result(client.send(message, node, false));
    });
}

int sendnodemsg_byuuid(ll_cluster* cluster, ha_msg* message, cl_uuid_t* uuid) {
    return guarded(cluster, ha_fail, [&](Client& client) {
        if (uuid == nullptr) return result(client.session.fail("a node message needs a uuid"));
        return result(client.send_by_uuid(message, *uuid));
    });
}

int send_ordered_clustermsg(ll_cluster* cluster, ha_msg* message) {
    return guarded(cluster, ha_fail,
                   [&](Client& client) { return result(client.send(message, nullptr, true)); });
}

int send_ordered_nodemsg(ll_cluster* cluster, ha_msg* message, const char* node) {
    return guarded(cluster, ha_fail, [&](Client& client) {
        if (node == nullptr) return result(client.session.fail("a node message needs a node"));
        return result(client.send(message, node, true));
    });
}

int inputfd(ll_cluster* cluster) {
    return guarded(cluster, -1, [](Client& client) {
        IPC_Channel* channel = client.session.channel().plain();
        return channel == nullptr ? -1 : channel->ops->get_recv_select_fd(channel);
    });
}

IPC_Channel* ipcchan(ll_cluster* cluster) {
    return guarded(cluster, static_cast<IPC_Channel*>(nullptr),
                   [](Client& client) { return client.session.channel().plain(); });
}

int msgready(ll_cluster* cluster) {
    return guarded(cluster, 0, [](Client& client) { return client.session.ready() ? 1 : 0; });
}

Clock::time_point patience(int blocking) {
    return blocking != 0 ? Clock::time_point::max() : Clock::time_point{};
}

int rcvmsg(ll_cluster* cluster, int blocking) {
    return guarded(cluster, 0, [&](Client& client) {
        const MessagePtr message = client.session.next(patience(blocking));
        if (!message || client.call_back(*message)) return 0;
        cl_log(LOG_DEBUG, "a message of type %s was read, and no callback wants it",
               text_of(*message, "t").c_str());
        return 1;
    });
}

ha_msg* readmsg(ll_cluster* cluster, int blocking) {
    return guarded(cluster, static_cast<ha_msg*>(nullptr), [&](Client& client) -> ha_msg* {
        for (;;) {
            MessagePtr message = client.session.next(patience(blocking));
            if (!message) return nullptr;
            if (!client.call_back(*message)) return message.release();
            if (client_at(&client) == nullptr) return nullptr;  // a callback has deleted it
        }
    });
}

int setmsgsignal(ll_cluster* cluster, int signal) {
    return guarded(cluster, ha_fail, [&](Client& client) {
        return result(client.session.asked("setsignal", {{"signal", std::to_string(signal)}}) !=
                      nullptr);
    });
}

int setfmode(ll_cluster* cluster, unsigned mode) {
    return guarded(cluster, ha_fail, [&](Client& client) {
        static constexpr const char* masks[] = {"1", "d", "f", "3f"};  // clientapi.md 6.2
        if (mode >= std::size(masks)) return result(client.session.fail("there is no such mode"));
        return result(client.session.asked("setfilter", {{"fmask", masks[mode]}}) != nullptr);
    });
}

gboolean chan_is_connected(ll_cluster* cluster) {
    return guarded(cluster, 0,
                   [](Client& client) { return client.session.channel().connected() ? 1 : 0; });
}

int set_sendq_len(ll_cluster* cluster, int length) {
    return guarded(cluster, ha_fail, [&](Client& client) {
        if (length < 0) return result(client.session.fail("a queue has no negative length"));
        // The daemon does not answer this one.
        return result(client.session.tell(
            client.session.request("set_sendqlen", {{"sendqlen", std::to_string(length)}})));
    });
}

int set_send_block_mode(ll_cluster* cluster, gboolean block) {
    return guarded(cluster, ha_fail, [&](Client& client) {
        IPC_Channel* channel = client.session.channel().plain();
        if (channel == nullptr) return result(client.session.fail("not signed on"));
        channel->should_send_block = block;
        return ha_ok;
    });
}

const char* errmsg(ll_cluster* cluster) {
    return guarded(cluster, static_cast<const char*>("no ll_cluster of heartbeat"),
                   [](Client& client) {
                       static Kept text;
                       return text.keep(client.session.error());
                   });
}

}  // namespace

Client* client_at(const void* private_part) {
    if (private_part == nullptr || !living().contains(private_part)) return nullptr;
    return static_cast<Client*>(const_cast<void*>(private_part));
}

Client* client_of(const ll_cluster* cluster) {
    return cluster == nullptr ? nullptr : client_at(cluster->ll_cluster_private);
}

ll_cluster* make_cluster() try {
    auto client = std::make_unique<Client>();
    auto out = std::make_unique<ll_cluster>(ll_cluster{client.get(), &operations()});
    living().insert(client.get());
    (void)client.release();
    return out.release();
} catch (const std::bad_alloc&) {
    return nullptr;
}

const llc_ops& operations() {
    static const llc_ops out = {signon,
                                signoff,
                                remove_cluster,
                                set_msg_callback,
                                set_nstatus_callback,
                                set_ifstatus_callback,
                                set_cstatus_callback,
                                init_nodewalk,
                                nextnode,
                                end_nodewalk,
                                node_status,
                                node_weight,
                                node_site,
                                node_type,
                                num_nodes,
                                init_ifwalk,
                                nextif,
                                end_ifwalk,
                                if_status,
                                client_status,
                                get_uuid_by_name,
                                get_name_by_uuid,
                                sendclustermsg,
                                sendnodemsg,
                                sendnodemsg_byuuid,
                                send_ordered_clustermsg,
                                send_ordered_nodemsg,
                                inputfd,
                                ipcchan,
                                msgready,
                                setmsgsignal,
                                rcvmsg,
                                readmsg,
                                setfmode,
                                get_parameter,
                                get_deadtime,
                                get_keepalive,
                                get_mynodeid,
                                get_logfacility,
                                get_resources,
                                chan_is_connected,
                                set_sendq_len,
                                set_send_block_mode,
                                errmsg};
    return out;
}

}  // namespace hb::hbclient
