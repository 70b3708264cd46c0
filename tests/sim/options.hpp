// What one seed draws: the cluster, its network, its scripts and its faults. Printed before a run.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/prng.hpp"
#include "core/core.hpp"

namespace hb::sim {

struct Options {
    std::uint64_t seed{};
    std::size_t links{1};
    std::size_t groups{1};
    std::size_t members{2};  // of each group
    Duration keepalive{}, deadtime{}, initdead{};
    config::Failback failback{config::Failback::on};
    unsigned loss_percent{}, repeat_percent{};
    Duration delay_min{}, delay_max{};
    Duration script_min{}, script_max{};
    std::set<std::pair<std::size_t, std::size_t>> start_fails;  // (machine, group): always
    bool crashes{}, cuts{}, pauses{}, daemon_kills{}, commands{}, stops{};
    Duration fault_span{};  // faults happen in here, then calm follows
    unsigned fault_count{};
};

Options draw(std::uint64_t seed);
std::string shown(const Options& options);

// The configuration of machine `index` (0: alpha, 1: beta).
core::CoreConfig core_config(const Options& options, std::size_t index, std::uint64_t generation,
                             std::uint64_t seed);
std::string machine_name(std::size_t index);

}  // namespace hb::sim
