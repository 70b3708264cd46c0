// Repeats, gaps and acknowledgements of one peer's numbers (wire.md 5.4, 5.6).
#include "cluster/sequence.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace hb::cluster {
namespace {

using Order = Sequence::Order;

// Why: we may start long after the peer; its first number is as good as any.
TEST(Sequence, TakesTheFirstNumberItHears) {
    Sequence order(3);
    EXPECT_EQ(order.arrive(4711).order, Order::next);
    EXPECT_EQ(order.arrive(4712).order, Order::next);
    EXPECT_EQ(order.arrive(4700).order, Order::old);
}

// Why: each link brings every message; only the first copy counts.
TEST(Sequence, TellsDuplicatesFromOldOnes) {
    Sequence order(3);
    order.arrive(1);
    order.arrive(2);
    EXPECT_EQ(order.arrive(2).order, Order::duplicate);
    EXPECT_EQ(order.arrive(1).order, Order::old);
}

// Why: a gap is what is asked for, and each of its numbers counts once.
TEST(Sequence, FillsAGapOnce) {
    Sequence order(0);
    order.arrive(1);
    const auto jump = order.arrive(5);
    EXPECT_EQ(jump.order, Order::after_gap);
    EXPECT_EQ(jump.gap_first, 2U);
    EXPECT_EQ(jump.gap_last, 4U);
    EXPECT_EQ(order.first_missing(), 2U);
    EXPECT_EQ(order.arrive(3).order, Order::late);
    EXPECT_EQ(order.arrive(3).order, Order::old);
    EXPECT_FALSE(order.arrive(2).repaired);
    EXPECT_EQ(order.first_missing(), 4U);
    EXPECT_TRUE(order.arrive(4).repaired);
    EXPECT_EQ(order.first_missing(), 0U);
}

// Why: real nodes stop their clients after 250 messages without our acknowledgement.
TEST(Sequence, AcknowledgesEveryTenthOfItsResidue) {
    Sequence order(7);
    for (std::uint64_t n = 1; n <= 40; ++n) {
        const auto seen = order.arrive(n);
        EXPECT_EQ(seen.ack.has_value(), n % 10 == 7) << n;
        if (seen.ack) {
            EXPECT_EQ(*seen.ack, n);
        }
    }
}

// Why: an acknowledgement beyond a gap would let the sender free what we still need.
TEST(Sequence, NeverAcknowledgesBeyondAGap) {
    Sequence order(7);
    order.arrive(1);
    order.arrive(3);
    for (std::uint64_t n = 4; n <= 40; ++n) EXPECT_FALSE(order.arrive(n).ack) << n;
    const auto closed = order.arrive(2);
    EXPECT_EQ(closed.ack, 37U) << "the highest that is complete now";
}

// Why: wire.md 5.4 N: with another gap left, all below that one may be acknowledged.
TEST(Sequence, AcknowledgesUpToTheNextGap) {
    Sequence order(7);
    order.arrive(1);
    order.arrive(3);
    for (std::uint64_t n = 4; n <= 20; ++n) order.arrive(n);
    order.arrive(22);
    EXPECT_EQ(order.first_missing(), 2U);
    EXPECT_EQ(order.arrive(2).ack, 17U);
    EXPECT_FALSE(order.arrive(21).ack) << "17 is known already";
}

// Why: a message that the sender no longer has must not block those behind it.
TEST(Sequence, ARefusedNumberClosesItsGap) {
    Sequence order(0);
    order.arrive(1);
    order.arrive(3);
    EXPECT_EQ(order.give_up(9).order, Order::old);
    EXPECT_TRUE(order.give_up(2).repaired);
    EXPECT_EQ(order.arrive(2).order, Order::old);
}

// Why: more than the sender keeps cannot be repaired; both start anew.
TEST(Sequence, TooManyMissingAreGivenUp) {
    Sequence order(0);
    order.arrive(1);
    EXPECT_EQ(order.arrive(252).order, Order::after_gap);
    EXPECT_EQ(order.missing().size(), 250U);
    EXPECT_EQ(order.arrive(504).order, Order::lost_a_lot);
    EXPECT_EQ(order.first_missing(), 0U);
    EXPECT_EQ(order.arrive(505).order, Order::next);
}

// Why: memory for one peer is bounded however it counts.
TEST(Sequence, TheMissingListIsBounded) {
    Sequence order(0);
    std::uint64_t n = 1;
    for (int i = 0; i < 1000; ++i) order.arrive(n += 200);
    EXPECT_EQ(order.missing().size(), limits::missing_max);
    EXPECT_GT(order.first_missing(), n - 600);
}

// Why: after a death the numbers start anew, but what was seen stays known (replays).
TEST(Sequence, ResetKeepsHowFarThisLifeCame) {
    Sequence order(0);
    order.arrive(100);
    order.reset();
    EXPECT_EQ(order.highest(), 100U);
    EXPECT_EQ(order.arrive(7).order, Order::next);
    order.new_life();
    EXPECT_EQ(order.highest(), 0U);
}

}  // namespace
}  // namespace hb::cluster
