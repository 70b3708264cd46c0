// A real Heartbeat 3.0.6 that does not say what it holds: in legacy mode, or since it is deaf.
#include "unit/resource/classic_fixture.hpp"

namespace hb::resource {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view its_group = "ip-request-resp dest=beta ipaddr=svc::b";

// Why: found by simulation. Our daemon was killed between the request of a legacy peer and its
// answer; the peer asks once, so its group stayed down for good.
TEST(ManagerClassicSilent, ALegacyPeerThatAskedOurLastLifeIsToldWhatNobodyRuns) {
    BesideClassic node(Failback::legacy);
    node.join();
    node.pass(limits::ip_free_again - 1ms);
    EXPECT_EQ(node.said(its_group), 0);
    node.pass(60s);
    EXPECT_EQ(node.said(its_group), 1);
}

// Why: one that started under our eyes asks for what it wants; an answer it did not ask for could
// meet the stop of a restart.
TEST(ManagerClassicSilent, ALegacyPeerThatStartsBesideUsIsToldNothingUnasked) {
    BesideClassic node(Failback::legacy);
    node.join();
    node.restarts();
    node.pass(60s);
    EXPECT_EQ(node.said(its_group), 0);
}

// Why: until the status of a group is known it may run here, whatever a request asks.
TEST(ManagerClassicSilent, ARequestIsNotAnsweredBeforeTheGroupsStatusIsKnown) {
    BesideClassic node(Failback::legacy, {}, true, {}, true);
    node.join();
    node.says("ip-request", {{"ipaddr", "svc::b"}});
    EXPECT_EQ(node.said(its_group), 0);
    node.finish_scripts();
    EXPECT_EQ(node.said(its_group), 1);
}

// Why: found by simulation. A managed peer that does not hear us for more than ten seconds counts
// as a legacy one; nobody asked it again, and when the cut was over both kept the same groups.
TEST(ManagerClassicSilent, APeerThatIsOnlySilentIsAskedAgainFromTimeToTime) {
    BesideClassic node(Failback::off);
    node.join();
    node.pass(limits::both_booting_wait);
    ASSERT_EQ(node.logged(LogId::peer_legacy), 1);
    node.forget_said();
    node.pass(limits::ask_silent * 2);
    EXPECT_EQ(node.said("starting"), 2);
    node.reports("all", true);
    EXPECT_EQ(node.running(), Set{});
    node.forget_said();
    node.pass(limits::ask_silent * 2);
    EXPECT_EQ(node.said("starting"), 0);
}

// Why: found by simulation. A word at the end of a takeover names one class only; taken for the
// answer after a cut, it left the other class on both nodes for good.
TEST(ManagerClassicSilent, APartOfItsHoldingsIsNotTheAnswer) {
    BesideClassic node(Failback::off);
    node.join_settled("local");
    node.dies();
    ASSERT_EQ(node.running(), both);
    node.returns();
    node.says("resource", {{"rsc_hold", "foreign"}, {"info", "mach_down"}});
    EXPECT_EQ(node.running(), Set{"svc::b"});
    node.forget_said();
    node.pass(limits::ask_again);
    EXPECT_GE(node.said("starting"), 1);
    node.reports("all", true);
    EXPECT_EQ(node.running(), Set{});
}

// Why: a group that is just being stopped here, when it is told, is not running there either.
TEST(ManagerClassicSilent, ALegacyPeerIsToldOfAGroupThatIsBeingReleased) {
    BesideClassic node(Failback::legacy);
    node.join();
    node.dies();
    ASSERT_EQ(node.running(), both);
    node.slow = true;
    node.returns();
    node.pass(limits::ip_free_again);
    EXPECT_EQ(node.said(its_group), 0);
    node.finish_scripts();
    EXPECT_EQ(node.said(its_group), 1);
}

// Why: our question makes a real node take us for unstable until our next report.
TEST(ManagerClassicSilent, ItsLateAnswerIsFollowedByOurReport) {
    BesideClassic node(Failback::off);
    node.join();
    node.pass(limits::both_booting_wait + limits::ask_silent);
    node.forget_said();
    node.reports("local", true);
    EXPECT_GE(node.said("resource"), 1);
}

// Why: found by simulation. A group was given up for a node that had left meanwhile, taken again,
// and given up again, as fast as its scripts ran. (Without the mend this test does not end.)
TEST(ManagerClassicSilent, WhoHasLeftAsksForNothingAnyMore) {
    BesideClassic node(Failback::legacy);
    node.join();
    node.dies();
    node.restarts();
    ASSERT_EQ(node.running(), both);
    node.slow = true;
    node.says("ip-request", {{"ipaddr", "svc::b"}});
    node.says("shutdone", {{"st", "dead"}});
    node.finish_scripts();
    EXPECT_EQ(node.running(), both);
    EXPECT_EQ(node.said(its_group), 0);
}

}  // namespace
}  // namespace hb::resource
