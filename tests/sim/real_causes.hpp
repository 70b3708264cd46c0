// What a checker must let pass when a Heartbeat 3.0.6 is one of the two nodes: its own faults, by
// the names that resources.md 4 and 10.2 give them. Empty: there is no such excuse.
#pragma once

#include <string>

#include "sim/machine.hpp"
#include "sim/options.hpp"

namespace hb::sim {

// Whether one of the two is in legacy mode.
bool real_legacy(const Options& options);
// In legacy mode no 3.0.6 says what it holds: what is held twice, for a cause that is over, stays
// so until somebody gives a command.
inline constexpr const char* legacy_is_silent =
    "4.18: in legacy mode nobody says what it holds, and what is held twice stays so";
// For a member that runs on both machines.
std::string real_overlap(const Options& options, const Machines& machines,
                         const std::string& token);
// For a member that runs nowhere when all faults are over.
std::string real_orphan(const Options& options, const Machines& machines, const std::string& token);
// For a member that runs on when its daemon has ended in order.
std::string real_leftover(const Options& options, const Machine& machine);
// For a machine that never comes to rest.
std::string real_unrest(const Options& options, const Machines& machines);

}  // namespace hb::sim
