// I1, see checkers.hpp.
#include <algorithm>

#include "base/limits.hpp"
#include "sim/checkers.hpp"
#include "sim/real_causes.hpp"

namespace hb::sim {

using namespace std::chrono_literals;

std::string_view cause_word(Cause cause) {
    static constexpr std::string_view words[] = {"no heartbeat passed for deadtime",
                                                 "a machine stood still",
                                                 "a daemon was gone",
                                                 "a device lied",
                                                 "a script lied",
                                                 "a fault of 3.0.6",
                                                 "nothing"};
    return words[static_cast<std::size_t>(cause)];
}

// A clock that is wrong by a percent, and a repeat that may have carried the last heartbeat.
static Duration least_silence(const NodeOptions& sender) {
    return sender.deadtime * 97 / 100 - sender.keepalive;
}

// After the lines are back: one heartbeat, repairs of lost reports, then a group's stops.
Exclusive::Exclusive(const Options& options)
    : options_(options),
      silence_{least_silence(options.node[1]), least_silence(options.node[0])},
      bound_(options.keepalive() * 2 + options.deadtime() + 5s +
             options.longest_script() * static_cast<int>(options.members * 3)) {
    // Its scripts run one after the other, and those of its takeover before those of its restart.
    if (options.real[0] || options.real[1]) {
        bound_ += options.longest_script() * static_cast<int>(options.members * options.groups * 6);
        // One that was deaf for ten seconds is asked less often.
        bound_ += limits::ask_silent;
    }
}

void Exclusive::message(Instant t, std::size_t to, std::uint64_t life, std::uint64_t number,
                        bool heartbeat) {
    const std::pair<std::uint64_t, std::uint64_t> here{life, number};
    if (here <= newest_[to]) return;
    newest_[to] = here;
    if (!heartbeat) return;
    heard_[to] = t;
    left_[1 - to] = false;
}

void Exclusive::paused(Instant until) {
    Instant& end = ended_[static_cast<std::size_t>(Cause::standstill)];
    end = std::max(end, until);
}

void Exclusive::device_lied(Instant t, std::size_t about) {
    lied_about_[about] = true;
    note(Cause::device_lied, t);
}

bool Exclusive::deaf(Instant t, std::size_t to, Duration silence) const {
    return t - heard_[to] >= silence;
}

// Whether the arbiter must keep the two apart.
bool Exclusive::arbitrated() const {
    return options_.arbiter && !(reaches_[0] && reaches_[1]) && !left_[0] && !left_[1];
}

Wrong Exclusive::check(Instant t, const Machines& machines) {
    const bool both = machines[0].powered && machines[1].powered;
    for (std::size_t i = 0; i < 2; ++i) {
        const Machine& here = machines[i];
        if (both && deaf(t, i, silence_[i]) && !arbitrated()) note(Cause::cut, t);
        if (here.powered && here.core == nullptr && !here.running.empty()) {
            note(Cause::headless, t);
        }
        if (here.paused()) note(Cause::standstill, t);
        // A lie is found out when the two hear each other.
        const Duration pause = options_.node[1 - i].keepalive * 2 + options_.line.delay_max;
        if (lied_about_[0] || lied_about_[1]) {
            if (both && deaf(t, i, pause)) note(Cause::device_lied, t);
        }
    }
    const std::string* token = nullptr;
    for (const std::string& each : machines[0].running) {
        if (machines[1].running.contains(each)) token = &each;
    }
    if (token == nullptr) {
        overlapping_ = false;
        return std::nullopt;
    }
    return judge(t, machines, *token);
}

Wrong Exclusive::judge(Instant t, const Machines& machines, const std::string& token) {
    Cause why = Cause::none;
    Instant ended{};
    const auto allow = [&](Cause cause) {
        const Instant end = ended_[static_cast<std::size_t>(cause)];
        if (end == Instant{} || end < ended) return;
        why = cause;
        ended = end;
    };
    const bool with_real = options_.real[0] || options_.real[1];
    if (!options_.fencing || with_real) {
        for (const Cause cause : {Cause::cut, Cause::standstill, Cause::headless}) allow(cause);
    }
    allow(Cause::device_lied);
    for (const BadScript& bad : options_.bad_scripts) {
        const bool hides = bad.what == ScriptFault::status_says_stopped;
        if (!hides || token_of(bad.group, bad.member).substr(0, 2) != token.substr(0, 2)) continue;
        why = Cause::script_lied;
        ended = t;
    }
    const std::string excuse = real_overlap(options_, machines, token);
    if (!excuse.empty()) {
        note(Cause::real_node, t);
        excuses_.insert(excuse);
    }
    allow(Cause::real_node);
    if (with_real && real_legacy(options_) && why != Cause::none && excuse.empty()) {
        if (t - ended > bound_) excuses_.insert(legacy_is_silent);
        ended = t;
    }
    const bool begins = !overlapping_;
    if (begins) {
        overlapping_ = true;
        overlap_since_ = t;
    }
    if (begins) {
        if (why != Cause::none) ++overlaps_[static_cast<std::size_t>(why)];
    }
    if (why != Cause::none) ended = std::max(ended, hindered_until_);
    if (why != Cause::none && t - ended <= bound_) return std::nullopt;
    return "I1: " + token + " runs on both machines since " +
           std::to_string(to_ms(overlap_since_.since_start)) +
           " ms, cause: " + std::string(cause_word(why)) +
           (why == Cause::none ? std::string()
                               : ", over since " + std::to_string(to_ms(t - ended)) + " ms");
}

}  // namespace hb::sim
