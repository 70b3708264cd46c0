// The daemon's one thread: events into the node, its effects out, one timer. Why something is done
// lives in lib/, how it is done in the Hands and the media.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/event.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "clock.hpp"
#include "core/core.hpp"
#include "fd.hpp"
#include "medium.hpp"
#include "status_report.hpp"

namespace hb::shell {

class Loop;
class Watch;

// What the runner drives: lib/core, or in a test something simpler.
class Node {
public:
    Node() = default;
    virtual ~Node() = default;
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    virtual void start(Now now, Effects& out) = 0;
    virtual void step(Now now, const Event& event, Effects& out) = 0;
    virtual Instant next_deadline() const = 0;
    virtual core::Pulse pulse() const { return {}; }
};

// What carries effects out, frames excepted. None of these calls may wait or come back into the
// runner other than by Runner::post().
class Hands {
public:
    Hands() = default;
    virtual ~Hands() = default;
    Hands(const Hands&) = delete;
    Hands& operator=(const Hands&) = delete;
    virtual void run_agent(const RunAgent& call) = 0;
    // Those were all of a row in the effects of one moment.
    virtual void agents_given() = 0;
    virtual void fence(const FenceNode& order) = 0;
    virtual void kill_job(JobId job) = 0;
    virtual void announce_again(const AnnounceAgain& order) = 0;
    virtual void run_hook(const RunHook& hook) = 0;
    virtual void tell_plugin(const TellPlugin& news) = 0;
    virtual void client(const Notify& order) = 0;
    virtual void client(const TellStatus& order) = 0;
    virtual void client(const EndClient& order) = 0;
    virtual void client(const ClientQueue& order) = 0;
    virtual void client(const PauseClients& order) = 0;
    virtual void log(const LogLine& line) = 0;
    virtual void self_fence(const std::string& reason) = 0;
    virtual void finished() = 0;
    // Communication is complete. Once.
    virtual void communication_up() = 0;
    // A heartbeat of ours was given to the media. `frames_left`: what all of them together have
    // handed to the system so far.
    virtual void heartbeat(Instant now, std::uint64_t frames_left) = 0;
    // Each event before the node sees it.
    virtual void note(Now now, const Event& event) = 0;
    // Once every limits::housekeeping, or more often (Runner::housekeeping_within).
    virtual void housekeeping() = 0;
};

class Runner {
public:
    // REQUIRES: all four outlive the runner.
    Runner(Loop& loop, const Clock& clock, Node& node, Hands& hands);
    ~Runner();
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    // Housekeeping is due at least so often. Before start().
    void housekeeping_within(Duration pause) noexcept {
        housekeeping_pause_ = std::min(housekeeping_pause_, pause);
    }
    // In LinkId order, before start().
    void add(std::unique_ptr<Medium> medium);
    // Opens the media, starts the node at `now`, arms the timer. Errors: io (no timer).
    Result<void> start(Now now);

    // From the loop's own callbacks: reads the clock, steps the node, carries out the effects.
    void deliver(const Event& event);
    // From anywhere, Hands included: deliver() on a later turn of the loop.
    void post(Event event);
    // The timer wants its turn now.
    bool due() const { return armed_ <= clock_.now(); }
    // For link_watch: every medium looks at this interface again.
    void interface_changed(std::string_view name);

    // For people: in LinkId order, and how late the timer fired.
    std::vector<MediumCounts> media_counts() const;
    LoopReport lateness() const noexcept;

private:
    void perform(const Effect& effect);
    void carry_out();
    void look_at_pulse();
    void timer_fired();
    void note_lateness(Instant now) noexcept;
    void do_housekeeping();
    void rearm();

    Loop& loop_;
    const Clock& clock_;
    Node& node_;
    Hands& hands_;
    std::vector<std::unique_ptr<Medium>> media_;
    std::unique_ptr<Watch> timer_;
    Fd load_average_;
    Instant armed_{never};  // what the timer is set to
    Duration housekeeping_pause_{limits::housekeeping};
    Instant next_housekeeping_{};
    Effects effects_;
    core::Pulse pulse_;
    bool delivering_{false};
    // The worst lateness since the start, in this minute and in the one before.
    Duration late_worst_{}, late_now_{}, late_before_{};
    Instant late_turns_{};
};

}  // namespace hb::shell
