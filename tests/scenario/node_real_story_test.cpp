// Two stand-ins of a real Heartbeat 3.0.6 live through the scenarios of the specification
// (resources.md 5): who runs what at the end, and after what time.
#include <gtest/gtest.h>

#include "scenario/real_story.hpp"

namespace hb::test {
namespace {

using config::Failback;

// Why: 5.1, a lone boot waits for initdead, then serves everything, its own groups last.
TEST(RealStory, LoneBootServesAllAfterInitdead) {
    RealStory story(Failback::on);
    story.world().power_on(story.n2());
    story.run(6s);
    EXPECT_TRUE(story.n2().running.empty());
    EXPECT_LT(story.until_runs(story.n2(), both, 10s), 1s);
    EXPECT_EQ(story.said("beta runs g1m0 start"), true);
    EXPECT_EQ(story.holdings(story.n2()), "transition");  // R is STABLE only after T_L
    story.run(11s);
    EXPECT_EQ(story.holdings(story.n2()), "all");
}

// Why: 5.1, who joins within these ten seconds is told `isstable=0` and gets its groups only after
// them, 6 to 7 s later here.
TEST(RealStory, WhoJoinsALoneBooterEarlyWaitsForItsTenSeconds) {
    RealStory story(Failback::on);
    story.world().power_on(story.n2());
    story.run(10s);
    story.world().power_on(story.n1());
    story.run(1s);
    EXPECT_TRUE(story.said("beta > t=resource rsc_hold=all rtype=full isstable=0"));
    const Duration span = story.until_runs(story.n1(), own1, 20s);
    EXPECT_GT(span, 4s);
    EXPECT_LT(span, 7s);
    EXPECT_EQ(story.n2().running, own2);
}

// Why: 5.2, both boot and do nothing for ten fixed seconds.
TEST(RealStory, BothBootAndWaitTenSeconds) {
    RealStory story(Failback::on);
    story.world().power_on(story.n1());
    story.world().power_on(story.n2());
    story.run(10s);
    EXPECT_TRUE(story.n1().running.empty());
    EXPECT_TRUE(story.n2().running.empty());
    EXPECT_LT(story.until_runs(story.n1(), own1, 10s), 2s);
    story.run(2s);
    EXPECT_EQ(story.n2().running, own2);
    EXPECT_EQ(story.holdings(story.n1()), "local");
    EXPECT_EQ(story.holdings(story.n2()), "local");
}

// Why: 5.3, deadtime, one poll and the scripts are all that a crash costs.
TEST(RealStory, CrashOfThePrimary) {
    RealStory story(Failback::on);
    story.boot_both();
    story.world().power_off(story.n1());
    const Duration span = story.until_runs(story.n2(), both, 10s);
    EXPECT_GT(span, 2700ms);
    EXPECT_LT(span, 3s + 250ms + 400ms);
    story.run(1s);
    EXPECT_TRUE(story.said("mach_down takeover complete."));
    EXPECT_EQ(story.holdings(story.n2()), "all");
}

// Why: 5.4, with auto_failback off the primary comes back to nothing.
TEST(RealStory, PrimaryReturnsWithoutFailback) {
    RealStory story(Failback::off);
    story.boot_n2_alone();
    story.world().power_on(story.n1());
    story.run(20s);
    EXPECT_TRUE(story.n1().running.empty());
    EXPECT_EQ(story.n2().running, both);
    EXPECT_EQ(story.holdings(story.n1()), "none");
    EXPECT_EQ(story.holdings(story.n2()), "all");
}

// Why: 5.5, with auto_failback on it has its group about a second after it is active.
TEST(RealStory, PrimaryReturnsWithFailback) {
    RealStory story(Failback::on);
    story.boot_n2_alone();
    story.world().power_on(story.n1());
    EXPECT_LT(story.until_runs(story.n1(), own1, 10s), 3s);
    story.run(3s);
    EXPECT_EQ(story.n2().running, own2);
    EXPECT_EQ(story.holdings(story.n1()), "local");
    EXPECT_EQ(story.holdings(story.n2()), "local");
}

// Why: 5.6, a stop is taken over at once.
TEST(RealStory, GracefulStop) {
    RealStory story(Failback::off);
    story.boot_both();
    story.world().stop(story.n1());
    EXPECT_LT(story.until_runs(story.n2(), both, 10s), 1s);
    EXPECT_TRUE(story.n1().running.empty());
}

// Why: 5.7, and what is left is what the giver did not give.
TEST(RealStory, StandbyOfEachClass) {
    struct Case {
        const char* word;
        Members n1, n2;
    };
    for (const Case& each :
         {Case{"all", both, {}}, Case{"local", both, {}}, Case{"foreign", own1, own2}}) {
        RealStory story(Failback::off);
        story.boot_both();
        story.world().command(story.n2(), true, each.word);
        story.run(5s);
        EXPECT_EQ(story.n1().running, each.n1) << each.word;
        EXPECT_EQ(story.n2().running, each.n2) << each.word;
        EXPECT_NE(story.holdings(story.n1()), "transition") << each.word;
        EXPECT_NE(story.holdings(story.n2()), "transition") << each.word;
    }
}

// Why: 5.8, the other node runs hb_standby with the mirrored class; and B3: failback acts as all.
TEST(RealStory, TakeoverOfEachClass) {
    struct Case {
        const char* word;
        Members n1, n2;
    };
    for (const Case& each : {Case{"all", both, {}}, Case{"foreign", both, {}},
                             Case{"local", own1, own2}, Case{"failback", both, {}}}) {
        RealStory story(Failback::off);
        story.boot_both();
        story.world().command(story.n1(), false, each.word);
        story.run(5s);
        EXPECT_EQ(story.n1().running, each.n1) << each.word;
        EXPECT_EQ(story.n2().running, each.n2) << each.word;
    }
}

// Why: 5.9, after a healed partition nobody serves for about 18 s, and nobody wins.
TEST(RealStory, HealedPartitionCostsAFullRestartOfBoth) {
    RealStory story(Failback::on);
    story.boot_both();
    story.world().cut(0, 10s);
    story.world().cut(1, 10s);
    story.run(10s);
    EXPECT_EQ(story.n1().running, both);
    EXPECT_EQ(story.n2().running, both);
    story.run(4s);
    EXPECT_TRUE(story.n1().running.empty());
    EXPECT_TRUE(story.n2().running.empty());
    const Duration span = story.until_runs(story.n1(), own1, 30s);
    EXPECT_GT(span, 12s);
    EXPECT_LT(span, 18s);
    story.run(2s);
    EXPECT_EQ(story.n2().running, own2);
}

// Why: 5.11 and B2, a failed local group is claimed and runs nowhere, and 30 s later the healthy
// foreign one is given away instead.
TEST(RealStory, FailedStartOfAnOwnGroupMovesTheOthers) {
    sim::Options options = real_options(Failback::off);
    options.bad_scripts.push_back({1, 1, 0, sim::ScriptFault::start_fails});
    RealStory story(options);
    story.world().power_on(story.n2());
    story.run(20s);
    EXPECT_EQ(story.holdings(story.n2()), "all");
    EXPECT_EQ(story.n2().running, own1);
    story.world().power_on(story.n1());
    story.run(15s);
    EXPECT_EQ(story.n2().running, own1);
    story.run(15s);
    EXPECT_EQ(story.sent_of("ask_resources").front(),
              "n2 t=ask_resources rsc_hold=foreign info=me");
    EXPECT_EQ(story.n1().running, own1);
    EXPECT_TRUE(story.n2().running.empty());
    EXPECT_EQ(story.holdings(story.n1()), "local");
    EXPECT_EQ(story.holdings(story.n2()), "local");
}

// Why: 5.11, a foreign group that fails at a takeover is claimed too, and offered back after 30 s.
TEST(RealStory, FailedStartOfAForeignGroupIsOfferedBack) {
    sim::Options options = real_options(Failback::off);
    options.bad_scripts.push_back({1, 0, 0, sim::ScriptFault::start_fails});
    RealStory story(options);
    story.boot_both();
    story.world().power_off(story.n1());
    story.run(5s);
    EXPECT_EQ(story.n2().running, own2);
    EXPECT_EQ(story.holdings(story.n2()), "all");
    story.world().power_on(story.n1());
    story.run(20s);
    EXPECT_TRUE(story.n1().running.empty());
    story.run(15s);
    EXPECT_EQ(story.n1().running, own1);
    EXPECT_EQ(story.n2().running, own2);
}

// Why: 5.13 and B5, who held everything and is back before deadtime takes only its own; the other's
// groups are orphans, which is logged and not mended.
TEST(RealStory, FastRestartOfTheHolderOrphansTheOthersGroups) {
    RealStory story(Failback::off);
    story.boot_n2_alone();
    story.world().power_on(story.n1());
    story.run(20s);
    story.forget();
    story.world().power_off(story.n2());
    story.run(500ms);
    story.world().power_on(story.n2());
    story.run(60s);
    EXPECT_TRUE(story.n1().running.empty());
    EXPECT_EQ(story.n2().running, own2);
    EXPECT_EQ(story.holdings(story.n1()), "none");
    EXPECT_EQ(story.holdings(story.n2()), "local");
    EXPECT_TRUE(story.said("alpha ERROR: No one owns our local resources!"));
    EXPECT_TRUE(story.said("beta ERROR: No one owns foreign resources!"));
}

// Why: 5.13, when each held its own a fast restart does no harm.
TEST(RealStory, FastRestartWithOwnGroupsIsHarmless) {
    RealStory story(Failback::off);
    story.boot_both();
    story.world().power_off(story.n2());
    story.run(500ms);
    story.world().power_on(story.n2());
    story.run(20s);
    EXPECT_EQ(story.n1().running, own1);
    EXPECT_EQ(story.n2().running, own2);
}

}  // namespace
}  // namespace hb::test
