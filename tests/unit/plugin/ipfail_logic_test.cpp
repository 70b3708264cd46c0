// Each row of ipfail's tables (ipfail.md 1.4 to 1.7), and the pause that is ours.
#include "plugin/ipfail_logic.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace hb::ipfail {
namespace {

using namespace std::chrono_literals;

std::string word(const Ask& ask) {
    if (const auto* say = std::get_if<SayCount>(&ask)) return "count " + std::to_string(say->count);
    if (std::holds_alternative<SayYouAreDead>(ask)) return "you_are_dead";
    if (std::holds_alternative<SayAbortGiveup>(ask)) return "abort_giveup";
    const auto& give = std::get<GiveUp>(ask);
    return give.scope == Scope::all ? "give all" : "give foreign";
}

// One ipfail, with a peer that lives, keepalive 1 s and groups at rest.
struct Ipfail {
    explicit Ipfail(std::size_t pings = 1, bool failback = false) {
        logic.start({1s, failback, pings, true, true, "local"});
    }
    // What it asked for since the last call, notes left out.
    std::string asked() {
        std::string out;
        for (const Ask& ask : asks) {
            if (!std::holds_alternative<Note>(ask)) out += (out.empty() ? "" : ", ") + word(ask);
        }
        asks.clear();
        return out;
    }
    std::string pass(Duration span) {
        const Instant end = now + span;
        while (logic.next_deadline() <= end) {
            now = std::max(now, logic.next_deadline());
            logic.time(now, asks);
        }
        now = end;
        return asked();
    }
    std::string pings(std::size_t count) {
        logic.pings(now, count, asks);
        return asked();
    }
    std::string theirs(std::size_t count) {
        logic.peer_counts(now, count, asks);
        return asked();
    }
    std::string own(bool stable, const std::string& holds = {}) {
        logic.own_resources(now, stable, holds, asks);
        return asked();
    }
    // A whole hand-over for ping nodes is carried out, after which we hold `holds`.
    void moves(const std::string& holds) {
        logic.peer_gives_up(now);
        EXPECT_EQ(own(false), "");
        EXPECT_EQ(own(true, holds), "");
    }

    Logic logic;
    Asks asks;
    Instant now{100s};
};

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
    EXPECT_EQ(one.pass(1ms), "give all");
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
    EXPECT_EQ(one.pass(2s), "give all");
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
    EXPECT_EQ(one.pass(1ms), "give all");
    EXPECT_EQ(one.pass(1h), "");
}

TEST(IpfailGiveUp, TheDelayFollowsKeepalive) {
    Ipfail one(1);
    one.logic.new_config(250ms, false);
    one.logic.you_are_dead(one.now, one.asks);
    EXPECT_EQ(one.pass(499ms), "");
    EXPECT_EQ(one.pass(1ms), "give all");
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
    one.logic.refused(true);
    EXPECT_EQ(one.own(true, "local"), "");
    EXPECT_EQ(one.pass(10s), "count 0");
}

