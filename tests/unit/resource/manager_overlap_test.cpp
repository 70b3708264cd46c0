// Planned moves between two of ours: what is released starts while the rest is still being stopped.
#include <gtest/gtest.h>

#include <algorithm>

#include "unit/resource/manager_pair.hpp"

namespace hb::resource {
namespace {

using Running = std::set<std::string>;

std::vector<config::ResourceGroup> two_of_alpha() {
    return {make_group("alpha", "svc::a"), make_group("alpha", "svc::b")};
}

// Alpha has begun to give everything, and `span` has passed.
void begin_standby(ManagerPair& pair, Duration span) {
    Wishes out;
    pair.manager("alpha").standby_command(pair.now(), "all", out);
    pair.carry("alpha", out);
    pair.settle(span);
}

std::ptrdiff_t times(const ManagerPair::Node& node, const std::string& what) {
    return std::count(node.ran.begin(), node.ran.end(), what);
}

TEST(ManagerOverlap, AReleasedGroupStartsWhileAnotherIsStillStopped) {
    ManagerPair pair(two_of_alpha(), config::Failback::off);
    pair.boot_both();
    ASSERT_EQ(pair.running("alpha"), (Running{"svc::a", "svc::b"}));
    pair.at("alpha").slow = {"svc::b stop"};
    begin_standby(pair, 1s);
    EXPECT_EQ(pair.running("beta"), Running{"svc::a"});
    pair.settle();
    EXPECT_EQ(pair.running("beta"), (Running{"svc::a", "svc::b"}));
    EXPECT_EQ(times(pair.at("beta"), "svc::a start"), 1);
    EXPECT_TRUE(pair.never_twice());
    for (const char* const name : {"alpha", "beta"}) {
        EXPECT_EQ(pair.manager(name).picture(pair.now().mono).handover, "idle") << name;
        EXPECT_FALSE(pair.logged(name, "cancelled")) << name;
    }
}

// The group below a file system has left; the file system itself has not.
TEST(ManagerOverlap, WhatLeansOnAGroupThatIsStillThereWaitsForIt) {
    const std::string fs = "Filesystem::/dev/sdb1::/srv::ext4";
    ManagerPair pair({make_group("alpha", fs), make_group("alpha", "svc::/srv/data")},
                     config::Failback::off);
    pair.boot_both();
    pair.at("alpha").slow = {fs + " stop"};
    begin_standby(pair, 1s);
    EXPECT_EQ(pair.running("alpha"), Running{});  // the stop has its effect, and goes on
    EXPECT_EQ(pair.running("beta"), Running{});
    pair.settle();
    EXPECT_EQ(pair.running("beta"), (Running{fs, "svc::/srv/data"}));
}

TEST(ManagerOverlap, AStartThatFailedMeanwhileIsNotTriedAgainAtTheEnd) {
    ManagerPair pair(two_of_alpha(), config::Failback::off);
    pair.boot_both();
    pair.at("alpha").slow = {"svc::b stop"};
    pair.at("beta").start_fails = {"svc::a"};
    begin_standby(pair, 60s);
    EXPECT_EQ(times(pair.at("beta"), "svc::a start"), 1);
    EXPECT_EQ(pair.manager("beta").groups()[0].tenure, Tenure::failed_here);
    EXPECT_EQ(pair.running("beta"), Running{"svc::b"});
    EXPECT_EQ(pair.running("alpha"), Running{"svc::a"});  // it takes back what failed there
    EXPECT_TRUE(pair.never_twice());
}

// Of a real node only its `done` counts: it says `none` before it stops anything.
TEST(ManagerOverlap, NothingOfARealNodeIsTakenBeforeItsDone) {
    ManagerPair pair(two_of_alpha(), config::Failback::off);
    pair.at("alpha").ours = false;
    pair.boot_both();
    pair.at("alpha").slow = {"svc::b stop"};
    begin_standby(pair, 1s);
    EXPECT_EQ(pair.running("beta"), Running{});
    pair.settle();
    EXPECT_TRUE(pair.never_twice());
}

}  // namespace
}  // namespace hb::resource
