// What the manager does towards a real Heartbeat 3.0.6: it takes no group by itself, names none in
// its reports, never yields, and with `auto_failback legacy` says nothing at all.
#include "unit/resource/classic_fixture.hpp"

namespace hb::resource {
namespace {

// Why: a real node at rest never takes a group that nobody holds, its own included (its bug B5).
TEST(ManagerClassic, AGroupThatASettledPeerLeavesAloneIsTakenHere) {
    BesideClassic node(Failback::off);
    node.join_settled("none");
    EXPECT_EQ(node.running(), both);
}

// Why: a real node that still boots takes its own group in a moment; it would run twice.
TEST(ManagerClassic, AGroupOfAnUnsettledPeerIsLeftToIt) {
    BesideClassic node(Failback::off);
    node.join();
    node.reports("none", false);
    EXPECT_EQ(node.running(), Set{"svc::a"});
}

// Why: what was adopted is the peer's by preference; `on` promises that it goes home.
TEST(ManagerClassic, AnAdoptedGroupGoesHomeWithFailbackOn) {
    BesideClassic node(Failback::on);
    node.join_settled("none");
    EXPECT_EQ(node.said("ask_resources rsc_hold=foreign info=me"), 1);
}

// Why: a real node that came back would call itself the holder of nothing for ever. The class that
// has no group is handed back too, so that its operator reads `local` as before.
TEST(ManagerClassic, AClassWithoutGroupsGoesHomeWithFailbackOn) {
    BesideClassic node(plain_config("alpha", 1, {make_group("alpha", "svc::a")}, Failback::on));
    node.join_settled("local");
    node.dies();
    ASSERT_EQ(node.holdings(), "all");
    node.restarts();
    node.reports("none", true);
    EXPECT_EQ(node.said("ask_resources rsc_hold=foreign info=me"), 1);
    node.hands("foreign", "other");
    node.hands("foreign", "done");
    EXPECT_EQ(node.holdings(), "local");
    EXPECT_EQ(node.running(), Set{"svc::a"});
}

// Why: with `off` a group moves when an operator says so, and not by itself.
TEST(ManagerClassic, AnAdoptedGroupStaysWithFailbackOff) {
    BesideClassic node(Failback::off);
    node.join_settled("none");
    node.pass(60s);
    EXPECT_EQ(node.said("ask_resources"), 0);
}

// Why: the report of a real node may come long after its `done`; by its last word nobody holds the
// group, and it would run twice.
TEST(ManagerClassic, WhatWasGivenIsNotTakenBackBeforeThePeersReport) {
    BesideClassic node(Failback::off);
    node.join_settled("none");
    node.standby("foreign");
    node.hands("foreign", "other");
    node.hands("foreign", "done");
    node.pass(60s);
    EXPECT_EQ(node.running(), Set{"svc::a"});
    EXPECT_EQ(node.holdings(), "local");
}

// Why: a real node drops a `me` that overtook the report before it.
TEST(ManagerClassic, ARequestIsRepeatedEachSecondUntilItIsAnswered) {
    BesideClassic node(Failback::off);
    node.join_settled("none");
    node.standby("foreign");
    node.pass(3500ms);
    EXPECT_EQ(node.said("ask_resources rsc_hold=foreign info=me"), 4);
    node.hands("foreign", "other");
    node.pass(5s);
    EXPECT_EQ(node.said("ask_resources rsc_hold=foreign info=me"), 4);
}

// Why: a peer that refuses must not be asked for ever, nor its node stay in transition.
TEST(ManagerClassic, ARequestWithoutAnswerIsGivenUp) {
    BesideClassic node(Failback::off);
    node.join_settled("none");
    node.standby("foreign");
    node.pass(limits::standby_answer - 1ms);
    EXPECT_EQ(node.holdings(), "transition");
    node.pass(60s);
    EXPECT_EQ(node.logged(LogId::standby_no_reply), 1);
    EXPECT_EQ(node.said("ask_resources"), 10);
    EXPECT_EQ(node.holdings(), "all");
}

// Why: a real node ignores our `me` while its own waits; if we did the same both would wait 10 s.
TEST(ManagerClassic, OfTwoRequestsThatCrossThePeersWins) {
    BesideClassic node(Failback::off);
    node.join_settled("local");
    node.standby("local");
    node.hands("local", "me");
    EXPECT_EQ(node.last_said("ask_resources"), "ask_resources rsc_hold=local info=other");
    node.pass(3s);
    EXPECT_EQ(node.said("ask_resources rsc_hold=local info=me"), 1);
}

// Why: the peer may have accepted our `me` before it read our `other`: then it waits for us.
TEST(ManagerClassic, AnAnswerToARequestThatCrossedIsCarriedOut) {
    BesideClassic node(Failback::off);
    node.join_settled("local");
    node.standby("local");
    node.hands("local", "me");
    node.hands("local", "other");
    EXPECT_EQ(node.running(), Set{});
    EXPECT_EQ(node.last_said("ask_resources"), "ask_resources rsc_hold=local info=done");
}

// Why: the peer's `done` can be lost in a cut; nothing else could move here for an hour.
TEST(ManagerClassic, APeerAtRestEndsAHandOverWithoutItsDone) {
    BesideClassic node(Failback::off);
    node.join_settled("none");
    node.standby("foreign");
    node.hands("foreign", "other");
    node.pass(60s);
    ASSERT_EQ(node.holdings(), "transition");
    node.reports("local", true);
    node.pass(15s);
    EXPECT_EQ(node.holdings(), "local");
}

// Why: found by simulation. A report from before our `done`, repaired after it, ended the hand-over
// after 15 s although the real node still started our groups; then both ran them.
TEST(ManagerClassic, AnOlderReportDoesNotEndAHandOverThatThePeerStillCarriesOut) {
    BesideClassic node(Failback::off);
    node.join_settled("local");
    node.standby("local");
    node.hands("local", "other");
    ASSERT_EQ(node.said("ask_resources rsc_hold=local info=done"), 1);
    node.reports("local", true);
    node.pass(60s);
    EXPECT_EQ(node.running(), Set{});
    EXPECT_EQ(node.holdings(), "transition");
    node.hands("local", "done");
    EXPECT_EQ(node.holdings(), "none");
}

// Why: a real node that was cut off does not say by itself what it holds.
TEST(ManagerClassic, APeerBackAfterACutIsAsked) {
    BesideClassic node(Failback::off);
    node.join_settled("local");
    node.dies();
    node.forget_said();
    node.returns();
    EXPECT_EQ(node.said("starting"), 0);  // our status goes first
    node.pass(limits::ask_returned);
    EXPECT_EQ(node.said("starting"), 1);
}

// Why: after a cut both run everything, and a real node never yields.
TEST(ManagerClassic, WhatAPeerBackAfterACutHoldsIsReleased) {
    BesideClassic node(Failback::off);
    node.join_settled("local");
    node.dies();
    node.returns();
    ASSERT_EQ(node.running(), both);
    node.reports("all", true);
    EXPECT_EQ(node.running(), Set{});
    EXPECT_TRUE(node.last_said("resource").starts_with("resource rsc_hold=none rtype=full"));
}

// Why: found by simulation. A real node says what it holds once; a report that came before our own
// scripts had told what runs here was not looked at again, and both ran the group for good.
TEST(ManagerClassic, WhatOurStatusFindsRunningIsReleasedWhenThePeerClaimedItBefore) {
    BesideClassic node(Failback::off, BesideClassic::LeftRunning{{"svc::a"}});
    node.join_settled("all");
    ASSERT_EQ(node.running(), Set{"svc::a"});
    node.finish_scripts();
    EXPECT_EQ(node.running(), Set{});
    EXPECT_TRUE(node.last_said("resource").starts_with("resource rsc_hold=none rtype=full"));
}

// Why: the same report must not cost a group that the peer does not claim.
TEST(ManagerClassic, WhatOurStatusFindsRunningStaysWhenThePeerClaimedAnotherGroup) {
    BesideClassic node(Failback::off, BesideClassic::LeftRunning{{"svc::a"}});
    node.join_settled("local");
    node.finish_scripts();
    node.pass(60s);
    EXPECT_EQ(node.running(), Set{"svc::a"});
    EXPECT_EQ(node.holdings(), "local");
}

// Why: a real node that boots waits for our word, and could not answer our question before.
TEST(ManagerClassic, AQuestionOfAnUnknownPeerIsAnsweredAndReturned) {
    BesideClassic node(Failback::off);
    node.join();
    node.pass(500ms);
    node.forget_said();
    node.says("starting", {});
    EXPECT_EQ(node.said("resource rsc_hold=none"), 1);
    node.pass(limits::ask_again - 501ms);  // before the question would be repeated anyway
    EXPECT_EQ(node.said("starting hb_ask="), 1);
}

// Why: a real node does not hear of a failed group, so it is asked; asked for ever it would move
// its groups without end.
TEST(ManagerClassic, AFailedStartHandsItsClassOverOnce) {
    BesideClassic node(Failback::off, {"svc::a"});
    node.join_settled("local");
    EXPECT_EQ(node.logged(LogId::group_offered), 1);
    node.hands("local", "other");
    node.hands("local", "done");
    node.reports("local", true);
    node.pass(60s);
    EXPECT_EQ(node.said("ask_resources rsc_hold=local info=me"), 1);
}

// Why: a real node believes the message that arrives last, and that was an old one.
TEST(ManagerClassic, AReportIsRepeatedAfterAnOldOneWasSentAgain) {
    BesideClassic node(Failback::off);
    node.join_settled("local");
    const std::string newest = node.last_said("resource");
    node.forget_said();
    node.heard_again();
    EXPECT_EQ(node.said("resource"), 1);
    EXPECT_EQ(node.last_said("resource"), newest);
}

// Why: found by simulation. Where packets overtake each other every report of ours was asked for
// again, and a new one for each repetition made 1,500 a second of them.
TEST(ManagerClassic, ManyRepetitionsAreFollowedByOneReportASecond) {
    BesideClassic node(Failback::off);
    node.join_settled("local");
    node.pass(10s);
    node.forget_said();
    for (int i = 0; i < 50; ++i) {
        node.heard_again();
        node.pass(20ms);
    }
    EXPECT_LE(node.said("resource"), 3);
    node.pass(10s);
    EXPECT_GE(node.said("resource"), 2) << "the last one is followed by a report as well";
    EXPECT_LE(node.said("resource"), 5);
}

// Why: found by simulation. Reports of one moment may change places on their way, without any loss;
// the real node would stay in transition until our next word, which never came.
TEST(ManagerClassic, TheLastOfARowOfReportsIsSaidOnceMore) {
    BesideClassic node(Failback::off);
    node.join_settled("local");
    const std::string newest = node.last_said("resource");
    node.forget_said();
    node.pass(60s);
    EXPECT_EQ(node.said("resource"), 1);
    EXPECT_EQ(node.last_said("resource"), newest);
}

// Why: one of ours reads messages in order; an echo to each repetition would only add to the loss.
TEST(ManagerClassic, AReportIsNotRepeatedToOneOfOurs) {
    BesideClassic node(Failback::off);
    node.join(true);
    node.forget_said();
    node.heard_again();
    EXPECT_EQ(node.said("resource"), 0);
}

// Why: with `auto_failback legacy` the peer may hold our group; it gives it when it is asked.
TEST(ManagerClassic, BetweenLegacyNodesTheOwnGroupIsAskedForByName) {
    BesideClassic node(Failback::legacy);
    node.join();
    EXPECT_EQ(node.said("ip-request ipaddr=svc::a"), 1);
    node.pass(limits::ip_request_again - 1ms);
    EXPECT_EQ(node.said("ip-request ipaddr=svc::a"), 1);
    EXPECT_EQ(node.running(), Set{});
}

// Why: found by simulation. A peer that started alone, behind a cut, has taken everything and tells
// nobody: each of the two is to end with its own.
TEST(ManagerClassic, BetweenLegacyNodesAPeerThatStartedAloneKeepsItsOwnAndIsAskedForOurs) {
    BesideClassic node(Failback::legacy);
    node.join();
    node.dies();
    ASSERT_EQ(node.running(), both);
    node.forget_said();
    node.restarts(false);
    node.pass(1s);
    EXPECT_EQ(node.running(), Set{"svc::a"});
    EXPECT_EQ(node.said("ip-request ipaddr=svc::a"), 1);
}

// Why: one that started under our eyes asks for what it wants.
TEST(ManagerClassic, BetweenLegacyNodesAPeerThatStartsBesideUsAsksItself) {
    BesideClassic node(Failback::legacy);
    node.join();
    node.dies();
    node.restarts();
    node.pass(1s);
    EXPECT_EQ(node.running(), both);
}

// Why: found by simulation. A daemon whose communication is not up yet does not hear the request,
// and an answer that never comes left the group down for good.
TEST(ManagerClassic, BetweenLegacyNodesARequestIsRepeatedUntilItIsAnswered) {
    BesideClassic node(Failback::legacy);
    node.join();
    node.pass(60s);
    EXPECT_EQ(node.said("ip-request ipaddr=svc::a"), 7);
    node.says("ip-request-resp",
              {{"dest", "alpha"}, {"ipaddr", "svc::a"}, {"weown", "no"}, {"ok", "OK"}});
    node.forget_said();
    node.pass(60s);
    EXPECT_EQ(node.said("ip-request"), 0);
    EXPECT_EQ(node.running(), Set{"svc::a"});
}

// Why: found by simulation. The peer may crash before it answers; nobody asked its next life.
TEST(ManagerClassic, BetweenLegacyNodesANewLifeOfThePeerIsAskedAgain) {
    BesideClassic node(Failback::legacy);
    node.join();
    node.pass(1s);
    node.forget_said();
    node.restarts();
    EXPECT_EQ(node.said("ip-request ipaddr=svc::a"), 1);
}

// Why: found by simulation. After a one-way cut the peer has run its own groups all the time and
// notices nothing; we had taken them and kept them, so that both ran them for good.
TEST(ManagerClassic, GroupsOfALegacyPeerThatWasOnlyCutOffAreGivenUp) {
    BesideClassic node(Failback::legacy);
    node.join();
    node.dies();
    ASSERT_EQ(node.running(), both);
    node.returns();
    node.pass(60s);
    EXPECT_EQ(node.running(), Set{"svc::a"});
}

// Why: the answer means that it is released there; the other group was not spoken of.
TEST(ManagerClassic, BetweenLegacyNodesAReleasedGroupIsTaken) {
    BesideClassic node(Failback::legacy);
    node.join();
    node.says("ip-request-resp",
              {{"dest", "alpha"}, {"ipaddr", "svc::a"}, {"weown", "yes"}, {"ok", "OK"}});
    node.pass(60s);
    EXPECT_EQ(node.running(), Set{"svc::a"});
}

// Why: a legacy node tells nothing of its groups, and they must be served all the same.
TEST(ManagerClassic, GroupsOfADeadLegacyPeerAreTaken) {
    BesideClassic node(Failback::legacy);
    node.join();
    node.dies();
    EXPECT_EQ(node.running(), both);
}

// Why: two nodes with different auto_failback would wait for each other without end.
TEST(ManagerClassic, ASilentPeerIsTakenForALegacyOne) {
    BesideClassic node(Failback::off);
    node.join();
    node.pass(limits::both_booting_wait - 1ms);
    EXPECT_EQ(node.said("ip-request"), 0);
    node.pass(1ms);
    EXPECT_EQ(node.logged(LogId::peer_legacy), 1);
    EXPECT_EQ(node.said("ip-request ipaddr=svc::a"), 1);
}

}  // namespace
}  // namespace hb::resource
