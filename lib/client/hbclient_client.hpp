// What stands behind one ll_cluster: a session, the program's callbacks, walks, sources of GLib's
// main loop (clientapi.md 10). The C table of operations is not known here.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "client/hbclient_abi.hpp"
#include "client/hbclient_session.hpp"

namespace hb::hbclient {

struct MainSource;

// A list that is asked for at once and then walked; what it points to lives until the next one.
class Walk {
public:
    struct Item {
        std::string name, status, type;  // empty: a daemon of 3.0.5 does not say
    };
    void begin(std::vector<Item> items);
    // The next name, the daemon's last one first. Null at the end.
    const char* next();
    void end() { walking_ = false; }
    bool walking() const noexcept { return walking_; }
    // As the list said it at most `age` ago. Null: ask the daemon.
    const Item* recent(const std::string& name, Clock::duration age) const;
    // The item that next() gave last.
    const Item* current() const;

private:
    std::vector<Item> items_;
    std::size_t left_{};
    bool walking_{false};
    Clock::time_point since_{};
};

class Client {
public:
    Client() {
        session.put_aside = [this] { wake(); };
    }
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    Session session;

    struct Callback {
        llc_msg_callback function{};
        void* data{};
    };
    void set_callback(const std::string& type, Callback callback);
    template <class Function>
    struct Special {
        Function function{};
        void* data{};
    };
    Special<llc_nstatus_callback> node_status;
    Special<llc_ifstatus_callback> link_status;
    Special<llc_cstatus_callback> client_status;

    // Of one message. False: nobody wants it.
    bool call_back(ha_msg& message);

    bool walk_nodes();
    bool walk_links(const std::string& node);
    Walk nodes, links;
    std::string links_of;

    // A cluster message of this client. `ordered`: with a number of its own.
    bool send(ha_msg* message, const char* node, bool ordered);
    bool send_by_uuid(ha_msg* message, const cl_uuid_t& uuid);
    bool number(ha_msg* message);

    std::set<MainSource*> sources;
    void wake();

private:
    bool may_send(const ha_msg* message);
    bool tell_node(const ha_msg& message) const;
    bool tell_link(const ha_msg& message) const;
    bool tell_client(const ha_msg& message, bool answer) const;

    std::map<std::string, Callback> callbacks_;     // by lower-case type
    std::map<std::string, std::uint64_t> numbers_;  // by node; empty: to all
};

// See G_main_add_ll_cluster().
struct MainSource {
    Client* client{};  // null: it was deleted
    ll_cluster* cluster{};
    gboolean (*dispatch)(ll_cluster*, gpointer){};
    gpointer data{};
    GDestroyNotify notify{};
    int priority{};
    guint idle{};  // of messages that were put aside; 0: none
    bool finished{false};
    bool busy{false}, gone{false};
};
GCHSource* add_to_main_loop(const MainSource& source, gboolean can_recurse);

}  // namespace hb::hbclient
