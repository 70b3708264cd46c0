// Neighbouring addresses of a group are one step of its walk.
#include <gtest/gtest.h>

#include "resource/group.hpp"
#include "unit/resource/group_walk.hpp"

namespace hb::resource {
namespace {

// Two addresses, a service, and one more address.
class AddressWalk : public GroupWalk {
protected:
    AddressWalk() {
        group_ = Group(make_group("alpha", "10.0.0.1 IPaddr2::10.0.0.2 web IPv6addr::fd00:0:0:1"));
    }
};

// Why: a thousand of them one after another would take seconds.
TEST_F(AddressWalk, NeighboursStartAtTheSameTimeAndOthersInTurn) {
    start();
    EXPECT_EQ(called(), "IPaddr status, IPaddr2 status");
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_EQ(called(), "IPaddr status, IPaddr2 status") << "one is still asked";
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_EQ(called(), "IPaddr status, IPaddr2 status, IPaddr start, IPaddr2 start");
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_FALSE(says("running").has_value());
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_EQ(exits(0), WalkEnd::started);
    EXPECT_EQ(called(),
              "IPaddr status, IPaddr2 status, IPaddr start, IPaddr2 start, web status, "
              "IPv6addr status, IPv6addr start");
}

// Why: what runs already must not be started a second time, in a row of addresses too.
TEST_F(AddressWalk, OnlyThoseThatDoNotRunAreStarted) {
    start();
    EXPECT_FALSE(says("running").has_value());
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_EQ(called(), "IPaddr status, IPaddr2 status, IPaddr2 start");
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_FALSE(says("running").has_value());
    EXPECT_EQ(says("running"), WalkEnd::started);
}

// Why: a stop beside a start that is still under way would race with it.
TEST_F(AddressWalk, AFailedStartWaitsForItsNeighbours) {
    start();
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_FALSE(exits(1).has_value());
    EXPECT_TRUE(logged("Return code 1 from IPaddr 10.0.0.1 start"));
    EXPECT_TRUE(logged("Giving up resources due to failure of 10.0.0.1"));
    EXPECT_TRUE(group_.busy());
    EXPECT_EQ(exits(0), WalkEnd::start_failed);
    EXPECT_EQ(called().find("web"), std::string::npos);
}

TEST_F(AddressWalk, AStopDuringTheStatusesAwaitsThemAll) {
    start();
    stop();
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_EQ(called(), "IPaddr status, IPaddr2 status");
    EXPECT_FALSE(says("stopped").has_value());
    EXPECT_EQ(called(), "IPaddr status, IPaddr2 status, IPv6addr stop");
}

TEST_F(AddressWalk, NeighboursStopAtTheSameTimeAfterWhatIsRightOfThem) {
    stop();
    EXPECT_EQ(called(), "IPv6addr stop");
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_EQ(called(), "IPv6addr stop, web stop, IPaddr2 stop, IPaddr stop");
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_EQ(exits(0), WalkEnd::stopped);
}

// Why: the ones that have stopped are not asked again; the others are, as often as ever.
TEST_F(AddressWalk, OnlyTheFailedStopsAreTriedAgain) {
    stop();
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_FALSE(exits(0).has_value());
    for (int i = 0; i < retries; ++i) {
        EXPECT_FALSE(exits(1).has_value());
        if (i == 0) {
            EXPECT_FALSE(exits(0).has_value());
        }
        pause_ends();
    }
    EXPECT_TRUE(logged("Retrying failed stop operation [IPaddr2::10.0.0.2]"));
    EXPECT_FALSE(logged("Retrying failed stop operation [10.0.0.1]"));
    EXPECT_FALSE(exits(1).has_value());
    EXPECT_EQ(called(),
              "IPv6addr stop, web stop, IPaddr2 stop, IPaddr stop, IPaddr2 stop, IPaddr2 stop, "
              "IPaddr2 status");
    EXPECT_EQ(says("stopped"), WalkEnd::stopped);
}

// Why: one address that stays is one too many, whatever the others say.
TEST_F(AddressWalk, OneThatStaysEndsTheWalk) {
    limits_.stop_retries = 1;
    stop();
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_FALSE(exits(0).has_value());
    EXPECT_FALSE(exits(1).has_value());
    EXPECT_FALSE(exits(1).has_value());
    pause_ends();
    EXPECT_FALSE(exits(1).has_value());
    EXPECT_FALSE(exits(1).has_value());
    EXPECT_FALSE(says("running").has_value());
    EXPECT_EQ(says("stopped"), WalkEnd::stop_failed);
    EXPECT_TRUE(logged("10.0.0.1 failed to stop but is not running"));
}

}  // namespace
}  // namespace hb::resource
