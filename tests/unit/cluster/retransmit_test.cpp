// When a missing number is asked for (wire.md 5.5).
#include "cluster/retransmit.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "base/limits.hpp"

namespace hb::cluster {
namespace {

using namespace std::chrono_literals;
using Range = Retransmit::Range;

constexpr Duration delay = 250ms;

// Why: packets overtake each other; and all receivers must not ask in the same instant.
TEST(Retransmit, WaitsARandomTimeWithinItsBounds) {
    Prng dice(1);
    std::set<Instant> dues;
    for (int i = 0; i < 1000; ++i) {
        Retransmit wanted;
        wanted.want(5, 5, Instant{1s}, delay, dice);
        const Instant due = wanted.next_deadline();
        EXPECT_GE(due, Instant{1s + 50ms});
        EXPECT_LE(due, Instant{1s + 250ms});
        dues.insert(due);
    }
    EXPECT_GT(dues.size(), 900U);
    Retransmit quick;
    quick.want(5, 5, Instant{1s}, 80ms, dice);
    EXPECT_LE(quick.next_deadline(), Instant{1s + 80ms});
}

// Why: the request or its answer may be lost as well.
TEST(Retransmit, AsksOnceForAGapThenEveryDelay) {
    Prng dice(1);
    Retransmit wanted;
    wanted.want(5, 7, Instant{1s}, delay, dice);
    const Instant due = wanted.next_deadline();
    EXPECT_TRUE(wanted.due(due + (-1ns), delay).empty());
    EXPECT_EQ(wanted.due(due, delay), (std::vector<Range>{{5, 7, false}}));
    EXPECT_TRUE(wanted.due(due, delay).empty());
    EXPECT_EQ(wanted.next_deadline(), due + delay);
    wanted.got(6);
    EXPECT_EQ(wanted.due(due + delay, delay), (std::vector<Range>{{5, 5, true}, {7, 7, true}}));
    wanted.got(5);
    wanted.got(7);
    EXPECT_EQ(wanted.next_deadline(), never);
}

// Why: a 3.0.6 never repeats what it takes for acknowledged, and never says so.
TEST(Retransmit, GivesUpWhatWasAskedForInVain) {
    Prng dice(1);
    Retransmit wanted;
    wanted.want(5, 6, Instant{1s}, delay, dice);
    for (int request = 0; request < 3; ++request) {
        EXPECT_TRUE(wanted.give_up(wanted.next_deadline(), 3).empty());
        wanted.due(wanted.next_deadline(), delay);
    }
    EXPECT_TRUE(wanted.give_up(wanted.next_deadline() + (-1ns), 3).empty()) << "one may yet come";
    EXPECT_TRUE(wanted.got(6)) << "it was asked for";
    EXPECT_EQ(wanted.give_up(wanted.next_deadline(), 3), std::vector<std::uint64_t>{5});
    EXPECT_EQ(wanted.next_deadline(), never);
    EXPECT_FALSE(wanted.got(5));
}

// Why: a real sender stops after 50 packets of one request.
TEST(Retransmit, SplitsALongGapAsTheSenderServesIt) {
    Prng dice(1);
    Retransmit wanted;
    wanted.want(1, 120, Instant{1s}, delay, dice);
    EXPECT_EQ(wanted.due(Instant{2s}, delay),
              (std::vector<Range>{{1, 50, false}, {51, 100, false}, {101, 120, false}}));
}

// Why: what was given up must not be asked for any more, and the list must not grow.
TEST(Retransmit, ForgetsWhatWasGivenUp) {
    Prng dice(1);
    Retransmit wanted;
    wanted.want(1, 10, Instant{1s}, delay, dice);
    wanted.forget_below(9);
    EXPECT_EQ(wanted.due(Instant{2s}, delay), (std::vector<Range>{{9, 10, false}}));
    for (std::uint64_t n = 100; n < 2000; n += 200) {
        wanted.want(n, n + 199, Instant{2s}, delay, dice);
    }
    std::size_t asked = 0;
    for (const Range& range : wanted.due(Instant{9s}, delay)) asked += range.last - range.first + 1;
    EXPECT_EQ(asked, limits::missing_max);
    wanted.clear();
    EXPECT_EQ(wanted.next_deadline(), never);
}

// Why: what comes unasked must not take the request of another number with it.
TEST(Retransmit, WhatWasNotWantedChangesNothing) {
    Prng dice(1);
    Retransmit wanted;
    wanted.want(5, 6, Instant{}, delay, dice);
    for (const std::uint64_t number : {4U, 7U, 5U, 5U}) wanted.got(number);
    EXPECT_EQ(wanted.due(Instant{delay}, delay), (std::vector<Range>{{6, 6, false}}));
}

// Why: only the first request for a number is worth a line in the log, so that an old gap and a new
// one beside it are not told as one.
TEST(Retransmit, AnOldGapAndANewOneAreApart) {
    Prng dice(1);
    Retransmit wanted;
    wanted.want(5, 5, Instant{}, delay, dice);
    EXPECT_EQ(wanted.due(Instant{delay}, delay).size(), 1U);
    wanted.want(6, 7, Instant{delay}, delay, dice);
    EXPECT_EQ(wanted.due(Instant{2 * delay}, delay),
              (std::vector<Range>{{5, 5, true}, {6, 7, false}}));
}

}  // namespace
}  // namespace hb::cluster
