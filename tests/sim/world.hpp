// The simulated world: a queue of what happens when, two machines, their lines, scripts, devices
// and operators, and the faults of a plan. The same plan gives the same trace, byte for byte.
#pragma once

#include <functional>
#include <queue>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "sim/checkers.hpp"
#include "sim/coverage.hpp"
#include "sim/damped.hpp"
#include "sim/device.hpp"
#include "sim/fault.hpp"
#include "sim/gateways.hpp"
#include "sim/machine.hpp"
#include "sim/network.hpp"
#include "sim/ping_truth.hpp"
#include "sim/scripts.hpp"

namespace hb::sim {

struct Outcome {
    std::string violation;  // empty: none; begins with the invariant
    std::array<unsigned, causes> overlaps{};
    Excuses excuses;  // the faults of a 3.0.6 that explained something
    std::uint64_t steps{};
    Duration lasted{};  // virtual time
    std::uint64_t trace_hash{};
    std::size_t most_effects{}, most_lines{}, most_frames{};
};

class World {
public:
    // `print`: receives each line of the trace; may be empty.
    World(const Plan& plan, std::function<void(const std::string&)> print);
    // Everything that the plan has, to its end.
    Outcome run();

    // --- for told stories: no faults but these ---
    void run_until(Instant end);
    Machine& machine(std::size_t index) { return machines_[index]; }
    Devices& devices() { return devices_; }
    const std::string& violation() const { return outcome_.violation; }
    void power_on(Machine& machine);
    void power_off(Machine& machine);
    void start_daemon(Machine& machine);
    void kill_daemon(Machine& machine);
    void pause(Machine& machine, Duration span, bool clock_stands);
    void cut(std::size_t from, Duration span);
    // Between that machine and every ping node.
    void cut_gateways(std::size_t from, Duration span);
    // hb_standby or hb_takeover with a class, or a stop, on that machine.
    void command(Machine& machine, bool standby, const std::string& word);
    void stop(Machine& machine);

private:
    struct Frame {
        std::size_t to;
        LinkId link;
        Bytes bytes;
        std::uint64_t life;    // of the sender
        std::uint64_t number;  // of an undamaged sequenced message; else 0
        bool heartbeat;
    };
    struct Wake {
        std::size_t machine;
    };
    // What a process on a machine tells the daemon that started it.
    struct Answer {
        std::size_t machine;
        std::uint64_t boot, life;
        std::variant<Scripts::Run, FenceDone> what;
    };
    struct Happens {  // a fault or its end
        std::function<void()> what;
    };
    using What = std::variant<Frame, Wake, Answer, Happens>;
    struct Item {
        Instant at;
        std::uint64_t order;
        What what;
    };
    struct Later {
        bool operator()(const Item& a, const Item& b) const {
            return std::tie(a.at, a.order) > std::tie(b.at, b.order);
        }
    };

    // --- time (world.cpp) ---
    void at(Instant when, What what);
    void after(Duration span, std::function<void()> what);
    Item next();
    void happen(Item item);
    void deliver(Machine& machine, const Event& event);
    void carry_out(Machine& machine, Effects& effects);
    void perform(Machine& machine, const Effect& effect);
    void run_script(Machine& machine, const RunAgent& run);
    void send(Machine& from, const SendFrame& frame);
    void answer(const Answer& answer);
    void shoot(Machine& by, const FenceNode& order);
    void daemon_ended(Machine& machine);
    void rearm(Machine& machine);
    void look(const Machine& machine, const Effect& effect);
    void trace(const Machine* machine, const std::string& text);
    void fail(const Wrong& wrong);

    // --- the plugin ipfail (plugins.cpp) ---
    void start_plugin_later(Machine& machine, Duration span);
    void start_plugin(Machine& machine);
    void end_plugin(Machine& machine);
    void plugin_soon(Machine& machine, void (World::*step)(Machine&));
    void tell_plugin(Machine& machine, const PluginFields& event);
    void plugin_reads(Machine& machine);
    void plugin_thinks(Machine& machine, const PluginFields& event);
    void plugin_speaks(Machine& machine);
    void apply_to_plugin(const Fault& fault);

    // --- what happens to machines (faults.cpp) ---
    void apply(const Fault& fault);
    void apply_to_lines(const Fault& fault);
    void apply_to_gateways(const Fault& fault);
    void unplug(const Fault& fault);
    void apply_by_operator(const Fault& fault);
    void edit(Machine& machine, std::uint64_t version);
    void clear_orphans(Machine& machine);
    void calm();
    void look_for_rest(unsigned times);
    void power_on_later(Machine& machine, Duration span);
    void resume(Machine& machine);
    Instant calm_at() const;
    Duration rest_bound() const;

    Plan plan_;
    Options& options_;
    std::function<void(const std::string&)> print_;
    Prng prng_;
    Machines machines_;
    Network network_;
    Gateways gateways_;
    Scripts scripts_;
    Devices devices_;
    std::vector<Item> queue_;                     // a heap
    std::array<std::vector<Item>, 2> held_back_;  // what waits for a paused machine
    std::uint64_t order_{};
    std::uint64_t notes_{};
    Instant now_{};
    bool reloading_{false}, calm_{false};
    bool rested_{false};  // long enough after the faults: the run may end early
    Exclusive exclusive_;
    FenceFirst fence_first_;
    Order in_order_;
    Once once_;
    FalseDeath false_death_;
    PingTruth ping_truth_;
    Bounded bounded_;
    Damped damped_;
    Outcome outcome_;
};

}  // namespace hb::sim
