// What is counted of each line.
#include "cluster/traffic.hpp"

#include <gtest/gtest.h>

namespace hb::cluster {
namespace {

// Why: a line that loses every third heartbeat is not dead, and somebody should see it.
TEST(Traffic, MissedIsWhatOtherLinesBrought) {
    Traffic traffic(2, 2);
    for (std::uint64_t number = 1; number <= 9; ++number) {
        traffic.status(1, 0, number, true);
        if (number % 3 != 0) traffic.status(1, 1, number, false);
    }
    EXPECT_EQ(traffic.heard(1, 0), 9U);
    EXPECT_EQ(traffic.missed(1, 0), 0U);
    EXPECT_EQ(traffic.heard(1, 1), 6U);
    EXPECT_EQ(traffic.missed(1, 1), 3U);
    EXPECT_EQ(traffic.heard(0, 0), 0U);
}

// Why: a line that is plugged in later has lost nothing.
TEST(Traffic, ALineCountsFromItsFirstHeartbeat) {
    Traffic traffic(1, 2);
    for (std::uint64_t number = 1; number <= 5; ++number) traffic.status(0, 0, number, true);
    EXPECT_EQ(traffic.missed(0, 1), 0U);
    traffic.status(0, 1, 5, false);
    EXPECT_EQ(traffic.missed(0, 1), 0U);
    traffic.status(0, 0, 6, true);
    EXPECT_EQ(traffic.missed(0, 1), 1U);
}

// Why: a switch that doubles packets would hide as many losses; numbers of a new life begin at 1.
TEST(Traffic, RepeatsCountNotAndANewLifeDoes) {
    Traffic traffic(1, 1);
    traffic.status(0, 0, 7, true);
    traffic.status(0, 0, 7, false);
    EXPECT_EQ(traffic.heard(0, 0), 1U);
    traffic.new_life(0);
    traffic.status(0, 0, 1, true);
    EXPECT_EQ(traffic.heard(0, 0), 2U);
    EXPECT_EQ(traffic.missed(0, 0), 0U);
}

}  // namespace
}  // namespace hb::cluster
