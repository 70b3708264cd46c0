// What is said of a reset afterwards: to the node that was reset, to one that a device has only
// claimed to have reset, and to people.
#include <gtest/gtest.h>

#include "unit/resource/fencing_pair.hpp"

namespace hb::resource {
namespace {

// Why: whoever comes to a machine that has booted in the night looks into its own log first.
TEST(FencingTold, TheVictimReadsWhoHasResetItAndWhy) {
    FencingPair pair;
    pair.boot_both();
    pair.alpha_dies();
    pair.device_says("beta", FenceResult::confirmed);
    pair.boot("alpha");
    pair.join("alpha");
    EXPECT_TRUE(pair.logged("alpha",
                            "this node was reset by node beta: it fell silent, and groups may run "
                            "on it [ipmi 1]"));
    EXPECT_FALSE(pair.logged("beta", "this node was reset"));
    // Once, and not after the next life either.
    const auto said = pair.said("beta",
                                "hb_fenced node=alpha device=ipmi 1 why=it fell silent, and "
                                "groups may run on it");
    EXPECT_EQ(said, 1);
    pair.kill("alpha");
    pair.boot("alpha");
    pair.join("alpha");
    EXPECT_EQ(pair.said("beta",
                        "hb_fenced node=alpha device=ipmi 1 why=it fell silent, and groups may "
                        "run on it"),
              1);
}

// Why: a node that crashed and booted by itself was not reset, whatever was ordered.
TEST(FencingTold, NobodyIsToldOfAResetThatWasNotConfirmed) {
    FencingPair pair;
    pair.boot_both();
    pair.alpha_dies();
    pair.device_says("beta", FenceResult::unknown);
    pair.boot("alpha");
    pair.join("alpha");
    EXPECT_FALSE(pair.logged("alpha", "this node was reset"));
}

// Alpha is cut off, beta resets it, the device says yes and has done nothing; then both hear each
// other again.
void heal_after_a_lie(FencingPair& pair) {
    pair.boot_both();
    pair.beta_misses_alpha(60s);
    pair.device_says("beta", FenceResult::confirmed);
    ASSERT_EQ(pair.running("beta"), everything);
    ASSERT_EQ(pair.running("alpha"), alphas);
    pair.join_again();
    pair.hears(pair.at("alpha"), "beta", false);
    pair.beta_hears_alpha_again();
    pair.settle();
}

// Why: the file prefers alpha, but clients have found the group on beta since; and what alpha wrote
// meanwhile is doubtful. Both must say the same, or it runs on both or on none.
TEST(FencingTold, ANodeThatHasSurvivedItsResetGivesUpWhatWasTaken) {
    FencingPair pair;
    heal_after_a_lie(pair);
    EXPECT_EQ(pair.running("alpha"), Set{});
    EXPECT_EQ(pair.running("beta"), everything);
    EXPECT_TRUE(pair.logged("beta", "node alpha is alive though [ipmi 1] has confirmed its reset"));
    EXPECT_TRUE(pair.logged("alpha", "node beta has had a confirmation that this node was reset"));
    EXPECT_EQ(log_entry(LogId::fence_survived).level, Level::critical);
    EXPECT_FALSE(pair.logged("alpha", "this node was reset by"));
    EXPECT_EQ(pair.manager("beta").holdings(), "all");
    EXPECT_EQ(pair.manager("alpha").holdings(), "none");
}

// Why: two liars at one cut: each node has taken all. Then the file decides, as without devices.
TEST(FencingTold, WhenBothHaveSurvivedTheFileDecides) {
    FencingPair pair;
    pair.boot_both();
    pair.cut();
    for (const char* name : {"alpha", "beta"}) {
        pair.declare_dead(name, name == std::string("alpha") ? "beta" : "alpha");
        pair.device_says(name, FenceResult::confirmed);
        ASSERT_EQ(pair.running(name), everything);
    }
    pair.join_again();
    Wishes out;
    pair.hears(pair.at("alpha"), "beta", false);
    pair.beta_hears_alpha_again();
    pair.settle();
    EXPECT_EQ(pair.running("alpha"), alphas);
    EXPECT_EQ(pair.running("beta"), betas);
}

// Why: it stays true only until one of them starts anew: then every group is where it was taken to.
TEST(FencingTold, AnotherLifeMakesUpForALie) {
    FencingPair pair;
    heal_after_a_lie(pair);
    pair.alpha_dies();
    pair.device_says("beta", FenceResult::confirmed);
    pair.boot("alpha");
    pair.join("alpha");
    EXPECT_TRUE(pair.logged("alpha", "this node was reset by node beta"));
    EXPECT_EQ(pair.said("beta", pair.at("beta").said.back()), 1);
    EXPECT_EQ(pair.at("beta").said.back().find("hb_survived"), std::string::npos);
}

// Why: one line at three in the morning is easily missed while the service is down.
TEST(FencingTold, BlockedGroupsAreAnAlarmEachHour) {
    FencingPair pair;
    pair.boot_both();
    pair.alpha_dies();
    pair.device_fails("beta");
    const auto alarms = [&] {
        const auto& logs = pair.at("beta").logs;
        return std::count(logs.begin(), logs.end(),
                          "Nothing has confirmed that node alpha is down: its groups are still not "
                          "started");
    };
    const auto before = alarms();
    pair.settle(10h);
    EXPECT_GE(alarms(), before + 9);
    EXPECT_LE(alarms(), before + 11);
    pair.operator_confirms("beta", "alpha");
    EXPECT_EQ(pair.running("beta"), everything);
    const auto after = alarms();
    pair.settle(10h);
    EXPECT_EQ(alarms(), after);
    EXPECT_EQ(log_entry(LogId::fence_blocked).level, Level::critical);
}

// Why: the device was mended; nobody should have to confirm by hand what it can prove.
TEST(FencingTold, AReloadTriesAgainWhatWasGivenUp) {
    FencingPair pair;
    pair.boot_both();
    pair.alpha_dies();
    pair.device_fails("beta");
    const std::size_t before = pair.shots("beta");
    Wishes out;
    pair.manager("beta").reconfigure(pair.now(), pair.config_of("beta"), out);
    pair.carry("beta", out);
    pair.settle();
    ASSERT_EQ(pair.shots("beta"), before + 1);
    EXPECT_EQ(pair.running("beta"), betas);
    pair.device_says("beta", FenceResult::confirmed);
    EXPECT_EQ(pair.running("beta"), everything);
}

// Why: who was never heard before its reset may simply have been started after it.
TEST(FencingTold, FirstWordAfterAResetIsNoSignOfALie) {
    FencingPair pair;
    pair.boot("beta");
    pair.declare_dead("beta", "alpha", false);
    pair.join("beta");
    pair.device_says("beta", FenceResult::confirmed);
    pair.boot("alpha");
    pair.join("alpha", false);
    EXPECT_FALSE(pair.logged("beta", "is alive though"));
    EXPECT_TRUE(pair.logged("alpha",
                            "this node was reset by node beta: it was never heard, and groups may "
                            "run on it [ipmi 1]"));
}

// When alpha and beta shoot after a cut, in delays; beta hears the ping node, alpha does not.
TEST(FencingTold, TheNodeThatHearsAPingNodeShootsFirst) {
    FencingPair pair;
    pair.fencing.pings = true;
    pair.fencing.deadtime = 10s;
    pair.boot_both();
    pair.cut();
    pair.pass(9s, {"beta"});
    pair.declare_dead("alpha", "beta", true, 0s);
    pair.declare_dead("beta", "alpha", true, 0s);
    pair.settle(FencingPair::delay);
    EXPECT_EQ(pair.shots("beta"), 1U);
    pair.settle(2 * FencingPair::delay - 1ms);
    EXPECT_EQ(pair.shots("alpha"), 0U);
    pair.settle(2 * FencingPair::delay);
    EXPECT_EQ(pair.shots("alpha"), 1U);  // beta's device has not acted by now
}

}  // namespace
}  // namespace hb::resource
