// Ordered messages of other clients (clientapi.md 9).
#include "client/hbclient_order.hpp"

#include <gtest/gtest.h>

namespace hb::hbclient {
namespace {

OrderStamp from_c2(std::uint64_t number, std::uint64_t client = 1, std::uint64_t generation = 7,
                   bool to_one = false) {
    return {"c2", to_one, number, generation, client};
}

using Ints = std::vector<int>;

// Why: the daemon passes a message that was sent again after its successors.
TEST(Reorder, HoldsBackUntilTheGapIsFilled) {
    Reorder<int> order;
    EXPECT_EQ(order.take(from_c2(1), 1), (Ints{1}));
    EXPECT_EQ(order.take(from_c2(3), 3), Ints{});
    EXPECT_EQ(order.take(from_c2(4), 4), Ints{});
    EXPECT_EQ(order.take(from_c2(2), 2), (Ints{2, 3, 4}));
    EXPECT_EQ(order.take(from_c2(2), 2), Ints{}) << "a repeat";
}

// Why: who joins late has no right to what was said before.
TEST(Reorder, BeginsWithTheFirstOneSeen) {
    Reorder<int> order;
    EXPECT_EQ(order.take(from_c2(40), 40), (Ints{40}));
    EXPECT_EQ(order.take(from_c2(39), 39), Ints{});
    EXPECT_EQ(order.take(from_c2(41), 41), (Ints{41}));
}

// Why: there are two counters per sender.
TEST(Reorder, CountsMessagesToOneNodeAndToAllApart) {
    Reorder<int> order;
    EXPECT_EQ(order.take(from_c2(5), 5), (Ints{5}));
    EXPECT_EQ(order.take(from_c2(1, 1, 7, true), 1), (Ints{1}));
    EXPECT_EQ(order.take(from_c2(6), 6), (Ints{6}));
}

// Why: what is lost for good must not stop everything.
TEST(Reorder, SkipsAGapOfFiveHundred) {
    Reorder<int> order;
    EXPECT_EQ(order.take(from_c2(1), 1), (Ints{1}));
    for (std::uint64_t number = 3; number < 2 + order_slots; ++number) {
        EXPECT_EQ(order.take(from_c2(number), static_cast<int>(number)), Ints{});
    }
    const Ints out = order.take(from_c2(2 + order_slots), 0);
    EXPECT_EQ(out.size(), order_slots);
    EXPECT_EQ(out.front(), 3);
    EXPECT_EQ(order.take(from_c2(3 + order_slots), 9), (Ints{9}));
    EXPECT_EQ(order.take(from_c2(1'000'000'000), 8), (Ints{8})) << "a leap";
    EXPECT_EQ(order.take(from_c2(~std::uint64_t{0}), 7), (Ints{7}));
}

// Why: a node that has booted counts from one again.
TEST(Reorder, StartsAnewWithAHigherGeneration) {
    Reorder<int> order;
    EXPECT_EQ(order.take(from_c2(90), 90), (Ints{90}));
    EXPECT_EQ(order.take(from_c2(1, 0, 8), 1), (Ints{1}));
    EXPECT_EQ(order.take(from_c2(91), 91), Ints{}) << "of the old life";
}

// Why: the messages of a new client must not overtake the news that the old one has left.
TEST(Reorder, KeepsTheNextLifeUntilTheOldOneHasLeft) {
    Reorder<int> order;
    EXPECT_EQ(order.take(from_c2(9), 9), (Ints{9}));
    EXPECT_EQ(order.take(from_c2(1, 2), 21), Ints{});
    EXPECT_EQ(order.take(from_c2(2, 2), 22), Ints{});
    EXPECT_EQ(order.take(from_c2(10), 10), (Ints{10}));
    EXPECT_EQ(order.left("c2"), (Ints{21, 22}));
    EXPECT_EQ(order.take(from_c2(3, 2), 23), (Ints{23}));
    EXPECT_EQ(order.take(from_c2(11), 11), Ints{});
    EXPECT_EQ(order.left("nobody"), Ints{});
}

// Why: the leave may be lost; memory must not grow, and the new client must be heard.
TEST(Reorder, GoesOnWhenTheLeaveNeverComes) {
    Reorder<int> order;
    EXPECT_EQ(order.take(from_c2(9), 9), (Ints{9}));
    Ints out;
    std::uint64_t number = 0;
    while (out.empty() && number < 2 * order_slots) out = order.take(from_c2(++number, 2), 2);
    EXPECT_EQ(number, order_slots);
    EXPECT_EQ(out.size(), order_slots);
}

// Why: a dead node's rest would be mixed with what it says when it is back.
TEST(Reorder, ForgetsADeadNode) {
    Reorder<int> order;
    EXPECT_EQ(order.take(from_c2(9), 9), (Ints{9}));
    EXPECT_EQ(order.take(from_c2(11), 11), Ints{});
    order.node_dead("c2");
    EXPECT_EQ(order.take(from_c2(1), 1), (Ints{1}));
}

}  // namespace
}  // namespace hb::hbclient
