// What a stand-in of a real Heartbeat 3.0.6 does with a peer that breaks off, contradicts itself or
// is overtaken by its own words (resources.md 4.4, 4.6, 5.12, 10.2).
#include <gtest/gtest.h>

#include <algorithm>

#include "scenario/real_story.hpp"
#include "scenario/told_peer.hpp"

namespace hb::test {
namespace {

using config::Failback;

sim::Options told_options() {
    sim::Options options = real_options(Failback::off);
    for (sim::NodeOptions& node : options.node) {
        node.keepalive = 1s;
        node.deadtime = 10s;
        node.initdead = 20s;
    }
    return options;
}

// Why: a stable peer is all that it needs to take its own groups, at once.
TEST(RealTold, TakesItsOwnGroupsWhenThePeerIsStable) {
    ToldPeer story(told_options());
    story.boot();
    EXPECT_EQ(story.holdings(), "local");
    EXPECT_EQ(story.running(), (std::set<std::string>{"g0m0"}));
    EXPECT_EQ(sim::cause_of_overlap(story.facts(), resource::Holding::local), std::nullopt);
    EXPECT_EQ(sim::cause_of_orphan(story.facts(), resource::Holding::local), std::nullopt);
    EXPECT_EQ(sim::cause_of_unrest(story.facts()), std::nullopt);
}

// Why: B25 and B11, a request that only this side accepts blocks it for an hour; then it pretends
// that the peer is stable and undoes nothing.
TEST(RealTold, RequestThatItsAskerDroppedBlocksForAnHour) {
    ToldPeer story(told_options());
    story.boot();
    story.ask("all", "me");
    story.run(1s);
    EXPECT_TRUE(story.said("> t=ask_resources rsc_hold=all info=other"));
    EXPECT_EQ(story.holdings(), "transition");
    story.run(3590s);
    EXPECT_EQ(story.holdings(), "transition");
    EXPECT_EQ(sim::cause_of_unrest(story.facts()).value_or("").substr(0, 3), "B25");
    story.ask("all", "me");
    story.run(1s);
    EXPECT_TRUE(story.said("WARN: Standby in progress- new request from beta ignored"));
    story.run(20s);
    EXPECT_TRUE(story.said("WARN: No reply to standby request."));
    EXPECT_EQ(story.holdings(), "local");
}

// Why: the same an hour after the release was done: what was given stays down (B11).
TEST(RealTold, ReleaseWithoutATakerIsNotUndone) {
    ToldPeer story(told_options());
    story.boot();
    story.step(LocalMessage{">>>\nt=ask_resources\nrsc_hold=all\ninfo=me\n<<<\n"});
    story.ask("all", "other");
    story.run(5s);
    EXPECT_TRUE(story.running().empty());
    EXPECT_TRUE(story.said("> t=ask_resources rsc_hold=all info=done"));
    story.run(3600s);
    EXPECT_EQ(story.holdings(), "none");
    EXPECT_TRUE(story.running().empty());
}

// Why: 4.4, reports count in the order of arrival: an older one that comes late leaves the node in
// transition until the next word of its peer.
TEST(RealTold, OlderReportThatComesLateCounts) {
    ToldPeer story(told_options());
    story.boot();
    const std::uint64_t older = story.next_number();
    story.report("local", "1");
    story.report("local", "0", older);
    story.run(1s);
    EXPECT_EQ(story.holdings(), "transition");
    story.step(LocalMessage{">>>\nt=ask_resources\nrsc_hold=all\ninfo=me\n<<<\n"});
    EXPECT_TRUE(story.said("from alpha ignored.  Other side is in flux."));
    story.run(600s);
    EXPECT_EQ(story.holdings(), "transition");
    EXPECT_EQ(sim::cause_of_unrest(story.facts()).value_or("").substr(0, 3), "4.4");
    story.report("local", "1");
    story.run(1s);
    EXPECT_EQ(story.holdings(), "local");
}

// Why: 5.10, a hand-over does not wait for scripts that are queued: what it gave is started behind
// it and nobody is told. The checker knows it by groups that run and are not claimed.
TEST(RealTold, HandOverBeforeItsOwnGroupsHaveStartedLeavesThemRunning) {
    ToldPeer story(told_options());
    story.script_time = 500ms;
    story.run(1s);
    story.say(
        {{"dest", "alpha"}, {"t", "repnodes"}, {"nodelist", "alpha beta "}, {"delnodelist", " "}});
    story.run(1s);
    story.report("local", "1");
    story.run(100ms);
    ASSERT_TRUE(story.said("> t=resource rsc_hold=local rtype=full isstable=1"));
    ASSERT_TRUE(story.running().empty());
    story.step(LocalMessage{">>>\nt=ask_resources\nrsc_hold=local\ninfo=me\n<<<\n"});
    story.ask("local", "other");
    story.run(2s);
    story.ask("local", "done");
    story.report("all", "1");
    story.run(5s);
    EXPECT_EQ(story.running(), (std::set<std::string>{"g0m0"}));
    EXPECT_EQ(sim::cause_of_overlap(story.facts(), resource::Holding::local).value_or(""),
              "5.10: its scripts ran beside those of a hand-over");
}

// Why: 5.12, eleven tries at one second, then the machine is given up.
TEST(RealTold, StopThatFailsElevenTimesFences) {
    ToldPeer story(told_options());
    story.boot();
    story.stops_fail.insert("g0m0");
    story.step(LocalMessage{">>>\nt=ask_resources\nrsc_hold=all\ninfo=me\n<<<\n"});
    story.ask("all", "other");
    story.run(9s);
    EXPECT_EQ(story.self_fence, "");
    story.run(3s);
    EXPECT_EQ(story.stops["g0m0"], 11);
    EXPECT_EQ(story.self_fence, "Resource STOP failure. Reboot required!");
}

// Why: 4.14, a stop waits while the peer is in flux, and goes on with its `shutdone` without taking
// anything (4.13).
TEST(RealTold, StopWaitsForAPeerInFlux) {
    ToldPeer story(told_options());
    story.boot();
    story.report("none", "0");
    story.run(1s);
    story.step(StopRequested{});
    story.run(30s);
    EXPECT_EQ(story.running(), (std::set<std::string>{"g0m0"}));
    story.say({{"t", "shutdone"}, {"st", "dead"}});
    story.run(1s);
    EXPECT_TRUE(story.said("Resource takeover cancelled - shutdown in progress."));
    EXPECT_TRUE(story.running().empty());
    story.run(3s);
    EXPECT_TRUE(story.finished);
}

// Why: wire.md 5.5, a missing number is asked for each 250 ms until it comes, and counts once.
TEST(RealTold, AsksForAGapUntilItIsClosed) {
    ToldPeer story(told_options());
    story.boot();
    const std::uint64_t lost = story.next_number();
    story.run(6s);
    const auto times = std::count(story.asked_for.begin(), story.asked_for.end(), lost);
    EXPECT_GE(times, 18);
    EXPECT_LE(times, 24);
    story.say({{"t", "ask_resources"}, {"rsc_hold", "all"}, {"info", "me"}}, lost);
    story.run(1s);
    EXPECT_EQ(story.times_said("> t=ask_resources rsc_hold=all info=other"), 1);
    story.asked_for.clear();
    story.say({{"t", "ask_resources"}, {"rsc_hold", "all"}, {"info", "me"}}, lost);
    story.run(2s);
    EXPECT_FALSE(story.said("WARN: Standby in progress"));
    EXPECT_TRUE(story.asked_for.empty());
}

}  // namespace
}  // namespace hb::test
