// Golden stories with a fencing device: two whole nodes, power switches, virtual time.
#include <gtest/gtest.h>

#include <cstdlib>

#include "scenario/node_story.hpp"

namespace hb::test {
namespace {

using config::Failback;

bool runs_all(const sim::Machine& machine) { return machine.running.size() == 4; }

// Why: the promise of fencing, in the order in which an operator would read it in the log.
TEST(NodeFencing, ADeadNodeIsResetBeforeItsGroupsStart) {
    FencedStory story;
    story.boot_both();
    story.world().power_off(story.alpha());
    story.run(4s);
    EXPECT_TRUE(runs_all(story.beta()));
    EXPECT_TRUE(story.before("node alpha: is dead", "node alpha will be reset in"));
    EXPECT_TRUE(story.before("node alpha will be reset in", "Resetting node alpha with [switch0]"));
    EXPECT_TRUE(story.before("node alpha now reset.", "Acquiring resource group: alpha"));
    EXPECT_EQ(story.world().violation(), "");
}

// Why: both hear nothing and both have a device; when the two shoot at once nobody serves.
// 10,000 of them with HB_LONG=1 in the environment.
TEST(NodeFencing, ACutOfEveryLineLeavesExactlyOneNode) {
    const int cuts = std::getenv("HB_LONG") != nullptr ? 10'000 : 400;
    for (int i = 0; i < cuts; ++i) {
        FencedStory story;
        story.boot_both();
        story.run(std::chrono::microseconds(i * 997 % 1'000'000));
        const auto first = static_cast<std::size_t>(i % 2);
        story.world().cut(first, 60s);
        story.run(
            std::chrono::milliseconds(i / 2 % 10 * 10));  // the other direction a little later
        story.world().cut(1 - first, 60s);
        story.run(3s);
        ASSERT_NE(story.alpha().powered, story.beta().powered) << i;
        ASSERT_TRUE(runs_all(story.alpha().powered ? story.alpha() : story.beta())) << i;
        ASSERT_EQ(story.world().violation(), "") << i;
    }
}

// Why: its peer is two seconds more patient with a fresh node, which itself is not: the one that
// should have waited shot in the same moment as the other one.
TEST(NodeFencing, ACutBehindAFreshNodeLeavesExactlyOneNode) {
    for (int i = 0; i < 100; ++i) {
        FencedStory story(i % 2 == 0 ? 1s : 2s);
        sim::Machine& fresh = i / 2 % 2 == 0 ? story.alpha() : story.beta();
        sim::Machine& other = i / 2 % 2 == 0 ? story.beta() : story.alpha();
        story.world().power_on(other);
        story.run(10s);
        story.world().power_on(fresh);
        story.run(500ms + std::chrono::milliseconds(i * 60));  // also after its five seconds
        const bool both = !fresh.running.empty() || !other.running.empty();
        ASSERT_TRUE(both) << i;
        story.world().cut(0, 60s);
        story.world().cut(1, 60s);
        story.run(15s);
        ASSERT_NE(story.alpha().powered, story.beta().powered) << i;
        ASSERT_TRUE(runs_all(story.alpha().powered ? story.alpha() : story.beta())) << i;
        ASSERT_EQ(story.world().violation(), "") << i;
    }
}

// Why: at the end of its first five seconds a fresh node cannot know which patience its peer has
// heard of last. Everything runs on it, and the delay is just as long as that patience.
TEST(NodeFencing, ACutAtTheEndOfAFreshNodesGraceLeavesExactlyOneNode) {
    for (int i = 0; i < 80; ++i) {
        FencedStory story(2s);
        story.world().power_on(story.alpha());
        story.run(10s + std::chrono::milliseconds(i % 4 * 10));  // its heartbeats come later
        story.world().power_on(story.beta());
        story.run(2s);
        story.world().command(story.beta(), false, "all");
        story.run(2900ms + std::chrono::milliseconds(i / 4 * 20));
        ASSERT_TRUE(runs_all(story.beta())) << i;
        story.world().cut(0, 60s);
        story.world().cut(1, 60s);
        story.run(15s);
        ASSERT_NE(story.alpha().powered, story.beta().powered) << i;
        ASSERT_TRUE(runs_all(story.alpha().powered ? story.alpha() : story.beta())) << i;
    }
}

// Why: the same fault takes the gateway from both; who shoots first then waits, too, and must not
// wait for the longest time that the other one may need.
TEST(NodeFencing, ACutOfEverythingAtTheEndOfAFreshNodesGraceLeavesExactlyOneNode) {
    for (int i = 0; i < 320; ++i) {
        FencedStory story(2s, 1);
        const auto fresh = static_cast<std::size_t>(i % 2);
        story.world().power_on(story.world().machine(1 - fresh));
        story.run(10s + std::chrono::milliseconds(i / 2 % 4 * 10));  // its heartbeats come later
        story.world().power_on(story.world().machine(fresh));
        story.run(2s);
        sim::Machine& owner = story.world().machine(static_cast<std::size_t>(i / 8 % 2));
        story.world().command(owner, false, "all");
        story.run(2900ms + std::chrono::milliseconds(i / 16 * 20));
        ASSERT_TRUE(runs_all(owner)) << i;
        for (const std::size_t each : {0U, 1U}) {
            story.world().cut(each, 60s);
            story.world().cut_gateways(each, 60s);
        }
        story.run(25s);
        ASSERT_NE(story.alpha().powered, story.beta().powered) << i;
        ASSERT_TRUE(runs_all(owner)) << i;
    }
}

// Why: the daemon is gone, its groups are not. 3.0.6 started them a second time.
TEST(NodeFencing, GroupsOfAKilledDaemonAreStoppedByTheirReset) {
    FencedStory story;
    story.boot_both();
    story.world().kill_daemon(story.alpha());
    story.run(4s);
    EXPECT_FALSE(story.line("is reset by its device").empty());
    EXPECT_TRUE(runs_all(story.beta()));
    EXPECT_EQ(story.world().violation(), "");
}

// Why: no is not a yes, and silence is not either. The groups wait, and the log says for what.
TEST(NodeFencing, GroupsWaitWhileNoDeviceConfirms) {
    FencedStory story;
    story.world().devices().set_mood(0, sim::DeviceMood::refuses);
    story.boot_both();
    story.world().power_off(story.alpha());
    story.run(600s);
    EXPECT_FALSE(runs_all(story.beta()));
    EXPECT_EQ(story.beta().core->view().holdings, "transition");
    EXPECT_FALSE(story.line("STONITH of alpha failed 10 times and is given up").empty());
    story.world().power_on(story.alpha());
    story.run(10s);
    EXPECT_EQ(story.alpha().running.size() + story.beta().running.size(), 4U);
    EXPECT_EQ(story.world().violation(), "");
}

// Why: a node that stops in order has nothing that a shot could end.
TEST(NodeFencing, WhoLeavesInOrderIsNotShot) {
    FencedStory story;
    story.boot_both();
    story.world().stop(story.alpha());
    story.run(900ms);
    EXPECT_TRUE(runs_all(story.beta()));
    EXPECT_TRUE(story.line("Resetting node").empty());
    EXPECT_EQ(story.world().violation(), "");
}

// Why: a peer that is heard again before the shot must live.
TEST(NodeFencing, AShotIsCalledOffWhenThePeerIsHeardInTime) {
    FencedStory story;
    story.boot_both();
    story.world().cut(0, 1500ms);
    story.run(5s);
    EXPECT_FALSE(story.line("reset of node alpha called off: it is heard again").empty());
    EXPECT_TRUE(story.line("is reset by its device").empty());
    EXPECT_EQ(story.alpha().running.size(), 2U);
    EXPECT_EQ(story.beta().running.size(), 2U);
    EXPECT_EQ(story.world().violation(), "");
}

}  // namespace
}  // namespace hb::test
