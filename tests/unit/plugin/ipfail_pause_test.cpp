// The pause after a move, which is ours: 3.0.6 moves as often as a ping node flaps.
#include "base/limits.hpp"
#include "unit/plugin/ipfail_fixture.hpp"

namespace hb::ipfail {
namespace {

TEST(IpfailPause, AMoveIsFollowedByAMinuteOfRest) {
    Ipfail one(0);
    one.told_dead();
    EXPECT_EQ(one.pass(2s), "count 0");
    EXPECT_EQ(one.told_dead(), "give all");
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

// Why: groups that fail to start where they were taken go back, and nothing is elsewhere after it.
TEST(IpfailPause, AMoveThatFailedIsAMove) {
    Ipfail one(1);
    EXPECT_EQ(one.own(true, "none"), "");
    one.logic.peer_gives_up(one.now);
    EXPECT_EQ(one.own(false), "");
    EXPECT_EQ(one.own(true, "none", true), "");
    EXPECT_TRUE(one.logic.pausing());
}

// Why: our own request, refused since groups move already, says nothing of the peer's.
TEST(IpfailPause, ARefusalDoesNotHideTheOthersMove) {
    Ipfail one(0);
    one.logic.peer_gives_up(one.now);
    one.logic.refused(true);
    EXPECT_EQ(one.own(false), "");
    EXPECT_EQ(one.own(true, "all"), "");
    EXPECT_TRUE(one.logic.pausing());
}

TEST(IpfailPause, WhatWasKeptBackIsDecidedAtItsEnd) {
    Ipfail one(1);
    one.moves("all");
    EXPECT_EQ(one.pings(0), "");
    EXPECT_EQ(one.theirs(1), "");
    EXPECT_EQ(one.pass(1min), "count 0");
    EXPECT_EQ(one.pass(2s), "count 0");
    EXPECT_EQ(one.told_dead(), "give all");

    Ipfail more(1);
    more.moves("all");
    EXPECT_EQ(more.theirs(0), "");
    EXPECT_EQ(more.pass(1min), "you_are_dead");
}

// Why: the minute is over, the router still flaps: the peer gave back whenever it was told in the
// right half of a second.
TEST(IpfailPause, LastsWhileAPingNodeComesAndGoes) {
    Ipfail one(1);
    one.moves("none");
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(one.pings(static_cast<std::size_t>(i % 2)), "");
        EXPECT_EQ(one.pass(1s), "");
    }
    EXPECT_EQ(one.pass(8999ms), "");
    EXPECT_TRUE(one.logic.pausing());
    EXPECT_EQ(one.pass(1ms), "count 1");
    EXPECT_FALSE(one.logic.pausing());
}

// Why: a router that flaps for ever is still better than none, should the peer lose its own.
TEST(IpfailPause, HasAnEndThoughAPingNodeComesAndGoesForEver) {
    Ipfail one(1);
    one.moves("none");
    std::string asked;
    int seconds = 0;
    while (asked.empty() && seconds < 3600) {
        one.logic.pings(one.now, static_cast<std::size_t>(seconds++ % 2), one.asks);
        asked = one.pass(1s);
    }
    EXPECT_EQ(seconds, 600);
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

// Why: a plugin may be replaced at any time, in the minute after a move as well.
TEST(IpfailPause, WhatIsLeftOfItOutlivesAnEndOfThePlugin) {
    Ipfail one(0);
    one.logic.start(one.now, {1s, false, 0, true, true, "none", 20s});
    EXPECT_TRUE(one.logic.pausing());
    EXPECT_EQ(one.told_dead(), "");
    EXPECT_EQ(one.pass(19999ms), "");
    EXPECT_EQ(one.pass(1ms), "count 0");
    EXPECT_FALSE(one.logic.pausing());
    one.logic.start(one.now, {1s, false, 0, true, true, "none", 1h});  // no promise lasts longer
    EXPECT_EQ(one.logic.next_deadline(), one.now + limits::ipfail_move_pause);
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
            from.logic.own_resources(from.now, true, holds, true, from.asks);
            to.logic.own_resources(to.now, true, theirs, true, to.asks);
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

}  // namespace
}  // namespace hb::ipfail
