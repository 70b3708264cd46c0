// The arbiter's lease: when a node may take, when it must give up.
#include "resource/arbiter.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace hb::resource {
namespace {

using namespace std::chrono_literals;

struct ArbiterTest : ::testing::Test {
    Arbiter arbiter{{{"gw"}, false, 10s}, Instant{}};

    // An answer each second, from the second after `from` to `until`.
    Standing answers(int from, int until, bool contested) {
        Standing last = arbiter.standing();
        for (int s = from + 1; s <= until; ++s) {
            arbiter.heard(Instant{s * 1s});
            last = arbiter.look(Instant{s * 1s}, contested);
        }
        return last;
    }
};

// Why: while the nodes hear each other the arbiter has no say: it may be rebooted at any time.
TEST_F(ArbiterTest, HasNoSayWhileTheNodesHearEachOther) {
    EXPECT_EQ(arbiter.look(Instant{1000s}, false), Standing::at_peace);
    EXPECT_TRUE(arbiter.may_take());
    EXPECT_EQ(arbiter.next_deadline(), never);
}

// Why: the other node has one deadtime to give up what it holds; before that nothing is taken.
TEST_F(ArbiterTest, GrantsOneDeadtimeAfterTheOtherNodeWasCountedDead) {
    answers(0, 100, false);
    EXPECT_EQ(answers(100, 110, true), Standing::waiting);  // counted dead at 101 s
    EXPECT_FALSE(arbiter.may_take());
    EXPECT_EQ(arbiter.grant_at(), Instant{111s});
    EXPECT_EQ(answers(110, 111, true), Standing::granted);
}

// Why: an answer from before the cut proves nothing: it must come at the moment of the decision.
TEST_F(ArbiterTest, AnOldAnswerGrantsNothing) {
    answers(0, 100, false);
    EXPECT_EQ(arbiter.look(Instant{101s}, true), Standing::waiting);
    EXPECT_EQ(arbiter.look(Instant{109s}, true), Standing::waiting);
    EXPECT_EQ(arbiter.look(Instant{110s}, true), Standing::isolated);
    EXPECT_EQ(arbiter.look(Instant{500s}, true), Standing::isolated);
}

// Why: who hears neither must have begun to release when the other one counts its wait.
TEST_F(ArbiterTest, IsolationBeginsOneDeadtimeAfterTheLastAnswer) {
    answers(0, 100, false);
    arbiter.look(Instant{105s}, true);
    EXPECT_EQ(arbiter.next_deadline(), Instant{110s});
    EXPECT_EQ(arbiter.look(Instant{110s - 1ns}, true), Standing::waiting);
    EXPECT_EQ(arbiter.look(Instant{110s}, true), Standing::isolated);
}

// Why: who had the arbiter until now may hold for one more lease, and then needs time to release.
TEST_F(ArbiterTest, WhenTheArbiterComesBackTwoLeasesAreAwaited) {
    answers(0, 100, false);
    arbiter.look(Instant{120s}, true);
    EXPECT_EQ(answers(199, 219, true), Standing::waiting);
    EXPECT_EQ(answers(219, 220, true), Standing::granted);
}

// Why: the other node's lease is as long as its own deadtime, which may be longer than ours.
TEST_F(ArbiterTest, AwaitsTheOthersLeaseIfThatIsLonger) {
    arbiter.set_peer_deadtime(30s);
    arbiter.look(Instant{0s}, true);
    EXPECT_EQ(answers(0, 60, true), Standing::waiting);
    EXPECT_EQ(answers(60, 61, true), Standing::granted);
}

// Why: what was granted ends with the lease, or the other side could not rely on it.
TEST_F(ArbiterTest, AGrantEndsWithTheLease) {
    answers(0, 100, false);
    EXPECT_EQ(answers(100, 120, true), Standing::granted);
    EXPECT_EQ(arbiter.look(Instant{129s}, true), Standing::granted);
    EXPECT_EQ(arbiter.look(Instant{130s}, true), Standing::isolated);
}

// Why: a node that starts alone must not take what the other one runs behind a cut.
TEST_F(ArbiterTest, WhoStartsAloneAndHearsNobodyTakesNothing) {
    EXPECT_EQ(arbiter.look(Instant{0s}, true), Standing::waiting);
    EXPECT_EQ(arbiter.look(Instant{10s}, true), Standing::isolated);
    EXPECT_EQ(arbiter.grant_at(), never);
}

// Why: in its first seconds a node asks for two seconds more, so the other one counts it dead later
// and releases later (simulator, seed 32545).
TEST_F(ArbiterTest, AYoungNodeWaitsAsMuchLongerAsItAskedTheOtherTo) {
    answers(0, 3, false);
    EXPECT_EQ(answers(3, 14, true), Standing::waiting);  // counted dead at 4 s
    EXPECT_EQ(arbiter.grant_at(), Instant{21s}) << "two leases since the first answer";
    Arbiter quick{{{"gw"}, false, 1s}, Instant{}};
    quick.heard(Instant{0s});
    quick.heard(Instant{900ms});
    quick.heard(Instant{1800ms});
    quick.heard(Instant{2700ms});
    quick.look(Instant{2700ms}, true);
    EXPECT_EQ(quick.grant_at(), Instant{5700ms});
}

// Why: a foreign ping node has no vote.
TEST_F(ArbiterTest, KnowsOnlyItsOwnNames) {
    EXPECT_TRUE(arbiter.knows("gw"));
    EXPECT_FALSE(arbiter.knows("gw2"));
    EXPECT_FALSE((Arbiter{{}, Instant{}}.configured()));
}

// Why: what still runs here one deadtime after the isolation runs twice.
TEST_F(ArbiterTest, WhatIsNotGivenUpInThreeQuartersOfADeadtimeIsOverdue) {
    answers(0, 100, false);
    arbiter.look(Instant{105s}, true);
    EXPECT_EQ(arbiter.look(Instant{110s}, true), Standing::isolated);
    EXPECT_EQ(arbiter.next_deadline(), Instant{117500ms});
    EXPECT_FALSE(arbiter.overdue(Instant{117500ms - 1ns}));
    EXPECT_TRUE(arbiter.overdue(Instant{117500ms}));
    EXPECT_FALSE(arbiter.overdue(Instant{200s})) << "once";
}

// Why: the other node waits its own deadtime, not ours.
TEST_F(ArbiterTest, TheShorterDeadtimeOfTheTwoCounts) {
    arbiter.set_peer_deadtime(4s);
    answers(0, 100, false);
    EXPECT_EQ(arbiter.look(Instant{110s}, true), Standing::isolated);
    EXPECT_EQ(arbiter.next_deadline(), Instant{113s});
}

// Why: an arbiter that answers again does not unmake the other node's wait; its own word does.
TEST_F(ArbiterTest, OnlyTheOtherNodeEndsTheHurry) {
    answers(0, 100, false);
    arbiter.look(Instant{110s}, true);
    arbiter.heard(Instant{112s});
    EXPECT_EQ(arbiter.look(Instant{112s}, true), Standing::waiting);
    EXPECT_EQ(arbiter.next_deadline(), Instant{117500ms});
    EXPECT_EQ(arbiter.look(Instant{113s}, false), Standing::at_peace);
    EXPECT_FALSE(arbiter.overdue(Instant{200s}));
}

// Why: a node that hears us and is not heard by us learns of it by our `active` alone (simulator,
// seed 77708).
TEST_F(ArbiterTest, AYoungNodesWaitBeginsWithItsActive) {
    arbiter.look(Instant{}, true);
    EXPECT_EQ(answers(0, 39, true), Standing::granted);

    Arbiter young({{"gw"}, false, 10s}, Instant{});
    young.look(Instant{}, true);
    for (int s = 1; s <= 20; ++s) {
        young.heard(Instant{s * 1s});
        EXPECT_NE(young.look(Instant{s * 1s}, true), Standing::granted) << s;
    }
    young.active(Instant{20s});
    EXPECT_GE(young.grant_at(), Instant{30s});
}

}  // namespace
}  // namespace hb::resource
