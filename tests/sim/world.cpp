// See world.hpp: time, and what the nodes ask for.
#include "sim/world.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/text.hpp"
#include "sim/real_causes.hpp"

namespace hb::sim {

using namespace std::chrono_literals;

World::World(const Plan& plan, std::function<void(const std::string&)> print)
    : plan_(plan),
      options_(plan_.options),
      print_(std::move(print)),
      prng_(options_.seed ^ 0x5eedU),
      network_(options_),
      gateways_(options_),
      scripts_(options_),
      devices_(options_),
      exclusive_(options_),
      fence_first_(options_),
      in_order_(options_),
      false_death_(options_),
      ping_truth_(options_),
      bounded_(options_) {
    for (std::size_t i = 0; i < 2; ++i) {
        machines_[i].index = i;
        machines_[i].clock_ppm = options_.node[i].clock_ppm;
    }
    outcome_.trace_hash = 1469598103934665603U;
}

void World::at(Instant when, What what) {
    queue_.push_back(Item{when, ++order_, std::move(what)});
    std::push_heap(queue_.begin(), queue_.end(), Later{});
}

World::Item World::next() {
    std::pop_heap(queue_.begin(), queue_.end(), Later{});
    Item item = std::move(queue_.back());
    queue_.pop_back();
    return item;
}

void World::after(Duration span, std::function<void()> what) {
    at(now_ + span, Happens{std::move(what)});
}

void World::trace(const Machine* machine, const std::string& text) {
    if (!print_) return;
    const std::string line =
        "[" + std::to_string(to_ms(now_.since_start)) + "] " +
        (machine != nullptr ? machine_name(machine->index) + " " : std::string("* ")) + text;
    print_(line);
}

void World::fail(const Wrong& wrong) {
    if (!wrong || !outcome_.violation.empty()) return;
    outcome_.violation = *wrong;
    trace(nullptr, "VIOLATION: " + *wrong);
}

Outcome World::run() {
    for (Machine& machine : machines_) {
        after(prng_.between(0s, options_.initdead() * 2), [this, &machine] { power_on(machine); });
    }
    for (const Fault& fault : plan_.faults) {
        at(fault.at, Happens{[this, &fault] { apply(fault); }});
    }
    at(calm_at(), Happens{[this] { calm(); }});
    run_until(calm_at() + rest_bound());
    if (outcome_.violation.empty()) fail(check_rest(options_, machines_, &outcome_.excuses));
    const Excuses& overlaps = exclusive_.excuses();
    outcome_.excuses.insert(overlaps.begin(), overlaps.end());
    outcome_.overlaps = exclusive_.overlaps();
    outcome_.lasted = now_.since_start;
    outcome_.most_effects = bounded_.most_effects();
    outcome_.most_lines = bounded_.most_lines();
    outcome_.most_frames = bounded_.most_frames();
    return outcome_;
}

void World::run_until(Instant end) {
    while (!queue_.empty() && queue_.front().at <= end && outcome_.violation.empty() && !rested_) {
        Item item = next();
        now_ = item.at;
        ++outcome_.steps;
        happen(std::move(item));
        for (std::size_t i = 0; i < 2 && options_.arbiter; ++i) {
            exclusive_.reaches_arbiter(i, gateways_.reached_by(i, now_));
        }
        fail(exclusive_.check(now_, machines_));
    }
    if (!rested_) now_ = std::max(now_, end);
}

void World::happen(Item item) {
    if (auto* fault = std::get_if<Happens>(&item.what)) {
        fault->what();
        return;
    }
    auto* frame = std::get_if<Frame>(&item.what);
    const auto* reply = std::get_if<Answer>(&item.what);
    const std::size_t index = frame != nullptr   ? frame->to
                              : reply != nullptr ? reply->machine
                                                 : std::get<Wake>(item.what).machine;
    Machine& machine = machines_[index];
    const bool hears = machine.powered && !(machine.paused() && machine.deaf);
    if (frame != nullptr && frame->number != 0 && hears) {
        exclusive_.message(now_, index, frame->life, frame->number, frame->heartbeat);
    }
    // Of a daemon that is gone: the next one asks with another number.
    const bool echo = frame != nullptr && gateways_.is_way(frame->link);
    if (echo && frame->life != machine.life) return;
    if (machine.paused()) {
        // A process of its own ends even while the daemon is gone, but not while the machine
        // stands still.
        const bool kept = !machine.deaf && held_back_[index].size() < 1000;
        const bool waits = frame != nullptr ? kept : reply != nullptr;
        if (waits) held_back_[index].push_back(std::move(item));
        return;
    }
    if (reply != nullptr) {
        answer(*reply);
    } else if (frame != nullptr) {
        if (echo) ping_truth_.answered(now_, index, gateways_.number(frame->link));
        deliver(machine, FrameIn{frame->link, std::move(frame->bytes)});
    } else if (machine.wake_at <= now_) {
        machine.wake_at = never;
        deliver(machine, Wakeup{});
    }
}

void World::deliver(Machine& machine, const Event& event) {
    if (!machine.speaks()) return;
    if (!std::holds_alternative<FrameIn>(event)) fence_first_.event(machine, event);
    Effects effects;
    machine.core->step(machine.now(now_), event, effects);
    if (reloading_) fail(check_reload(options_, effects));
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
    fail(bounded_.step(now_, machine, effects));
    const std::uint64_t life = machine.life;
    for (const Effect& effect : effects) {
        if (!machine.core || machine.life != life) return;
        outcome_.trace_hash = (outcome_.trace_hash ^ effect.index() ^
                               static_cast<std::uint64_t>(now_.since_start.count())) *
                              1099511628211U;
        look(machine, effect);
        perform(machine, effect);
    }
}

// What the checkers make of it.
void World::look(const Machine& machine, const Effect& effect) {
    if (std::holds_alternative<SendFrame>(effect)) return;
    if (options_.real[machine.index]) return;  // promises are ours
    fail(fence_first_.effect(machine, effect));
    fail(in_order_.effect(machine, effect));
    fail(once_.effect(machine, effect));
    fail(ping_truth_.effect(now_, machine.index, effect));
    fail(damped_.effect(now_, machine, effect));
    fail(false_death_.effect(now_, machines_, machine.index, effect, exclusive_));
}

void World::perform(Machine& machine, const Effect& effect) {
    if (const auto* frame = std::get_if<SendFrame>(&effect)) send(machine, *frame);
    if (const auto* line = std::get_if<LogLine>(&effect)) {
        coverage().log(line->id);
        if (print_) trace(&machine, log_text(*line));
    }
    if (const auto* run = std::get_if<RunAgent>(&effect)) {
        if (machine.leftovers == 0) {
            run_script(machine, *run);
        } else {
            machine.waiting.push_back(*run);
        }
    }
    if (const auto* news = std::get_if<TellPlugin>(&effect)) tell_plugin(machine, news->event);
    if (const auto* order = std::get_if<FenceNode>(&effect)) shoot(machine, *order);
    if (const auto* fence = std::get_if<SelfFence>(&effect)) {
        trace(&machine, "reboots: " + fence->reason);
        power_off(machine);
        power_on_later(machine, 5s);
    }
    if (std::holds_alternative<Finished>(effect)) daemon_ended(machine);
}

void World::run_script(Machine& machine, const RunAgent& run) {
    if (print_ && run.call.action != ScriptAction::status) {
        trace(&machine, "runs " + run.call.type + " " + action_word(run.call.action));
    }
    const Scripts::Run begun = scripts_.begin(machine, run);
    ++machine.scripts;
    at(now_ + begun.done.took, Answer{machine.index, machine.boot, machine.life, begun});
}

void World::daemon_ended(Machine& machine) {
    trace(&machine, "daemon ended");
    exclusive_.left(machine.index, true);
    const bool lies = options_.has(ScriptFault::status_says_stopped);
    if (!machine.running.empty() && !lies) {
        const std::string excuse = real_leftover(options_, machine);
        if (excuse.empty()) {
            fail("I4: a stopped daemon left a group running");
        } else {
            outcome_.excuses.insert(excuse);
            machine.forgotten = machine.running;
        }
    }
    machine.core.reset();
    end_plugin(machine);
    ++machine.life;
    machine.wake_at = never;
    after(prng_.between(10ms, options_.deadtime() * 3),
          [this, &machine] { start_daemon(machine); });
}

// The number of a sequenced message; 0 of any other.
static std::uint64_t number_of(const Bytes& bytes) {
    constexpr ByteView mark = "(0)seq=";
    const std::size_t at = bytes.find(mark);
    if (at == Bytes::npos) return 0;
    const std::size_t end = bytes.find(',', at);
    return parse_hex(ByteView(bytes).substr(at + mark.size(), end - at - mark.size())).value_or(0);
}

void World::send(Machine& from, const SendFrame& frame) {
    coverage().frame(frame.bytes);
    if (gateways_.is_way(frame.link)) {
        if (const auto back = gateways_.ask(now_, from.index, frame.link)) {
            at(now_ + *back, Frame{from.index, frame.link, frame.bytes, from.life, 0, false});
        }
        return;
    }
    const std::uint64_t number = number_of(frame.bytes);
    const bool heartbeat = frame.bytes.find("(0)t=status,") != Bytes::npos;
    for (Network::Arrival& each : network_.send(now_, from.index, frame.link, frame.bytes)) {
        at(now_ + each.delay, Frame{1 - from.index, frame.link, std::move(each.bytes), from.life,
                                    each.whole ? number : 0, heartbeat});
    }
}

// A device has power of its own: it goes on whatever happens to the machine that asked it.
void World::shoot(Machine& by, const FenceNode& order) {
    Machine& target = machines_[1 - by.index];
    const Devices::Course course = devices_.order(target.index, order);
    if (course.lie) exclusive_.device_lied(now_ + course.answers_after, target.index);
    if (course.cuts_after) {
        after(*course.cuts_after, [this, &target] {
            if (!target.powered) return;
            trace(&target, "is reset by its device");
            power_off(target);
            power_on_later(target, prng_.between(options_.boot_min, options_.boot_max));
        });
    }
    at(now_ + course.answers_after,
       Answer{by.index, by.boot, by.life,
              FenceDone{order.job, course.answer, {}, course.answers_after}});
}

void World::answer(const Answer& reply) {
    Machine& machine = machines_[reply.machine];
    if (!machine.powered || machine.boot != reply.boot) return;
    Event event;
    if (const auto* run = std::get_if<Scripts::Run>(&reply.what)) {
        event = Scripts::end(machine, *run);
        --machine.scripts;
        if (machine.life != reply.life && machine.leftovers != 0 && --machine.leftovers == 0) {
            const std::vector<RunAgent> waiting = std::move(machine.waiting);
            machine.waiting.clear();
            for (const RunAgent& each : waiting) run_script(machine, each);
        }
    } else {
        event = std::get<FenceDone>(reply.what);
    }
    if (machine.life == reply.life) deliver(machine, event);
}

}  // namespace hb::sim
