// The way to communication up (wire.md 6.6).
#include "cluster/roll_call.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace hb::cluster {
namespace {

using namespace std::chrono_literals;
using Step = RollCall::Step;

struct RollCallTest : ::testing::Test {
    Liveness liveness{2, {5s, 2s, 12s}, Instant{}};
    RollCall roll{2};
};

// Why: resources may move only when every node was heard or counted out.
TEST_F(RollCallTest, WaitsForEveryNode) {
    liveness.heard(0, Instant{1s});
    EXPECT_EQ(roll.look(Instant{1s}, liveness, true).step, Step::wait);
    liveness.heard(1, Instant{2s});
    EXPECT_EQ(roll.look(Instant{2s}, liveness, true).step, Step::ask);
}

// Why: the dead cannot answer, so nobody is asked when all are dead.
TEST_F(RollCallTest, AloneItIsCompleteAtOnce) {
    liveness.declare_dead(0);
    liveness.declare_dead(1);
    EXPECT_EQ(roll.look(Instant{12s}, liveness, true).step, Step::complete);
    EXPECT_TRUE(roll.complete());
    EXPECT_EQ(roll.look(Instant{13s}, liveness, true).step, Step::wait);
}

// Why: the first live node is asked, again when it keeps silent, the next one when it dies.
TEST_F(RollCallTest, AsksTheFirstLiveNodeUntilAListComes) {
    liveness.heard(0, Instant{1s});
    liveness.heard(1, Instant{1s});
    EXPECT_EQ(roll.look(Instant{1s}, liveness, true).peer, 0U);
    roll.asked(Instant{2s});
    EXPECT_EQ(roll.next_deadline(), Instant{2s});
    EXPECT_EQ(roll.look(Instant{1500ms}, liveness, true).step, Step::wait);
    EXPECT_EQ(roll.look(Instant{2s}, liveness, true).step, Step::ask);
    roll.asked(Instant{3s});
    liveness.declare_dead(0);
    const auto next = roll.look(Instant{2100ms}, liveness, true);
    EXPECT_EQ(next.step, Step::ask);
    EXPECT_EQ(next.peer, 1U);
    roll.asked(Instant{4s});
    EXPECT_TRUE(roll.answered());
    EXPECT_TRUE(roll.complete());
    EXPECT_FALSE(roll.answered());
    EXPECT_EQ(roll.next_deadline(), never);
}

// Why: a node that was started again never got the question.
TEST_F(RollCallTest, AsksAgainAtOnceWhenTheNodeComesToLife) {
    liveness.heard(0, Instant{1s});
    liveness.heard(1, Instant{1s});
    ASSERT_EQ(roll.look(Instant{1s}, liveness, true).step, Step::ask);
    roll.asked(Instant{2s});
    roll.came_to_life(1);
    EXPECT_EQ(roll.look(Instant{1100ms}, liveness, true).step, Step::wait);
    roll.came_to_life(0);
    EXPECT_EQ(roll.look(Instant{1100ms}, liveness, true).step, Step::ask);
}

// Why: with acknowledgements off a real node skips the lists, and would not answer.
TEST_F(RollCallTest, AsksNobodyWithAcknowledgementsOff) {
    liveness.heard(0, Instant{1s});
    liveness.heard(1, Instant{1s});
    EXPECT_EQ(roll.look(Instant{1s}, liveness, false).step, Step::complete);
}

// Why: a list nobody asked for completes nothing.
TEST_F(RollCallTest, AnUnaskedListIsNoAnswer) {
    EXPECT_FALSE(roll.answered());
    EXPECT_FALSE(roll.complete());
}

// Why: a cluster of one node is up at once, not never.
TEST(RollCall, ASingleNodeIsCompleteAtItsFirstWakeup) {
    const Liveness nobody(0, {5s, 2s, 12s}, Instant{});
    RollCall roll(0);
    EXPECT_EQ(roll.next_deadline(), Instant{});
    EXPECT_EQ(roll.look(Instant{}, nobody, true).step, Step::complete);
    EXPECT_EQ(roll.next_deadline(), never);
}

}  // namespace
}  // namespace hb::cluster
