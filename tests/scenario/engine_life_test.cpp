// Two engines from boot to death, cut, return, restart and stall, in virtual time.
#include <gtest/gtest.h>

#include <chrono>

#include "scenario/engine_pair.hpp"

namespace hb::test {
namespace {

using namespace std::chrono_literals;
using cluster::CommUp;
using cluster::PeerDead;
using cluster::PeerReturned;
using cluster::PeerUp;
using cluster::StalledUs;

Instant at(Duration d) { return Instant{d}; }

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

EnginePair booted(PairOptions options = {}) {
    EnginePair pair(std::move(options));
    pair.boot(0);
    pair.boot(1);
    pair.run_for(1s);
    return pair;
}

// Why: the story of a boot as an operator and the manager see it, word by word.
TEST(EngineLife, GoldenTraceOfTwoNodesBooting) {
    EnginePair pair({});
    pair.boot(0);
    pair.run_until(at(1300ms));
    pair.boot(1);
    pair.run_until(at(6500ms));
    EXPECT_EQ(joined(pair.trace),
              "[0] alpha > Local status now set to: 'init'\n"
              "[0] alpha > Local status now set to: 'up'\n"
              "[1300] beta > Local status now set to: 'init'\n"
              "[1300] beta > Local status now set to: 'up'\n"
              "[1300] alpha LinkState beta 0 up\n"
              "[1300] alpha PeerUp beta ours\n"
              "[1300] alpha > Link beta:eth0 up.\n"
              "[1300] alpha PeerStatus beta up\n"
              "[1300] alpha > Status update for node beta: status up\n"
              "[1300] beta LinkState alpha 0 up\n"
              "[1300] beta PeerUp alpha ours\n"
              "[1300] beta PeerStatus alpha up\n"
              "[1300] beta > Link alpha:eth0 up.\n"
              "[1300] beta > Status update for node alpha: status up\n"
              "[1300] alpha CommUp\n"
              "[1300] alpha > Comm_now_up(): updating status to active\n"
              "[1300] alpha > Local status now set to: 'active'\n"
              "[1300] beta CommUp\n"
              "[1300] beta > Comm_now_up(): updating status to active\n"
              "[1300] beta > Local status now set to: 'active'\n"
              "[1300] beta PeerStatus alpha active\n"
              "[1300] beta > Status update for node alpha: status active\n"
              "[1300] alpha PeerStatus beta active\n"
              "[1300] alpha > Status update for node beta: status active\n");
}

// Why: with keepalive 2 s the second node must not wait for a heartbeat of the first.
TEST(EngineLife, BothAreUpWithinMillisecondsOfTheSecondsStart) {
    PairOptions options;
    options.keepalive = 2s;
    options.deadtime = 30s;
    options.initdead = 120s;
    EnginePair pair(options);
    pair.boot(0);
    pair.run_until(at(10500ms));
    EXPECT_FALSE(pair.comm_up(0));
    pair.boot(1);
    pair.run_for(20s);
    EXPECT_LE(pair.first<CommUp>(0), at(10500ms) + 100ms);
    EXPECT_LE(pair.first<CommUp>(1), at(10500ms) + 100ms);
    EXPECT_EQ(pair.count<CommUp>(0), 1U);
    EXPECT_EQ(pair.count<CommUp>(1), 1U);
}

// Why: a lone node must serve, but only when the other had its chance.
TEST(EngineLife, AloneAfterInitdeadToTheNanosecond) {
    EnginePair pair({});
    pair.boot(0);
    pair.run_until(at(12s - 1ns));
    EXPECT_EQ(pair.count<PeerDead>(0), 0U);
    pair.run_until(at(12s));
    ASSERT_EQ(pair.first<PeerDead>(0), at(12s));
    EXPECT_EQ(pair.first<CommUp>(0), at(12s));
    EXPECT_EQ(pair.logged("PeerDead beta never heard"), 1U);
}

// Why: takeover time is deadtime and nothing on top.
TEST(EngineLife, DeathIsDeclaredAtDeadtimeToTheNanosecond) {
    EnginePair pair = booted();
    pair.run_until(at(20s));
    pair.crash(1);
    Instant last{};
    for (const SentFrame& frame : pair.sent) {
        if (frame.from == 1 && frame.message.type() == "status") last = frame.at;
    }
    const Instant heard = last + 100us;  // the network's delay
    pair.run_until(heard + 5s + (-1ns));
    EXPECT_EQ(pair.count<PeerDead>(0), 0U);
    pair.run_until(heard + 5s);
    EXPECT_EQ(pair.first<PeerDead>(0), heard + 5s);
    EXPECT_FALSE(pair.engine(0).alive("beta"));
}

// Why: a machine that needs longer says so in `dt`, and its word counts, not ours.
TEST(EngineLife, APeersOwnTimeoutIsHonoured) {
    EnginePair pair = booted();  // the first 5 s announce deadtime + 2 s
    pair.crash(1);
    pair.run_until(at(30s));
    Instant last{};
    for (const SentFrame& frame : pair.sent) {
        if (frame.from == 1 && frame.message.type() == "status") last = frame.at;
    }
    EXPECT_EQ(pair.first<PeerDead>(0), last + 100us + 7s);
}

// Why: a healed cut must be told from a restart: groups may have run twice.
TEST(EngineLife, CutAndHealingIsAReturnOnBothSides) {
    EnginePair pair = booted();
    pair.run_until(at(20s));
    pair.cut(true);
    pair.run_for(10s);
    EXPECT_EQ(pair.count<PeerDead>(0), 1U);
    EXPECT_EQ(pair.count<PeerDead>(1), 1U);
    const Instant healed = pair.now();
    pair.cut(false);
    pair.run_for(5s);
    for (const std::size_t node : {0U, 1U}) {
        EXPECT_EQ(pair.count<PeerReturned>(node), 1U);
        EXPECT_LE(pair.first<PeerReturned>(node), healed + 1100ms);
        EXPECT_EQ(pair.first<PeerUp>(node, healed), pair.first<PeerReturned>(node));
        EXPECT_EQ(pair.count<CommUp>(node), 1U);
    }
    EXPECT_EQ(pair.logged("alpha PeerUp beta ours"), 2U);
    EXPECT_EQ(pair.logged("restarted"), 0U);
}

// Why: a daemon that is back before its deadtime holds nothing any more; nobody died.
TEST(EngineLife, ARestartIsSeenAtOnceAndIsNoDeath) {
    EnginePair pair = booted();
    pair.run_until(at(20s));
    pair.crash(1);
    pair.run_for(200ms);
    const Instant again = pair.now();
    pair.boot(1);
    pair.run_for(10s);
    EXPECT_EQ(pair.count<PeerDead>(0), 0U);
    EXPECT_EQ(pair.logged("alpha PeerUp beta restarted ours"), 1U);
    EXPECT_EQ(pair.first<PeerUp>(0, again), again + 100us);
    EXPECT_TRUE(pair.comm_up(1));
    EXPECT_LE(pair.first<CommUp>(1, again), again + 100ms);
}

// Why: a node that comes back after its death is a new life, not a healed cut.
TEST(EngineLife, ARestartAfterDeathIsNoReturn) {
    EnginePair pair = booted();
    pair.run_until(at(20s));
    pair.crash(1);
    pair.run_for(20s);
    pair.boot(1);
    pair.run_for(5s);
    EXPECT_EQ(pair.count<PeerDead>(0), 1U);
    EXPECT_EQ(pair.count<PeerReturned>(0), 0U);
    EXPECT_EQ(pair.logged("alpha PeerUp beta restarted ours"), 1U);
}

// Why: a frozen process that wakes must not shoot those who could not reach it.
TEST(EngineLife, OurOwnStallIsForgivenToThePeer) {
    EnginePair pair = booted();
    pair.run_until(at(20500ms));
    pair.mute(1, true);  // nothing waits in the sockets: only forgiveness saves the peer
    pair.pause(0);
    pair.run_for(8s);
    pair.resume(0);
    pair.run_for(1s);
    EXPECT_EQ(pair.count<StalledUs>(0), 1U);
    EXPECT_EQ(pair.count<PeerDead>(0), 0U);
    EXPECT_EQ(pair.logged("alpha > we stood still for"), 1U);
    EXPECT_TRUE(pair.engine(0).peers()[0].links[0].up) << "nor is its link dead";
    pair.run_for(10s);
    EXPECT_EQ(pair.count<PeerDead>(0), 1U) << "forgiven once, not for ever";
}

// Why: a stall of the peer that ends before its deadtime is no event at all.
TEST(EngineLife, AShortStallIsLoggedAndTold) {
    EnginePair pair = booted();
    pair.run_until(at(20s));
    pair.pause(0);
    pair.run_for(3s);
    pair.resume(0);
    pair.run_for(1s);
    EXPECT_EQ(pair.count<StalledUs>(0), 1U);
    EXPECT_EQ(pair.logged("alpha > we were late by"), 1U);
    EXPECT_EQ(pair.count<PeerDead>(0), 0U);
    EXPECT_EQ(pair.count<PeerDead>(1), 0U);
}

// Why: 3.0.6 takes the groups of a live peer here (resources.md, bug B24). We only say so.
TEST(EngineLife, ALateHeartbeatOfALivePeerIsNoDeath) {
    PairOptions options;
    EnginePair pair(options);
    pair.boot(0);
    pair.boot(1);
    pair.run_until(at(2100ms));
    pair.mute(1, true);  // beta announced 7 s; our own deadtime is 5 s
    pair.run_until(at(7500ms));
    pair.mute(1, false);
    pair.run_until(at(9s));
    EXPECT_EQ(pair.logged("alpha > Late heartbeat: Node beta"), 1U);
    EXPECT_EQ(pair.logged("(> deadtime)"), 1U);
    EXPECT_EQ(pair.count<PeerDead>(0), 0U);
}

// Why: one dead cable is not a dead node.
TEST(EngineLife, ALinkDiesAloneAndComesBack) {
    PairOptions options;
    options.links = 2;
    EnginePair pair = booted(options);
    pair.run_until(at(20s));
    pair.cut_link(1, true);
    pair.run_for(10s);
    EXPECT_EQ(pair.logged("alpha > Link beta:eth1 dead."), 1U);
    EXPECT_EQ(pair.count<PeerDead>(0), 0U);
    EXPECT_TRUE(pair.engine(0).peers()[0].links[0].up);
    EXPECT_FALSE(pair.engine(0).peers()[0].links[1].up);
    pair.cut_link(1, false);
    pair.run_for(2s);
    EXPECT_TRUE(pair.engine(0).peers()[0].links[1].up);
}

// Why: the log must stay readable when a cable flaps all night, and end with the truth.
TEST(EngineLife, AFlappingLinkIsLoggedSparinglyAndEndsRight) {
    PairOptions options;
    options.links = 2;
    options.keepalive = 200ms;
    options.deadtime = 1s;
    EnginePair pair = booted(options);
    for (int i = 0; i < 20; ++i) {
        pair.cut_link(1, true);
        pair.run_for(1500ms);
        pair.cut_link(1, false);
        pair.run_for(500ms);
    }
    pair.cut_link(1, true);
    const std::size_t lines = pair.logged("alpha > Link beta:eth1");
    EXPECT_LE(lines, 4U);
    pair.run_for(60s);
    EXPECT_LE(pair.logged("alpha > Link beta:eth1"), lines + 1);
    std::string last;
    for (const std::string& line : pair.trace) {
        if (line.find("alpha > Link beta:eth1") != std::string::npos) last = line;
    }
    EXPECT_NE(last.find("dead."), std::string::npos) << last;
}

}  // namespace
}  // namespace hb::test
