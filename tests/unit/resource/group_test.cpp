// One group walks its scripts: what each end of a script leads to, and what an operator reads.
#include "resource/group.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/limits.hpp"
#include "unit/resource/manager_pair.hpp"

namespace hb::resource {
namespace {

constexpr int retries = 2;

// The group `disk web`, all that it wished, and the answers that a test gives.
class GroupWalk : public testing::Test {
protected:
    void probe() { group_.probe(limits_, jobs_, out_); }
    void start() { group_.start(limits_, jobs_, out_); }
    void stop() { group_.stop(limits_, jobs_, out_); }

    // The oldest script that was not answered ends so.
    std::optional<WalkEnd> ends(ScriptEnd how, int status = 0, const std::string& output = "") {
        const std::vector<RunAgent> all = calls();
        if (answered_ == all.size()) {
            ADD_FAILURE() << "no script runs";
            return std::nullopt;
        }
        const ScriptDone done{all[answered_++].job, how, status, output, 7ms};
        return group_.done(now_, done, jobs_, out_);
    }
    std::optional<WalkEnd> exits(int status) { return ends(ScriptEnd::exited, status); }
    std::optional<WalkEnd> says(const std::string& output) {
        return ends(ScriptEnd::exited, 0, output);
    }
    // The pause before the next try of a stop is over.
    void pause_ends() {
        ASSERT_NE(group_.next_deadline(), never) << "no pause";
        now_ = group_.next_deadline();
        EXPECT_FALSE(group_.wakeup(now_, jobs_, out_).has_value());
    }
    // Stops are refused until the walk asks whether the member runs.
    void stop_is_refused_to_the_last() {
        for (int i = 0; i < retries; ++i) {
            EXPECT_FALSE(exits(1).has_value());
            pause_ends();
        }
        EXPECT_FALSE(exits(1).has_value());
    }

    std::vector<RunAgent> calls() const {
        std::vector<RunAgent> all;
        for (const Wish& wish : out_) {
            const auto* effect = std::get_if<Effect>(&wish);
            const auto* run = effect == nullptr ? nullptr : std::get_if<RunAgent>(effect);
            if (run != nullptr) all.push_back(*run);
        }
        return all;
    }
    // Every script that was called, in order: `web start, ...`.
    std::string called() const {
        std::string text;
        for (const RunAgent& run : calls()) {
            text += (text.empty() ? "" : ", ") + run.call.type + " " +
                    std::string(action_word(run.call.action));
        }
        return text;
    }
    bool logged(const std::string& text) const {
        return std::any_of(out_.begin(), out_.end(), [&text](const Wish& wish) {
            const auto* effect = std::get_if<Effect>(&wish);
            const auto* line = effect == nullptr ? nullptr : std::get_if<LogLine>(effect);
            return line != nullptr && log_text(*line).find(text) != std::string::npos;
        });
    }

