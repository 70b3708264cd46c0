// What an engine tells people of its peers, its lines and its own lateness.
#include <gtest/gtest.h>

#include "scenario/engine_pair.hpp"

namespace hb::test {
namespace {

using namespace std::chrono_literals;

class EngineViewTest : public testing::Test {
protected:
    EngineViewTest() : pair_(two_links()) {
        pair_.boot(0);
        pair_.boot(1);
        pair_.run_for(30s);
    }
    static PairOptions two_links() {
        PairOptions options;
        options.links = 2;
        return options;
    }
    cluster::EngineView view(std::size_t node = 0) { return pair_.engine(node).view(pair_.now()); }
    cluster::PeerView peer() { return view().peers.at(0); }

    EnginePair pair_;
};

// Why: a page in the night shows a healthy peer as healthy, with how long ago it spoke.
TEST_F(EngineViewTest, AHealthyPeerWasHeardWithinAKeepaliveOverEveryLine) {
    EXPECT_EQ(view().word, "active");
    EXPECT_EQ(peer().status, "active");
    EXPECT_LE(peer().age.value(), 1s);
    EXPECT_EQ(peer().deadtime, 5s);
    EXPECT_EQ(peer().generation, 41U);
    EXPECT_EQ(peer().deaths + peer().late + peer().lost + peer().repeated, 0U);
    ASSERT_EQ(peer().links.size(), 2U);
    for (const cluster::LinkView& link : peer().links) {
        EXPECT_TRUE(link.up);
        EXPECT_LE(link.age.value(), 1s);
        EXPECT_GE(link.heard, 30U);
        EXPECT_LE(link.missed, 1U);
        EXPECT_EQ(link.way, cluster::Way::both);
    }
    EXPECT_GE(view().heartbeats, 30U);
    EXPECT_EQ(view().stalls.count, 0U);
    EXPECT_GE(view().lines.at(1).received, 30U);
    EXPECT_EQ(view().lines.at(1).refused, 0U);
}

// Why: one dead cable of two is what people do not notice in time.
TEST_F(EngineViewTest, ACutLineIsSilentAndMissesWhatTheOtherBrings) {
    pair_.cut_link(1, true);
    pair_.run_for(20s);
    const cluster::LinkView cut = peer().links[1];
    EXPECT_FALSE(cut.up);
    EXPECT_GE(cut.age.value(), 19s);
    EXPECT_GE(cut.missed, 19U);
    EXPECT_TRUE(peer().links[0].up);
    EXPECT_LE(peer().links[0].missed, 1U);
}

// Why: how long a dead node has been silent tells whether it is worth waiting for.
TEST_F(EngineViewTest, ADeadPeerKeepsItsAge) {
    pair_.crash(1);
    pair_.run_for(120s);
    EXPECT_EQ(peer().status, "dead");
    EXPECT_EQ(peer().deaths, 1U);
    EXPECT_GE(peer().age.value(), 119s);
    pair_.boot(1);
    pair_.run_for(10s);
    EXPECT_EQ(peer().status, "active");
    EXPECT_EQ(peer().generation, 42U);
    EXPECT_LE(peer().age.value(), 1s);
}

// Why: loss that is mended is invisible otherwise.
TEST_F(EngineViewTest, LossAndRepeatsAreCounted) {
    pair_.set_loss(40);
    for (int i = 0; i < 50; ++i) {
        pair_.send(1, wire::make_message("hello"));
        pair_.run_for(1s);
    }
    pair_.set_loss(0);
    pair_.run_for(20s);
    EXPECT_GT(peer().lost, 0U);
    EXPECT_GE(view(1).peers.at(0).repeated, peer().lost);
}

// Why: a machine that stands still is the first suspect when nodes were counted dead.
TEST_F(EngineViewTest, OurOwnStallsAreCounted) {
    pair_.pause(0);
    pair_.run_for(3s);
    pair_.resume(0);
    pair_.run_for(10s);
    EXPECT_EQ(view().stalls.count, 1U);
    EXPECT_GE(view().stalls.worst, 2s);
    EXPECT_LE(view().stalls.worst, 3s);
    EXPECT_GE(view().stalls.age.value(), 9s);
}

// Why: somebody without our key on the same wire.
TEST_F(EngineViewTest, RefusedPacketsAreCountedByLine) {
    pair_.give(0, LinkId{1}, "not a message");
    EXPECT_EQ(view().lines.at(1).refused, 1U);
    EXPECT_EQ(view().lines.at(0).refused, 0U);
}

}  // namespace
}  // namespace hb::test
