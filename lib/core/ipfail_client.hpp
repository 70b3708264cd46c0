// The built-in client `ipfail`: tells the plugin of that name what it must know, and turns what it
// asks for into messages of that client (spec: ipfail.md 1). The plugin decides; it is not trusted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/event.hpp"
#include "base/limits.hpp"
#include "core/clients.hpp"
#include "core/plugin_requests.hpp"
#include "wire/message.hpp"

namespace hb::core {

struct IpfailConfig {
    bool wanted{false};
    Duration keepalive{};
    bool failback{false};  // auto_failback on
};

class IpfailClient {
public:
    static constexpr const char* name = "ipfail";

    // `peer` is the one node that is spoken to: the first of ha.cf that is not ourselves.
    IpfailClient(const IpfailConfig& config, NodeName self, NodeName peer);
    void reconfigure(const IpfailConfig& next);
    bool wanted() const noexcept { return config_.wanted && !peer_.empty(); }
    const NodeName& peer() const noexcept { return peer_; }

    // --- what happened; told by look() ---
    void plugin_runs(bool running);
    void heard(const NodeName& from, const wire::Message& message);
    void link_dead() { link_dead_ = true; }
    void group_script() { scripts_ran_ = touched_ = true; }  // started or stopped something here
    void gives_up(Instant now) { requested_at_ = now; }      // our own hand-over has begun

    struct Facts {
        bool comm_up{}, stopping{}, peer_alive{};
        std::size_t pings{};   // ping nodes that we reach
        std::string holdings;  // none, local, foreign, all, transition
        Instant now{};
    };
    // After each step: signs on or off, tells the plugin what is new. `say` is for the cluster.
    void look(const Facts& facts, Clients& clients, std::vector<wire::Message>& say, Effects& out);

    // The number of the client while it is signed on.
    std::optional<ClientId> id() const noexcept { return id_; }

    // What is to be done for a request of the plugin. Both empty: nothing.
    struct Wish {
        std::optional<wire::Message> say;  // of this client, not yet stamped
        std::string give_up;               // class for a hand-over to the peer
    };
    Wish asks(Instant now, const PluginFields& request, Effects& out);
    // The hand-over was not begun. `in_flux`: as groups are moving.
    static void refuse(const std::string& reason, bool in_flux, Effects& out);

private:
    void tell(PluginFields event, Effects& out) const;
    void sign_on(const Facts& facts, Clients& clients, std::vector<wire::Message>& say,
                 Effects& out);
    void forget();
    PluginFields config_fields() const;
    void watch_moves(const Facts& facts);

    IpfailConfig config_;
    NodeName self_, peer_;
    bool running_{false};
    bool restarted_{false};
    bool reconfigured_{false};
    std::optional<ClientId> id_;
    bool sign_on_failed_{false};
    // As the plugin knows them.
    bool told_peer_alive_{false};
    std::size_t told_pings_{};
    std::string told_holdings_;
    // Moves for ping nodes: a plugin that is replaced in the pause after one must know of it.
    bool peer_asked_{false}, touched_{false};
    std::optional<Instant> requested_at_, moved_at_;
    std::string rested_;  // what we held when groups last rested
    // Not told yet.
    bool link_dead_{false}, scripts_ran_{false};
    std::vector<PluginFields> news_;
    PluginRequests requests_{name, limits::plugin_requests_per_second};
};

}  // namespace hb::core