    Instant now_{100s};
    WalkLimits limits_{60s, 30s, 120s, retries};
    Group group_{make_group("alpha", "disk web::1")};

private:
    JobSource jobs_;
    Wishes out_;
    std::size_t answered_{};
};

// --- the status before anything is claimed ---

// Why: a group is adopted only whole; half of one is stopped before it may start anywhere.
TEST_F(GroupWalk, IsFoundRunningOnlyWhenEveryMemberRuns) {
    probe();
    EXPECT_EQ(called(), "disk status, web status");
    EXPECT_FALSE(says("running").has_value());
    EXPECT_EQ(says("running"), WalkEnd::found_running);
    EXPECT_FALSE(group_.busy());
}

// Why: the same, from the other side.
TEST_F(GroupWalk, IsFoundPartlyWhenOneMemberRuns) {
    probe();
    EXPECT_FALSE(says("running").has_value());
    EXPECT_EQ(says("stopped"), WalkEnd::found_partly);
}

// Why: a status that was killed or never ran says nothing: the group may run, so it is stopped.
TEST_F(GroupWalk, AStatusWithoutAnAnswerCountsAsPartlyRunning) {
    for (const ScriptEnd how :
         {ScriptEnd::timed_out, ScriptEnd::signalled, ScriptEnd::not_started}) {
        probe();
        EXPECT_FALSE(ends(how, 9).has_value());
        EXPECT_EQ(says("stopped"), WalkEnd::found_partly);
        probe();
        EXPECT_FALSE(says("running").has_value());
        EXPECT_EQ(ends(how, 9), WalkEnd::found_partly);
    }
}

// Why: of a script that is not installed nothing can run; a stop of it would only alarm.
TEST_F(GroupWalk, AMissingScriptRunsNothing) {
    probe();
    EXPECT_FALSE(ends(ScriptEnd::missing).has_value());
    EXPECT_EQ(says("stopped"), WalkEnd::found_stopped);
}

// --- start ---

// Why: what runs already must not be started a second time, whatever its script makes of it.
TEST_F(GroupWalk, StartsOnlyTheMembersThatDoNotRun) {
    start();
    EXPECT_FALSE(says("running").has_value());
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_EQ(exits(0), WalkEnd::started);
    EXPECT_EQ(called(), "disk status, web status, web start");
}

// Why: a status without an answer is not a yes, and the service must come up all the same; the
// operator reads which script it was.
TEST_F(GroupWalk, AStatusWithoutAnAnswerIsFollowedByAStart) {
    start();
    EXPECT_FALSE(ends(ScriptEnd::timed_out).has_value());
    EXPECT_TRUE(logged("disk status did not end within 7 ms and was killed"));
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_FALSE(ends(ScriptEnd::signalled, 15).has_value());
    EXPECT_EQ(exits(0), WalkEnd::started);
    EXPECT_EQ(called(), "disk status, disk start, web status, web start");
}

// Why: a name in haresources without a script is the commonest mistake of a new cluster.
TEST_F(GroupWalk, AStartWithoutItsScriptFailsAndNamesTheScript) {
    start();
    EXPECT_FALSE(ends(ScriptEnd::missing).has_value());
    EXPECT_EQ(ends(ScriptEnd::missing), WalkEnd::start_failed);
    EXPECT_TRUE(logged("Cannot locate resource script disk"));
    EXPECT_TRUE(logged("Giving up resources due to failure of disk"));
    EXPECT_FALSE(group_.busy());
}

// Why: each way in which a start ends without success moves the group, and is told in its own
// words: an exit status, a signal as a shell shows it, a time-out, a refusal of the system.
TEST_F(GroupWalk, EachEndOfAStartButSuccessFailsAndIsTold) {
    const struct {
        ScriptEnd how;
        int status;
        const char* told;
    } rows[] = {
        {ScriptEnd::exited, 3, "Return code 3 from disk start"},
        {ScriptEnd::signalled, 9, "Return code 137 from disk start"},
        {ScriptEnd::timed_out, 0, "disk start did not end within 7 ms and was killed"},
        {ScriptEnd::not_started, 0, "disk start could not be started: the system refused"},
    };
    for (const auto& row : rows) {
        start();
        EXPECT_FALSE(says("stopped").has_value());
        EXPECT_EQ(ends(row.how, row.status), WalkEnd::start_failed) << row.told;
        EXPECT_TRUE(logged(row.told));
    }
}

// --- a stop that is asked while a start is under way ---

// Why: a node is told to let go while it still asks for the status: no start may follow.
TEST_F(GroupWalk, AStopDuringAStatusKeepsTheStartFromBeingCalled) {
    start();
    stop();
    EXPECT_EQ(called(), "disk status") << "the script under way is awaited first";
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_EQ(exits(0), WalkEnd::stopped);
    EXPECT_EQ(called(), "disk status, web stop, disk stop");
}

// Why: two scripts of one member at once would race; and the rest of the group is not started.
TEST_F(GroupWalk, AStopDuringAStartWaitsForItAndStartsNothingMore) {
    start();
    EXPECT_FALSE(says("stopped").has_value());
    stop();
    EXPECT_EQ(called(), "disk status, disk start");
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_EQ(exits(0), WalkEnd::stopped);
    EXPECT_EQ(called(), "disk status, disk start, web stop, disk stop");
}

// Why: a start that fails after the stop was asked is no failed group: it would be barred here.
TEST_F(GroupWalk, AStartThatFailsAfterTheStopWasAskedEndsAsStopped) {
    start();
    EXPECT_FALSE(says("stopped").has_value());
    stop();
    EXPECT_FALSE(exits(1).has_value());
    EXPECT_TRUE(logged("Return code 1 from disk start"));
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_EQ(exits(0), WalkEnd::stopped);
}

// Why: the wish to stop belongs to one start; the next start must not end by it.
TEST_F(GroupWalk, TheStopOfOneStartDoesNotCutTheNextShort) {
    start();
    stop();
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_EQ(exits(0), WalkEnd::stopped);
    start();
    EXPECT_FALSE(says("running").has_value());
    EXPECT_EQ(says("running"), WalkEnd::started);
}

// --- stop ---

// Why: the disk must not be taken from under what writes to it.
TEST_F(GroupWalk, StopsFromRightToLeft) {
    stop();
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_EQ(exits(0), WalkEnd::stopped);
    EXPECT_EQ(called(), "web stop, disk stop");
}

// Why: a script that was uninstalled must not cost the machine its life.
TEST_F(GroupWalk, AStopWithoutItsScriptIsDone) {
    stop();
    EXPECT_FALSE(ends(ScriptEnd::missing).has_value());
    EXPECT_EQ(ends(ScriptEnd::missing), WalkEnd::stopped);
}

// Why: a stop may fail for a moment (a busy mount); it is asked again after a pause, not at once.
TEST_F(GroupWalk, AFailedStopIsTriedAgainAfterAPause) {
    stop();
    EXPECT_FALSE(ends(ScriptEnd::signalled, 6).has_value());
    EXPECT_TRUE(logged("Return code 134 from web 1 stop"));
    EXPECT_EQ(called(), "web stop");
    EXPECT_EQ(group_.next_deadline(), now_ + limits::stop_retry_pause);
    pause_ends();
    EXPECT_TRUE(logged("Retrying failed stop operation [web::1]"));
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_EQ(exits(0), WalkEnd::stopped);
    EXPECT_EQ(called(), "web stop, web stop, disk stop");
}

// Why: a timer that fires early must not shorten the pause.
TEST_F(GroupWalk, AnEarlyWakeupCallsNothing) {
    stop();
    EXPECT_FALSE(exits(1).has_value());
    JobSource jobs;
    Wishes out;
    const Instant early = now_ + (limits::stop_retry_pause - 1ms);
    EXPECT_FALSE(group_.wakeup(early, jobs, out).has_value());
    EXPECT_TRUE(out.empty());
    pause_ends();
    EXPECT_EQ(called(), "web stop, web stop");
}

// Why: each try is counted for one member only; the next one has all of its own.
TEST_F(GroupWalk, TriesAreCountedForEachMember) {
    stop();
    for (int member = 0; member < 2; ++member) {
        for (int i = 0; i < retries; ++i) {
            EXPECT_FALSE(exits(1).has_value());
            pause_ends();
        }
        const auto end = exits(0);
        EXPECT_EQ(end.has_value(), member == 1);
    }
    EXPECT_FALSE(logged("Reboot required"));
}

// Why: with `stop_retries 0` an operator says that a reboot is worse than a wait.
TEST_F(GroupWalk, WithoutALimitAFailedStopIsTriedWithoutEnd) {
    limits_.stop_retries = 0;
    stop();
    for (int i = 0; i < 500; ++i) {
        EXPECT_FALSE(ends(i % 2 == 0 ? ScriptEnd::exited : ScriptEnd::timed_out, 1).has_value());
        pause_ends();
    }
    EXPECT_EQ(called().find("status"), std::string::npos) << "nobody asks whether to give up";
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_EQ(exits(0), WalkEnd::stopped);
}

// Why: a stop that hangs has taken its whole time-out; ten more would keep the service down for
// twenty minutes.
TEST_F(GroupWalk, TwoStopsThatHangAreEnough) {
    limits_.stop_retries = 10;
    stop();
    EXPECT_FALSE(ends(ScriptEnd::timed_out).has_value());
    pause_ends();
    EXPECT_FALSE(ends(ScriptEnd::timed_out).has_value());
    EXPECT_EQ(called(), "web stop, web stop, web status");
}

// Why: a member that answers the last question with "not running" lets the rest go on.
TEST_F(GroupWalk, AMemberThatDoesNotRunAfterTheLastTryLetsTheStopGoOn) {
    stop();
    stop_is_refused_to_the_last();
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_TRUE(logged("web::1 failed to stop but is not running"));
    EXPECT_EQ(exits(0), WalkEnd::stopped);
}

// Why: two nodes would run it: only the machine's own end is left.
TEST_F(GroupWalk, AMemberThatRunsAfterTheLastTryEndsTheWalk) {
    stop();
    stop_is_refused_to_the_last();
    EXPECT_EQ(says("running"), WalkEnd::stop_failed);
    EXPECT_TRUE(logged("Resource STOP failure. Reboot required!"));
    EXPECT_FALSE(group_.busy());
}

// Why: where the question gets no answer nobody knows that it stopped, so it counts as running.
TEST_F(GroupWalk, NoAnswerAfterTheLastTryCountsAsRunning) {
    for (const ScriptEnd how :
         {ScriptEnd::timed_out, ScriptEnd::signalled, ScriptEnd::not_started, ScriptEnd::missing}) {
        stop();
        stop_is_refused_to_the_last();
        EXPECT_EQ(ends(how), WalkEnd::stop_failed) << static_cast<int>(how);
    }
}

// --- neighbouring addresses ---

// Two addresses, a service, and one more address.
class AddressWalk : public GroupWalk {
protected:
    AddressWalk() {
        group_ = Group(make_group("alpha", "10.0.0.1 IPaddr2::10.0.0.2 web IPv6addr::fd00:0:0:1"));
    }
};

// Why: a thousand of them one after another would take seconds.
TEST_F(AddressWalk, NeighboursStartAtTheSameTimeAndOthersInTurn) {
    start();
    EXPECT_EQ(called(), "IPaddr status, IPaddr2 status");
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_EQ(called(), "IPaddr status, IPaddr2 status") << "one is still asked";
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_EQ(called(), "IPaddr status, IPaddr2 status, IPaddr start, IPaddr2 start");
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_FALSE(says("running").has_value());
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_EQ(exits(0), WalkEnd::started);
    EXPECT_EQ(called(),
              "IPaddr status, IPaddr2 status, IPaddr start, IPaddr2 start, web status, "
              "IPv6addr status, IPv6addr start");
}

// Why: what runs already must not be started a second time, in a row of addresses too.
TEST_F(AddressWalk, OnlyThoseThatDoNotRunAreStarted) {
    start();
    EXPECT_FALSE(says("running").has_value());
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_EQ(called(), "IPaddr status, IPaddr2 status, IPaddr2 start");
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_FALSE(says("running").has_value());
    EXPECT_EQ(says("running"), WalkEnd::started);
}

// Why: a stop beside a start that is still under way would race with it.
TEST_F(AddressWalk, AFailedStartWaitsForItsNeighbours) {
    start();
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_FALSE(exits(1).has_value());
    EXPECT_TRUE(logged("Return code 1 from IPaddr 10.0.0.1 start"));
    EXPECT_TRUE(logged("Giving up resources due to failure of 10.0.0.1"));
    EXPECT_TRUE(group_.busy());
    EXPECT_EQ(exits(0), WalkEnd::start_failed);
    EXPECT_EQ(called().find("web"), std::string::npos);
}

TEST_F(AddressWalk, AStopDuringTheStatusesAwaitsThemAll) {
    start();
    stop();
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_EQ(called(), "IPaddr status, IPaddr2 status");
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_EQ(called(), "IPaddr status, IPaddr2 status, IPv6addr stop");
}

TEST_F(AddressWalk, NeighboursStopAtTheSameTimeAfterWhatIsRightOfThem) {
    stop();
    EXPECT_EQ(called(), "IPv6addr stop");
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_EQ(called(), "IPv6addr stop, web stop, IPaddr2 stop, IPaddr stop");
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_EQ(exits(0), WalkEnd::stopped);
}

// Why: the ones that have stopped are not asked again; the others are, as often as ever.
TEST_F(AddressWalk, OnlyTheFailedStopsAreTriedAgain) {
    stop();
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_FALSE(exits(0).has_value());
    for (int i = 0; i < retries; ++i) {
        EXPECT_FALSE(exits(1).has_value());
        if (i == 0) EXPECT_FALSE(exits(0).has_value());
        pause_ends();
    }
    EXPECT_TRUE(logged("Retrying failed stop operation [IPaddr2::10.0.0.2]"));
    EXPECT_FALSE(logged("Retrying failed stop operation [10.0.0.1]"));
    EXPECT_FALSE(exits(1).has_value());
    EXPECT_EQ(called(),
              "IPv6addr stop, web stop, IPaddr2 stop, IPaddr stop, IPaddr2 stop, IPaddr2 stop, "
              "IPaddr2 status");
    EXPECT_EQ(says("stopped"), WalkEnd::stopped);
}

// Why: one address that stays is one too many, whatever the others say.
TEST_F(AddressWalk, OneThatStaysEndsTheWalk) {
    limits_.stop_retries = 1;
    stop();
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_FALSE(exits(1).has_value());
    EXPECT_FALSE(exits(1).has_value());
    pause_ends();
    EXPECT_FALSE(exits(1).has_value());
    EXPECT_FALSE(exits(1).has_value());
    EXPECT_FALSE(says("running").has_value());
    EXPECT_EQ(says("stopped"), WalkEnd::stop_failed);
    EXPECT_TRUE(logged("10.0.0.1 failed to stop but is not running"));
}

// --- answers nobody waits for ---

// Why: a script may end twice or late in the eyes of a daemon; that must not move the walk on.
TEST_F(GroupWalk, AnAnswerOfAnotherJobChangesNothing) {
    start();
    const JobId job = calls().front().job;
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_FALSE(group_.awaits(job));
    JobSource jobs;
    Wishes out;
    EXPECT_FALSE(group_.done(now_, {job, ScriptEnd::exited, 0, {}, 1ms}, jobs, out).has_value());
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(exits(1), WalkEnd::start_failed) << "the start is still awaited";
}

}  // namespace
}  // namespace hb::resource
