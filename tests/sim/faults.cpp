// What can happen to the machines and lines of the simulated world.
#include "sim/our_node.hpp"
#include "sim/world.hpp"

namespace hb::sim {

using namespace std::chrono_literals;

void World::plan_faults() {
    for (unsigned i = 0; i < options_.fault_count; ++i) {
        plan_fault(Instant{prng_.between(options_.initdead * 2, options_.fault_span)});
    }
    at(Instant{options_.fault_span} + options_.deadtime * 4, Happens{[this] {
           trace(nullptr, "calm begins");
           cut_until_.clear();
           options_.loss_percent = options_.repeat_percent = 0;
           for (Machine& machine : machines_) {
               if (machine.paused()) resume(machine);
               if (!machine.powered) power_on(machine);
               if (!machine.core) start_daemon(machine);
           }
           look_for_rest(0);
       }});
}

// Nothing may move any more for two deadtimes: then what comes is more of the same.
void World::look_for_rest(unsigned times) {
    const unsigned looks = check_rest(options_, machines_) ? 0 : times + 1;
    rested_ = looks > 4;
    if (!rested_) after(options_.deadtime / 2, [this, looks] { look_for_rest(looks); });
}

void World::plan_fault(Instant when) {
    std::vector<std::function<void()>> choices;
    Machine& machine = machines_[prng_.below(2)];
    // Around the border of deadtime lie the interesting lengths.
    const Duration span =
        prng_.between(1ms, prng_.chance(50) ? options_.deadtime * 2 : options_.deadtime * 8);
    if (options_.crashes) {
        choices.emplace_back([this, &machine, span] {
            power_off(machine);
            after(span, [this, &machine] { power_on(machine); });
        });
    }
    if (options_.cuts) {
        const std::uint64_t ways = prng_.below(3);  // alpha mute, beta mute, both
        choices.emplace_back([this, ways, span] {
            if (ways != 1) cut(0, span);
            if (ways != 0) cut(1, span);
        });
    }
    if (options_.pauses) {
        const bool stands = prng_.chance(50);
        choices.emplace_back([this, &machine, span, stands] { pause(machine, span, stands); });
    }
    if (options_.daemon_kills) {
        choices.emplace_back([this, &machine, span] {
            kill_daemon(machine);
            after(span, [this, &machine] { start_daemon(machine); });
        });
    }
    if (options_.commands) {
        static constexpr const char* classes[] = {"all", "local", "foreign", "failback"};
        const std::string word = classes[prng_.below(4)];
        const bool standby = prng_.chance(50);
        choices.emplace_back([this, &machine, standby, word] { command(machine, standby, word); });
    }
    if (options_.stops) choices.emplace_back([this, &machine] { stop(machine); });
    if (choices.empty()) return;
    at(when, Happens{choices[prng_.below(choices.size())]});
}

void World::power_on(Machine& machine) {
    if (machine.powered) return;
    machine.powered = true;
    ++machine.boot;
    trace(&machine, "power on");
    start_daemon(machine);
}

void World::power_off(Machine& machine) {
    if (!machine.powered) return;
    trace(&machine, "power cut");
    machine.powered = false;
    machine.paused_until.reset();
    machine.running.clear();
    machine.core.reset();
    ++machine.life;
    machine.wake_at = never;
    held_back_[machine.index].clear();
}

void World::start_daemon(Machine& machine) {
    if (!machine.powered || machine.core) return;
    if (machine.paused()) {
        after(1s, [this, &machine] { start_daemon(machine); });
        return;
    }
    ++machine.life;
    trace(&machine, "daemon starts");
    machine.core = std::make_unique<OurNode>(
        core_config(options_, machine.index, ++machine.generation, prng_.next()),
        machine.now(now_));
    Effects effects;
    machine.core->start(machine.now(now_), effects);
    carry_out(machine, effects);
    for (std::size_t link = 0; link < options_.links && machine.core; ++link) {
        deliver(machine, LinkChanged{LinkId{static_cast<std::uint16_t>(link)}, true});
    }
    if (machine.core) rearm(machine);
}

void World::kill_daemon(Machine& machine) {
    if (!machine.core) return;
    trace(&machine, "daemon is killed, its groups live on");
    machine.core.reset();
    ++machine.life;
    machine.wake_at = never;
}

void World::pause(Machine& machine, Duration span, bool clock_stands) {
    if (!machine.powered || machine.paused()) return;
    trace(&machine, "stands still for " + std::to_string(to_ms(span)) + " ms" +
                        (clock_stands ? ", its clock too" : ""));
    machine.paused_until = now_ + span;
    exclusive_.machine_paused(now_ + span);
    const std::uint64_t boot = machine.boot;
    const Instant began = now_;
    after(span, [this, &machine, boot, clock_stands, began] {
        if (machine.boot != boot || !machine.paused()) return;
        if (clock_stands) machine.clock_lag += now_ - began;
        resume(machine);
    });
}

// Sockets first, then the timer, as the daemon's loop does it.
void World::resume(Machine& machine) {
    trace(&machine, "goes on");
    machine.paused_until.reset();
    std::vector<Item> waiting = std::move(held_back_[machine.index]);
    held_back_[machine.index].clear();
    for (Item& item : waiting) happen(std::move(item));
    machine.wake_at = now_;
    at(now_, Wake{machine.index});
}

void World::command(Machine& machine, bool standby, const std::string& word) {
    trace(&machine, (standby ? "hb_standby " : "hb_takeover ") + word);
    const std::string text =
        standby ? ">>>\nt=ask_resources\nrsc_hold=" + (word == "failback" ? "foreign" : word) +
                      "\ninfo=me\n<<<\n"
                : ">>>\nt=hb_takeover\nrsc_hold=" + word + "\n<<<\n";
    deliver(machine, LocalMessage{text});
}

void World::stop(Machine& machine) {
    trace(&machine, "is told to stop");
    deliver(machine, StopRequested{});
}

void World::cut(std::size_t from, Duration span) {
    trace(&machines_[from], "is mute for " + std::to_string(to_ms(span)) + " ms");
    for (std::size_t link = 0; link < options_.links; ++link) {
        Instant& until = cut_until_[{from, static_cast<std::uint16_t>(link)}];
        until = std::max(until, now_ + span);
    }
}

}  // namespace hb::sim
