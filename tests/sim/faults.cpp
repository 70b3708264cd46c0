// What can happen to the machines, lines and devices of the simulated world.
#include <algorithm>

#include "base/limits.hpp"
#include "cluster/generation.hpp"
#include "sim/files.hpp"
#include "sim/our_node.hpp"
#include "sim/real_node.hpp"
#include "sim/world.hpp"

namespace hb::sim {

using namespace std::chrono_literals;

// When the last fault is over.
Instant World::calm_at() const {
    Instant end = Instant{options_.fault_span} + options_.deadtime() * 4;
    for (const Fault& fault : plan_.faults) {
        const bool waits = fault.kind == FaultKind::pause ||
                           fault.kind == FaultKind::pause_clock_too ||
                           fault.kind == FaultKind::cut || fault.kind == FaultKind::gateways_cut ||
                           fault.kind == FaultKind::unplugged;
        if (waits) end = std::max(end, fault.at + fault.span + options_.deadtime() * 2);
    }
    return end;
}

// I3's stated bound: both boot, at worst after one more shot; every group moves a few times.
Duration World::rest_bound() const {
    const Duration scripts =
        options_.longest_script() * static_cast<int>(options_.members * options_.groups * 6);
    const Duration mended = (options_.initdead() + options_.deadtime() + 10s) * 2 + scripts;
    const Duration shots =
        options_.fencing ? options_.boot_max + options_.device_acts * 6 + 60s : 0s;
    // The last move for ping nodes may be one that waited for the end of a pause.
    const Duration pause = options_.ipfail ? limits::ipfail_move_pause * 2 : 0s;
    return options_.initdead() * 2 + options_.deadtime() * 4 + 90s + scripts + mended + shots +
           pause;
}

void World::calm() {
    trace(nullptr, "calm begins");
    network_.calm();
    gateways_.calm();
    scripts_.calm();
    devices_.calm();
    calm_ = true;
    for (Machine& machine : machines_) {
        if (machine.paused()) resume(machine);
        if (options_.edited) edit(machine, plan_.last_file);
        if (!machine.powered) power_on(machine);
        if (!machine.core) start_daemon(machine);
    }
    // A start that failed on both nodes is an operator's to mend, and to try again.
    const bool mended = std::any_of(options_.bad_scripts.begin(), options_.bad_scripts.end(),
                                    [](const BadScript& bad) {
                                        return bad.what == ScriptFault::start_fails_once ||
                                               bad.what == ScriptFault::start_hangs;
                                    });
    if (mended) {
        const Duration settled = options_.initdead() + options_.deadtime() + 10s +
                                 options_.longest_script() * static_cast<int>(options_.members * 3);
        after(settled, [this] { command(machines_[0], false, "all"); });
        after(settled * 2, [this] { command(machines_[1], false, "all"); });
        if (options_.edited) {  // members that were refused are tried again by a reload
            for (Machine& machine : machines_) {
                after(settled, [this, &machine] { edit(machine, plan_.last_file); });
            }
        }
        after(settled * 2 + 1s, [this] { look_for_rest(0); });
        return;
    }
    look_for_rest(0);
}

// Nothing may move any more for two deadtimes: then what comes is more of the same. A rest that
// needs an excuse may yet come without one, until the bound.
void World::look_for_rest(unsigned times) {
    Excuses needed;
    const bool rests = !check_rest(options_, machines_, &needed) && needed.empty();
    const unsigned looks = rests ? times + 1 : 0;
    rested_ = looks > 4;
    if (!rested_) after(options_.deadtime() / 2, [this, looks] { look_for_rest(looks); });
}

void World::apply(const Fault& fault) {
    coverage().fault(fault.kind);
    Machine& machine = machines_[fault.machine];
    switch (fault.kind) {
        case FaultKind::power_cut:
        case FaultKind::old_state:
            power_off(machine);
            if (fault.kind == FaultKind::old_state) {
                trace(&machine, "gets an old copy of its state directory");
                machine.generation = machine.old_generation;
            }
            power_on_later(machine, fault.span);
            return;
        case FaultKind::power_cut_at_start:
            power_off(machine);
            power_on_later(machine, fault.span);
            after(fault.span + options_.initdead() * static_cast<int>(fault.detail) / 1000,
                  [this, &machine] {
                      power_off(machine);
                      power_on_later(machine, 1s);
                  });
            return;
        case FaultKind::daemon_killed:
            kill_daemon(machine);
            after(fault.span, [this, &machine] { start_daemon(machine); });
            return;
        case FaultKind::pause:
        case FaultKind::pause_clock_too:
            machine.deaf = (fault.detail & 1U) != 0;
            pause(machine, fault.span, fault.kind == FaultKind::pause_clock_too);
            return;
        case FaultKind::cut:
        case FaultKind::loss:
        case FaultKind::clog:
        case FaultKind::garble:
            apply_to_lines(fault);
            return;
        case FaultKind::device: {
            const auto mood = static_cast<DeviceMood>(fault.detail);
            trace(&machine, "has a device now that " + std::string(mood_word(mood)));
            devices_.set_mood(fault.machine, mood);
            return;
        }
        case FaultKind::gateways_cut:
            apply_to_gateways(fault);
            return;
        case FaultKind::plugin:
            apply_to_plugin(fault);
            return;
        case FaultKind::unplugged:
            unplug(fault);
            return;
        case FaultKind::edited:
            edit(machine, fault.detail);
            after(fault.span, [this, other = 1 - fault.machine, version = fault.detail] {
                if (!calm_) edit(machines_[other], version);
            });
            return;
        case FaultKind::command:
        case FaultKind::stop:
        case FaultKind::reload:
        case FaultKind::clock_step:
        case FaultKind::operator_confirms:
        case FaultKind::user_message:
            apply_by_operator(fault);
            return;
    }
}

void World::apply_to_lines(const Fault& fault) {
    const Instant until = now_ + fault.span;
    if (fault.kind != FaultKind::cut) {
        trace(&machines_[fault.machine], "has bad lines: " + std::string(kind_word(fault.kind)) +
                                             " for " + std::to_string(to_ms(fault.span)) + " ms");
        network_.spoil(fault.machine, fault.kind, until);
        exclusive_.hindered(until);
        return;
    }
    for (std::size_t from = 0; from < 2; ++from) {
        if ((fault.detail >> from & 1U) == 0) continue;
        const std::uint64_t lines = fault.detail >> 2U;
        if (lines == 0) {
            cut(from, fault.span);
            continue;
        }
        for (std::size_t link = 0; link < options_.links; ++link) {
            if ((lines >> link & 1U) == 0) continue;
            trace(&machines_[from], "is mute on line " + std::to_string(link) + " for " +
                                        std::to_string(to_ms(fault.span)) + " ms");
            network_.cut(from, link, until);
        }
    }
}

void World::apply_to_gateways(const Fault& fault) {
    constexpr std::uint64_t flaps = 16;
    if ((fault.detail & flaps) != 0) {
        // Gone and back for somewhat longer than it takes to notice.
        Fault once = fault;
        once.detail &= ~flaps;
        once.span = std::max(options_.silence_of_pings(0), options_.silence_of_pings(1)) * 3 / 2;
        constexpr int times = 20;
        for (int i = 0; i < times && once.span * (2 * i) <= fault.span; ++i) {
            after(once.span * (2 * i), [this, once] { apply_to_gateways(once); });
        }
        return;
    }
    for (std::size_t machine = 0; machine < 2; ++machine) {
        if ((fault.detail >> machine & 1U) == 0) continue;
        for (std::size_t i = 0; i < options_.gateways; ++i) {
            const std::uint64_t which = fault.detail >> 2U & 3U;
            if (which != 0 && (which >> i & 1U) == 0) continue;
            trace(&machines_[machine], "has no way to " + gateway_name(i) + " for " +
                                           std::to_string(to_ms(fault.span)) + " ms");
            gateways_.cut(machine, i, now_ + fault.span);
        }
    }
}

// With all its lines, or only what it sends (detail 1) or hears (2): no echo then, either way.
void World::unplug(const Fault& fault) {
    Machine& machine = machines_[fault.machine];
    trace(&machine, "is unplugged for " + std::to_string(to_ms(fault.span)) + " ms");
    if (fault.detail != 2) cut(machine.index, fault.span);
    if (fault.detail != 1) cut(1 - machine.index, fault.span);
    cut_gateways(machine.index, fault.span);
}

void World::apply_by_operator(const Fault& fault) {
    static constexpr const char* classes[] = {"all", "local", "foreign", "failback"};
    Machine& machine = machines_[fault.machine];
    if (fault.kind == FaultKind::command) {
        command(machine, (fault.detail & 4U) != 0, classes[fault.detail & 3U]);
    }
    if (fault.kind == FaultKind::stop) stop(machine);
    if (fault.kind == FaultKind::reload && machine.core) {
        trace(&machine, "reloads its configuration, nothing has changed");
        const auto same = std::make_shared<core::CoreConfig>(
            core_config(options_, machine.index, machine.generation, options_.seed, machine.file));
        reloading_ = !options_.edited;
        deliver(machine, ConfigChanged{same});
        reloading_ = false;
    }
    if (fault.kind == FaultKind::clock_step) {
        const std::int64_t by = static_cast<std::int64_t>(fault.detail) - 500;
        trace(&machine, "has its wall clock set by " + std::to_string(by) + " hours");
        machine.wall_step += by * 3600;
    }
    if (fault.kind == FaultKind::operator_confirms && !machine.powered) {
        Machine& asked = machines_[1 - fault.machine];
        trace(&asked, "an operator has looked: the other machine is without power");
        deliver(asked, LocalMessage{">>>\nt=hb_confirm_fenced\nnode=" +
                                    machine_name(fault.machine) + "\n<<<\n"});
    }
    if (fault.kind == FaultKind::user_message) {
        for (unsigned i = 0; i < 5; ++i) {
            deliver(machine,
                    LocalMessage{">>>\nt=note\nnumber=" + std::to_string(++notes_) + "\n<<<\n"});
        }
    }
}

// What the file on its disk is, and that its daemon is told of it. A machine that stands still
// misses that.
void World::edit(Machine& machine, std::uint64_t version) {
    machine.file = version;
    trace(&machine, "has version " + std::to_string(version) + " of haresources");
    if (machine.core == nullptr) return;
    deliver(machine, ConfigChanged{std::make_shared<core::CoreConfig>(core_config(
                         options_, machine.index, machine.generation, options_.seed, version))});
}

// A daemon that was killed has left what the next one's file does not know: an operator stops it.
void World::clear_orphans(Machine& machine) {
    const std::set<std::string> known = tokens_of(file_of(options_, machine.index, machine.file));
    std::erase_if(machine.running,
                  [&known](const std::string& token) { return !known.contains(token); });
}

void World::power_on_later(Machine& machine, Duration span) {
    after(span, [this, &machine] { power_on(machine); });
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
    machine.forgotten.clear();
    machine.waiting.clear();
    machine.scripts = machine.leftovers = 0;
    machine.core.reset();
    end_plugin(machine);
    ++machine.life;
    machine.wake_at = never;
    held_back_[machine.index].clear();
    exclusive_.power_cut(machine.index);
}

void World::start_daemon(Machine& machine) {
    if (!machine.powered || machine.core) return;
    if (machine.paused()) {
        after(1s, [this, &machine] { start_daemon(machine); });
        return;
    }
    ++machine.life;
    machine.leftovers = machine.scripts;
    machine.waiting.clear();
    const Now now = machine.now(now_);
    machine.generation = cluster::next_generation(machine.generation, now.unix_seconds);
    if (machine.old_generation == 0) machine.old_generation = machine.generation;
    trace(&machine, "daemon starts, generation " + std::to_string(machine.generation));
    fence_first_.began(machine);
    in_order_.began(machine);
    false_death_.began(now_, machine.index);
    ping_truth_.began(now_, machine.index);
    false_death_.running(machine.index);
    core::CoreConfig config =
        core_config(options_, machine.index, machine.generation, prng_.next(), machine.file);
    if (options_.edited) clear_orphans(machine);
    if (options_.real[machine.index]) {
        machine.core = std::make_unique<RealNode>(
            std::move(config), [&machine] { return ++machine.generation; },
            [this, &machine](const std::string& line) { trace(&machine, line); });
    } else {
        machine.core = std::make_unique<OurNode>(std::move(config), now);
    }
    Effects effects;
    machine.core->start(now, effects);
    carry_out(machine, effects);
    const std::size_t ways = options_.real[machine.index] ? 0 : options_.gateways;
    const std::size_t links = options_.links + ways;
    for (std::size_t link = 0; link < links && machine.core; ++link) {
        deliver(machine, LinkChanged{LinkId{static_cast<std::uint16_t>(link)}, true});
    }
    if (machine.core) rearm(machine);
    if (options_.has_ipfail(machine.index)) {
        start_plugin_later(machine, Duration{machine.life % 8 * 100ms});
    }
}

void World::kill_daemon(Machine& machine) {
    if (!machine.core) return;
    trace(&machine, "daemon is killed, its groups live on");
    if (options_.real[machine.index]) machine.forgotten = machine.running;
    machine.core.reset();
    end_plugin(machine);
    ++machine.life;
    machine.wake_at = never;
}

void World::pause(Machine& machine, Duration span, bool clock_stands) {
    if (!machine.powered || machine.paused()) return;
    trace(&machine, "stands still for " + std::to_string(to_ms(span)) + " ms" +
                        (clock_stands ? ", its clock too" : ""));
    machine.paused_until = now_ + span;
    exclusive_.paused(now_ + span);
    const std::uint64_t boot = machine.boot;
    const Instant began = machine.now(now_).mono, from = now_;
    after(span, [this, &machine, boot, clock_stands, began, from] {
        if (machine.boot != boot || !machine.paused()) return;
        false_death_.stood_still(from, now_, machine.index);
        ping_truth_.stood_still(now_ - from, machine.index);
        if (clock_stands) machine.clock_lag += machine.now(now_).mono - began;
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
    false_death_.stopping(machine.index);
    deliver(machine, StopRequested{});
}

void World::cut(std::size_t from, Duration span) {
    trace(&machines_[from], "is mute for " + std::to_string(to_ms(span)) + " ms");
    network_.cut_all(from, now_ + span);
}

void World::cut_gateways(std::size_t from, Duration span) { gateways_.cut_all(from, now_ + span); }

}  // namespace hb::sim
