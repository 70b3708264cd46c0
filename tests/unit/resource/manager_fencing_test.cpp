// A peer is dead and a device can reset it: who is shot, and that nothing starts before the yes.
#include <gtest/gtest.h>

#include "unit/resource/fencing_pair.hpp"

namespace hb::resource {
namespace {

// Why: the second promise of the program: no group runs twice because a node only seemed dead.
TEST(Fencing, NothingOfADeadOwnerStartsBeforeTheDeviceConfirms) {
    FencingPair pair;
    pair.boot_both();
    pair.alpha_dies();
    ASSERT_EQ(pair.shots("beta"), 1U);
    EXPECT_EQ(pair.at("beta").shots[0].target, "alpha");
    EXPECT_EQ(pair.running("beta"), betas);
    EXPECT_EQ(pair.tenure("beta", "10.0.0.1"), Tenure::waiting_for_claim);
    EXPECT_EQ(pair.manager("beta").holdings(), "transition");
    EXPECT_FALSE(pair.logged("beta", "Resources being acquired from alpha."));
    EXPECT_EQ(pair.said("beta", "stonith node=alpha result=OK"), 0);
    pair.device_says("beta", FenceResult::confirmed);
    EXPECT_EQ(pair.running("beta"), everything);
    EXPECT_EQ(pair.manager("beta").holdings(), "all");
    EXPECT_EQ(pair.said("beta", "stonith node=alpha result=OK"), 1);
    EXPECT_TRUE(pair.logged("beta", "mach_down takeover complete for node alpha."));
}

// Why: a device that says no, or nothing, has proved nothing.
TEST(Fencing, NoOtherAnswerStartsAnything) {
    for (const FenceResult result : {FenceResult::refused, FenceResult::unknown}) {
        FencingPair pair;
        pair.boot_both();
        pair.alpha_dies();
        pair.device_says("beta", result);
        EXPECT_EQ(pair.running("beta"), betas);
        EXPECT_EQ(pair.shots("beta"), 2U);  // it goes on
        pair.device_says("beta", FenceResult::confirmed);
        EXPECT_EQ(pair.running("beta"), everything);
    }
}

// Why: alpha may have claimed the group after its last word that we heard.
TEST(Fencing, GroupThatNobodyHeldByTheLastWordWaitsAsWell) {
    FencingPair pair;
    pair.at("alpha").start_fails.insert("web");
    pair.at("beta").start_fails.insert("web");
    pair.boot_both();
    ASSERT_EQ(pair.running("alpha"), Set{});
    ASSERT_EQ(pair.started("beta", "web"), 1);
    pair.at("beta").start_fails.clear();
    pair.alpha_dies();
    ASSERT_EQ(pair.shots("beta"), 1U);
    EXPECT_EQ(pair.started("beta", "web"), 1);
    pair.device_says("beta", FenceResult::confirmed);
    EXPECT_EQ(pair.running("beta"), everything);
}

// Why: nothing waits for an empty node that is dead. But behind a cut it lives, and would shoot the
// node on which everything runs: whoever owns more is faster, and says so.
TEST(Fencing, EmptyPeerIsShotInDefenceAndNothingWaitsForIt) {
    FencingPair pair;
    pair.boot_both();
    pair.standby("alpha", "all");
    ASSERT_EQ(pair.running("beta"), everything);
    pair.alpha_dies();
    EXPECT_EQ(pair.shots("beta"), 1U);
    EXPECT_EQ(pair.said("beta", "stonith node=alpha result=unneeded"), 1);
    EXPECT_TRUE(pair.logged("beta", "Dead node alpha gave up resources."));
    EXPECT_TRUE(pair.logged("beta", "may live and reset this node"));
    EXPECT_EQ(pair.running("beta"), everything);
    EXPECT_EQ(pair.manager("beta").holdings(), "all");
    pair.device_says("beta", FenceResult::refused);
    EXPECT_EQ(pair.shots("beta"), 1U);  // one round, and nobody is woken
    EXPECT_FALSE(pair.logged("beta", "given up"));
    EXPECT_EQ(pair.manager("beta").holdings(), "all");
}

// Why: the empty node that is heard again within our delay must live.
TEST(Fencing, DefenceIsCalledOffWhenThePeerIsHeardAgain) {
    FencingPair pair;
    pair.boot_both();
    pair.standby("alpha", "all");
    pair.beta_misses_alpha(1s);
    ASSERT_EQ(pair.shots("beta"), 0U);
    pair.beta_hears_alpha_again();
    pair.join_again();
    pair.settle(60s);
    EXPECT_EQ(pair.shots("beta"), 0U);
    EXPECT_TRUE(pair.logged("beta", "reset of node alpha called off: it is heard again"));
}

// Why: a stop is the most frequent takeover; it must not end in a reset, not even when one of the
// groups could not be started here.
TEST(Fencing, PeerThatLeftInOrderIsShotNeitherThenNorWhenItFallsSilent) {
    FencingPair pair;
    pair.boot_both();
    pair.at("beta").start_fails.insert("web");
    pair.stop("alpha");
    ASSERT_TRUE(pair.at("alpha").finished);
    EXPECT_EQ(pair.started("beta", "web"), 1);  // taken at once
    EXPECT_EQ(pair.said("beta", "stonith node=alpha result=unneeded"), 0);
    pair.alpha_dies();
    EXPECT_EQ(pair.shots("beta"), 0U);
    EXPECT_EQ(pair.said("beta", "stonith node=alpha result=unneeded"), 1);
    EXPECT_EQ(pair.tenure("beta", "10.0.0.1"), Tenure::failed_here);
}

// Why: only another life of it can own anything; that this one is heard once more is no reason.
TEST(Fencing, PeerThatLeftAndIsHeardOnceMoreIsNotShot) {
    FencingPair pair;
    pair.boot_both();
    pair.at("beta").start_fails.insert("web");
    pair.stop("alpha");
    pair.hears(pair.at("beta"), "alpha", false);
    pair.settle();
    pair.alpha_dies();
    EXPECT_EQ(pair.shots("beta"), 0U);
}

// Why: whoever was never heard may run everything behind a broken cable, our own groups too.
TEST(Fencing, PeerNeverHeardIsShotBeforeOurOwnGroupsStart) {
    FencingPair pair;
    pair.boot("beta");
    pair.declare_dead("beta", "alpha", false);
    pair.join("beta");
    ASSERT_EQ(pair.shots("beta"), 1U);
    EXPECT_EQ(pair.running("beta"), Set{});
    EXPECT_EQ(pair.manager("beta").holdings(), "transition");
    pair.device_says("beta", FenceResult::confirmed);
    EXPECT_EQ(pair.running("beta"), everything);
    EXPECT_EQ(pair.manager("beta").holdings(), "all");
}

// Why: what a daemon that was killed left running here runs nowhere else; it must not be stopped.
TEST(Fencing, AdoptedGroupsRunOnWhileAPeerIsShot) {
    FencingPair pair;
    pair.at("beta").running = betas;
    pair.boot("beta");
    pair.declare_dead("beta", "alpha", false);
    pair.join("beta");
    ASSERT_EQ(pair.shots("beta"), 1U);
    EXPECT_EQ(pair.tenure("beta", "10.0.0.2"), Tenure::held);
    EXPECT_EQ(pair.tenure("beta", "10.0.0.1"), Tenure::waiting_for_claim);
    for (const std::string& ran : pair.at("beta").ran) EXPECT_TRUE(ran.ends_with("status")) << ran;
}

// Why: everything here does not mean nothing there: of that one never knew, or nothing new.
TEST(Fencing, PeerOfUnknownHoldingsIsShotThoughEverythingIsHere) {
    FencingPair never_heard;
    never_heard.at("beta").running = everything;
    never_heard.boot("beta");
    never_heard.declare_dead("beta", "alpha", false);
    ASSERT_TRUE(never_heard.claims_all("beta"));
    EXPECT_EQ(never_heard.shots("beta"), 1U);

    FencingPair silent_again;
    silent_again.boot_both();
    silent_again.standby("alpha", "all");
    silent_again.beta_misses_alpha(1s);
    ASSERT_EQ(silent_again.shots("beta"), 0U);
    silent_again.beta_hears_alpha_again();  // its report does not get through
    silent_again.declare_dead("beta", "alpha");
    ASSERT_TRUE(silent_again.claims_all("beta"));
    EXPECT_EQ(silent_again.shots("beta"), 1U);
}

// Why: after a conflict a group is ours until it is stopped, and runs on the peer all the same.
TEST(Fencing, PeerThatHoldsWhatIsBeingReleasedHereIsShot) {
    FencingPair pair;
    pair.at("alpha").running = pair.at("beta").running = everything;
    pair.at("beta").hangs.insert("web stop");
    pair.boot("alpha");
    pair.boot("beta");
    Wishes out;
    for (const char* name : {"alpha", "beta"}) {
        pair.hears(pair.at(name), name == std::string("alpha") ? "beta" : "alpha", true);
        pair.manager(name).comm_up(pair.now(), out);
        pair.carry(name, out);
        out.clear();
    }
    pair.settle(1s);
    ASSERT_EQ(pair.tenure("beta", "10.0.0.1"), Tenure::releasing);
    ASSERT_TRUE(pair.claims_all("beta"));
    pair.alpha_dies(10s);
    EXPECT_EQ(pair.shots("beta"), 1U);
}

// Alpha begins to let go of its group, and dies `after` that.
void dies_releasing(FencingPair& pair, bool stops, Duration after) {
    pair.boot_both();
    Wishes out;
    if (stops) {
        pair.manager("alpha").stop(pair.now(), out);
    } else {
        pair.manager("alpha").standby_command(pair.now(), "all", out);
    }
    pair.carry("alpha", out);
    pair.settle(after);
    pair.kill("alpha");
    pair.settle(1s);  // its last packets arrive
}

// Why: 3.0.6 says `none` before it stops anything, so a node that dies in between is not shot
// though its groups may run (its bug B4). Here it is shot in every millisecond until the groups are
// ours or it has said that they are stopped.
TEST(Fencing, PeerThatDiesInItsReleaseIsShot) {
    for (const bool stops : {false, true}) {
        int shot = 0, spared = 0;
        for (Duration after = 0ms; after <= 120ms; after += 1ms) {
            SCOPED_TRACE((stops ? "stop, ms " : "standby, ms ") + std::to_string(to_ms(after)));
            FencingPair pair;
            dies_releasing(pair, stops, after);
            const bool safe = pair.claims_all("beta");
            ASSERT_EQ(safe, pair.started("beta", "IPaddr::10.0.0.1") > 0);
            pair.declare_dead("beta", "alpha");
            // One that hands over has not left: it is shot in defence when nothing waits for it.
            ASSERT_EQ(pair.shots("beta"), safe && stops ? 0U : 1U);
            ++(safe ? spared : shot);
            if (!safe) {
                ASSERT_EQ(pair.running("beta"), betas);
                pair.device_says("beta", FenceResult::confirmed);
            }
            ASSERT_EQ(pair.running("beta"), everything);
        }
        EXPECT_GE(shot, 20) << stops;  // two stops of 10 ms
        EXPECT_GE(spared, 20) << stops;
    }
}

// Why: a group that is on its way between two nodes may be on either; the giver must not start it
// again on its own word when the taker falls silent.
TEST(Fencing, TakerThatDiesInAHandOverIsShotBeforeAnythingComesBack) {
    for (Duration after = 0ms; after <= 120ms; after += 1ms) {
        SCOPED_TRACE("ms " + std::to_string(to_ms(after)));
        FencingPair pair;
        pair.boot_both();
        Wishes out;
        pair.manager("alpha").standby_command(pair.now(), "all", out);
        pair.carry("alpha", out);
        pair.settle(after);
        pair.kill("beta");
        pair.settle(1s);
        const auto before = pair.started("alpha", "web");
        pair.declare_dead("alpha", "beta");
        ASSERT_EQ(pair.shots("alpha"), 1U);
        ASSERT_EQ(pair.started("alpha", "web"), before);
        ASSERT_EQ(pair.started("alpha", "db"), 0);
        pair.device_says("alpha", FenceResult::confirmed);
        ASSERT_EQ(pair.running("alpha"), everything);
    }
}

// How often alpha and beta have shot at once, after one delay and after two, when a cable breaks.
std::vector<std::pair<std::size_t, std::size_t>> shots_after_a_cut(FencingPair& pair) {
    pair.boot_both();
    pair.cut();
    pair.declare_dead("alpha", "beta", true, 0s);
    pair.declare_dead("beta", "alpha", true, 0s);
    std::vector<std::pair<std::size_t, std::size_t>> seen;
    for (const Duration wait : {Duration{0}, FencingPair::delay, FencingPair::delay}) {
        pair.settle(wait);
        seen.emplace_back(pair.shots("alpha"), pair.shots("beta"));
    }
    return seen;
}

// Why: each shoots the other when the cable breaks; one must be down before it does, and better the
// one on which less runs.
TEST(Fencing, AfterACutTheOwnerOfMoreShootsFirst) {
    using Seen = std::vector<std::pair<std::size_t, std::size_t>>;
    const Seen alpha_first{{1, 0}, {1, 1}, {1, 1}}, beta_first{{0, 0}, {0, 1}, {1, 1}};
    FencingPair equal;
    EXPECT_EQ(shots_after_a_cut(equal), alpha_first);
    FencingPair more_on_alpha(config::Failback::off, {make_group("alpha", "10.0.0.3 mail")});
    EXPECT_EQ(shots_after_a_cut(more_on_alpha), alpha_first);
    FencingPair more_on_beta(config::Failback::off, {make_group("beta", "10.0.0.3 mail")});
    EXPECT_EQ(shots_after_a_cut(more_on_beta), beta_first);
}

// Why: whatever an operator asks of a node that waits, only his word about the dead one helps.
TEST(Fencing, NoCommandStartsWhatWaits) {
    FencingPair pair;
    pair.boot_both();
    pair.alpha_dies();
    pair.takeover("beta", "all");
    pair.standby("beta", "foreign");
    Wishes out;
    pair.manager("beta").reconfigure(pair.now(), pair.config_of("beta"), out);
    pair.carry("beta", out);
    pair.settle();
    EXPECT_EQ(pair.running("beta"), betas);
    EXPECT_EQ(pair.shots("beta"), 1U);
}

// Why: without an end nobody would be called; 3.0.6 shoots for ever (its bug B6).
TEST(Fencing, GivenUpLeavesTheGroupsDown) {
    FencingPair pair;
    pair.boot_both();
    pair.alpha_dies();
    pair.device_fails("beta");
    EXPECT_EQ(pair.shots("beta"), limits::fence_rounds);
    EXPECT_TRUE(pair.logged("beta", "is given up: its groups stay down"));
    EXPECT_EQ(log_entry(LogId::fence_given_up).level, Level::critical);
    EXPECT_EQ(pair.running("beta"), betas);
    EXPECT_EQ(pair.manager("beta").holdings(), "transition");
    pair.settle(24h);
    EXPECT_EQ(pair.shots("beta"), limits::fence_rounds);
    EXPECT_EQ(pair.running("beta"), betas);
}

// Why: the group of a node that was shot goes home by the same policy as ever.
TEST(Fencing, ShotNodeGetsItsGroupBackByPolicy) {
    for (const auto policy : {config::Failback::on, config::Failback::off}) {
        FencingPair pair(policy);
        pair.boot_both();
        pair.alpha_dies();
        pair.device_says("beta", FenceResult::confirmed);
        pair.boot("alpha");
        pair.join("alpha");
        EXPECT_EQ(pair.running("alpha"), policy == config::Failback::on ? alphas : Set{});
        EXPECT_TRUE(pair.never_twice());
    }
}

// Why: most clusters have no device; for them nothing may change.
TEST(Fencing, WithoutADeviceTheGroupsAreTakenAtOnce) {
    FencingPair pair;
    pair.fencing = {};
    pair.boot_both();
    pair.alpha_dies(200ms);
    EXPECT_EQ(pair.shots("beta"), 0U);
    EXPECT_EQ(pair.said("beta", "stonith node=alpha result=n_stnth"), 1);
    EXPECT_TRUE(pair.logged("beta", "No STONITH device configured."));
    EXPECT_EQ(pair.running("beta"), everything);
}

// Why: with -M another program holds the resources and decides who must be shot; and a deadline
// that is never met would let the loop spin.
TEST(Fencing, NobodyIsShotWhenAnotherManagerIsInCharge) {
    FencingPair pair;
    pair.manage = false;
    pair.boot_both();
    pair.kill("alpha");
    Wishes out;
    pair.manager("beta").peer_dead(pair.now(), "alpha", {true}, out);
    pair.manager("beta").wakeup(pair.now(), out);
    EXPECT_GT(pair.manager("beta").next_deadline(), pair.now().mono);
    pair.carry("beta", out);
    EXPECT_EQ(pair.manager("beta").next_deadline(), never);
    EXPECT_EQ(pair.shots("beta"), 0U);
    EXPECT_FALSE(pair.logged("beta", "No STONITH device configured."));
    pair.operator_confirms("beta", "alpha");
    EXPECT_TRUE(pair.logged("beta", "nothing waits for a confirmation"));
}

}  // namespace
}  // namespace hb::resource
