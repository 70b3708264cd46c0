// The front of the room `resource`: who holds what. Knows nothing of packets, processes or clocks:
// peers are names, scripts are jobs, time is a parameter.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/event.hpp"
#include "config/ha_cf.hpp"
#include "config/haresources.hpp"

namespace hb::resource {

struct ManagerConfig {
    NodeName self;
    std::vector<NodeName> nodes;  // normal nodes, file order, `self` among them
    std::vector<config::ResourceGroup> groups;  // file order; keys are unique
    config::Failback failback{config::Failback::legacy};
    config::GroupOrder order{config::GroupOrder::parallel};
    Duration start_timeout{}, status_timeout{}, stop_timeout{};
    int stop_retries{};
    bool manage{true};  // false: `-M`, or another manager is in charge
};

// What one group does on this node.
enum class Tenure : std::uint8_t {
    elsewhere,          // not here
    waiting_for_claim,  // wanted, but a dead holder is not yet proven harmless
    acquiring,          // its starts run
    held,               // runs here
    releasing,          // its stops run
    failed_here,        // a start failed; refused until a command, a reload or the peer's death
    stuck,              // a stop failed: the machine gives itself up
};
constexpr std::string_view tenure_word(Tenure t) noexcept {
    constexpr std::string_view all[] = {"elsewhere", "waiting_for_claim", "acquiring", "held",
                                        "releasing", "failed_here",       "stuck"};
    return all[static_cast<std::size_t>(t)];
}

struct GroupView {
    std::string key;
    NodeName preferred;
    Tenure tenure{};
    bool peer_holds{};  // by a live peer's last report
};

}  // namespace hb::resource
