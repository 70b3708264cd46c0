// Each row of ipfail's tables (ipfail.md 1.4 to 1.7).
#include "base/limits.hpp"
#include "unit/plugin/ipfail_fixture.hpp"

namespace hb::ipfail {
namespace {

// --- 1.4: what leads to a question ---

TEST(IpfailTriggers, PeersIpfailJoins) {
    Ipfail one(2);
    one.logic.peer_joined(one.now, one.asks);
    EXPECT_EQ(one.asked(), "count 2");
}

// Why: 3.0.6 reacts to the link of the ping node; the death itself is the same news, and one.
TEST(IpfailTriggers, APingNodeDiesOrReturns) {
    Ipfail one(1);
    EXPECT_EQ(one.pings(0), "count 0");
    EXPECT_EQ(one.pings(1), "count 1");
}

TEST(IpfailTriggers, NoNewCountNoNewQuestion) {
    Ipfail one(1);
    EXPECT_EQ(one.pings(1), "");
}

TEST(IpfailTriggers, ALinkToThePeerDies) {
    Ipfail one(3);
    one.logic.link_dead(one.now, one.asks);
    EXPECT_EQ(one.asked(), "count 3");
}

TEST(IpfailTriggers, NobodyIsAskedWhileThePeerIsDead) {
    Ipfail one(1);
    one.logic.peer_alive(one.now, false, one.asks);
    EXPECT_EQ(one.pings(0), "");
    one.logic.link_dead(one.now, one.asks);
    EXPECT_EQ(one.asked(), "");
}

// Why: after a cut nobody signs on anew, and what was lost meanwhile was asked of nobody.
TEST(IpfailTriggers, ThePeerIsHeardAgain) {
    Ipfail one(1);
    one.logic.peer_alive(one.now, false, one.asks);
    one.pings(0);
    one.logic.peer_alive(one.now, true, one.asks);
    EXPECT_EQ(one.asked(), "count 0");
}

// --- 1.5: the decision ---

TEST(IpfailDecision, WeReachMore) {
    Ipfail one(2);
    EXPECT_EQ(one.theirs(1), "you_are_dead");
    EXPECT_EQ(one.pass(1h), "");
}

TEST(IpfailDecision, TheyReachMore) {
    Ipfail one(1);
    EXPECT_EQ(one.theirs(2), "");
    EXPECT_EQ(one.pass(1999ms), "");
    EXPECT_EQ(one.pass(1ms), "count 1");
    EXPECT_EQ(one.told_dead(), "give all");
    EXPECT_EQ(one.pass(1h), "");
}

TEST(IpfailDecision, EqualWithoutFailback) {
    Ipfail one(1);
    EXPECT_EQ(one.theirs(1), "abort_giveup");
    EXPECT_EQ(one.pass(1h), "");
}

TEST(IpfailDecision, EqualStopsAGiveUp) {
    Ipfail one(1, true);
    one.theirs(2);
    EXPECT_EQ(one.theirs(1), "abort_giveup");
    EXPECT_EQ(one.pass(1h), "");
}

TEST(IpfailDecision, EqualWithFailbackGivesForeignBack) {
    Ipfail one(1, true);
    EXPECT_EQ(one.theirs(1), "abort_giveup");
    EXPECT_EQ(one.pass(2s), "give foreign");
}

TEST(IpfailDecision, EqualWithFailbackWhileGroupsMoveGivesNothing) {
    Ipfail one(1, true);
    one.own(false);
    EXPECT_EQ(one.theirs(1), "abort_giveup");
    EXPECT_EQ(one.pass(1h), "");
}

TEST(IpfailDecision, YouAreDeadGivesAll) {
    Ipfail one(1);
    one.logic.you_are_dead(one.now, one.asks);
    EXPECT_EQ(one.asked(), "");
    EXPECT_EQ(one.pass(2s), "count 1");
    EXPECT_EQ(one.told_dead(), "give all");
}

TEST(IpfailDecision, AbortGiveupStopsIt) {
    Ipfail one(1);
    one.logic.you_are_dead(one.now, one.asks);
    one.pass(1s);
    one.logic.abort_giveup(one.asks);
    EXPECT_EQ(one.pass(1h), "");
    one.logic.abort_giveup(one.asks);  // with nothing to stop: nothing
    EXPECT_EQ(one.pass(1h), "");
}

// --- 1.6: delay and give-up ---

TEST(IpfailGiveUp, ANewReasonReplacesTheDelayAndTheScope) {
    Ipfail one(1, true);
    one.theirs(1);
    EXPECT_EQ(one.logic.giving_up(), Scope::foreign);
    one.pass(1s);
    one.logic.you_are_dead(one.now, one.asks);
    EXPECT_EQ(one.pass(1999ms), "");
    EXPECT_EQ(one.pass(1ms), "count 1");
    EXPECT_EQ(one.told_dead(), "give all");
    EXPECT_EQ(one.pass(1h), "");
}

TEST(IpfailGiveUp, TheDelayFollowsKeepalive) {
    Ipfail one(1);
    one.logic.new_config(250ms, false);
    one.logic.you_are_dead(one.now, one.asks);
    EXPECT_EQ(one.pass(499ms), "");
    EXPECT_EQ(one.pass(1ms), "count 1");
}

// Why: a 3.0.6 that loses the same ping node a moment later says so up to a second after it knows;
// asked, it answers by what it knows. Without the question all would move to a node no better off.
TEST(IpfailGiveUp, ThePeerIsAskedOnceMoreBeforeAllIsGivenUp) {
    Ipfail one(0);
    one.told_dead();
    EXPECT_EQ(one.pass(2s), "count 0");
    EXPECT_EQ(one.logic.giving_up(), Scope::all);
    one.logic.abort_giveup(one.asks);
    EXPECT_EQ(one.logic.giving_up(), std::nullopt);
    EXPECT_EQ(one.pass(1h), "");
}

TEST(IpfailGiveUp, ACountOfThePeerConfirmsOrNot) {
    Ipfail one(1), other(1), third(1);
    for (Ipfail* each : {&one, &other, &third}) {
        each->told_dead();
        each->pass(2s);
    }
    EXPECT_EQ(one.theirs(2), "give all");
    EXPECT_EQ(other.theirs(1), "abort_giveup");
    EXPECT_EQ(other.pass(1h), "");
    EXPECT_EQ(third.theirs(0), "you_are_dead");
    EXPECT_EQ(third.logic.giving_up(), std::nullopt);
}

TEST(IpfailGiveUp, WithoutAnAnswerNothingIsGivenUp) {
    Ipfail one(0);
    one.told_dead();
    EXPECT_EQ(one.pass(2s + limits::ipfail_confirm), "count 0");
    EXPECT_EQ(one.logic.giving_up(), std::nullopt);
    EXPECT_EQ(one.pass(1h), "");
    EXPECT_EQ(one.told_dead(), "");  // a new reason is a new delay
    EXPECT_EQ(one.pass(2s), "count 0");
}

TEST(IpfailGiveUp, ConfirmedWhileGroupsMoveItWaitsForTheirRest) {
    Ipfail one(0);
    one.told_dead();
    one.pass(2s);
    one.own(false);
    EXPECT_EQ(one.told_dead(), "");
    EXPECT_EQ(one.own(true, "local"), "");
    EXPECT_EQ(one.pass(10s), "count 0");
}

TEST(IpfailGiveUp, WhileGroupsMoveItAsksAgainTenSecondsAfterTheyRest) {
    Ipfail one(0);
    one.own(false);
    one.logic.you_are_dead(one.now, one.asks);
    EXPECT_EQ(one.pass(30s), "");
    one.logic.peer_resources(one.now, true, true);
    EXPECT_EQ(one.pass(9999ms), "");
    EXPECT_EQ(one.pass(1ms), "count 0");
    EXPECT_EQ(one.pass(1h), "");
}

TEST(IpfailGiveUp, ADeadPeerTakesNothing) {
    Ipfail one(1);
    one.logic.you_are_dead(one.now, one.asks);
    one.logic.peer_alive(one.now, false, one.asks);
    EXPECT_EQ(one.pass(1h), "");
}

// Why: 3.0.6 forgets a request that the daemon drops; the reason for it has not gone away.
TEST(IpfailGiveUp, RefusedSinceGroupsMoveItAsksAgain) {
    Ipfail one(0);
    one.logic.you_are_dead(one.now, one.asks);
    one.pass(2s);
    EXPECT_EQ(one.told_dead(), "give all");
    one.logic.refused(true);
    EXPECT_EQ(one.own(true, "local"), "");
    EXPECT_EQ(one.pass(10s), "count 0");
}

TEST(IpfailGiveUp, RefusedForGoodItDoesNotInsist) {
    Ipfail one(0);
    one.logic.you_are_dead(one.now, one.asks);
    one.pass(2s);
    EXPECT_EQ(one.told_dead(), "give all");
    one.logic.refused(false);
    EXPECT_EQ(one.own(true, "local"), "");
    EXPECT_EQ(one.pass(1h), "");
}

// --- 1.7: reports of the peer ---

TEST(IpfailReports, OnlyAFinalReportCounts) {
    Ipfail one(0);
    one.own(false);
    one.logic.you_are_dead(one.now, one.asks);
    one.pass(2s);
    one.logic.peer_resources(one.now, false, true);
    one.logic.peer_resources(one.now, true, false);
    EXPECT_EQ(one.pass(1h), "");
}

TEST(IpfailReports, WithNothingPendingTheyChangeNothing) {
    Ipfail one(0);
    one.logic.peer_resources(one.now, true, true);
    EXPECT_EQ(one.pass(1h), "");
}

// --- 1.9: the trace of two real ones ---

TEST(IpfailTrace, PingLostAndRestored) {
    Ipfail c1(1, true), c2(1, true);
    EXPECT_EQ(c1.pings(0), "count 0");
    EXPECT_EQ(c2.theirs(0), "you_are_dead");
    c1.logic.you_are_dead(c1.now, c1.asks);
    EXPECT_EQ(c1.pass(2s), "count 0");
    EXPECT_EQ(c2.theirs(0), "you_are_dead");
    EXPECT_EQ(c1.told_dead(), "give all");
    c2.now = c2.now + 2s;
    EXPECT_EQ(c1.own(false), "");
    EXPECT_EQ(c1.own(true, "none"), "");
    c2.moves("all");
    // Long after: restored.
    EXPECT_EQ(c1.pass(70s) + c2.pass(70s), "");
    EXPECT_EQ(c1.pings(1), "count 1");
    EXPECT_EQ(c2.theirs(1), "abort_giveup");
    EXPECT_EQ(c2.pass(2s), "give foreign");
}

// Why: both lose the same ping node, one a little earlier: nothing may move.
TEST(IpfailTrace, BothLoseIt) {
    Ipfail c1(1), c2(1);
    EXPECT_EQ(c1.pings(0), "count 0");
    EXPECT_EQ(c2.theirs(0), "you_are_dead");
    c1.logic.you_are_dead(c1.now, c1.asks);
    c1.pass(500ms);
    EXPECT_EQ(c2.pings(0), "count 0");
    EXPECT_EQ(c1.theirs(0), "abort_giveup");
    c2.logic.abort_giveup(c2.asks);
    EXPECT_EQ(c1.pass(1h) + c2.pass(1h), "");
}

TEST(IpfailLogic, StartsFromNothing) {
    Ipfail one(0);
    one.logic.you_are_dead(one.now, one.asks);
    one.moves("all");
    one.logic.start(one.now, {1s, false, 1, true, true, "all"});
    EXPECT_EQ(one.logic.next_deadline(), never);
    EXPECT_EQ(one.theirs(0), "you_are_dead");
}

}  // namespace
}  // namespace hb::ipfail
