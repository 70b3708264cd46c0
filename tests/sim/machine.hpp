// One simulated machine: power, clock, disk, what runs on it, and the daemon. It decides
// nothing; the world says what happens to it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "sim/node.hpp"

namespace hb::sim {

struct Machine {
    std::size_t index{};
    bool powered{false};
    std::unique_ptr<Node> core;     // the daemon; none: it is not running
    std::uint64_t boot{};           // counts power-ons: scripts of an older one are gone
    std::uint64_t life{};           // counts daemons: answers for an older one are dropped
    std::uint64_t generation{100};  // on disk
    Duration clock_lag{};           // how long its clock stood still altogether
    std::optional<Instant> paused_until;
    Instant wake_at{never};         // world time of the wakeup that is queued
    std::set<std::string> running;  // member tokens; survive the daemon, not the power

    // Its own monotonic clock at world time `t`.
    Now now(Instant t) const {
        const Instant local{t.since_start - clock_lag};
        return {local, static_cast<std::uint32_t>(1700000000 + to_ms(local.since_start) / 1000)};
    }
    // World time of an instant of its clock.
    Instant world(Instant local) const { return local == never ? never : local + clock_lag; }
    bool paused() const { return paused_until.has_value(); }
    bool speaks() const { return powered && core != nullptr && !paused(); }
};

}  // namespace hb::sim
