// See world.hpp: time, the network, scripts and what the cores ask for.
#include "sim/world.hpp"

#include <type_traits>

#include "base/log.hpp"

namespace hb::sim {

using namespace std::chrono_literals;

World::World(const Options& options, std::function<void(const std::string&)> print)
    : options_(options),
      print_(std::move(print)),
      prng_(options.seed ^ 0x5eedU),
      exclusive_(options) {
    machines_[1].index = 1;
}

void World::at(Instant when, std::variant<Frame, Wake, ScriptEnds, Happens> what) {
    queue_.push(Item{when, ++order_, std::move(what)});
}

void World::after(Duration span, std::function<void()> what) {
    at(now_ + span, Happens{std::move(what)});
}

void World::trace(const Machine* machine, const std::string& text) {
    for (const char c : text) {
        outcome_.trace_hash =
            (outcome_.trace_hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    }
    outcome_.trace_hash ^= static_cast<std::uint64_t>(now_.since_start.count());
    if (!print_) return;
    print_("[" + std::to_string(to_ms(now_.since_start)) + "] " +
           (machine != nullptr ? machine_name(machine->index) + " " : std::string("* ")) + text);
}

void World::fail(const std::string& what) {
    if (!outcome_.violation.empty()) return;
    outcome_.violation = what;
    trace(nullptr, "VIOLATION: " + what);
}

Outcome World::run() {
    outcome_.trace_hash = 1469598103934665603U;
    for (Machine& machine : machines_) {
        after(prng_.between(0s, options_.initdead * 2), [this, &machine] { power_on(machine); });
    }
    plan_faults();
    // Calm: everything is on, nothing is cut; both must come to rest within the bound.
    const Duration rest =
        options_.initdead * 2 + options_.deadtime * 4 + 60s +
        options_.script_max * static_cast<int>(options_.members * options_.groups * 6);
    const Instant end = Instant{options_.fault_span} + options_.deadtime * 4 + rest + 30s;
    run_until(end);
    if (outcome_.violation.empty() && !rested_) {
        if (const auto wrong = check_rest(options_, machines_)) fail(*wrong);
    }
    outcome_.overlaps = exclusive_.overlaps();
    return outcome_;
}

void World::run_until(Instant end) {
    while (!queue_.empty() && queue_.top().at <= end && outcome_.violation.empty() && !rested_) {
        Item item = queue_.top();
        queue_.pop();
        now_ = item.at;
        ++outcome_.steps;
        happen(std::move(item));
        if (const auto wrong = exclusive_.check(now_, machines_)) fail(*wrong);
    }
    if (!rested_) now_ = std::max(now_, end);
}

void World::happen(Item item) {
    if (auto* fault = std::get_if<Happens>(&item.what)) {
        fault->what();
        return;
    }
    if (const auto* end = std::get_if<ScriptEnds>(&item.what)) {
        // The script is a process of its own: it ends even while the daemon is gone, but not while
        // the machine stands still.
        if (machines_[end->machine].paused()) {
            held_back_[end->machine].push_back(std::move(item));
            return;
        }
        script_ends(*end);
        return;
    }
    const auto* frame = std::get_if<Frame>(&item.what);
    const std::size_t index = frame != nullptr ? frame->to : std::get<Wake>(item.what).machine;
    Machine& machine = machines_[index];
    const bool heartbeat = frame != nullptr && frame->first && machine.powered &&
                           frame->bytes.find("(0)t=status,") != Bytes::npos;
    if (heartbeat) exclusive_.heartbeat_passed(now_, index);
    if (machine.paused()) {
        if (frame != nullptr && held_back_[index].size() < 1000) {
            held_back_[index].push_back(std::move(item));
        }
        return;
    }
    if (frame != nullptr) {
        deliver(machine, FrameIn{frame->link, frame->bytes});
    } else if (machine.wake_at <= now_) {
        machine.wake_at = never;
        deliver(machine, Wakeup{});
    }
}

void World::deliver(Machine& machine, const Event& event) {
    if (!machine.speaks()) return;
    Effects effects;
    machine.core->step(machine.now(now_), event, effects);
    carry_out(machine, effects);
    if (machine.core) rearm(machine);
}

void World::rearm(Machine& machine) {
    const Instant next = std::max(machine.world(machine.core->next_deadline()), now_);
    if (next >= machine.wake_at && machine.wake_at > now_) return;
    machine.wake_at = next;
    at(next, Wake{machine.index});
}

void World::carry_out(Machine& machine, Effects& effects) {
    const std::uint64_t life = machine.life;
    for (const Effect& effect : effects) {
        if (!machine.core || machine.life != life) return;
        if (const auto* frame = std::get_if<SendFrame>(&effect)) send(machine, *frame);
        if (const auto* run = std::get_if<RunAgent>(&effect)) run_script(machine, *run);
        if (const auto* line = std::get_if<LogLine>(&effect)) trace(&machine, log_text(*line));
        if (const auto* fence = std::get_if<SelfFence>(&effect)) {
            trace(&machine, "reboots: " + fence->reason);
            power_off(machine);
            after(5s, [this, &machine] { power_on(machine); });
        }
        if (std::get_if<Finished>(&effect)) {
            trace(&machine, "daemon ended");
            if (!machine.running.empty()) fail("a stopped daemon left a group running");
            machine.core.reset();
            ++machine.life;
            machine.wake_at = never;
            after(prng_.between(10ms, options_.deadtime * 3),
                  [this, &machine] { start_daemon(machine); });
        }
    }
}

void World::send(Machine& from, const SendFrame& frame) {
    const auto link = static_cast<std::uint16_t>(frame.link);
    const auto cut = cut_until_.find({from.index, link});
    if (cut != cut_until_.end() && now_ < cut->second) return;
    unsigned copies = prng_.chance(options_.loss_percent) ? 0 : 1;
    if (prng_.chance(options_.repeat_percent)) ++copies;
    for (unsigned i = 0; i < copies; ++i) {
        at(now_ + prng_.between(options_.delay_min, options_.delay_max),
           Frame{1 - from.index, frame.link, frame.bytes, i == 0});
    }
}

void World::run_script(Machine& machine, const RunAgent& run) {
    const std::string line = run.call.type + " " + action_word(run.call.action);
    if (run.call.action != ScriptAction::status) trace(&machine, "runs " + line);
    const std::size_t group = static_cast<std::size_t>(run.call.type[1] - '0');
    const bool fails = options_.start_fails.contains({machine.index, group});
    // From the first moment of its start a member counts as running.
    if (run.call.action == ScriptAction::start && !fails) machine.running.insert(run.call.type);
    const Duration takes = prng_.between(options_.script_min, options_.script_max);
    at(now_ + takes,
       ScriptEnds{machine.index, machine.boot, machine.life, run.call, run.job, takes});
}

void World::script_ends(const ScriptEnds& end) {
    Machine& machine = machines_[end.machine];
    if (!machine.powered || machine.boot != end.boot) return;
    const std::string& token = end.call.type;
    ScriptDone done{end.job, ScriptEnd::exited, 0, {}, end.took};
    switch (end.call.action) {
        case ScriptAction::start:
            done.status = machine.running.contains(token) ? 0 : 1;
            break;
        case ScriptAction::stop:
            machine.running.erase(token);
            break;
        case ScriptAction::status:
            done.output = machine.running.contains(token) ? "running" : "stopped";
            break;
    }
    if (machine.life == end.life) deliver(machine, done);
}

}  // namespace hb::sim
