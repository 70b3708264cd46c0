// When a peer is shot, with which device and how often; calling off, and what counts as a yes.
#include "resource/fencer.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/limits.hpp"

namespace hb::resource {
namespace {

using namespace std::chrono_literals;

constexpr Instant start{100s};

// One fencer, and all that it wished so far.
class FencerTest : public testing::Test {
protected:
    FencerTest() : fencer_({{{"ipmi 1", 20s}, {"pdu 2", 30s}}, 5s}) {}

    void request(Duration delay, const NodeName& target = "beta") {
        fencer_.request(now_, target, delay, ShotFor::groups, out_);
    }
    void wake() { fencer_.wakeup(now_, jobs_, out_); }
    std::optional<Fencer::Verdict> answer(FenceResult result) { return answer(result, last().job); }
    std::optional<Fencer::Verdict> answer(FenceResult result, JobId job) {
        return fencer_.done(now_, FenceDone{job, result, "words", 1500ms}, out_);
    }
    // One shot with each device, none of which confirms it. What the last answer led to.
    ClaimInput miss_a_round() {
        now_ = fencer_.next_deadline();
        ClaimInput input{};
        for (int device = 0; device < 2; ++device) {
            wake();
            const auto verdict = answer(FenceResult::unknown);
            EXPECT_TRUE(verdict.has_value());
            if (verdict) input = verdict->input;
        }
        return input;
    }

    template <class E>
    std::vector<E> effects() const {
        std::vector<E> found;
        for (const Wish& wish : out_) {
            const auto* effect = std::get_if<Effect>(&wish);
            if (effect == nullptr) continue;
            if (const auto* each = std::get_if<E>(effect)) found.push_back(*each);
        }
        return found;
    }
    std::vector<FenceNode> shots() const { return effects<FenceNode>(); }
    FenceNode last() const {
        const auto all = shots();
        EXPECT_FALSE(all.empty());
        return all.empty() ? FenceNode{} : all.back();
    }
    // `node result` of each letter, in order.
    std::vector<std::string> told() const {
        std::vector<std::string> texts;
        for (const Wish& wish : out_) {
            const auto* letter = std::get_if<Letter>(&wish);
            if (letter == nullptr) continue;
            EXPECT_EQ(letter->type, "stonith");
            texts.push_back(std::string(letter->get("node")) + " " +
                            std::string(letter->get("result")));
        }
        return texts;
    }
    auto logged(LogId id) const {
        const auto lines = effects<LogLine>();
        return std::count_if(lines.begin(), lines.end(),
                             [id](const LogLine& line) { return line.id == id; });
    }

    Fencer fencer_;
    JobSource jobs_;
    Instant now_{start};
    Wishes out_;
};

// Why: of two survivors of a cut the one that waits must be hit before it shoots.
TEST_F(FencerTest, ShootsAfterTheDelayAndNotBefore) {
    request(5s);
    EXPECT_EQ(logged(LogId::fence_waits), 1);
    EXPECT_EQ(fencer_.next_deadline(), start + 5s);
    now_ = Instant{start.since_start + 5s - 1ns};
    wake();
    EXPECT_TRUE(shots().empty());
    now_ = start + 5s;
    wake();
    ASSERT_EQ(shots().size(), 1U);
    EXPECT_EQ(last().target, "beta");
    EXPECT_EQ(last().device, "ipmi 1");
    EXPECT_EQ(last().timeout, Duration(20s));
    EXPECT_EQ(logged(LogId::fence_shot), 1);
}

// Why: the node that shoots first must not lose the time that it is ahead, nor tell of a wait.
TEST_F(FencerTest, ShootsAtOnceWithoutADelay) {
    request(0s);
    EXPECT_EQ(logged(LogId::fence_waits), 0);
    wake();
    EXPECT_EQ(shots().size(), 1U);
}

// Why: a deadline in the past would make the loop spin for the 20 s that a device takes.
TEST_F(FencerTest, HasADeadlineOnlyWhileNoShotIsUnderWay) {
    EXPECT_EQ(fencer_.next_deadline(), never);
    request(5s);
    now_ = start + 5s;
    wake();
    EXPECT_EQ(fencer_.next_deadline(), never);
    wake();
    EXPECT_EQ(shots().size(), 1U);
    answer(FenceResult::refused);
    EXPECT_EQ(fencer_.next_deadline(), now_);  // the next device
    wake();
    EXPECT_EQ(fencer_.next_deadline(), never);
    answer(FenceResult::refused);
    EXPECT_EQ(fencer_.next_deadline(), now_ + limits::fence_retry_first);
    now_ = now_ + limits::fence_retry_first;
    wake();
    answer(FenceResult::confirmed);
    EXPECT_EQ(fencer_.next_deadline(), never);
}

// Why: a device that is out of order must not cost a pause when the next one could do it.
TEST_F(FencerTest, TriesEveryDeviceInOrderAtOnce) {
    request(0s);
    wake();
    const auto first = answer(FenceResult::refused);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->target, "beta");
    EXPECT_EQ(first->input, ClaimInput::fence_not_confirmed);
    EXPECT_EQ(logged(LogId::fence_retrying), 0);
    wake();
    ASSERT_EQ(shots().size(), 2U);
    EXPECT_EQ(last().device, "pdu 2");
    EXPECT_EQ(last().timeout, Duration(30s));
    EXPECT_NE(shots()[0].job, shots()[1].job);
    const auto second = answer(FenceResult::confirmed);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->input, ClaimInput::fence_confirmed);
    EXPECT_EQ(logged(LogId::fence_confirmed), 1);
}

