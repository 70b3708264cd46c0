// A real Heartbeat 3.0.6 that lets go, or takes without asking: when its groups may be started
// here, and when ours must stop.
#include "unit/resource/classic_fixture.hpp"

namespace hb::resource {
namespace {

// Why: a real node reports `none` before it stops anything (its bug B4); taken by that word its
// groups would run twice.
TEST(ManagerClassicRelease, AnEndingPeerHoldsUntilItsLastWord) {
    BesideClassic node(Failback::off);
    node.join_settled("all");
    EXPECT_EQ(node.running(), Set{});
    node.says("resource",
              {{"rsc_hold", "none"}, {"rtype", "full"}, {"isstable", "0"}, {"info", "shutdown"}});
    node.pass(60s);
    EXPECT_EQ(node.running(), Set{});
    node.says("shutdone", {{"st", "dead"}});
    EXPECT_EQ(node.running(), both);
}

// Why: the same for one that was never heard before it began to end.
TEST(ManagerClassicRelease, AnEndingPeerThatWeNeverHeardMayHoldEverything) {
    BesideClassic node(Failback::off);
    node.join();
    node.says("resource",
              {{"rsc_hold", "none"}, {"rtype", "full"}, {"isstable", "0"}, {"info", "shutdown"}});
    EXPECT_EQ(node.running(), Set{});
}

// Why: one that dies between that word and its end was still running its groups.
TEST(ManagerClassicRelease, APeerThatDiesWhileItReleasesWasAnOwner) {
    BesideClassic node(Failback::off);
    node.join_settled("all");
    node.says("resource",
              {{"rsc_hold", "none"}, {"rtype", "full"}, {"isstable", "0"}, {"info", "shutdown"}});
    node.dies();
    EXPECT_EQ(node.logged(LogId::no_stonith), 1);
    EXPECT_EQ(node.running(), both);
}

// Why: in a hand-over the same early word comes before its scripts have ended.
TEST(ManagerClassicRelease, AGivingPeerHoldsUntilItsDone) {
    BesideClassic node(Failback::off);
    node.join_settled("all");
    node.hands("all", "me");
    node.says("resource",
              {{"rsc_hold", "none"}, {"rtype", "full"}, {"isstable", "0"}, {"info", "standby"}});
    EXPECT_EQ(node.running(), Set{});
    node.hands("all", "done");
    EXPECT_EQ(node.running(), both);
}

// Why: a 3.0.6 whose `me` gets no answer is blocked for 10 s, and delays its own end so long.
TEST(ManagerClassicRelease, ARequestThatComesWhileWeMoveIsAnsweredAfterwards) {
    BesideClassic node(Failback::off);
    node.join();
    node.slow = true;
    node.reports("local", true);
    node.hands("foreign", "me");
    EXPECT_EQ(node.said("ask_resources"), 0);
    node.finish_scripts();
    EXPECT_EQ(node.said("ask_resources rsc_hold=foreign info=other"), 1);
}

// Why: an answer after it has given up would find nobody; the log says why none came.
TEST(ManagerClassicRelease, ARequestThatCannotBeAnsweredInTimeIsRefusedInTheLog) {
    BesideClassic node(Failback::off);
    node.join();
    node.slow = true;
    node.reports("local", true);
    node.hands("foreign", "me");
    node.pass(limits::late_answer);
    EXPECT_EQ(node.logged(LogId::standby_flux_own), 1);
    node.finish_scripts();
    EXPECT_EQ(node.said("ask_resources"), 0);
}

// Why: that both hold a group would alarm its operator; it hears of us when we have let go.
TEST(ManagerClassicRelease, WeYieldWithoutAWordUntilItIsDone) {
    BesideClassic node(Failback::off);
    node.join_settled("local");
    EXPECT_EQ(node.running(), Set{"svc::a"});
    node.slow = true;
    node.forget_said();
    node.reports("all", true);
    EXPECT_EQ(node.said("resource"), 0);
    node.finish_scripts();
    EXPECT_EQ(node.running(), Set{});
    EXPECT_TRUE(node.last_said("resource")
                    .starts_with("resource rsc_hold=none rtype=full "
                                 "isstable=1"));
}

// Why: with `-M` nothing is to be settled, so a deadline of it would never be met: the loop would
// spin, and a real peer be asked each second for what we do not manage.
TEST(ManagerClassicRelease, WithoutManagementAPeerIsNeitherAskedNorWaitedFor) {
    for (const Failback failback : {Failback::off, Failback::legacy}) {
        BesideClassic node(failback, {}, false);
        node.join();
        node.dies();
        node.returns();
        EXPECT_EQ(node.next_deadline(), never);
        EXPECT_EQ(node.said("starting"), 0);
    }
}

// Why: a legacy 3.0.6 that has not heard us yet answers its own request and starts the group.
TEST(ManagerClassicRelease, AGroupThatALegacyPeerStartsUnaskedIsReleased) {
    BesideClassic node(Failback::legacy);
    node.join();
    node.dies();
    EXPECT_EQ(node.running(), both);
    node.join();
    node.says("ip-request-resp",
              {{"dest", "beta"}, {"ipaddr", "svc::b"}, {"weown", "yes"}, {"ok", "OK"}});
    EXPECT_EQ(node.running(), Set{"svc::a"});
}

// Why: found by simulation. A real node that had counted us dead for a moment ignored our `done`,
// and neither answered nor ended itself while our report said that we were in transition.
TEST(ManagerClassicRelease, AGiverWhoseDoneWasIgnoredComesToRest) {
    BesideClassic node(Failback::off);
    node.join_settled("local");
    node.standby("all");
    node.hands("all", "other");
    ASSERT_EQ(node.said("ask_resources rsc_hold=all info=done"), 1);
    EXPECT_EQ(node.last_said("resource").find("isstable=1"), std::string::npos);
    node.pass(limits::standby_release_seen);
    EXPECT_NE(node.last_said("resource").find("isstable=1"), std::string::npos);
    EXPECT_EQ(node.said("starting"), 2);       // it need not answer a report
    EXPECT_EQ(node.holdings(), "transition");  // its starts may take as long as they like
    node.reports("all", true);
    node.pass(limits::standby_release_seen);
    EXPECT_EQ(node.holdings(), "none");
}

// Why: found by simulation. A real node's request crossed the offer of a group that failed here,
// came to nothing, and nobody offered the group again.
TEST(ManagerClassicRelease, AnOfferThatGaveWayToARequestIsMadeAgain) {
    BesideClassic node(Failback::off, {"svc::a"});
    node.join();
    node.reports("local", true);
    ASSERT_EQ(node.said("ask_resources rsc_hold=local info=me"), 1);
    node.hands("local", "me");
    node.forget_said();
    node.pass(limits::standby_release_seen);
    EXPECT_EQ(node.said("ask_resources rsc_hold=local info=me"), 1);
}

}  // namespace
}  // namespace hb::resource
