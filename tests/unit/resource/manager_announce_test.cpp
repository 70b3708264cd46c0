// When the addresses of a group are announced again: another node had told the segment of them,
// too.
#include <gtest/gtest.h>

#include "unit/resource/manager_pair.hpp"

namespace hb::resource {
namespace {

using Tokens = std::vector<std::string>;

class BothHold : public testing::Test {
protected:
    // A cut without fencing: both run everything.
    void SetUp() override {
        pair.boot_both();
        EXPECT_EQ(pair.at("alpha").announced, Tokens{}) << "a start announces by itself";
        pair.cut();
        pair.declare_dead("alpha", "beta");
        pair.declare_dead("beta", "alpha");
        ASSERT_EQ(pair.running("alpha"), pair.running("beta"));
    }
    void heal(Duration span = 60s) {
        pair.at("alpha").alive = pair.at("beta").alive = true;
        pair.hears(pair.at("alpha"), "beta", false);
        pair.hears(pair.at("beta"), "alpha", false);
        pair.settle(span);
    }
    ManagerPair pair{{make_group("alpha", "svc::a"), make_group("beta", "svc::b")},
                     config::Failback::off};
};

// Why: hosts that were behind the other node's switch have its hardware address.
TEST_F(BothHold, WhoKeepsAGroupAnnouncesItWhenTheOtherHasGivenItUp) {
    heal();
    ASSERT_EQ(pair.running("alpha"), std::set<std::string>{"svc::a"});
    EXPECT_EQ(pair.at("alpha").announced, Tokens{"svc::a"});
    EXPECT_EQ(pair.at("beta").announced, Tokens{"svc::b"});
}

// Why: its hosts must find us also when the loser of the conflict dies before it has said so.
TEST_F(BothHold, WhoKeepsAGroupAnnouncesItWhenTheOtherDiesMeanwhile) {
    heal(5ms);  // each has heard of the other's claim, and stops run still
    EXPECT_EQ(pair.at("alpha").announced, Tokens{});
    pair.kill("beta");
    pair.declare_dead("alpha", "beta");
    EXPECT_EQ(pair.at("alpha").announced, Tokens{"svc::a"});
}

}  // namespace
}  // namespace hb::resource
