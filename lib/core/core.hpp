// The whole node without the world: one event in, effects out. No I/O, clock, thread or global; the
// daemon, the replay tool and the simulator drive exactly this class.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/event.hpp"
#include "cluster/engine.hpp"
#include "config/authkeys.hpp"
#include "config/ha_cf.hpp"
#include "config/haresources.hpp"
#include "core/api_config.hpp"
#include "core/ipfail_client.hpp"
#include "core/protection.hpp"
#include "core/status.hpp"
#include "resource/manager.hpp"

namespace hb::core {

struct CoreConfig {
    cluster::EngineConfig engine;
    resource::ManagerConfig resources;
    IpfailConfig ipfail;
    bool dopd{false};  // the plugin of that name is to run
    Protection protection;
    ApiConfig api;
};

// What is this node's own and not in the files.
struct Identity {
    NodeName self;
    Uuid uuid{};
    std::uint64_t generation{};
    std::uint64_t seed{};
};

// The files and the identity, as the core wants them. LinkId n is the n-th medium.
CoreConfig make_core_config(const config::HaCf& ha_cf, const config::AuthKeys& keys,
                            const std::vector<config::ResourceGroup>& groups,
                            const Identity& identity);
// Those that are managed here; none with `crm on`.
std::vector<config::ResourceGroup> managed_groups(const CoreConfig& config);
// The media that have a link, in LinkId order.
std::vector<config::Medium> linked_media(const config::HaCf& ha_cf);

// What a checker asks after each event. People get the whole Status.
struct Glance {
    bool comm_up{}, finished{};
    std::string holdings;  // none, local, foreign, all, transition
    std::size_t peers{}, groups{}, pings{}, pings_up{};
};

// What a thin loop wants to know after each step, at no cost.
struct Pulse {
    std::uint64_t heartbeats{};  // status messages of ours so far
    bool comm_up{};              // communication is complete; stays true
};

class Core {
public:
    Core(CoreConfig config, Now now);
    ~Core();
    Core(Core&&) noexcept;
    Core& operator=(Core&&) noexcept;

    // The first effects of a life: status messages, and `status` of every member of every group.
    // Call once, before the first step().
    void start(Now now, Effects& out);
    // Appends what must be done to `out`, in order. Never blocks. REQUIRES: `now` never goes back.
    void step(Now now, const Event& event, Effects& out);
    // Deliver Wakeup then, at the latest.
    Instant next_deadline() const;
    // Everything we know. Ages are counted to `now`.
    Status status(Now now) const;
    Glance glance() const;
    Pulse pulse() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace hb::core
