// Two nodes without a device and with an arbiter: what is taken, kept and given up in a cut.
#include "unit/resource/manager_pair.hpp"

namespace hb::resource {
namespace {

using Set = std::set<std::string>;

struct ArbitratedPair : ManagerPair {
    ArbitratedPair() : ManagerPair(one_each(), config::Failback::off) {
        arbiter = {{"gw"}, false, 10s};
        boot_both();
        pass(30s, {"alpha", "beta"});
    }
    // Nothing passes between the two any more, and both have noticed it.
    void part(const Set& answered) {
        cut();
        pass(10s, answered);
        declare_dead("alpha", "beta", true, 0s);
        declare_dead("beta", "alpha", true, 0s);
    }
    void tell_deaf(const std::string& on, const std::string& peer, bool anywhere) {
        Wishes out;
        manager(on).peer_active(now(), peer, true, out);
        manager(on).heard_by(now(), peer, anywhere, out);
        carry(on, out);
    }
    void meet_again() {
        at("alpha").alive = at("beta").alive = true;
        for (const char* name : {"alpha", "beta"}) {
            const std::string peer = name == std::string("alpha") ? "beta" : "alpha";
            Wishes out;
            manager(name).peer_returned(now(), peer, out);
            manager(name).peer_up(now(), peer, false, true, out);
            carry(name, out);
        }
        settle();
    }
};

// Why: this is what the arbiter is for: the node that is cut off has nothing left when the other
// one starts.
TEST(ManagerArbiter, TheIsolatedNodeGivesUpBeforeTheOtherTakes) {
    ArbitratedPair pair;
    ASSERT_EQ(pair.running("alpha"), Set{"svc::a"});
    pair.part({"beta"});
    pair.pass(2s, {"beta"});
    EXPECT_EQ(pair.running("alpha"), Set{});
    EXPECT_TRUE(pair.logged("alpha", "all groups are given up here"));
    EXPECT_EQ(pair.running("beta"), Set{"svc::b"}) << "alpha may still release";
    EXPECT_TRUE(pair.logged("beta", "its groups are taken in"));
    pair.pass(10s, {"beta"});
    EXPECT_EQ(pair.running("beta"), (Set{"svc::a", "svc::b"}));
    EXPECT_TRUE(pair.never_twice());
}

// Why: after the cut everything runs once, and nothing was lost.
TEST(ManagerArbiter, AfterTheCutBothGoOn) {
    ArbitratedPair pair;
    pair.part({"beta"});
    pair.pass(30s, {"beta"});
    pair.meet_again();
    EXPECT_EQ(pair.running("beta"), (Set{"svc::a", "svc::b"}));
    EXPECT_EQ(pair.running("alpha"), Set{});
    EXPECT_EQ(pair.manager("alpha").standing(), Standing::at_peace);
    EXPECT_EQ(pair.manager("alpha").holdings(), "none");
    EXPECT_TRUE(pair.never_twice());
}

// Why: a router that is rebooted must not stop a cluster whose nodes hear each other.
TEST(ManagerArbiter, NothingMovesWhenOnlyTheArbiterIsLost) {
    ArbitratedPair pair;
    pair.pass(300s, {});
    EXPECT_EQ(pair.running("alpha"), Set{"svc::a"});
    EXPECT_EQ(pair.running("beta"), Set{"svc::b"});
}

// Why: with no arbiter on either side nobody can know who is cut off; both must stop.
TEST(ManagerArbiter, WithoutAnArbiterOnEitherSideNothingRuns) {
    ArbitratedPair pair;
    pair.part({});
    pair.pass(60s, {});
    EXPECT_EQ(pair.running("alpha"), Set{});
    EXPECT_EQ(pair.running("beta"), Set{});
    EXPECT_TRUE(pair.logged("beta", "no arbiter (gw) answers"));
    pair.pass(19s, {"beta"});
    EXPECT_EQ(pair.running("beta"), Set{}) << "alpha may have had it until now";
    pair.pass(5s, {"beta"});
    EXPECT_EQ(pair.running("beta"), (Set{"svc::a", "svc::b"}));
    EXPECT_TRUE(pair.logged("beta", "answers again"));
}

// Why: a crash is the usual case: the groups must be taken, if later than without an arbiter.
TEST(ManagerArbiter, TheGroupsOfACrashedNodeAreTaken) {
    ArbitratedPair pair;
    pair.kill("alpha");
    pair.pass(10s, {"beta"});
    pair.declare_dead("beta", "alpha", true, 0s);
    pair.pass(12s, {"beta"});
    EXPECT_EQ(pair.running("beta"), (Set{"svc::a", "svc::b"}));
}

// Why: an orderly stop is a node's own word that nothing runs there: no arbiter is needed.
TEST(ManagerArbiter, AnOrderlyLeaveNeedsNoArbiter) {
    ArbitratedPair pair;
    pair.stop("alpha");
    pair.declare_dead("beta", "alpha", true, 0s);
    EXPECT_EQ(pair.running("beta"), (Set{"svc::a", "svc::b"}));
    pair.pass(60s, {});
    EXPECT_EQ(pair.running("beta"), (Set{"svc::a", "svc::b"}));
}

// Why: rebooting is the surer way to release, if the operator wants it; and only with something to
// release, or an isolated node would reboot for ever.
TEST(ManagerArbiter, RebootsInsteadOfReleasingWhenToldTo) {
    ArbitratedPair pair;
    pair.arbiter.reboot = true;
    pair.kill("alpha");
    pair.boot("alpha");
    pair.join("alpha");
    pair.pass(30s, {"alpha", "beta"});
    pair.part({"beta"});
    pair.pass(2s, {"beta"});
    EXPECT_TRUE(pair.at("alpha").fenced_itself);
    pair.kill("alpha");
    pair.at("alpha").fenced_itself = false;
    pair.at("beta").alive = false;
    pair.boot("alpha");
    pair.declare_dead("alpha", "beta", false, 0s);
    pair.pass(60s, {"beta"});
    EXPECT_FALSE(pair.at("alpha").fenced_itself);
    EXPECT_EQ(pair.running("alpha"), Set{});
}

// Why: a node that starts behind a cut must not start what the other one runs.
TEST(ManagerArbiter, WhoStartsInIsolationTakesNothing) {
    ArbitratedPair pair;
    pair.kill("alpha");
    pair.cut();
    pair.boot("alpha");
    pair.declare_dead("alpha", "beta", false, 0s);
    pair.join("alpha");
    pair.pass(120s, {"beta"});
    EXPECT_EQ(pair.running("alpha"), Set{});
}

// Why: groups that a killed daemon left behind run unwatched; the new one must not keep them.
TEST(ManagerArbiter, GivesUpWhatItFindsRunningInIsolation) {
    ArbitratedPair pair;
    pair.cut();
    ASSERT_EQ(pair.running("alpha"), Set{"svc::a"});
    pair.boot("alpha");  // and a minute passes
    EXPECT_EQ(pair.running("alpha"), Set{});
    EXPECT_TRUE(pair.logged("alpha", "all groups are given up here"));
}

// Why: a node whose transmitter is broken hears everything and is heard by nobody: the other one
// takes over, so it must give up.
TEST(ManagerArbiter, WhoIsHeardByNobodyGivesUpToo) {
    ArbitratedPair pair;
    pair.pass(10s, {"beta"});
    EXPECT_EQ(pair.running("alpha"), Set{"svc::a"});
    pair.tell_deaf("alpha", "beta", false);
    pair.pass(2s, {"beta"});
    EXPECT_EQ(pair.running("alpha"), Set{});
    pair.tell_deaf("alpha", "beta", true);
    pair.settle();
    EXPECT_EQ(pair.running("alpha"), Set{"svc::a"});
}

// Why: a stop that fails again and again would let the group run on both nodes (simulator, seeds
// 71824, 76487).
TEST(ManagerArbiter, WhatCannotBeGivenUpInTimeEndsWithTheMachine) {
    ArbitratedPair pair;
    pair.at("alpha").hangs = {"svc::a stop"};
    pair.part({"beta"});
    pair.pass(6s, {"beta"});
    EXPECT_FALSE(pair.at("alpha").fenced_itself);
    pair.pass(3s, {"beta"});
    EXPECT_TRUE(pair.at("alpha").fenced_itself);
    EXPECT_EQ(pair.running("beta"), Set{"svc::b"}) << "before the other one takes it";
    EXPECT_TRUE(pair.logged("alpha", "this machine is reset"));
}

// Why: what a node did while it did not hear us may be unknown here, though it was heard all the
// time (simulator, seeds 50592, 65548).
TEST(ManagerArbiter, WhoHearsUsAgainIsAskedWhatItHolds) {
    ArbitratedPair pair;
    pair.pass(10s, {"beta"});
    pair.tell_deaf("alpha", "beta", false);
    pair.pass(2s, {"beta"});
    ASSERT_EQ(pair.running("alpha"), Set{});
    pair.cut();
    pair.tell_deaf("alpha", "beta", true);
    pair.pass(1s, {"beta"});
    EXPECT_EQ(pair.running("alpha"), Set{}) << "taken without an answer";
}

// Why: an operator who has looked knows more than any ping node.
TEST(ManagerArbiter, AnOperatorsWordOutweighsTheArbiter) {
    ArbitratedPair pair;
    pair.kill("alpha");
    pair.pass(10s, {});
    pair.declare_dead("beta", "alpha", true, 0s);
    pair.pass(30s, {});
    ASSERT_EQ(pair.running("beta"), Set{});
    pair.operator_confirms("beta", "alpha");
    EXPECT_EQ(pair.running("beta"), (Set{"svc::a", "svc::b"}));
    pair.pass(60s, {});
    EXPECT_EQ(pair.running("beta"), (Set{"svc::a", "svc::b"}));
}

// Why: a device proves more than an arbiter; with both the device alone decides.
TEST(ManagerArbiter, ADeviceIsAskedInstead) {
    ArbitratedPair pair;
    pair.fencing = {{{"ipmi 1", 20s}}, 5s};
    pair.kill("beta");
    pair.boot("beta");
    pair.join("beta");
    pair.kill("alpha");
    pair.declare_dead("beta", "alpha", true, 20s);
    pair.device_says("beta", FenceResult::confirmed);
    EXPECT_EQ(pair.running("beta"), (Set{"svc::a", "svc::b"}));
}

}  // namespace
}  // namespace hb::resource
