// Which repeat of an announcement is due when.
#include "agents/burst_queue.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace hb::agents {
namespace {

using namespace std::chrono_literals;

Burst burst_of(const char* ip, unsigned pairs = 2) {
    Burst out;
    out.ip = *parse_ip(ip);
    out.pairs = pairs;
    out.interval = 100ms;
    return out;
}

TEST(BurstQueue, RepeatsComeAtTheirTimeAndEnd) {
    BurstQueue queue;
    EXPECT_EQ(queue.next_due(), never);
    EXPECT_TRUE(queue.add(burst_of("10.0.0.5"), Instant{1s}));
    EXPECT_EQ(queue.next_due(), Instant{1100ms});
    EXPECT_TRUE(queue.take(Instant{1099ms}, 10).empty());
    const auto first = queue.take(Instant{1100ms}, 10);
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].n, 2U);
    EXPECT_EQ(queue.next_due(), Instant{1150ms});
    EXPECT_EQ(queue.take(Instant{2s}, 10)[0].n, 3U);
    EXPECT_TRUE(queue.empty());
}

TEST(BurstQueue, ALateCallCatchesUpButNeverBeyondItsShare) {
    BurstQueue queue;
    for (const char* ip : {"10.0.0.1", "10.0.0.2", "10.0.0.3"}) queue.add(burst_of(ip), Instant{});
    EXPECT_EQ(queue.take(Instant{1s}, 4).size(), 4U);
    EXPECT_EQ(queue.take(Instant{1s}, 4).size(), 2U);
    EXPECT_TRUE(queue.empty());
}

TEST(BurstQueue, AnEndedBurstIsSilent) {
    BurstQueue queue;
    queue.add(burst_of("10.0.0.1"), Instant{});
    queue.add(burst_of("10.0.0.2"), Instant{});
    queue.end(*parse_ip("10.0.0.1"));
    queue.end(*parse_ip("10.0.0.9"));
    const auto due = queue.take(Instant{1s}, 10);
    ASSERT_EQ(due.size(), 2U);
    EXPECT_EQ(to_text(due[0].burst.ip), "10.0.0.2");
}

TEST(BurstQueue, ANewBurstOfAnAddressReplacesTheOldOne) {
    BurstQueue queue;
    queue.add(burst_of("10.0.0.1"), Instant{});
    queue.add(burst_of("10.0.0.1"), Instant{10s});
    EXPECT_EQ(queue.size(), 1U);
    EXPECT_EQ(queue.next_due(), Instant{10100ms});
    queue.add(burst_of("10.0.0.1", 1), Instant{20s});  // nothing to repeat
    EXPECT_TRUE(queue.empty());
}

TEST(BurstQueue, TooManyAreDropped) {
    BurstQueue queue;
    Burst burst = burst_of("10.0.0.0");
    for (std::size_t i = 0; i < limits::announce_bursts_max; ++i) {
        burst.ip.bytes[2] = static_cast<std::uint8_t>(i / 256);
        burst.ip.bytes[3] = static_cast<std::uint8_t>(i % 256);
        ASSERT_TRUE(queue.add(burst, Instant{}));
    }
    burst.ip.bytes[1] = 1;
    EXPECT_FALSE(queue.add(burst, Instant{}));
}

}  // namespace
}  // namespace hb::agents
