// See checkers.hpp.
#include "sim/checkers.hpp"

#include <algorithm>

namespace hb::sim {

using namespace std::chrono_literals;

// After the lines are back: one heartbeat, repairs of lost reports, then a group's stops.
Exclusive::Exclusive(const Options& options)
    : silence_(options.deadtime - options.keepalive),
      bound_(options.keepalive * 2 + options.deadtime + 5s +
             options.script_max * static_cast<int>(options.members * 3)) {}

std::optional<std::string> Exclusive::check(Instant t, const Machines& machines) {
    for (std::size_t i = 0; i < 2; ++i) {
        const Machine& here = machines[i];
        const Machine& there = machines[1 - i];
        const bool silent = here.powered && there.powered && t - heard_[i] >= silence_;
        const bool headless = here.powered && here.core == nullptr && !here.running.empty();
        if (silent || headless || here.paused()) cause_ended_ = t;
    }
    std::string both;
    for (const std::string& token : machines[0].running) {
        if (machines[1].running.contains(token)) both = token;
    }
    const bool overlap = !both.empty();
    if (overlap && !overlapping_) ++overlaps_;
    overlapping_ = overlap;
    if (!overlap || t - cause_ended_ <= bound_) return std::nullopt;
    return both + " runs on both machines without a cause (the last one ended " +
           std::to_string(to_ms(t - cause_ended_)) + " ms ago)";
}

std::optional<std::string> check_rest(const Options& options, const Machines& machines) {
    for (const Machine& machine : machines) {
        if (!machine.core) return machine_name(machine.index) + " has no daemon at the end";
        const NodeView status = machine.core->view();
        if (!status.comm_up) return machine_name(machine.index) + " never had communication up";
        if (status.holdings == "transition") {
            return machine_name(machine.index) + " is still in transition";
        }
    }
    for (std::size_t g = 0; g < options.groups; ++g) {
        const bool nowhere =
            options.start_fails.contains({0, g}) && options.start_fails.contains({1, g});
        for (std::size_t m = 0; m < options.members; ++m) {
            const std::string token = "g" + std::to_string(g) + "m" + std::to_string(m);
            const auto copies = std::count_if(
                machines.begin(), machines.end(),
                [&token](const Machine& machine) { return machine.running.contains(token); });
            if (copies != (nowhere ? 0 : 1)) {
                return token + " runs " + std::to_string(copies) + " times at the end";
            }
        }
    }
    return std::nullopt;
}

}  // namespace hb::sim
