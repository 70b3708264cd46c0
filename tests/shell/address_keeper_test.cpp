// Which addresses count as held, and when they are looked after: in virtual time.
#include "address_keeper.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/limits.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;
using agents::Cared;
using agents::CareResult;

class KeeperTest : public testing::Test {
protected:
    static RunAgent job(std::uint64_t id, const std::string& address, ScriptAction action) {
        return {JobId{id}, {"IPaddr", {address}, action}, 10s};
    }
    void done(std::uint64_t id, int status = 0, ScriptEnd end = ScriptEnd::exited) {
        keeper.ended({JobId{id}, end, status, {}, {}});
    }
    void start(const std::string& address) {
        keeper.asked(job(++last, address, ScriptAction::start));
        done(last);
    }
    bool goes(const std::string& address) {
        return keeper.removed(*agents::parse_ip(address), 2, now);
    }
    // What is due now, all of it found like that.
    AddressKeeper::Verdict care(Cared found) {
        given = keeper.take_due(now);
        std::vector<CareResult> results(given.keys.size());
        for (CareResult& one : results) one.cared = found;
        return keeper.answered(given, results, now);
    }

    AddressKeeper keeper;
    AddressKeeper::Given given;
    Instant now{1h};
    std::uint64_t last{};
};

// Why: only what a group runs here may be put back.
TEST_F(KeeperTest, WhatAStartHasSetIsHeld) {
    keeper.asked(job(1, "10.0.0.5/24/eth0", ScriptAction::start));
    EXPECT_FALSE(goes("10.0.0.5")) << "not there yet";
    done(1);
    EXPECT_FALSE(goes("10.0.0.6"));
    EXPECT_TRUE(goes("10.0.0.5"));
    EXPECT_EQ(keeper.next_due(), now);
    const auto verdict = care(Cared::put_back);
    ASSERT_EQ(given.addresses.size(), 1U);
    EXPECT_EQ(given.addresses[0].call.arguments[0], "10.0.0.5/24/eth0");
    EXPECT_EQ(given.addresses[0].call.action, ScriptAction::start);
    EXPECT_EQ(given.addresses[0].index, 2U);
    EXPECT_EQ(verdict.put_back.size(), 1U);
    EXPECT_TRUE(verdict.unwanted.empty());
    EXPECT_EQ(keeper.next_due(), never);
}

TEST_F(KeeperTest, AStartThatFailsHoldsNothing) {
    keeper.asked(job(1, "10.0.0.5", ScriptAction::start));
    done(1, 1);
    keeper.asked(job(2, "10.0.0.6", ScriptAction::start));
    done(2, 15, ScriptEnd::signalled);
    keeper.asked(job(3, "10.0.0.7", ScriptAction::start));
    done(3, 0, ScriptEnd::timed_out);
    EXPECT_EQ(keeper.held(), 0U);
}

// Why: an administrator's script of that name does what it wants with its address.
TEST_F(KeeperTest, WhatAScriptSetsIsNotHeld) {
    keeper.asked(job(1, "10.0.0.5", ScriptAction::start));
    keeper.not_native(JobId{1});
    done(1);
    keeper.asked({JobId{2}, {"Delay", {"1"}, ScriptAction::start}, 10s});
    done(2);
    EXPECT_EQ(keeper.held(), 0U);
}

// Why: a daemon that is started anew finds its groups running and starts nothing.
TEST_F(KeeperTest, WhatAStatusFindsIsHeld) {
    keeper.asked(job(1, "10.0.0.5", ScriptAction::status));
    done(1);
    EXPECT_TRUE(goes("10.0.0.5"));
    keeper.asked(job(2, "10.0.0.6", ScriptAction::status));
    done(2, 7);
    EXPECT_FALSE(goes("10.0.0.6"));
}

// Why: the worst of all would be to put back what the other node is about to set.
TEST_F(KeeperTest, FromTheWishToStopOnNothingIsPutBack) {
    start("10.0.0.5");
    start("10.0.0.6");
    EXPECT_TRUE(goes("10.0.0.5"));
    keeper.asked(job(10, "10.0.0.5", ScriptAction::stop));
    EXPECT_EQ(keeper.next_due(), never) << "also what was due before";
    EXPECT_FALSE(goes("10.0.0.5"));
    keeper.all_in_doubt(now);
    care(Cared::there);
    ASSERT_EQ(given.addresses.size(), 1U);
    EXPECT_EQ(given.addresses[0].call.arguments[0], "10.0.0.6");
    done(10);
    EXPECT_FALSE(goes("10.0.0.5"));
    start("10.0.0.5");
    EXPECT_TRUE(goes("10.0.0.5"));
}

