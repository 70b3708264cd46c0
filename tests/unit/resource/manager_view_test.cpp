// What a manager tells people: who holds each group, why one runs nowhere, and for whom it waits.
#include <gtest/gtest.h>

#include "unit/resource/fencing_pair.hpp"

namespace hb::resource {
namespace {

GroupState group(const ManagerView& view, const std::string& key) {
    for (const GroupState& each : view.groups) {
        if (each.group.key == key) return each;
    }
    ADD_FAILURE() << "no group " << key;
    return {};
}

class ManagerViewTest : public testing::Test {
protected:
    ManagerView view(const std::string& on = "beta") {
        return pair_.manager(on).picture(pair_.now().mono);
    }
    // "owner why about" of the group of alpha, as that node sees it.
    std::string told(const std::string& on = "beta") {
        const ManagerView all = view(on);
        const GroupState& state = group(all, "10.0.0.1");
        return state.owner + " " + std::string(why_word(state.why)) + " " + state.about;
    }
    FencingPair pair_;
};

// Why: the first question at night is where everything runs.
TEST_F(ManagerViewTest, GroupsOfBothNodesHaveTheirOwners) {
    pair_.boot_both();
    EXPECT_EQ(told("alpha"), "alpha  ");
    EXPECT_EQ(told("beta"), "alpha  ");
    EXPECT_TRUE(group(view(), "10.0.0.1").group.peer_holds);
    EXPECT_EQ(group(view(), "10.0.0.2").owner, "beta");
    EXPECT_EQ(group(view(), "10.0.0.2").rival, "");
    EXPECT_EQ(view().handover, "idle");
    EXPECT_EQ(view().standing, "");
    ASSERT_EQ(view().holders.size(), 1U);
    EXPECT_EQ(view().holders[0].claim, "alive");
    EXPECT_EQ(view().holders[0].holding, "local");
    EXPECT_TRUE(view().holders[0].reported);
}

// Why: a group that waits for a device is the one thing that an operator can mend.
TEST_F(ManagerViewTest, AGroupThatWaitsForADeviceSaysSo) {
    pair_.boot_both();
    pair_.alpha_dies(2s);
    EXPECT_EQ(told(), " waits_for_fencing alpha");
    ASSERT_EQ(view().fencing.orders.size(), 1U);
    OrderView order = view().fencing.orders[0];
    EXPECT_EQ(order.target, "alpha");
    EXPECT_EQ(order.device, "ipmi 1");
    EXPECT_FALSE(order.shooting);
    EXPECT_EQ(order.next_in, FencingPair::delay);
    EXPECT_EQ(order.because, "it fell silent, and groups may run on it");
    EXPECT_EQ(order.round, 1U);
    EXPECT_EQ(order.rounds_max, limits::fence_rounds);
    pair_.settle(10s);
    EXPECT_TRUE(view().fencing.orders[0].shooting);
    EXPECT_EQ(view().fencing.orders[0].next_in, std::nullopt);
    pair_.device_says("beta", FenceResult::refused);
    ASSERT_EQ(view().fencing.shots.size(), 1U);
    const ShotView shot = view().fencing.shots[0];
    EXPECT_EQ(shot.target + shot.device + shot.words, "alphaipmi 1words");
    EXPECT_EQ(shot.result, FenceResult::refused);
    EXPECT_EQ(shot.took, 100ms);
}

// Why: only a person goes on from there.
TEST_F(ManagerViewTest, ABlockedGroupNamesTheNode) {
    pair_.boot_both();
    pair_.alpha_dies();
    pair_.device_fails("beta");
    EXPECT_EQ(told(), " fencing_blocked alpha");
    EXPECT_EQ(view().holders[0].claim, "blocked");
    EXPECT_TRUE(view().fencing.orders.empty());
    EXPECT_EQ(view().fencing.shots.size(), limits::fence_rounds);
    pair_.operator_confirms("beta", "alpha");
    EXPECT_EQ(told(), "beta  ");
    EXPECT_TRUE(view().holders[0].proven_down);
}

// Why: which script, how long it took, and since when.
TEST_F(ManagerViewTest, ScriptsAreTimedByMemberAndAction) {
    pair_.at("alpha").start_fails = {"web"};
    pair_.at("alpha").hangs = {"web stop"};
    pair_.boot_both();
    pair_.settle(limits::script_timeout_stop);
    const GroupState& state = group(view("alpha"), "10.0.0.1");
    ASSERT_EQ(state.members.size(), 2U);
    const auto& web = state.members[1];
    EXPECT_EQ(web.token, "web");
    const ScriptView start = web.scripts[static_cast<std::size_t>(ScriptAction::start)];
    EXPECT_EQ(start.runs, 1U);
    EXPECT_EQ(start.failures, 1U);
    EXPECT_EQ(start.status, 1);
    EXPECT_EQ(start.took, 10ms);
    EXPECT_GT(start.age.value(), 1s);
    const ScriptView status = web.scripts[static_cast<std::size_t>(ScriptAction::status)];
    EXPECT_EQ(status.runs, 2U);
    EXPECT_EQ(status.failures, 0U);
    const ScriptView stop = web.scripts[static_cast<std::size_t>(ScriptAction::stop)];
    EXPECT_EQ(stop.end, ScriptEnd::timed_out);
    EXPECT_GT(stop.failures, 0U);
    const auto& address = state.members[0];
    EXPECT_EQ(address.scripts[static_cast<std::size_t>(ScriptAction::start)].failures, 0U);
    EXPECT_EQ(address.scripts[static_cast<std::size_t>(ScriptAction::stop)].age, std::nullopt);
}

// Why: whether somebody else may still take it decides what is to be done.
TEST_F(ManagerViewTest, AFailedGroupSaysWhetherAnybodyIsLeft) {
    pair_.at("alpha").start_fails = {"web"};
    pair_.boot("alpha");
    pair_.join("alpha");
    pair_.declare_dead("alpha", "beta", false);
    pair_.device_says("alpha", FenceResult::confirmed);
    EXPECT_EQ(told("alpha"), " failed_everywhere ");
}

// Why: before anything is decided there is a reason as well.
TEST_F(ManagerViewTest, WhoStartsWaitsForNodesAndReports) {
    pair_.boot("alpha");
    EXPECT_EQ(told("alpha"), " waits_for_nodes ");
    Wishes out;
    pair_.manager("alpha").comm_up(pair_.now(), out);
    pair_.manager("alpha").peer_up(pair_.now(), "beta", false, true, out);
    EXPECT_EQ(told("alpha"), "alpha  ");  // beta was heard after the decision
    pair_.boot("beta");
    EXPECT_EQ(told("beta"), " waits_for_nodes ");
    pair_.manager("beta").peer_up(pair_.now(), "alpha", false, true, out);
    pair_.manager("beta").comm_up(pair_.now(), out);
    EXPECT_EQ(told("beta"), " waits_for_report alpha");
    pair_.manager("beta").stop(pair_.now(), out);
    EXPECT_EQ(told("beta"), " this_node_stops ");
}

// Why: a base that starts slowly keeps another group back, and looks like a hang.
TEST(ManagerViewOrder, AGroupThatWaitsForAnotherNamesIt) {
    ManagerPair pair({make_group("alpha", "svc::a"), make_group("alpha", "svc::b")},
                     config::Failback::off);
    pair.order = config::GroupOrder::file;
    pair.at("alpha").hangs = {"svc::a start"};
    pair.boot("alpha");
    pair.join("alpha");
    Wishes out;
    pair.manager("alpha").peer_dead(pair.now(), "beta", {false}, out);
    const ManagerView view = pair.manager("alpha").picture(pair.now().mono);
    EXPECT_EQ(why_word(view.groups[1].why), "waits_for_group");
    EXPECT_EQ(view.groups[1].about, "svc::a");
}

// Why: an arbiter that does not answer is a network to look at, not a group.
TEST(ManagerViewArbiter, TheStandingIsTold) {
    ManagerPair pair(one_each(), config::Failback::off);
    pair.arbiter = {{"gw"}, false, 10s};
    pair.boot_both();
    EXPECT_EQ(pair.manager("beta").picture(pair.now().mono).standing, "at_peace");
    pair.pass(2s, {"alpha", "beta"});
    pair.cut();
    pair.declare_dead("beta", "alpha", true, 0s);
    EXPECT_EQ(why_word(pair.manager("beta").picture(pair.now().mono).groups[0].why),
              "waits_for_arbiter");
    pair.pass(60s, {});
    const ManagerView view = pair.manager("beta").picture(pair.now().mono);
    EXPECT_EQ(view.standing, "isolated");
    EXPECT_EQ(why_word(view.groups[0].why), "isolated");
}

}  // namespace
}  // namespace hb::resource
