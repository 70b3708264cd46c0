// The invariants of design (users.md 4.6), apart from the world: each sees what happened and says
// what must not be. None of them knows how the world or the nodes work inside.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/machine.hpp"
#include "sim/options.hpp"

namespace hb::sim {

using Wrong = std::optional<std::string>;
// Names of what explained something that would else be wrong (real_causes.hpp).
using Excuses = std::set<std::string>;

// Which of the two causes of an overlap there are at all, and two that only scripts and devices
// that lie can bring.
enum class Cause : std::uint8_t {
    cut,
    standstill,
    headless,
    device_lied,
    script_lied,
    real_node,  // a fault of the Heartbeat 3.0.6 on the other side
    none,
};
inline constexpr std::size_t causes = 6;
std::string_view cause_word(Cause cause);

// I1: with fencing no group ever runs on two machines, unless a device confirmed a shot that it
// did not fire, and then only until a stated time after the two hear each other again. Without
// fencing also after one of three causes, and only until a stated time after it ended: no heartbeat
// passed one way for deadtime, a machine stood still, a daemon was gone while its groups lived.
// With an arbiter the first of them counts only while both machines can reach one, or one of them
// had left in order.
class Exclusive {
public:
    explicit Exclusive(const Options& options);

    // A message has reached the socket of machine `to`: of that life of its sender, with that
    // number. A heartbeat that was overtaken need not count there, so it does not count here.
    void message(Instant t, std::size_t to, std::uint64_t life, std::uint64_t number,
                 bool heartbeat);
    void paused(Instant until);
    void device_lied(Instant t, std::size_t about);
    void reaches_arbiter(std::size_t machine, bool reaches) { reaches_[machine] = reaches; }
    // Its daemon ended in order: until it is heard again the other one need not ask an arbiter.
    void left(std::size_t machine, bool has_left) { left_[machine] = has_left; }
    void power_cut(std::size_t machine) { lied_about_[machine] = false; }
    // Words take longer to get through than the bound allows for.
    void hindered(Instant until) { hindered_until_ = std::max(hindered_until_, until); }
    Wrong check(Instant t, const Machines& machines);

    const std::array<unsigned, causes>& overlaps() const { return overlaps_; }
    const Excuses& excuses() const { return excuses_; }
    Duration bound() const { return bound_; }
    // When machine `to` got its last new heartbeat.
    Instant heard(std::size_t to) const { return heard_[to]; }

private:
    void note(Cause cause, Instant t) { ended_[static_cast<std::size_t>(cause)] = t; }
    Wrong judge(Instant t, const Machines& machines, const std::string& token);
    bool deaf(Instant t, std::size_t to, Duration silence) const;
    bool arbitrated() const;

    const Options options_;
    std::array<Duration, 2> silence_;  // of machine i's peer, after which i may count it dead
    Duration bound_;
    std::array<Instant, 2> heard_{};
    std::array<std::pair<std::uint64_t, std::uint64_t>, 2> newest_{};  // life and number
    std::array<Instant, causes> ended_{};  // last moment at which each cause was there
    std::array<bool, 2> lied_about_{}, reaches_{}, left_{};
    Instant hindered_until_{}, overlap_since_{};
    bool overlapping_{false};
    std::array<unsigned, causes> overlaps_{};
    Excuses excuses_;
};

// I2: with a device, no group that may run on a silent node is started before a confirmed shot, an
// operator's word, or that node's return or orderly leave.
class FenceFirst {
public:
    explicit FenceFirst(const Options& options) : options_(options) {}
    void event(const Machine& machine, const Event& event);
    Wrong effect(const Machine& machine, const Effect& effect);
    void began(const Machine& machine) { minds_[machine.index] = {}; }

private:
    struct Mind {
        bool open{false};  // the peer is dead, and nothing is confirmed
        bool left{false};
        std::optional<JobId> job;
        // Members of groups claimed here, by key; and of these, when the peer died.
        std::map<std::string, std::set<std::string>> mine, kept;
    };
    void log(const Machine& machine, Mind& mind, const LogLine& line) const;

    const Options options_;
    std::array<Mind, 2> minds_;
};

// I4: start from left to right and none after a failed member; stop from right to left. I10: no
// script runs without a line in the log that says why.
class Order {
public:
    explicit Order(const Options& options) : options_(options) {}
    Wrong effect(const Machine& machine, const Effect& effect);
    void began(const Machine& machine) { walks_[machine.index].clear(); }

private:
    Wrong script(const Machine& machine, const RunAgent& run) const;

    const Options options_;
    std::array<std::map<std::string, LogId>, 2> walks_;  // by key: what was announced last
};

// I5: what a program sends reaches the other node once, never twice.
class Once {
public:
    Wrong effect(const Machine& machine, const Effect& effect);

private:
    std::set<std::string> seen_;  // receiver, its life, sender's number
};

// I6: no peer is declared dead, and none is shot, whose heartbeat reached our socket within its
// deadtime. The time in which we ourselves stood still does not count as its silence.
class FalseDeath {
public:
    explicit FalseDeath(const Options& options) : options_(options) {}
    Wrong effect(Instant t, const Machines& machines, std::size_t at, const Effect& effect,
                 const Exclusive& ears);
    void began(Instant t, std::size_t machine) { began_[machine] = t; }
    void stood_still(Instant from, Instant until, std::size_t machine) {
        slept_[machine] = {from, until};
    }
    void stopping(std::size_t machine) { stopping_[machine] = true; }
    void running(std::size_t machine) { stopping_[machine] = false; }

private:
    const Options options_;
    std::array<Instant, 2> began_{};
    std::array<bool, 2> stopping_{};
    std::array<std::pair<Instant, Instant>, 2> slept_{};  // the last time
};

// I8: effects of one event, packets, log lines and scripts stay within bounds.
class Bounded {
public:
    // Each of 250 missing numbers is asked for four times a second, and comes over every line.
    explicit Bounded(const Options& options) : frames_(1500 * options.links) {}
    Wrong step(Instant t, const Machine& machine, const Effects& effects);
    std::size_t most_effects() const { return most_effects_; }
    std::size_t most_lines() const { return most_lines_; }
    std::size_t most_frames() const { return most_frames_; }

private:
    struct Second {
        std::int64_t number{-1};
        std::size_t frames{}, lines{}, steps{};
    };
    std::size_t frames_;
    std::array<Second, 2> second_;
    std::size_t most_effects_{}, most_lines_{}, most_frames_{};
};

// I9: a reload with nothing changed runs no script.
Wrong check_reload(const Options& options, const Effects& effects);

// I3: after the faults every group runs exactly once, or nowhere if it fails everywhere, and both
// nodes say that they are at rest. `excuses`, if given, gets the names of what was let pass.
Wrong check_rest(const Options& options, const Machines& machines, Excuses* excuses = nullptr);

}  // namespace hb::sim