// Why: the core asks after a failed stop; the answer "running" is no order to keep it.
TEST_F(KeeperTest, AStatusAfterAFailedStopHoldsNothing) {
    start("10.0.0.5");
    keeper.asked(job(10, "10.0.0.5", ScriptAction::stop));
    done(10, 1);
    keeper.asked(job(11, "10.0.0.5", ScriptAction::status));
    done(11);
    EXPECT_EQ(keeper.held(), 0U);
    start("10.0.0.5");
    EXPECT_EQ(keeper.held(), 1U);
}

// Why: a start whose answer comes after the stop was asked for is answered by that stop.
TEST_F(KeeperTest, AnAnswerThatAStopHasOvertakenHoldsNothing) {
    keeper.asked(job(1, "10.0.0.5", ScriptAction::start));
    keeper.asked(job(2, "10.0.0.5", ScriptAction::stop));
    done(1);
    EXPECT_EQ(keeper.held(), 0U);
}

// Why: a mend that hung in the kernel may end after the stop.
TEST_F(KeeperTest, WhatCameBackAfterItsStopIsNamedUnlessItIsStartedAgain) {
    start("10.0.0.5");
    ASSERT_TRUE(goes("10.0.0.5"));
    given = keeper.take_due(now);
    keeper.asked(job(10, "10.0.0.5", ScriptAction::stop));
    done(10);
    std::vector<CareResult> results(1);
    results[0].cared = Cared::put_back;
    auto verdict = keeper.answered(given, results, now);
    ASSERT_EQ(verdict.unwanted.size(), 1U);
    EXPECT_EQ(verdict.unwanted[0].action, ScriptAction::stop);
    EXPECT_TRUE(verdict.put_back.empty());
    keeper.asked(job(11, "10.0.0.5", ScriptAction::start));
    verdict = keeper.answered(given, results, now);
    EXPECT_TRUE(verdict.unwanted.empty());
}

// Why: the news of the second removal may come before the answer to the first.
TEST_F(KeeperTest, ARemovalDuringTheMendIsLookedAtAfterIt) {
    start("10.0.0.5");
    goes("10.0.0.5");
    given = keeper.take_due(now);
    goes("10.0.0.5");
    std::vector<CareResult> results(1);
    results[0].cared = Cared::put_back;
    keeper.answered(given, results, now);
    EXPECT_EQ(keeper.next_due(), now);
}

// Why: two programs that fight over an address for ever flood the segment and the log.
TEST_F(KeeperTest, WhoIsRemovedAgainAndAgainRestsAndIsTriedLater) {
    start("10.0.0.5");
    for (std::size_t i = 1; i < limits::address_mends_max; ++i) {
        ASSERT_TRUE(goes("10.0.0.5"));
        EXPECT_TRUE(care(Cared::put_back).resting.empty()) << i;
        now = now + 1s;
    }
    goes("10.0.0.5");
    EXPECT_EQ(care(Cared::put_back).resting.size(), 1U);
    const Instant rest_ends = now + limits::address_rest;
    now = now + 1s;
    goes("10.0.0.5");
    EXPECT_EQ(keeper.next_due(), rest_ends);
    EXPECT_TRUE(keeper.take_due(now).keys.empty());
    now = rest_ends;
    EXPECT_TRUE(care(Cared::put_back).resting.empty()) << "it counts from zero again";
    EXPECT_EQ(given.keys.size(), 1U);
}

TEST_F(KeeperTest, WhoIsRemovedNowAndThenNeverRests) {
    start("10.0.0.5");
    for (int i = 0; i < 20; ++i) {
        goes("10.0.0.5");
        EXPECT_TRUE(care(Cared::put_back).resting.empty());
        now = now + limits::address_mends_span / 4;
    }
}

TEST_F(KeeperTest, AMendThatFailsIsTriedAgainAndCountsToo) {
    start("10.0.0.5");
    goes("10.0.0.5");
    EXPECT_EQ(care(Cared::failed).failed.size(), 1U);
    EXPECT_EQ(keeper.next_due(), now + limits::address_mend_again);
    for (std::size_t i = 2; i < limits::address_mends_max; ++i) {
        now = keeper.next_due();
        EXPECT_TRUE(care(Cared::failed).resting.empty());
    }
    now = keeper.next_due();
    EXPECT_EQ(care(Cared::failed).resting.size(), 1U);
    EXPECT_EQ(keeper.next_due(), now + limits::address_rest);
}

