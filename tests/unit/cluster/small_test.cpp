// The small parts: waiting messages, damped lines, our own heartbeat's schedule, acknowledgements.
#include <gtest/gtest.h>

#include <chrono>

#include "cluster/acks.hpp"
#include "cluster/beat.hpp"
#include "cluster/held_back.hpp"
#include "cluster/log_damper.hpp"

namespace hb::cluster {
namespace {

using namespace std::chrono_literals;

// Why: what waited must come out in the sender's order, up to the next hole.
TEST(HeldBack, GivesBackInOrderUpToAHole) {
    HeldBack held(10, 1U << 20U);
    for (const std::uint64_t n : {9U, 3U, 5U}) held.add(n, wire::make_message(std::to_string(n)));
    const auto ready = held.take_below(6);
    ASSERT_EQ(ready.size(), 2U);
    EXPECT_EQ(ready[0].second.type(), "3");
    EXPECT_EQ(ready[1].second.type(), "5");
    EXPECT_EQ(held.take_below(0).size(), 1U);
    EXPECT_EQ(held.size(), 0U);
}

// Why: memory is bounded in messages and in bytes.
TEST(HeldBack, GivesUpTheLowestBeyondItsBounds) {
    HeldBack few(2, 1U << 20U);
    for (std::uint64_t n = 1; n <= 3; ++n) few.add(n, wire::make_message(std::to_string(n)));
    EXPECT_EQ(few.surplus()->type(), "1");
    EXPECT_FALSE(few.surplus());
    HeldBack small(100, 3000);
    wire::Message large = wire::make_message("large");
    large.set("info", std::string(2000, 'x'));
    small.add(1, large);
    EXPECT_FALSE(small.surplus());
    small.add(2, large);
    EXPECT_TRUE(small.surplus());
    EXPECT_FALSE(small.surplus());
    small.add(2, large);
    EXPECT_EQ(small.size(), 1U) << "the same number once";
}

// Why: a flood is one line, then one with a count when the pause is over.
TEST(LogDamper, LogsOnceAPauseWithACount) {
    LogDamper damper;
    Effects out;
    const auto hit = [&](Instant now) {
        damper.happened(Topic::bad_packet, 0, now, out,
                        [] { return log_line(LogId::bad_packets, "eth0", "wrong signature"); });
    };
    for (int i = 0; i < 1000; ++i) hit(Instant{1s});
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(log_text(std::get<LogLine>(out[0])),
              "1 bad packet(s) dropped on eth0: wrong signature");
    EXPECT_EQ(damper.next_deadline(), Instant{61s});
    damper.passed(Instant{60s}, out);
    EXPECT_EQ(out.size(), 1U);
    damper.passed(Instant{61s}, out);
    ASSERT_EQ(out.size(), 2U);
    EXPECT_EQ(log_text(std::get<LogLine>(out[1])),
              "999 bad packet(s) dropped on eth0: wrong signature");
    EXPECT_EQ(damper.next_deadline(), never);
}

// Why: one class must not hide another.
TEST(LogDamper, TopicsAndPlacesAreApart) {
    LogDamper damper;
    Effects out;
    for (std::size_t place = 0; place < 3; ++place) {
        damper.happened(Topic::replay, place, Instant{1s}, out,
                        [] { return log_line(LogId::replay_refused, "beta", 1U, 2U); });
    }
    EXPECT_EQ(out.size(), 3U);
}

// Why: heartbeats must not drift, and a stall must not be followed by a burst of them.
TEST(Beat, KeepsItsGridAndSkipsWhatAStallSwallowed) {
    Beat beat;
    beat.start(Instant{}, 1s);
    EXPECT_EQ(beat.next_deadline(), Instant{1s});
    EXPECT_TRUE(beat.due(Instant{1s + 20ms}, 1s));
    EXPECT_EQ(beat.next_deadline(), Instant{2s});
    EXPECT_FALSE(beat.due(Instant{1500ms}, 1s));
    EXPECT_TRUE(beat.due(Instant{4500ms}, 1s));
    EXPECT_FALSE(beat.due(Instant{4500ms}, 1s));
    EXPECT_EQ(beat.next_deadline(), Instant{5s}) << "the end of the grace";
    EXPECT_TRUE(beat.due(Instant{5s}, 1s));
    EXPECT_EQ(beat.next_deadline(), Instant{5500ms});
}

// Why: peers can provoke an extra status; they must not provoke a flood.
TEST(Beat, AnExtraStatusIsBoundedInRate) {
    Beat beat;
    beat.start(Instant{}, 1s);
    beat.sent(Instant{100ms});
    beat.extra(Instant{120ms});
    EXPECT_FALSE(beat.extra_due(Instant{149ms}));
    EXPECT_TRUE(beat.extra_due(Instant{150ms}));
    beat.sent(Instant{150ms});
    EXPECT_FALSE(beat.extra_due(Instant{500ms}));
    beat.extra(Instant{500ms});
    EXPECT_TRUE(beat.extra_due(Instant{500ms}));
}

// Why: an acknowledgement counts forward only, and only what we sent.
TEST(Acks, CountForwardAndNeverBeyondWhatWasSent) {
    Acks acks(2);
    EXPECT_EQ(acks.record(0, 7, 20), Acks::Outcome::recorded);
    EXPECT_EQ(acks.record(0, 7, 20), Acks::Outcome::known);
    EXPECT_EQ(acks.record(0, 5, 20), Acks::Outcome::known);
    EXPECT_EQ(acks.record(0, 21, 20), Acks::Outcome::never_sent);
    EXPECT_EQ(acks.of(0), 7U);
    EXPECT_EQ(acks.of(1), 0U);
    acks.forget(0);
    EXPECT_EQ(acks.of(0), 0U);
}

}  // namespace
}  // namespace hb::cluster