TEST(IpfailGiveUp, RefusedForGoodItDoesNotInsist) {
    Ipfail one(0);
    one.logic.you_are_dead(one.now, one.asks);
    one.pass(2s);
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
    EXPECT_EQ(c1.pass(2s), "give all");
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

// --- the pause after a move ---

TEST(IpfailPause, AMoveIsFollowedByAMinuteOfRest) {
    Ipfail one(0);
    one.logic.you_are_dead(one.now, one.asks);
    EXPECT_EQ(one.pass(2s), "give all");
    EXPECT_EQ(one.own(false), "");
    EXPECT_EQ(one.own(true, "none"), "");
    EXPECT_TRUE(one.logic.pausing());
    EXPECT_EQ(one.pass(59999ms), "");
    EXPECT_TRUE(one.logic.pausing());
    EXPECT_EQ(one.pass(1ms), "");
    EXPECT_FALSE(one.logic.pausing());
}

// Why: the other side pauses too, else it would give back what came a second ago.
TEST(IpfailPause, TheTakerPausesAsWell) {
    Ipfail one(1, true);
    one.moves("all");
    EXPECT_TRUE(one.logic.pausing());
    EXPECT_EQ(one.theirs(1), "abort_giveup");  // which can do no harm
    EXPECT_EQ(one.pass(30s), "");
    EXPECT_EQ(one.theirs(0), "");
    EXPECT_EQ(one.theirs(1), "abort_giveup");
}

TEST(IpfailPause, WhatWasKeptBackIsDecidedAtItsEnd) {
    Ipfail one(1);
    one.moves("all");
    EXPECT_EQ(one.pings(0), "");
    EXPECT_EQ(one.theirs(1), "");
    EXPECT_EQ(one.pass(1min), "count 0");
    EXPECT_EQ(one.pass(2s), "give all");

    Ipfail more(1);
    more.moves("all");
    EXPECT_EQ(more.theirs(0), "");
    EXPECT_EQ(more.pass(1min), "you_are_dead");
}

TEST(IpfailPause, NothingIsAskedAtItsEndWhenNothingCame) {
    Ipfail one(1);
    one.moves("all");
    EXPECT_EQ(one.pass(1h), "");
}

// Why: the first hand-over after two starts is one of nothing; the next real one must not wait.
TEST(IpfailPause, ARequestThatMovesNothingBringsNone) {
    Ipfail one(1);
    one.moves("local");  // as before
    EXPECT_FALSE(one.logic.pausing());
}

TEST(IpfailPause, AnOperatorsHandOverBringsNone) {
    Ipfail one(1);
    EXPECT_EQ(one.own(false), "");
    EXPECT_EQ(one.own(true, "all"), "");
    EXPECT_FALSE(one.logic.pausing());
}

// Why: the promise itself. Down and up each second, and nothing between the two but this logic.
TEST(IpfailPause, AFlappingPingNodeMovesGroupsOnceAMinute) {
    Ipfail owner(1, true), other(1, true);
    owner.logic.new_config(100ms, true);
    other.logic.new_config(100ms, true);
    std::string owner_holds = "local", other_holds = "local";
    int moves = 0;
    const auto carry = [&](Ipfail& from, Ipfail& to, std::string& holds, std::string& theirs) {
        const Asks asks = std::exchange(from.asks, {});
        for (const Ask& ask : asks) {
            if (const auto* say = std::get_if<SayCount>(&ask)) {
                to.logic.peer_counts(to.now, say->count, to.asks);
            }
            if (std::holds_alternative<SayYouAreDead>(ask)) {
                to.logic.you_are_dead(to.now, to.asks);
            }
            if (std::holds_alternative<SayAbortGiveup>(ask)) to.logic.abort_giveup(to.asks);
            const auto* give = std::get_if<GiveUp>(&ask);
            if (give == nullptr) continue;
            const std::string now_holds = give->scope == Scope::foreign && holds == "all" ? "local"
                                          : give->scope == Scope::all                     ? "none"
                                                                                          : holds;
            if (now_holds == holds) {
                from.logic.refused(false);
                continue;
            }
            ++moves;
            theirs = holds = now_holds;
            theirs = now_holds == "none" ? "all" : "local";
            to.logic.peer_gives_up(to.now);
            from.logic.own_resources(from.now, true, holds, from.asks);
            to.logic.own_resources(to.now, true, theirs, to.asks);
        }
    };
    for (int tick = 0; tick < 600; ++tick) {  // 60 s in steps of 100 ms
        if (tick % 10 == 0) owner.logic.pings(owner.now, tick / 10 % 2 == 0 ? 0 : 1, owner.asks);
        for (int round = 0; round < 4; ++round) {
            carry(owner, other, owner_holds, other_holds);
            carry(other, owner, other_holds, owner_holds);
        }
        for (Ipfail* each : {&owner, &other}) {
            each->now = each->now + 100ms;
            each->logic.time(each->now, each->asks);
        }
    }
    EXPECT_EQ(moves, 1);
}

TEST(IpfailLogic, StartsFromNothing) {
    Ipfail one(0);
    one.logic.you_are_dead(one.now, one.asks);
    one.moves("all");
    one.logic.start({1s, false, 1, true, true, "all"});
    EXPECT_EQ(one.logic.next_deadline(), never);
    EXPECT_EQ(one.theirs(0), "you_are_dead");
}

}  // namespace
}  // namespace hb::ipfail