// Why: what went with its interface is nobody's attack, and waits for it without a timer.
TEST_F(KeeperTest, WithoutItsLinkItWaits) {
    start("10.0.0.5");
    for (std::size_t i = 0; i < 2 * limits::address_mends_max; ++i) {
        goes("10.0.0.5");
        const auto verdict = care(Cared::waits_for_link);
        EXPECT_EQ(verdict.waiting.size(), 1U);
        EXPECT_TRUE(verdict.resting.empty());
        EXPECT_EQ(keeper.next_due(), never);
        keeper.announce_all("eth0", now);
        care(Cared::put_back);
        EXPECT_TRUE(given.addresses[0].announce_on.contains("eth0"));
        now = now + 1min;
    }
}

// Why: the order decides which address is the first of its network.
TEST_F(KeeperTest, AllAreLookedAtInTheOrderOfTheirStarts) {
    start("10.0.0.9");
    start("10.0.0.1");
    start("10.0.0.5");
    keeper.all_in_doubt(now);
    care(Cared::there);
    ASSERT_EQ(given.addresses.size(), 3U);
    EXPECT_EQ(given.addresses[0].call.arguments[0], "10.0.0.9");
    EXPECT_EQ(given.addresses[1].call.arguments[0], "10.0.0.1");
    EXPECT_EQ(given.addresses[2].call.arguments[0], "10.0.0.5");
    EXPECT_TRUE(given.addresses[0].announce_on.empty());
}

TEST_F(KeeperTest, OnlyWhatIsHeldIsAnnounced) {
    start("10.0.0.5");
    keeper.announce({{"IPaddr", {"10.0.0.5"}, ScriptAction::start},
                     {"IPaddr", {"10.0.0.6"}, ScriptAction::start},
                     {"svc", {}, ScriptAction::start}},
                    now);
    care(Cared::there);
    ASSERT_EQ(given.addresses.size(), 1U);
    EXPECT_TRUE(given.addresses[0].announce_on.contains(""));
}

// Why: two machines that answer each other would do so for ever, and fill the segment.
TEST_F(KeeperTest, ARivalIsAnsweredOnceASecondAndNotForEver) {
    const agents::Claim claim{*agents::parse_ip("10.0.0.5"), {2, 0, 0, 0, 0, 9}};
    EXPECT_FALSE(keeper.claimed(claim, now)) << "not held";
    start("10.0.0.5");
    EXPECT_FALSE(keeper.claimed({*agents::parse_ip("10.0.0.6"), {}}, now));
    const auto answer = [this] {
        given = keeper.take_due(now);
        CareResult result;
        result.cared = Cared::there;
        result.announced = result.rivalled = true;
        return keeper.answered(given, {result}, now);
    };
    for (std::size_t i = 1; i <= limits::claim_answers_max; ++i) {
        ASSERT_TRUE(keeper.claimed(claim, now));
        EXPECT_EQ(keeper.next_due(), now);
        const auto verdict = answer();
        ASSERT_EQ(given.addresses.size(), 1U);
        EXPECT_EQ(given.addresses[0].rival, claim.mac);
        EXPECT_FALSE(given.addresses[0].refresh);
        EXPECT_EQ(verdict.announced.size(), 1U);
        EXPECT_EQ(verdict.disputed.size(), i == limits::claim_answers_max ? 1U : 0U);
        EXPECT_FALSE(keeper.claimed(claim, now + (limits::claim_answer_pause - 1ns)));
        now = now + limits::claim_answer_pause;
    }
    EXPECT_FALSE(keeper.claimed(claim, now));
    now = now + limits::claim_rest;
    EXPECT_TRUE(keeper.claimed(claim, now));
    EXPECT_TRUE(answer().disputed.empty());
    EXPECT_FALSE(keeper.take_due(now).keys.size() > 0) << "the rival is told of once";
}

TEST_F(KeeperTest, ARefreshLooksAtAllThatDoesNotRest) {
    keeper.refresh(now);
    EXPECT_EQ(keeper.next_due(), never);
    EXPECT_FALSE(keeper.holds(AF_INET));
    start("10.0.0.5");
    start("10.0.0.6");
    EXPECT_TRUE(keeper.holds(AF_INET));
    EXPECT_FALSE(keeper.holds(AF_INET6));
    keeper.refresh(now);
    care(Cared::there);
    ASSERT_EQ(given.addresses.size(), 2U);
    EXPECT_TRUE(given.addresses[0].refresh);
    EXPECT_TRUE(given.addresses[0].announce_on.empty());
    for (std::size_t i = 0; i < limits::address_mends_max; ++i) {
        goes("10.0.0.5");
        care(Cared::put_back);
        EXPECT_FALSE(given.addresses[0].refresh);
    }
    keeper.refresh(now);
    care(Cared::there);
    ASSERT_EQ(given.addresses.size(), 1U) << "one rests";
    EXPECT_EQ(given.addresses[0].call.arguments[0], "10.0.0.6");
}

}  // namespace
}  // namespace hb::shell
