// The built-in client `dopd` (ipfail.md 3): tells the plugin of that name which nodes live and what
// other dopds say, and turns what it asks for into messages of that client. What is done with disks
// is the plugin's; it is not trusted.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/event.hpp"
#include "base/limits.hpp"
#include "cluster/engine.hpp"
#include "core/clients.hpp"
#include "core/plugin_requests.hpp"
#include "wire/message.hpp"

namespace hb::core {

class DopdClient {
public:
    static constexpr const char* name = "dopd";

    DopdClient(bool wanted, NodeName self) : wanted_(wanted), self_(std::move(self)) {}
    void reconfigure(bool wanted) { wanted_ = wanted; }
    bool wanted() const noexcept { return wanted_; }

    // --- what happened; told by look() ---
    void plugin_runs(bool running);
    void heard(const NodeName& from, const wire::Message& message);

    struct Facts {
        bool comm_up{}, stopping{};
        std::vector<std::pair<NodeName, bool>> others;  // all other nodes, alive or not
    };
    static Facts facts(const cluster::Engine& engine, const cluster::EngineConfig& config,
                       bool stopping);
    // After each step: signs on or off, tells the plugin what is new. `say` is for the cluster.
    void look(const Facts& facts, Clients& clients, std::vector<wire::Message>& say, Effects& out);

    std::optional<ClientId> id() const noexcept { return id_; }

    // The message of this client that a request of the plugin becomes, not yet stamped. Nothing: it
    // was refused, or nobody can hear it.
    std::optional<wire::Message> asks(Instant now, const PluginFields& request, Effects& out);
    // The same, stamped.
    std::optional<wire::Message> message(Instant now, const PluginFields& request,
                                         const Clients& clients, Effects& out);

private:
    void sign_on(const Facts& facts, Clients& clients, std::vector<wire::Message>& say,
                 Effects& out);
    std::string mistake_of(const PluginFields& request) const;

    bool wanted_;
    NodeName self_;
    bool running_{false}, restarted_{false}, sign_on_failed_{false};
    std::optional<ClientId> id_;
    std::vector<std::pair<NodeName, bool>> told_;
    std::vector<PluginFields> news_;
    PluginRequests requests_{name, limits::helper_request_burst};
};

}  // namespace hb::core
