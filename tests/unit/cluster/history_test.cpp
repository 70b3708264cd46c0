// What is repeated on request, what is refused, what is ignored (wire.md 5.5).
#include "cluster/history.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "base/limits.hpp"

namespace hb::cluster {
namespace {

using namespace std::chrono_literals;

Instant at(Duration d) { return Instant{d}; }

History filled(std::uint64_t many) {
    History history;
    for (std::uint64_t n = 1; n <= many; ++n) {
        wire::Message message = wire::make_message("foo");
        message.set("seq", std::to_string(n));
        history.keep(n, std::move(message));
    }
    return history;
}

// Why: the content must be the one of that number.
TEST(History, RepeatsWhatWasAskedFor) {
    History history = filled(20);
    const auto answer = history.asked(5, 7, 0, at(1s), 240ms);
    ASSERT_EQ(answer.again.size(), 3U);
    EXPECT_EQ(answer.again[0]->get("seq"), "5");
    EXPECT_EQ(answer.again[2]->get("seq"), "7");
    EXPECT_TRUE(answer.naks.empty());
}

// Why: several nodes ask for the same packet; one repetition serves them all.
TEST(History, DoesNotRepeatAgainWithinThePause) {
    History history = filled(20);
    EXPECT_EQ(history.asked(5, 5, 0, at(1s), 240ms).again.size(), 1U);
    EXPECT_EQ(history.asked(5, 5, 0, at(1s + 239ms), 240ms).again.size(), 0U);
    EXPECT_EQ(history.asked(5, 5, 0, at(1s + 240ms), 240ms).again.size(), 1U);
}

// Why: one request must not make us send for ever.
TEST(History, AnswersAtMostFiftyPerRequest) {
    History history = filled(300);
    EXPECT_EQ(history.asked(1, UINT64_MAX, 0, at(1s), 240ms).again.size(),
              limits::resend_per_request);
}

// Why: who has acknowledged a number cannot miss it; a late request is nothing.
TEST(History, IgnoresWhatTheAskerAcknowledged) {
    History history = filled(20);
    const auto answer = history.asked(1, 12, 10, at(1s), 240ms);
    ASSERT_EQ(answer.again.size(), 2U);
    EXPECT_EQ(answer.again[0]->get("seq"), "11");
}

// Why: the asker must learn that it waits in vain, in the words of 3.0.6.
TEST(History, RefusesWhatIsNoLongerKept) {
    History history = filled(limits::history_messages + 10);
    const auto answer = history.asked(9, 11, 0, at(1s), 240ms);
    ASSERT_EQ(answer.naks.size(), 2U);
    EXPECT_EQ(answer.naks[1].number, 10U);
    EXPECT_STREQ(answer.naks[1].why, "seqno too low");
    EXPECT_EQ(answer.again.size(), 1U);
    EXPECT_EQ(history.asked(1, UINT64_MAX, 0, at(2s), 240ms).naks.size(), 10U);
}

// Why: a number never sent has no answer; a real node only logs it.
TEST(History, IgnoresNumbersNeverSent) {
    History history = filled(3);
    const auto answer = history.asked(4, 9, 0, at(1s), 240ms);
    EXPECT_TRUE(answer.again.empty());
    EXPECT_TRUE(answer.naks.empty());
}

}  // namespace
}  // namespace hb::cluster
