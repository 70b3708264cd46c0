// The simulated world: a queue of what happens when, two machines, a network and its faults, all
// from one seed. The same seed gives the same trace, byte for byte.
#pragma once

#include <functional>
#include <map>
#include <queue>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "sim/checkers.hpp"
#include "sim/machine.hpp"
#include "sim/options.hpp"

namespace hb::sim {

struct Outcome {
    std::string violation;  // empty: none
    unsigned overlaps{};    // explained ones
    std::uint64_t steps{};
    std::uint64_t trace_hash{};
};

class World {
public:
    // `print`: receives each line of the trace; may be empty.
    World(const Options& options, std::function<void(const std::string&)> print);
    // Everything that the seed draws, to its end.
    Outcome run();

    // --- for told stories: no faults but these ---
    void run_until(Instant end);
    Machine& machine(std::size_t index) { return machines_[index]; }
    const std::string& violation() const { return outcome_.violation; }
    void power_on(Machine& machine);
    void power_off(Machine& machine);
    void start_daemon(Machine& machine);
    void kill_daemon(Machine& machine);
    void pause(Machine& machine, Duration span, bool clock_stands);
    void cut(std::size_t from, Duration span);
    // hb_standby or hb_takeover with a class, or a stop, on that machine.
    void command(Machine& machine, bool standby, const std::string& word);
    void stop(Machine& machine);

private:
    struct Frame {
        std::size_t to;
        LinkId link;
        Bytes bytes;
        bool first;  // not a repeat
    };
    struct Wake {
        std::size_t machine;
    };
    struct ScriptEnds {
        std::size_t machine;
        std::uint64_t boot, life;
        AgentCall call;
        JobId job;
        Duration took;
    };
    struct Happens {  // a fault or its end
        std::function<void()> what;
    };
    struct Item {
        Instant at;
        std::uint64_t order;
        std::variant<Frame, Wake, ScriptEnds, Happens> what;
        bool operator>(const Item& other) const {
            return std::tie(at, order) > std::tie(other.at, other.order);
        }
    };

    void plan_faults();
    void plan_fault(Instant at);
    void look_for_rest(unsigned times);
    void at(Instant when, std::variant<Frame, Wake, ScriptEnds, Happens> what);
    void after(Duration span, std::function<void()> what);

    void resume(Machine& machine);

    void happen(Item item);
    void deliver(Machine& machine, const Event& event);
    void carry_out(Machine& machine, Effects& effects);
    void send(Machine& from, const SendFrame& frame);
    void run_script(Machine& machine, const RunAgent& run);
    void script_ends(const ScriptEnds& end);
    void rearm(Machine& machine);
    void trace(const Machine* machine, const std::string& text);
    void fail(const std::string& what);

    Options options_;
    std::function<void(const std::string&)> print_;
    Prng prng_;
    Machines machines_;
    std::priority_queue<Item, std::vector<Item>, std::greater<>> queue_;
    std::vector<std::vector<Item>> held_back_{2};  // what waits for a paused machine
    std::uint64_t order_{};
    Instant now_{};
    // Until when nothing passes from a machine over a link.
    std::map<std::pair<std::size_t, std::uint16_t>, Instant> cut_until_;
    Exclusive exclusive_;
    bool rested_{false};  // long enough after the faults: the run may end early
    Outcome outcome_;
};

}  // namespace hb::sim
