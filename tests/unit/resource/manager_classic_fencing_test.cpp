// A real Heartbeat 3.0.6 is dead, or seemed to be, and a device can reset it.
#include "unit/resource/classic_fixture.hpp"

namespace hb::resource {
namespace {

const FencingConfig device{{{"ipmi 1", 20s}}, 5s};

// Why: it says `none` before it stops anything; two of them do not reset each other then (its bug
// B4), and the survivor starts what may still run.
TEST(ManagerClassicFencing, PeerThatDiesInItsReleaseIsShot) {
    for (const char* info : {"standby", "shutdown"}) {
        BesideClassic node(Failback::off, {}, true, device);
        node.join_settled("local");
        ASSERT_EQ(node.running(), Set{"svc::a"});
        node.says("resource",
                  {{"rsc_hold", "none"}, {"rtype", "full"}, {"isstable", "0"}, {"info", info}});
        node.dies();
        node.pass(1min);
        EXPECT_EQ(node.shots(), 1U) << info;
        EXPECT_EQ(node.running(), Set{"svc::a"}) << info;
        node.device_confirms();
        EXPECT_EQ(node.running(), both) << info;
    }
}

// Why: it shoots the moment it counts us dead: a second shot then would leave nobody. So we wait
// even as the first of the file, and with everything here we do not shoot at all.
TEST(ManagerClassicFencing, ItsShotIsWaitedForAndNotAnswered) {
    BesideClassic equal(Failback::off, {}, true, device);
    equal.join_settled("local");
    ASSERT_EQ(equal.running(), Set{"svc::a"});
    equal.dies();
    equal.pass(device.delay - 1ms);
    EXPECT_EQ(equal.shots(), 0U);
    equal.pass(1ms);
    EXPECT_EQ(equal.shots(), 1U);

    BesideClassic full(Failback::off, {}, true, device);
    full.join_settled("none");
    ASSERT_EQ(full.running(), both);
    full.dies();
    full.pass(1min);
    EXPECT_EQ(full.shots(), 0U);
    EXPECT_EQ(full.running(), both);
}

// Why: it stopped in order; a reset would kill whatever else that machine does.
TEST(ManagerClassicFencing, SilenceAfterItsShutdoneIsNotShot) {
    BesideClassic node(Failback::off, {"svc::b"}, true, device);
    node.join_settled("local");
    node.says("shutdone", {{"st", "dead"}});
    EXPECT_EQ(node.logged(LogId::group_failed), 1);  // it was taken at once
    node.dies();
    node.pass(1min);
    EXPECT_EQ(node.shots(), 0U);
}

// Why: in legacy mode it tells nothing of its groups, so it may run every one that is not here.
TEST(ManagerClassicFencing, LegacyNodeIsShotBeforeItsGroupsAreTaken) {
    BesideClassic node(Failback::legacy, {}, true, device);
    node.join();
    node.pass(1min);
    const Set before = node.running();
    ASSERT_FALSE(before.contains("svc::b"));
    node.dies();
    node.pass(1min);
    EXPECT_EQ(node.shots(), 1U);
    EXPECT_EQ(node.running(), before);
    node.device_confirms();
    EXPECT_EQ(node.running(), both);
}

// Why: it does not know our question, and its report after a cut is the only word on what it holds.
TEST(ManagerClassicFencing, HeardAgainInTheDelayItIsNotShotAndKeepsWhatItReports) {
    BesideClassic node(Failback::off, {}, true, device);
    node.join_settled("all");
    ASSERT_EQ(node.running(), Set{});
    node.dies();  // it held more: we are the one that waits
    node.pass(2 * device.delay - 1ms);
    ASSERT_EQ(node.shots(), 0U);
    node.returns();
    node.pass(1s);
    EXPECT_EQ(node.running(), Set{});
    node.reports("all", true);
    node.pass(1min);
    EXPECT_EQ(node.shots(), 0U);
    EXPECT_EQ(node.running(), Set{});
    EXPECT_EQ(node.logged(LogId::fence_called_off), 1);
}

}  // namespace
}  // namespace hb::resource
