// The policy of respawn and failfast: a crash must not become a storm, an orderly stop is orderly.
#include "core/respawn.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace hb::core {
namespace {

using namespace std::chrono_literals;
using config::Program;
using config::ProgramKind;
using Strings = std::vector<std::string>;

Program program(const std::string& path, ProgramKind kind = ProgramKind::respawn) {
    return {kind, "root", path, path, 0};
}

class RespawnTest : public testing::Test {
protected:
    void configure(const std::vector<Program>& lines) {
        ProgramWishes out;
        respawn.configure(now, lines, out);
        take(out);
    }
    void begin(const std::vector<Program>& lines) {
        configure(lines);
        ProgramWishes out;
        respawn.begin(now, out);
        take(out);
    }
    void ends(const std::string& path, int status, ScriptEnd end = ScriptEnd::exited) {
        ProgramWishes out;
        respawn.ended(now, ids.at(path), end, status, out);
        take(out);
    }
    void stop() {
        ProgramWishes out;
        respawn.stop(now, out);
        take(out);
    }
    // To the next deadline, and what is due then.
    void wait() {
        ASSERT_NE(respawn.next_deadline(), never);
        ASSERT_GE(respawn.next_deadline(), now);
        now = respawn.next_deadline();
        ProgramWishes out;
        respawn.wakeup(now, out);
        take(out);
    }
    void take(const ProgramWishes& wishes) {
        for (const ProgramWish& wish : wishes) {
            if (const auto* start = std::get_if<StartProgram>(&wish)) {
                ids[start->program.path] = start->id;
                done.push_back("start " + start->program.path);
            } else if (const auto* end = std::get_if<StopProgram>(&wish)) {
                for (const auto& [path, id] : ids) {
                    if (id == end->id) done.push_back("stop " + path);
                }
            } else if (std::holds_alternative<ProgramsStopped>(wish)) {
                done.emplace_back("all stopped");
            } else if (const auto* fence = std::get_if<SelfFence>(&wish)) {
                done.push_back("fence: " + fence->reason);
            } else {
                ++lines_of[std::get<LogLine>(wish).id];
            }
        }
    }
    Strings taken() { return std::exchange(done, {}); }

