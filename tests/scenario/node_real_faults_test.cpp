// Two stand-ins of a real Heartbeat 3.0.6 get stuck, or share groups, where the real ones do
// (resources.md 4 and 10.2): a checker must know these ends.
#include <gtest/gtest.h>

#include "scenario/real_story.hpp"
#include "sim/real_node.hpp"

namespace hb::test {
namespace {

using config::Failback;

// Why: B4, `none` is announced before the first stop, so a death in the middle asks for no fence.
TEST(RealFaults, CrashDuringReleaseIsNotFenced) {
    sim::Options options = real_options(Failback::off);
    options.script_min = options.script_max = 2s;
    RealStory story(options);
    story.world().power_on(story.n1());
    story.world().power_on(story.n2());
    story.run(40s);
    story.forget();
    story.world().stop(story.n1());
    story.run(1s);
    ASSERT_TRUE(story.said("alpha > t=resource rsc_hold=none rtype=full isstable=0 info=shutdown"));
    ASSERT_FALSE(story.n1().running.empty());
    story.world().power_off(story.n1());
    story.run(20s);
    EXPECT_TRUE(story.said("beta Dead node alpha gave up resources."));
    EXPECT_TRUE(story.said("beta > t=stonith node=alpha result=unneeded"));
    EXPECT_FALSE(story.said("result=n_stnth"));
    EXPECT_EQ(story.n2().running, both);
}

// Why: B24, a silence just above deadtime is met by a heartbeat, not by the poll: the groups of a
// living node are taken, both run them, nobody restarts and nobody repairs.
TEST(RealFaults, HeartbeatJustAfterDeadtimeMakesTwoOwnersForGood) {
    bool met = false;
    // Whether a poll falls between depends on where the heartbeat stands between two of them.
    for (int ms = 0; ms <= 1000 && !met; ms += 50) {
        RealStory story(Failback::off);
        story.boot_both();
        story.run(std::chrono::milliseconds(ms));
        story.world().cut(0, 3s);
        story.run(60s);
        met = story.said("beta CRIT: Late heartbeat: Node alpha") &&
              !story.said("returning after partition");
        if (!met) continue;
        EXPECT_EQ(story.n1().running, own1);
        EXPECT_EQ(story.n2().running, both);
        EXPECT_EQ(story.holdings(story.n1()), "local");
        EXPECT_EQ(story.holdings(story.n2()), "all");
        EXPECT_TRUE(story.said("alpha ERROR: Both machines own our resources!"));
        const auto& real = dynamic_cast<const sim::RealNode&>(*story.n2().core);
        EXPECT_EQ(sim::cause_of_overlap(real.facts(), resource::Holding::foreign)
                      .value_or("")
                      .substr(0, 3),
                  "B24");
    }
    EXPECT_TRUE(met);
}

// Why: 4.6, two requests that cross are both in phase ME; both are cancelled after 10 s and nothing
// moves.
TEST(RealFaults, CrossingRequestsCancelEachOther) {
    RealStory story(Failback::off);
    story.boot_both();
    story.world().command(story.n1(), true, "all");
    story.world().command(story.n2(), true, "all");
    story.run(9s);
    EXPECT_EQ(story.holdings(story.n1()), "transition");
    EXPECT_EQ(story.holdings(story.n2()), "transition");
    story.run(2s);
    EXPECT_TRUE(story.said("alpha WARN: No reply to standby request."));
    EXPECT_TRUE(story.said("beta WARN: No reply to standby request."));
    EXPECT_EQ(story.holdings(story.n1()), "local");
    EXPECT_EQ(story.holdings(story.n2()), "local");
    EXPECT_EQ(story.n1().running, own1);
    EXPECT_EQ(story.n2().running, own2);
}

// Why: 4.6, a request that nobody answers is over after 10 s and moves nothing.
TEST(RealFaults, RequestToADeadPeerIsCancelled) {
    RealStory story(Failback::off);
    story.boot_n2_alone();
    story.world().command(story.n2(), true, "all");
    story.run(9s);
    EXPECT_EQ(story.holdings(story.n2()), "transition");
    story.run(2s);
    EXPECT_EQ(story.holdings(story.n2()), "all");
    EXPECT_EQ(story.n2().running, both);
}

// Why: 4.15, after a one-way cut only the deaf node restarts; until then both run its peer's group,
// and with auto_failback on each ends with its own.
TEST(RealFaults, OneWayCutRestartsTheDeafNode) {
    RealStory story(Failback::on);
    story.boot_both();
    story.world().cut(0, 8s);
    story.run(7s);
    EXPECT_EQ(story.n1().running, own1);
    EXPECT_EQ(story.n2().running, both);
    story.run(40s);
    EXPECT_TRUE(story.said("beta CRIT: Cluster node alpha returning after partition."));
    EXPECT_FALSE(story.said("alpha CRIT: Cluster node beta returning after partition."));
    EXPECT_TRUE(story.said("beta Heartbeat restart triggered."));
    EXPECT_EQ(story.n1().running, own1);
    EXPECT_EQ(story.n2().running, own2);
}

}  // namespace
}  // namespace hb::test