// Why: groups of a node that may live are taken by anything else than a clear yes.
TEST_F(FencerTest, TakesOnlyConfirmedForAYes) {
    for (const FenceResult result : {FenceResult::refused, FenceResult::unknown}) {
        request(0s);
        wake();
        const auto verdict = answer(result);
        ASSERT_TRUE(verdict);
        EXPECT_EQ(verdict->input, ClaimInput::fence_not_confirmed);
        fencer_.call_off_all(out_);
    }
    EXPECT_EQ(logged(LogId::fence_missed), 2);
    EXPECT_EQ(logged(LogId::fence_confirmed), 0);
}

// Why: a broken power strip must not be hammered, and a repaired one be tried within a minute.
TEST_F(FencerTest, PausesAfterEachRoundTwiceAsLongUpToTheLongest) {
    request(0s);
    Duration expected = limits::fence_retry_first;
    for (unsigned round = 1; round < limits::fence_rounds; ++round) {
        EXPECT_EQ(miss_a_round(), ClaimInput::fence_not_confirmed) << round;
        EXPECT_EQ(fencer_.next_deadline(), now_ + expected) << round;
        EXPECT_EQ(logged(LogId::fence_retrying), static_cast<long>(round));
        expected = std::min(expected * 2, limits::fence_retry_longest);
    }
    EXPECT_EQ(expected, limits::fence_retry_longest);  // so that the cap was seen
    const auto all = shots();
    for (std::size_t i = 0; i < all.size(); ++i)
        EXPECT_EQ(all[i].device, i % 2 == 0 ? "ipmi 1" : "pdu 2") << i;
}

// Why: 3.0.6 tries for ever (its bug B6); here an operator is called when it is hopeless.
TEST_F(FencerTest, GivesUpAfterAllRounds) {
    request(0s);
    for (unsigned round = 1; round < limits::fence_rounds; ++round) miss_a_round();
    EXPECT_EQ(logged(LogId::fence_given_up), 0);
    EXPECT_EQ(miss_a_round(), ClaimInput::fence_given_up);
    EXPECT_EQ(logged(LogId::fence_given_up), 1);
    EXPECT_EQ(shots().size(), std::size_t{2} * limits::fence_rounds);
    EXPECT_EQ(fencer_.next_deadline(), never);
    EXPECT_FALSE(answer(FenceResult::confirmed));  // the order is gone
}

// Why: a node that died, was given up, came back and died again deserves all its rounds.
TEST_F(FencerTest, BeginsAnewAfterItGaveUp) {
    request(0s);
    for (unsigned round = 1; round <= limits::fence_rounds; ++round) miss_a_round();
    request(0s);
    EXPECT_EQ(miss_a_round(), ClaimInput::fence_not_confirmed);
    EXPECT_EQ(fencer_.next_deadline(), now_ + limits::fence_retry_first);
}

