// One simulated machine: power, clock, disk, what runs on it, and the daemon. It decides nothing;
// the world says what happens to it.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/node.hpp"
#include "sim/plugin.hpp"

namespace hb::sim {

struct Machine {
    std::size_t index{};
    bool powered{false};
    std::unique_ptr<Node> core;      // the daemon; none: it is not running
    std::uint64_t boot{};            // counts power-ons: scripts of an older one are gone
    std::uint64_t life{};            // counts daemons: answers for an older one are dropped
    std::uint64_t generation{};      // on disk
    std::uint64_t old_generation{};  // of an old copy of that disk
    int clock_ppm{0};                // how much its clock runs fast
    Duration clock_lag{};            // how long its clock stood still altogether
    std::int64_t wall_step{};        // seconds by which its wall clock was set wrong
    std::optional<Instant> paused_until;
    bool deaf{false};        // what arrives while it stands still is lost: a suspended machine
    Instant wake_at{never};  // world time of the wakeup that is queued
    // Scripts that a daemon which died has left: while they run, the next one runs none.
    unsigned leftovers{}, scripts{};
    std::vector<RunAgent> waiting;  // for them to end
    // What ran when a daemon of 3.0.6 was killed here: the next one never asks.
    std::set<std::string> forgotten;
    std::uint64_t file{};           // version of its haresources (files.hpp)
    std::set<std::string> running;  // member tokens; survive the daemon, not the power
    PluginProcess plugin;           // beside the daemon

    // Its own monotonic clock at world time `t`.
    Now now(Instant t) const {
        const Duration world = t.since_start;
        const Duration gained{world.count() / 1000000 * clock_ppm};
        const Instant local{world + gained - clock_lag};
        const std::int64_t wall = 1700000000 + to_ms(local.since_start) / 1000 + wall_step;
        return {local, static_cast<std::uint32_t>(wall)};
    }
    // World time at which its clock shows `local`, or a moment later.
    Instant world(Instant local) const {
        if (local == never) return never;
        const Duration shown = local.since_start + clock_lag;
        const auto rate = 1.0 + static_cast<double>(clock_ppm) * 1e-6;
        Instant t{Duration{static_cast<std::int64_t>(static_cast<double>(shown.count()) / rate)}};
        while (now(t).mono < local) t = t + Duration{1000};
        return t;
    }
    bool paused() const { return paused_until.has_value(); }
    bool speaks() const { return powered && core != nullptr && !paused(); }
};

using Machines = std::array<Machine, 2>;

}  // namespace hb::sim
