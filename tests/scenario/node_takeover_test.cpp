// Golden stories of two whole nodes in virtual time: what an administrator would read in the log.
#include <gtest/gtest.h>

#include "scenario/node_story.hpp"

namespace hb::test {
namespace {

using Lines = std::vector<std::string>;
using config::Failback;

// Why: the story of the README, to the millisecond: the last heartbeat of alpha was at 6000 ms.
TEST(NodeStory, PowerCutToService) {
    Story story(Failback::off);
    story.boot_both();
    story.run(1ms);
    story.world().power_off(story.alpha());
    story.run(1500ms);
    EXPECT_EQ(story.golden(), (Lines{
                                  "[6001] alpha power cut",
                                  "[7000] beta node alpha: is dead",
                                  "[7000] beta Link alpha:eth0 dead.",
                                  "[7000] beta Link alpha:eth1 dead.",
                                  "[7000] beta No STONITH device configured.",
                                  "[7000] beta Shared disks are not protected.",
                                  "[7000] beta Resources being acquired from alpha.",
                                  "[7000] beta Acquiring resource group: alpha g0m0 g0m1",
                                  "[7010] beta runs g0m0 start",
                                  "[7030] beta runs g0m1 start",
                                  "[7040] beta Resource group g0m0 runs here (40 ms)",
                                  "[7040] beta mach_down takeover complete.",
                                  "[7040] beta mach_down takeover complete for node alpha.",
                              }));
    EXPECT_EQ(story.beta().core->view().holdings, "all");
}

// Why: two of ours booting together serve at once; two real nodes need ten seconds.
TEST(NodeStory, BothBootAndServeWithinATenthOfASecond) {
    Story story(Failback::off);
    story.world().power_on(story.alpha());
    story.world().power_on(story.beta());
    story.run(100ms);
    EXPECT_EQ(story.alpha().running.size(), 2U);
    EXPECT_EQ(story.beta().running.size(), 2U);
}

// Why: a node that boots alone must wait for initdead, then serve everything.
TEST(NodeStory, LoneBootServesAfterInitdead) {
    Story story(Failback::off);
    story.world().power_on(story.beta());
    story.run(1900ms);
    EXPECT_TRUE(story.beta().running.empty());
    story.run(1200ms);
    EXPECT_EQ(story.beta().running.size(), 4U);
    EXPECT_NE(story.line("Initial resource acquisition complete (mach_down)"), "");
}

// Why: each node goes by its own file; that they differ is told once, and again by a new daemon.
TEST(NodeStory, DifferentFilesAreToldOnceByEachDaemon) {
    sim::Options options = Story::options(Failback::off, 2, 1s);
    options.node[1].other_file = true;
    Story story(options);
    story.world().power_on(story.alpha());
    story.world().power_on(story.beta());
    story.run(60s);
    EXPECT_EQ(story.count("alpha haresources on beta is another one"), 1);
    EXPECT_EQ(story.count("beta haresources on alpha is another one"), 1);
    story.world().power_off(story.beta());
    story.run(5s);
    story.world().power_on(story.beta());
    story.run(10s);
    EXPECT_EQ(story.count("alpha haresources on beta is another one"), 1);
    EXPECT_EQ(story.count("beta haresources on alpha is another one"), 2);
    EXPECT_EQ(story.count("is the same again"), 0);
}

// Why: a stop hands over without waiting for deadtime.
TEST(NodeStory, GracefulStopTakesNoDeadtime) {
    Story story(Failback::off);
    story.boot_both();
    story.world().stop(story.alpha());
    story.run(200ms);
    EXPECT_EQ(story.beta().running.size(), 4U);
    EXPECT_TRUE(story.before("Received shutdown notice from 'alpha'", "runs g0m0 start"));
    EXPECT_NE(story.line("alpha daemon ended"), "");
    EXPECT_EQ(story.line("is dead"), "");
}

// Why: a reboot within deadtime must not orphan groups, nor start one twice.
TEST(NodeStory, FastRebootIsNoDeath) {
    Story story(Failback::off);
    story.boot_both();
    story.world().power_off(story.alpha());
    story.run(300ms);
    story.world().power_on(story.alpha());
    story.run(1s);
    EXPECT_EQ(story.line("is dead"), "");
    EXPECT_NE(story.line("Heartbeat restart on node alpha"), "");
    EXPECT_EQ(story.alpha().running.size(), 2U);
    EXPECT_EQ(story.beta().running.size(), 2U);
}

// Why: a daemon that is killed leaves its groups; back within deadtime nothing may be touched.
TEST(NodeStory, KilledDaemonFindsItsGroupsRunning) {
    Story story(Failback::off);
    story.boot_both();
    story.world().kill_daemon(story.alpha());
    story.run(300ms);
    story.world().start_daemon(story.alpha());
    story.run(1s);
    EXPECT_NE(story.line("alpha Resource group g0m0 was found running at start"), "");
    EXPECT_EQ(story.line("runs g0m0"), "");
    EXPECT_EQ(story.line("runs g0m1"), "");
}

// Why: without fencing a cut of every line lets both serve; healed, each group runs once and no
// daemon restarts (3.0.6 restarts both).
TEST(NodeStory, HealedCutLeavesEachGroupOnce) {
    Story story(Failback::off);
    story.boot_both();
    story.world().cut(0, 3s);
    story.world().cut(1, 3s);
    story.run(2500ms);
    EXPECT_EQ(story.alpha().running.size(), 4U);
    EXPECT_EQ(story.beta().running.size(), 4U);
    story.run(3s);
    EXPECT_EQ(story.alpha().running, (std::set<std::string>{"g0m0", "g0m1"}));
    EXPECT_EQ(story.beta().running, (std::set<std::string>{"g1m0", "g1m1"}));
    EXPECT_NE(story.line("returning after partition"), "");
    EXPECT_EQ(story.line("daemon"), "");
}

// Why: with one group to keep on each side the two answered each other's claims at wire speed, and
// logged each time, until the slower stop had ended.
TEST(NodeStory, ConflictIsLoggedAndAnsweredOnce) {
    Story story(Failback::off);
    story.boot_both();
    story.world().cut(0, 3s);
    story.world().cut(1, 3s);
    story.run(6s);
    EXPECT_EQ(story.count("ran on both nodes: alpha keeps it"), 2);
    EXPECT_EQ(story.count("ran on both nodes: beta keeps it"), 2);
    EXPECT_EQ(story.count("Both machines own"), 4);
}

// Why: our own stall is not the peer's silence; a paused node that takes over is the classic
// false failover.
TEST(NodeStory, PausedStandbyNodeDoesNotKillTheOwner) {
    Story story(Failback::off);
    story.boot_both();
    story.world().pause(story.beta(), 900ms, false);
    story.run(5s);
    EXPECT_NE(story.line("our own stall"), "");
    EXPECT_EQ(story.line("is dead"), "");
    EXPECT_EQ(story.line(" start"), "");
}

// Why: hb_takeover on the node that wants, hb_standby on the node that gives: the same move.
TEST(NodeStory, CommandsMoveGroupsThereAndBack) {
    Story story(Failback::off);
    story.boot_both();
    story.world().command(story.beta(), false, "all");
    story.run(1s);
    EXPECT_EQ(story.beta().running.size(), 4U);
    story.world().command(story.beta(), true, "foreign");
    story.run(1s);
    EXPECT_EQ(story.alpha().running, (std::set<std::string>{"g0m0", "g0m1"}));
    EXPECT_EQ(story.beta().running, (std::set<std::string>{"g1m0", "g1m1"}));
    EXPECT_EQ(story.world().violation(), "");
}

// Why: the simulator's promise: the same seed gives the same run, byte for byte.
TEST(Simulator, SameSeedSameTrace) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        std::vector<std::string> first, second;
        sim::World(sim::draw(seed), [&first](const std::string& l) { first.push_back(l); }).run();
        sim::World(sim::draw(seed), [&second](const std::string& l) { second.push_back(l); }).run();
        EXPECT_EQ(first, second) << seed;
        EXPECT_FALSE(first.empty());
    }
}

// Why: a checker that never fires checks nothing. A group that starts while the peer runs it, with
// no cause, must be seen.
TEST(Simulator, ExclusiveSeesAnOverlapWithoutACause) {
    sim::Options options = sim::draw(1, {sim::Wanted::Fencing::on}).options;
    options.bad_scripts.clear();
    sim::Exclusive checker(options);
    sim::Machines machines;
    machines[1].index = 1;
    for (sim::Machine& machine : machines) {
        machine.running = {"g0m0"};
    }
    EXPECT_TRUE(checker.check(Instant{1s}, machines));
    machines[1].running = {"g0m1"};
    EXPECT_FALSE(checker.check(Instant{1s}, machines));
}

}  // namespace
}  // namespace hb::test
