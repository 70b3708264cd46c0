// The invariants, apart from the world: each sees what happened and says what must not be. One per
// promise of users.md 4.6 that this world can test.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "sim/machine.hpp"
#include "sim/options.hpp"

namespace hb::sim {

using Machines = std::array<Machine, 2>;

// I1 without fencing: a group runs on two machines only after one of three causes, and only until
// a stated time after the cause ended: no heartbeat passed one way for deadtime (less one
// keepalive, since a repeat may have carried the last one), a machine stood still, a daemon was
// gone while its groups lived.
class Exclusive {
public:
    explicit Exclusive(const Options& options);

    void heartbeat_passed(Instant t, std::size_t to) { heard_[to] = t; }
    void machine_paused(Instant until) { cause_ended_ = std::max(cause_ended_, until); }
    // Words of the violation, if there is one. Call after every step.
    std::optional<std::string> check(Instant t, const Machines& machines);
    unsigned overlaps() const { return overlaps_; }
    // How long an overlap may outlive its cause.
    Duration bound() const { return bound_; }

private:
    Duration silence_, bound_;
    std::array<Instant, 2> heard_{};  // world time at which each machine last got a heartbeat
    Instant cause_ended_{};
    bool overlapping_{false};
    unsigned overlaps_{0};
};

// I3: after the faults every group runs exactly once, or nowhere if it fails everywhere, and both
// nodes say that they are at rest.
std::optional<std::string> check_rest(const Options& options, const Machines& machines);

}  // namespace hb::sim