    Instant now{};
    Respawn respawn;
    std::map<std::string, ProgramId> ids;
    std::map<LogId, int> lines_of;
    Strings done;
};

// Why: a program that talks to the cluster finds nobody before communication is up.
TEST_F(RespawnTest, ProgramsStartInFileOrderWhenCommunicationIsUp) {
    configure({program("/a"), program("/b"), program("/usr/lib/heartbeat/ipfail")});
    EXPECT_EQ(taken(), Strings{});
    begin({program("/a"), program("/b"), program("/usr/lib/heartbeat/ipfail")});
    EXPECT_EQ(taken(), (Strings{"start /a", "start /b"}));
    EXPECT_EQ(respawn.next_deadline(), never);
    EXPECT_EQ(respawn.running(), 2U);
}

// Why: this is what the directive promises.
TEST_F(RespawnTest, WhatEndsIsStartedAgainAfterAPause) {
    begin({program("/a")});
    taken();
    now = now + 5s;
    ends("/a", 0);
    EXPECT_EQ(taken(), Strings{});
    wait();
    EXPECT_EQ(now, Instant{6s});
    EXPECT_EQ(taken(), Strings{"start /a"});
    now = now + 31s;
    ends("/a", 3);
    EXPECT_EQ(taken(), Strings{"start /a"});
    EXPECT_EQ(lines_of[LogId::program_ended], 2);
}

// Why: 100 is how a program says that starting it again is of no use.
TEST_F(RespawnTest, ExitStatus100MeansNeverAgain) {
    begin({program("/a")});
    taken();
    ends("/a", 100);
    EXPECT_EQ(taken(), Strings{});
    EXPECT_EQ(respawn.next_deadline(), never);
    EXPECT_EQ(lines_of[LogId::program_down], 1);
    configure({program("/a")});
    EXPECT_EQ(taken(), Strings{});
    configure({});
    configure({program("/a")});
    EXPECT_EQ(taken(), Strings{"start /a"});
}

// Why: a program that crashes at once would otherwise be started a million times in a night, and
// fill the log.
TEST_F(RespawnTest, ACrashLoopIsDampedAndTellsOnceInAWhile) {
    begin({program("/a")});
    std::vector<Duration> pauses;
    for (int i = 0; i < 300; ++i) {
        taken();
        const Instant ended = now;
        ends("/a", 1);
        wait();
        pauses.push_back(now - ended);
        ASSERT_EQ(taken(), Strings{"start /a"});
    }
    EXPECT_EQ((std::vector<Duration>(pauses.begin(), pauses.begin() + 8)),
              (std::vector<Duration>{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}));
    EXPECT_EQ(pauses.back(), 60s);
    EXPECT_EQ(lines_of[LogId::program_ended], 10);
    EXPECT_EQ(lines_of[LogId::program_too_fast], 29);  // 290 ends a minute apart, one in ten told
}

// Why: what was mended must not be suspected for ever.
TEST_F(RespawnTest, ALongLifeEndsTheDamping) {
    begin({program("/a")});
    for (int i = 0; i < 12; ++i) {
        ends("/a", 1);
        wait();
    }
    taken();
    wait();  // the moment at which it has lived long enough
    EXPECT_EQ(lines_of[LogId::program_steady], 1);
    EXPECT_EQ(respawn.next_deadline(), never);
    ends("/a", 1);
    EXPECT_EQ(taken(), Strings{"start /a"});
    ends("/a", 1);
    wait();
    EXPECT_EQ(lines_of[LogId::program_too_fast], 1);
    EXPECT_EQ(taken(), Strings{"start /a"});
}

// Why: an administrator who has mended a program does not want to wait for its minute.
TEST_F(RespawnTest, AReloadStartsWhatWaits) {
    begin({program("/a")});
    for (int i = 0; i < 9; ++i) {
        ends("/a", 1);
        if (i < 8) wait();
    }
    taken();
    configure({program("/a")});
    EXPECT_EQ(taken(), Strings{"start /a"});
}

// Why: failfast is for programs without which the node is of no use; its end is the peer's turn.
TEST_F(RespawnTest, AFailureOfAFailfastProgramRebootsTheNode) {
    for (const auto& [end, status] :
         {std::pair{ScriptEnd::exited, 1}, {ScriptEnd::exited, 100}, {ScriptEnd::signalled, 11}}) {
        Respawn fresh;
        std::swap(respawn, fresh);
        begin({program("/a", ProgramKind::failfast)});
        taken();
        ends("/a", status, end);
        const Strings what = taken();
        ASSERT_EQ(what.size(), 1U);
        EXPECT_TRUE(what[0].starts_with("fence: failfast program /a ")) << what[0];
    }
}

// Why: a good end is no failure, and a start that the system refused is not the program's.
TEST_F(RespawnTest, AFailfastProgramMayEndWellOrNotStart) {
    begin({program("/a", ProgramKind::failfast)});
    taken();
    ends("/a", 0);
    wait();
    EXPECT_EQ(taken(), Strings{"start /a"});
    ends("/a", 0, ScriptEnd::missing);
    wait();
    EXPECT_EQ(taken(), Strings{"start /a"});
    ends("/a", 0, ScriptEnd::not_started);
    wait();
    EXPECT_EQ(taken(), Strings{"start /a"});
}

// Why: later programs may use earlier ones.
TEST_F(RespawnTest, TheOrderlyStopGoesBackwardsOneByOne) {
    begin({program("/a"), program("/b"), program("/c", ProgramKind::failfast)});
    taken();
    stop();
    EXPECT_EQ(taken(), Strings{"stop /c"});
    ends("/a", 1);  // by itself, meanwhile
    EXPECT_EQ(taken(), Strings{});
    ends("/c", 15, ScriptEnd::signalled);
    EXPECT_EQ(taken(), Strings{"stop /b"});
    stop();
    configure({program("/d")});
    EXPECT_EQ(taken(), Strings{});
    ends("/b", 0);
    EXPECT_EQ(taken(), Strings{"all stopped"});
    EXPECT_EQ(respawn.running(), 0U);
}

// Why: a program may need what is being released; that must not turn an orderly stop into a reboot.
TEST_F(RespawnTest, WhatEndsWhileTheDaemonLeavesIsNoFailure) {
    begin({program("/a"), program("/b", ProgramKind::failfast), program("/c")});
    taken();
    respawn.leave();
    ends("/b", 1);
    ends("/c", 1);
    configure({program("/a"), program("/d")});
    EXPECT_EQ(taken(), Strings{});
    EXPECT_EQ(respawn.next_deadline(), never);
    stop();
    EXPECT_EQ(taken(), Strings{"stop /a"});
    ends("/a", 0);
    EXPECT_EQ(taken(), Strings{"all stopped"});
}

// Why: the stop of a node whose peer never came must not wait for programs that never ran.
TEST_F(RespawnTest, NothingRunsNothingIsWaitedFor) {
    configure({program("/a")});
    stop();
    EXPECT_EQ(taken(), Strings{"all stopped"});
    Respawn fresh;
    std::swap(respawn, fresh);
    begin({program("/a")});
    ends("/a", 1);
    taken();
    stop();
    EXPECT_EQ(taken(), Strings{"all stopped"});
    EXPECT_EQ(respawn.next_deadline(), never);
}

// Why: 3.0.6 restarts everything at a reload.
TEST_F(RespawnTest, AReloadTouchesOnlyWhatChanged) {
    begin({program("/a"), program("/b")});
    taken();
    configure({program("/c"), program("/b")});
    EXPECT_EQ(taken(), (Strings{"stop /a", "start /c"}));
    ends("/a", 15, ScriptEnd::signalled);
    EXPECT_EQ(taken(), Strings{});
    stop();
    EXPECT_EQ(taken(), Strings{"stop /b"});
    ends("/b", 0);
    EXPECT_EQ(taken(), Strings{"stop /c"});
}

// Why: two reloads in a row must not leave a program that is wanted stopped, nor start it twice.
TEST_F(RespawnTest, ALineThatComesBackWaitsForTheOldEnd) {
    begin({program("/a")});
    taken();
    configure({});
    configure({program("/a")});
    EXPECT_EQ(taken(), Strings{"stop /a"});
    ends("/a", 15, ScriptEnd::signalled);
    EXPECT_EQ(taken(), Strings{"start /a"});
}

// Why: the stop must also wait for what a reload has just begun to end.
TEST_F(RespawnTest, AStopWaitsForWhatAReloadStops) {
    begin({program("/a"), program("/b")});
    taken();
    configure({program("/a")});
    stop();
    EXPECT_EQ(taken(), Strings{"stop /b"});
    ends("/b", 0);
    EXPECT_EQ(taken(), Strings{"stop /a"});
    ends("/a", 0);
    EXPECT_EQ(taken(), Strings{"all stopped"});
}

}  // namespace
}  // namespace hb::core
