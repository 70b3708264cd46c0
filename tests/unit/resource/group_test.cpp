// One group walks its scripts: what each end of a script leads to, and what an operator reads.
#include "resource/group.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "unit/resource/group_walk.hpp"

namespace hb::resource {
namespace {

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