// Why: clients and scripts of old clusters read these words.
TEST_F(FencerTest, TellsTheClusterOfEachShot) {
    request(0s);
    wake();
    answer(FenceResult::refused);
    wake();
    answer(FenceResult::unknown);
    now_ = fencer_.next_deadline();
    wake();
    answer(FenceResult::confirmed);
    EXPECT_EQ(told(), (std::vector<std::string>{"beta bad", "beta bad", "beta OK"}));
}

// Why: the log must name the device that failed, not the next one, and what it said.
TEST_F(FencerTest, NamesTheDeviceThatFailed) {
    request(0s);
    wake();
    answer(FenceResult::refused);
    wake();
    answer(FenceResult::unknown);
    std::vector<std::vector<std::string>> missed;
    for (const LogLine& line : effects<LogLine>()) {
        if (line.id == LogId::fence_missed) missed.push_back(line.arguments);
    }
    ASSERT_EQ(missed.size(), 2U);
    EXPECT_EQ(missed[0], (std::vector<std::string>{"beta", "ipmi 1", "refused", "words"}));
    EXPECT_EQ(missed[1], (std::vector<std::string>{"beta", "pdu 2", "no answer", "words"}));
}

// Why: a peer that is heard again during the delay must not be hit.
TEST_F(FencerTest, CalledOffInTheDelayNeverShoots) {
    request(5s);
    EXPECT_TRUE(fencer_.call_off("beta", out_));
    EXPECT_EQ(fencer_.next_deadline(), never);
    now_ = start + 1h;
    wake();
    EXPECT_TRUE(shots().empty());
    EXPECT_TRUE(effects<KillJob>().empty());  // there is no job to end
    EXPECT_FALSE(fencer_.call_off("beta", out_));
}

// Why: a shot under way may still be stopped; its late yes must not take the groups of a node that
// came back (3.0.6's bug B6).
TEST_F(FencerTest, CalledOffShotIsEndedAndItsAnswerCountsForNothing) {
    request(0s);
    wake();
    const JobId job = last().job;
    EXPECT_TRUE(fencer_.call_off("beta", out_));
    const auto killed = effects<KillJob>();
    ASSERT_EQ(killed.size(), 1U);
    EXPECT_EQ(killed[0].job, job);
    EXPECT_FALSE(answer(FenceResult::confirmed, job));
    // A new order for the same node is not answered by the old shot either.
    request(0s);
    wake();
    EXPECT_FALSE(answer(FenceResult::confirmed, job));
    EXPECT_TRUE(told().empty());
    EXPECT_EQ(answer(FenceResult::confirmed)->input, ClaimInput::fence_confirmed);
}

// Why: the shell may answer twice, or with nonsense; an order that waits must not be met by it.
TEST_F(FencerTest, AnswerOfAnUnknownJobCountsForNothing) {
    EXPECT_FALSE(answer(FenceResult::confirmed, JobId{77}));
    request(5s);
    EXPECT_FALSE(answer(FenceResult::confirmed, JobId{}));  // no shot has a number yet
    EXPECT_FALSE(answer(FenceResult::confirmed, JobId{77}));
    EXPECT_TRUE(told().empty());
    now_ = start + 5s;
    wake();
    const JobId job = last().job;
    answer(FenceResult::refused);
    EXPECT_FALSE(answer(FenceResult::confirmed, job));  // a second word about the same shot
    EXPECT_EQ(fencer_.next_deadline(), now_);
}

// Why: a second "it is dead" must neither delay the shot nor make it two.
TEST_F(FencerTest, SecondOrderChangesNothing) {
    request(5s);
    now_ = start + 4s;
    request(5s);
    request(0s);
    EXPECT_EQ(fencer_.next_deadline(), start + 5s);
    EXPECT_EQ(logged(LogId::fence_waits), 1);
    now_ = start + 5s;
    wake();
    request(0s);
    EXPECT_EQ(fencer_.next_deadline(), never);
    wake();
    EXPECT_EQ(shots().size(), 1U);
}

// Why: somebody mends ha.cf because the shots miss: the next one must go by it, and at once.
TEST_F(FencerTest, NewDevicesAreTriedFromTheFirstOneOn) {
    request(0s);
    miss_a_round();
    ASSERT_EQ(fencer_.next_deadline(), now_ + limits::fence_retry_first);
    fencer_.set_config(now_, {{{"sbd 1", 7s}}, 1s});
    EXPECT_EQ(fencer_.delay(), Duration(1s));
    EXPECT_EQ(fencer_.next_deadline(), now_);
    wake();
    EXPECT_EQ(last().device, "sbd 1");
    EXPECT_EQ(last().timeout, Duration(7s));
    answer(FenceResult::refused);  // the first round of its own
    EXPECT_EQ(fencer_.next_deadline(), now_ + limits::fence_retry_first);
}

