// What ends a shot otherwise than by the device: the peer is heard again, an operator's word, our
// own stop.
#include <gtest/gtest.h>

#include "unit/resource/fencing_pair.hpp"

namespace hb::resource {
namespace {

// Why: 3.0.6 resets a node that is healthy again, and takes groups that it holds (its bug B6).
TEST(FencingEnds, PeerHeardAgainInTheDelayIsNotShot) {
    FencingPair pair;
    pair.boot_both();
    pair.beta_misses_alpha(FencingPair::delay - 1ms);
    ASSERT_EQ(pair.tenure("beta", "10.0.0.1"), Tenure::waiting_for_claim);
    pair.join_again();
    pair.beta_hears_alpha_again();
    EXPECT_TRUE(pair.logged("beta", "reset of node alpha called off: it is heard again"));
    pair.settle(24h);
    EXPECT_EQ(pair.shots("beta"), 0U);
    EXPECT_EQ(pair.running("alpha"), alphas);
    EXPECT_EQ(pair.running("beta"), betas);
    EXPECT_TRUE(pair.never_twice());
    EXPECT_EQ(pair.manager("beta").holdings(), "local");
}

// Why: what was wanted while it was silent may run there; only its own report can tell.
TEST(FencingEnds, NothingIsTakenBeforeTheReturnedPeerReported) {
    FencingPair pair;
    pair.boot_both();
    pair.beta_misses_alpha(FencingPair::delay - 1ms);
    pair.beta_hears_alpha_again();  // and its report does not get through
    EXPECT_EQ(pair.tenure("beta", "10.0.0.1"), Tenure::elsewhere);
    pair.settle(1h);
    EXPECT_EQ(pair.tenure("beta", "10.0.0.1"), Tenure::elsewhere);
    EXPECT_EQ(pair.running("beta"), betas);
    EXPECT_EQ(pair.shots("beta"), 0U);
}

// Why: a machine that has booted runs nothing unasked; a reset would only cost its boot again.
TEST(FencingEnds, RestartedPeerIsNotShot) {
    FencingPair pair;
    pair.boot_both();
    pair.alpha_dies(FencingPair::delay - 1ms);
    pair.hears(pair.at("beta"), "alpha", true);
    EXPECT_TRUE(pair.logged("beta", "reset of node alpha called off: it was started again"));
    EXPECT_EQ(pair.tenure("beta", "10.0.0.1"), Tenure::elsewhere);
    pair.settle(1h);
    EXPECT_EQ(pair.running("beta"), betas);  // it has not said yet what it holds
    pair.boot("alpha");
    pair.join("alpha");
    EXPECT_EQ(pair.shots("beta"), 0U);
    EXPECT_EQ(pair.running("alpha"), alphas);
    EXPECT_EQ(pair.running("beta"), betas);
    EXPECT_TRUE(pair.never_twice());
}

// Why: the yes of a shot that was called off says nothing of the life that is heard now.
TEST(FencingEnds, ConfirmationAfterTheReturnCountsForNothing) {
    FencingPair pair;
    pair.boot_both();
    pair.beta_misses_alpha(FencingPair::delay);
    ASSERT_EQ(pair.shots("beta"), 1U);
    pair.beta_hears_alpha_again();
    EXPECT_EQ(pair.at("beta").called_off, (std::vector{pair.at("beta").shots[0].job}));
    pair.device_says("beta", FenceResult::confirmed);
    EXPECT_EQ(pair.running("beta"), betas);
    EXPECT_EQ(pair.tenure("beta", "10.0.0.1"), Tenure::elsewhere);
    EXPECT_EQ(pair.said("beta", "stonith node=alpha result=OK"), 0);
    pair.join_again();
    pair.settle();  // the question is asked again, and answered now
    EXPECT_EQ(pair.running("beta"), betas);
    EXPECT_EQ(pair.running("alpha"), alphas);
    EXPECT_TRUE(pair.never_twice());
}

// Why: a shot that was called off must not save the node from the next one.
TEST(FencingEnds, PeerThatDiesAgainIsShotAgain) {
    FencingPair pair;
    pair.boot_both();
    pair.beta_misses_alpha(FencingPair::delay);
    ASSERT_EQ(pair.shots("beta"), 1U);
    pair.join_again();
    pair.beta_hears_alpha_again();
    pair.settle();
    pair.alpha_dies();
    ASSERT_EQ(pair.shots("beta"), 2U);
    EXPECT_EQ(pair.running("beta"), betas);
    pair.device_says("beta", FenceResult::confirmed);
    EXPECT_EQ(pair.running("beta"), everything);
}

// Why: silence that is noticed twice is one death.
TEST(FencingEnds, SecondNoticeOfTheSameDeathChangesNothing) {
    FencingPair pair;
    pair.boot_both();
    pair.alpha_dies();
    pair.declare_dead("beta", "alpha");
    pair.declare_dead("beta", "alpha", false);
    EXPECT_EQ(pair.shots("beta"), 1U);
    EXPECT_EQ(pair.running("beta"), betas);
    pair.device_says("beta", FenceResult::confirmed);
    EXPECT_EQ(pair.running("beta"), everything);
    pair.declare_dead("beta", "alpha");
    EXPECT_EQ(pair.shots("beta"), 1U);
}

// Why: the node that was given up repaired itself; the cluster must heal without an operator.
TEST(FencingEnds, PeerThatWasGivenUpAndIsBackHoldsItsOwnAgain) {
    FencingPair pair;
    pair.boot_both();
    pair.alpha_dies();
    pair.device_fails("beta");
    pair.boot("alpha");
    pair.join("alpha");
    EXPECT_EQ(pair.running("alpha"), alphas);
    EXPECT_EQ(pair.running("beta"), betas);
    EXPECT_EQ(pair.manager("beta").holdings(), "local");
    EXPECT_TRUE(pair.never_twice());
}

// Why: who stands in front of the dark machine knows more than the device, at any time.
TEST(FencingEnds, OperatorsWordTakesTheGroups) {
    enum class When { in_the_delay, under_way, given_up };
    for (const When when : {When::in_the_delay, When::under_way, When::given_up}) {
        SCOPED_TRACE(static_cast<int>(when));
        FencingPair pair;
        pair.boot_both();
        pair.alpha_dies(when == When::in_the_delay ? FencingPair::delay - 1ms : Duration(60s));
        if (when == When::given_up) pair.device_fails("beta");
        ASSERT_EQ(pair.running("beta"), betas);
        const std::size_t shots = pair.shots("beta");
        pair.operator_confirms("beta", "alpha");
        EXPECT_TRUE(pair.logged("beta", "an operator confirms that node alpha is down"));
        EXPECT_EQ(pair.running("beta"), everything);
        EXPECT_EQ(pair.manager("beta").holdings(), "all");
        EXPECT_EQ(pair.shots("beta"), shots);  // and no further one
        EXPECT_EQ(pair.at("beta").called_off.size(), when == When::under_way ? 1U : 0U);
    }
}

// Why: a typing error must not start what runs on a living node.
TEST(FencingEnds, OperatorsWordForAnyOtherNodeIsOnlyLogged) {
    FencingPair pair;
    pair.boot_both();
    const auto ran = pair.at("beta").ran;
    for (const char* node : {"alpha", "beta", "gamma"}) {
        pair.operator_confirms("beta", node);
        EXPECT_TRUE(pair.logged("beta", "nothing waits for a confirmation that node " +
                                            std::string(node) + " is down"));
    }
    EXPECT_FALSE(pair.logged("beta", "an operator confirms"));
    EXPECT_EQ(pair.at("beta").ran, ran);
    EXPECT_EQ(pair.running("alpha"), alphas);
    EXPECT_EQ(pair.manager("beta").holdings(), "local");
    // And what died later needs a word of its own.
    pair.alpha_dies();
    EXPECT_EQ(pair.running("beta"), betas);
}

// Why: a stop must end though nobody knows of the other node, and must leave no shot behind.
TEST(FencingEnds, StopCallsTheShotOffAndStartsNothing) {
    enum class When { in_the_delay, under_way, given_up };
    for (const When when : {When::in_the_delay, When::under_way, When::given_up}) {
        SCOPED_TRACE(static_cast<int>(when));
        FencingPair pair;
        pair.boot_both();
        pair.alpha_dies(when == When::in_the_delay ? FencingPair::delay - 1ms : Duration(60s));
        if (when == When::given_up) pair.device_fails("beta");
        const std::size_t shots = pair.shots("beta");
        pair.stop("beta");
        EXPECT_TRUE(pair.at("beta").finished);
        EXPECT_EQ(pair.running("beta"), Set{});
        EXPECT_EQ(pair.started("beta", "web"), 0);
        EXPECT_EQ(pair.shots("beta"), shots);
        EXPECT_EQ(pair.at("beta").called_off.size(), when == When::under_way ? 1U : 0U);
        if (shots > 0) pair.device_says("beta", FenceResult::confirmed);
        EXPECT_EQ(pair.started("beta", "web"), 0);
    }
}

// Why: with `order file` a group that is ours waits for an earlier one, and that one for the
// device; a stop that waited for such a start would never end.
TEST(FencingEnds, StopWaitsForNoStartThatWaitsForTheDevice) {
    FencingPair pair;
    pair.order = config::GroupOrder::file;
    pair.at("alpha").running = pair.at("beta").running = alphas;
    pair.at("beta").hangs.insert("web stop");  // what alpha keeps is given up slowly
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
    ASSERT_EQ(pair.tenure("beta", "10.0.0.2"), Tenure::acquiring);
    pair.at("beta").hangs.clear();
    pair.alpha_dies(1h);
    ASSERT_EQ(pair.tenure("beta", "10.0.0.1"), Tenure::waiting_for_claim);
    ASSERT_EQ(pair.running("beta"), Set{});
    pair.stop("beta");
    EXPECT_TRUE(pair.at("beta").finished);
    EXPECT_EQ(pair.running("beta"), Set{});
    EXPECT_EQ(pair.started("beta", "web"), 0);
}

// Why: a node that ends takes nothing over, so it has no reason to reset anybody.
TEST(FencingEnds, NodeThatStopsShootsNobody) {
    FencingPair pair;
    pair.boot_both();
    pair.at("beta").hangs.insert("db stop");
    Wishes out;
    pair.manager("beta").stop(pair.now(), out);
    pair.carry("beta", out);
    pair.settle(0ms);
    ASSERT_FALSE(pair.at("beta").finished);
    pair.at("beta").hangs.clear();
    pair.alpha_dies(1h);
    EXPECT_EQ(pair.shots("beta"), 0U);
    EXPECT_EQ(pair.started("beta", "web"), 0);
    EXPECT_TRUE(pair.at("beta").finished);
}

// Why: a deadline that its own wakeup does not move would let the loop spin.
TEST(FencingEnds, NoDeadlineStaysInThePast) {
    FencingPair pair;
    pair.boot_both();
    pair.kill("alpha");
    Wishes first;
    pair.manager("beta").peer_dead(pair.now(), "alpha", {true}, first);
    unsigned shots = 0;
    for (int i = 0; i < 500 && pair.manager("beta").next_deadline() != never; ++i) {
        const Now at{pair.manager("beta").next_deadline(), 1000};
        Wishes out;
        pair.manager("beta").wakeup(at, out);
        ASSERT_GT(pair.manager("beta").next_deadline(), at.mono);
        for (const Wish& wish : out) {
            const auto* effect = std::get_if<Effect>(&wish);
            const auto* shot = effect == nullptr ? nullptr : std::get_if<FenceNode>(effect);
            if (shot == nullptr) continue;
            ++shots;
            Wishes more;
            pair.manager("beta").fence_done(at, {shot->job, FenceResult::unknown, {}, 1s}, more);
            ASSERT_GT(pair.manager("beta").next_deadline(), at.mono);
        }
    }
    EXPECT_NE(pair.manager("beta").next_deadline(), never);  // the alarm of each hour
    EXPECT_EQ(shots, limits::fence_rounds);
}

}  // namespace
}  // namespace hb::resource
