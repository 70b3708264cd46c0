// Another haresources while groups run: on one node, on both, and while they differ.
#include "unit/resource/manager_pair.hpp"

namespace hb::resource {
namespace {

using Groups = std::vector<config::ResourceGroup>;
using Tokens = std::set<std::string>;

class FileChange : public ManagerPair, public testing::Test {
protected:
    explicit FileChange(Groups groups = {make_group("alpha", "10.0.0.1 svc::a"),
                                         make_group("beta", "svc::b")},
                        config::Failback failback = config::Failback::on)
        : ManagerPair(std::move(groups), failback) {
        boot_both();
    }
    void reload(const std::string& on, const Groups& groups, bool then_settle = true) {
        own_file[on] = groups;
        ManagerConfig next = config_of(on);
        Wishes out;
        at(on).manager->reconfigure(now(), next, out);
        carry(on, out);
        if (then_settle) settle();
    }
    void reload_both(const Groups& groups) {
        reload("alpha", groups);
        reload("beta", groups);
    }
    // What ran since `from`, without questions.
    std::string ran(const std::string& on, std::size_t from) {
        std::string text;
        for (std::size_t i = from; i < at(on).ran.size(); ++i) {
            if (at(on).ran[i].ends_with("status")) continue;
            text += (text.empty() ? "" : ", ") + at(on).ran[i];
        }
        return text;
    }
    std::size_t so_far(const std::string& on) { return at(on).ran.size(); }
};

// Why: "a new address touches one address" is the promise of a reload.
TEST_F(FileChange, ANewAddressTouchesOneAddress) {
    const std::size_t before = so_far("alpha");
    reload_both({make_group("alpha", "10.0.0.1 10.0.0.2 svc::a"), make_group("beta", "svc::b")});
    EXPECT_EQ(ran("alpha", before), "IPaddr::10.0.0.2 start");
    EXPECT_EQ(running("alpha"), (Tokens{"IPaddr::10.0.0.1", "IPaddr::10.0.0.2", "svc::a"}));
    EXPECT_EQ(running("beta"), Tokens{"svc::b"});
}

// Why: it may also stand in front, where a group has its name.
TEST_F(FileChange, ANewFirstMemberIsTheSameGroup) {
    const std::size_t before = so_far("alpha");
    const std::size_t there = so_far("beta");
    reload_both({make_group("alpha", "10.0.0.9 10.0.0.1 svc::a"), make_group("beta", "svc::b")});
    EXPECT_EQ(ran("alpha", before), "IPaddr::10.0.0.9 start");
    EXPECT_EQ(ran("beta", there), "");
    EXPECT_TRUE(logged("alpha", "group 10.0.0.9: was 10.0.0.1"));
}

// Why: what is taken out of the file must not go on, and nothing else may stop for it.
TEST_F(FileChange, AMemberThatIsGoneIsStoppedAlone) {
    const std::size_t before = so_far("alpha");
    reload_both({make_group("alpha", "svc::a"), make_group("beta", "svc::b")});
    EXPECT_EQ(ran("alpha", before), "IPaddr::10.0.0.1 stop");
    EXPECT_EQ(running("alpha"), Tokens{"svc::a"});
}

// Why: the other node still has it in its file, and must not take it for one that nobody holds.
TEST_F(FileChange, AGroupThatIsGoneIsTakenByNobody) {
    reload("alpha", {make_group("beta", "svc::b")});
    EXPECT_EQ(running("alpha"), Tokens{});
    EXPECT_EQ(running("beta"), Tokens{"svc::b"});
    reload("beta", {make_group("beta", "svc::b")});
    EXPECT_EQ(running("alpha"), Tokens{});
    EXPECT_EQ(running("beta"), Tokens{"svc::b"});
}

// Why: who goes on without the other one must still be able to take what its own file has.
TEST_F(FileChange, WhenThatNodeDiesItsRemovalIsForgotten) {
    reload("alpha", {make_group("beta", "svc::b")});
    kill("alpha");
    declare_dead("beta", "alpha");
    EXPECT_EQ(running("beta"), (Tokens{"IPaddr::10.0.0.1", "svc::a", "svc::b"}));
}

// Why: a preference is a wish for the next time.
TEST_F(FileChange, AMovedPreferenceMovesNothing) {
    const std::size_t a = so_far("alpha");
    const std::size_t b = so_far("beta");
    reload_both({make_group("beta", "10.0.0.1 svc::a"), make_group("alpha", "svc::b")});
    EXPECT_EQ(ran("alpha", a) + ran("beta", b), "");
}

// Why: a member that moves into another group must not run on two nodes on its way.
TEST_F(FileChange, AMemberMovesToTheOtherNodeWithoutRunningTwice) {
    const Groups next = {make_group("alpha", "svc::a"), make_group("beta", "svc::b 10.0.0.1")};
    reload("beta", next);
    EXPECT_EQ(running("beta"), Tokens{"svc::b"}) << "alpha still holds it";
    reload("alpha", next);
    EXPECT_EQ(running("alpha"), Tokens{"svc::a"});
    EXPECT_EQ(running("beta"), (Tokens{"svc::b", "IPaddr::10.0.0.1"}));
    EXPECT_TRUE(never_twice());
}

// Why: a new thing that does not work must not take down what has worked for months.
TEST_F(FileChange, ANewMemberThatFailsLeavesTheGroupAlone) {
    at("alpha").start_fails.insert("svc::new");
    reload_both({make_group("alpha", "10.0.0.1 svc::a svc::new"), make_group("beta", "svc::b")});
    EXPECT_EQ(running("alpha"), (Tokens{"IPaddr::10.0.0.1", "svc::a"}));
    EXPECT_TRUE(logged("alpha", "svc::new is new in group 10.0.0.1 and does not start"));
    EXPECT_EQ(at("alpha").ran.back(), "svc::new stop") << "it may have got half way";
    at("alpha").start_fails.clear();
    reload("alpha", own_file["alpha"]);
    EXPECT_EQ(running("alpha"), (Tokens{"IPaddr::10.0.0.1", "svc::a", "svc::new"}));
}

// Why: a machine is not rebooted for one member that is not wanted any more; but it is not
// forgotten.
TEST_F(FileChange, AMemberThatDoesNotStopIsStoppedWithItsGroup) {
    at("alpha").stop_fails.insert("svc::a");
    reload_both({make_group("alpha", "10.0.0.1"), make_group("beta", "svc::b")});
    EXPECT_FALSE(at("alpha").fenced_itself);
    EXPECT_TRUE(logged("alpha", "svc::a is no longer in group 10.0.0.1 and does not stop"));
    at("alpha").stop_fails.clear();
    standby("alpha", "all");
    EXPECT_EQ(running("alpha"), Tokens{});
    EXPECT_EQ(running("beta"), (Tokens{"IPaddr::10.0.0.1", "svc::b"}));
}

// Why: another order or a comment is no reason to run a script.
TEST_F(FileChange, TheSameGroupsRunNoScript) {
    const std::size_t a = so_far("alpha");
    reload_both({make_group("beta", "svc::b"), make_group("alpha", "10.0.0.1 svc::a")});
    EXPECT_EQ(at("alpha").ran.size(), a);
}

// Why: a hand-over goes by the groups that both sides knew when it began.
TEST_F(FileChange, WaitsForTheEndOfAHandOver) {
    Wishes out;
    at("alpha").manager->standby_command(now(), "all", out);
    carry("alpha", out);
    reload("alpha", {make_group("alpha", "svc::a"), make_group("beta", "svc::b")}, false);
    EXPECT_TRUE(logged("alpha", "haresources has changed, but waits"));
    settle();
    EXPECT_TRUE(logged("alpha", "haresources counts as it is now: 2"));
    EXPECT_TRUE(never_twice());
}

// Why: it cannot be told, and would go by the old groups when it takes over.
TEST_F(FileChange, WaitsWhileAReal306IsThere) {
    at("beta").ours = false;
    hears(at("alpha"), "beta", true);
    const std::size_t before = so_far("alpha");
    reload("alpha", {make_group("alpha", "svc::a"), make_group("beta", "svc::b")});
    EXPECT_TRUE(logged("alpha", "beta runs Heartbeat 3.0.6"));
    EXPECT_EQ(ran("alpha", before), "");
}

// Why: it still runs here, whatever the file calls it now.
TEST_F(FileChange, WhatDidNotStopHereIsNotStartedThere) {
    at("alpha").stop_fails.insert("svc::a");
    reload_both({make_group("alpha", "10.0.0.1"), make_group("beta", "svc::b svc::a")});
    EXPECT_EQ(running("beta"), Tokens{"svc::b"});
    at("alpha").stop_fails.clear();
    reload("alpha", {make_group("alpha", "10.0.0.1 svc::c"), make_group("beta", "svc::b svc::a")});
    reload("beta", own_file["alpha"]);
    EXPECT_EQ(running("alpha"), (Tokens{"IPaddr::10.0.0.1", "svc::c"}));
    EXPECT_EQ(running("beta"), (Tokens{"svc::b", "svc::a"}));
    EXPECT_TRUE(never_twice());
}

// Why: it died while no group could run on it; what is new in the file can.
TEST(FileChangeWithDevice, ASilentNodeIsResetBeforeANewGroupStarts) {
    ManagerPair pair({make_group("beta", "svc::b")}, config::Failback::off);
    pair.fencing = {{{"ipmi 1", 20s}}, 5s};
    pair.boot_both();
    pair.kill("alpha");
    pair.declare_dead("beta", "alpha", true, 1s);
    pair.own_file["beta"] = {make_group("beta", "svc::b"), make_group("beta", "svc::new")};
    Wishes out;
    pair.manager("beta").reconfigure(pair.now(), pair.config_of("beta"), out);
    pair.carry("beta", out);
    pair.settle();
    EXPECT_EQ(pair.running("beta"), Tokens{"svc::b"});
    pair.device_says("beta", FenceResult::confirmed);
    EXPECT_EQ(pair.running("beta"), (Tokens{"svc::b", "svc::new"}));
}

// Why: two nodes whose files prefer each other would both start a group that is free.
TEST(FilesThatDiffer, ADisputedGroupRunsOnce) {
    ManagerPair pair({make_group("alpha", "svc::a")}, config::Failback::on);
    pair.own_file["beta"] = {make_group("beta", "svc::a svc::more")};
    pair.boot_both();
    EXPECT_EQ(pair.running("alpha"), Tokens{"svc::a"});
    EXPECT_EQ(pair.running("beta"), Tokens{});
    EXPECT_TRUE(pair.never_twice());
}

// Why: the same address under another name is the same address.
TEST(FilesThatDiffer, OneAddressInTwoGroupsRunsOnce) {
    ManagerPair pair({make_group("alpha", "svc::a 10.0.0.1")}, config::Failback::on);
    pair.own_file["beta"] = {make_group("beta", "IPaddr::10.0.0.1/24/eth1 svc::b")};
    pair.boot_both();
    EXPECT_EQ(pair.running("alpha"), (Tokens{"svc::a", "IPaddr::10.0.0.1"}));
    EXPECT_EQ(pair.running("beta"), Tokens{});
}

// Why: files that have always differed in one group must not cost the others their failover.
TEST(FilesThatDiffer, GroupsThatAgreeGoByTheirPreference) {
    ManagerPair pair({make_group("alpha", "svc::a"), make_group("beta", "svc::b")},
                     config::Failback::on);
    pair.own_file["beta"] = {make_group("alpha", "svc::a"), make_group("beta", "svc::b"),
                             make_group("beta", "svc::only")};
    pair.boot_both();
    EXPECT_EQ(pair.running("alpha"), Tokens{"svc::a"});
    EXPECT_EQ(pair.running("beta"), (Tokens{"svc::b", "svc::only"}));
}

// Why: a node with an empty file cannot run it, whatever it prefers.
TEST(FilesThatDiffer, ANodeWithoutAnyGroupIsNoCandidate) {
    ManagerPair pair({make_group("alpha", "svc::a")}, config::Failback::on);
    pair.own_file["alpha"] = {};
    pair.boot_both();
    EXPECT_EQ(pair.running("beta"), Tokens{"svc::a"});
}

}  // namespace
}  // namespace hb::resource