// Why: a shot under way may hit; its yes is a yes, and its no leads to the new devices.
TEST_F(FencerTest, NewDevicesLeaveTheShotUnderWayAlone) {
    for (const FenceResult result : {FenceResult::confirmed, FenceResult::unknown}) {
        request(0s);
        wake();
        fencer_.set_config(now_, {{{"sbd 1", 7s}, {"pdu 9", 7s}}, 1s});
        EXPECT_TRUE(effects<KillJob>().empty());
        const auto verdict = answer(result);
        ASSERT_TRUE(verdict);
        EXPECT_EQ(verdict->device, "ipmi 1");
        if (result == FenceResult::confirmed) {
            EXPECT_EQ(verdict->input, ClaimInput::fence_confirmed);
        } else {
            EXPECT_EQ(verdict->input, ClaimInput::fence_not_confirmed);
            EXPECT_EQ(fencer_.next_deadline(), now_);
            wake();
            EXPECT_EQ(last().device, "sbd 1");
        }
        fencer_.set_config(now_, {{{"ipmi 1", 20s}, {"pdu 2", 30s}}, 5s});
    }
}

// Why: the delay is what keeps two survivors apart, and a reload comes at any time; without a
// device the node would never be shot.
TEST_F(FencerTest, NewDevicesNeitherShortenTheDelayNorEndAnOrder) {
    request(5s);
    fencer_.set_config(now_, {{{"sbd 1", 7s}}, 1s});
    EXPECT_EQ(fencer_.next_deadline(), start + 5s);
    fencer_.set_config(now_, {});
    EXPECT_FALSE(fencer_.has_device());
    now_ = start + 5s;
    wake();
    EXPECT_EQ(last().device, "sbd 1");
}

// Why: nothing waits for it, so a device that fails must not be hammered nor wake anybody.
TEST_F(FencerTest, AShotInDefenceIsOneRound) {
    fencer_.request(now_, "beta", 0s, ShotFor::defence, out_);
    EXPECT_EQ(miss_a_round(), ClaimInput::fence_given_up);
    EXPECT_EQ(shots().size(), 2U);
    EXPECT_EQ(logged(LogId::fence_given_up), 0);
    EXPECT_EQ(fencer_.next_deadline(), never);
}

// Why: who hears no ping node is rather the one that is cut off.
TEST_F(FencerTest, APingNodeIsHeardForHalfADeadtime) {
    EXPECT_TRUE(fencer_.hears_ping(now_));  // there is none to hear
    FencingConfig config{{{"ipmi 1", 20s}}, 5s};
    config.pings = true;
    config.deadtime = 10s;
    fencer_.set_config(now_, config);
    EXPECT_FALSE(fencer_.hears_ping(now_));
    fencer_.ping_heard(now_);
    EXPECT_TRUE(fencer_.hears_ping(now_ + 4s));
    EXPECT_FALSE(fencer_.hears_ping(now_ + 5s));
}

// Why: two dead nodes are two matters; what is known of one says nothing of the other.
TEST_F(FencerTest, KeepsOrdersOfTwoNodesApart) {
    request(5s, "beta");
    request(0s, "gamma");
    EXPECT_EQ(fencer_.next_deadline(), now_);
    wake();
    EXPECT_EQ(last().target, "gamma");
    EXPECT_EQ(fencer_.next_deadline(), start + 5s);
    const auto verdict = answer(FenceResult::confirmed);
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->target, "gamma");
    now_ = start + 5s;
    wake();
    EXPECT_EQ(last().target, "beta");
}

// Why: a daemon that ends must not leave shots behind.
TEST_F(FencerTest, CallsOffEveryOrder) {
    request(0s, "beta");
    wake();
    request(5s, "gamma");
    fencer_.call_off_all(out_);
    EXPECT_EQ(effects<KillJob>().size(), 1U);
    EXPECT_EQ(fencer_.next_deadline(), never);
    EXPECT_FALSE(answer(FenceResult::confirmed));
}

}  // namespace
}  // namespace hb::resource
