// From the views of the rooms to the words of core::Status.
#include "core/status.hpp"

#include <gtest/gtest.h>

#include "core/core.hpp"
#include "core/status_parts.hpp"

namespace hb::core {
namespace {

using namespace std::chrono_literals;
using resource::Tenure;

resource::GroupState state_in(Tenure tenure, const NodeName& owner = "") {
    resource::GroupState state;
    state.group = {"ip", "alpha", tenure, false};
    state.owner = owner;
    return state;
}

// Why: monitoring reads these words; a tenure without one would read as nothing.
TEST(StatusWords, EveryTenureHasOne) {
    const std::pair<Tenure, const char*> cases[] = {
        {Tenure::elsewhere, "stopped"},  {Tenure::waiting_for_claim, "waiting"},
        {Tenure::acquiring, "starting"}, {Tenure::held, "running"},
        {Tenure::releasing, "stopping"}, {Tenure::failed_here, "failed"},
        {Tenure::stuck, "stuck"}};
    static_assert(std::size(cases) == std::size(resource::every_tenure));
    for (const auto& [tenure, word] : cases) {
        EXPECT_EQ(group_status(state_in(tenure)).state, word);
    }
    EXPECT_EQ(group_status(state_in(Tenure::elsewhere, "beta")).state, "on_peer");
    EXPECT_EQ(group_status(state_in(Tenure::failed_here, "beta")).state, "on_peer");
    resource::GroupState probed = state_in(Tenure::elsewhere);
    probed.probing = true;
    EXPECT_EQ(group_status(probed).state, "unknown");
}

// Why: how a script ended is what its author is asked for.
TEST(StatusWords, EveryEndOfAScriptHasOne) {
    const std::tuple<ScriptEnd, int, const char*> cases[] = {
        {ScriptEnd::exited, 0, "ok"},          {ScriptEnd::exited, 3, "exit 3"},
        {ScriptEnd::signalled, 9, "signal 9"}, {ScriptEnd::timed_out, 15, "timed out"},
        {ScriptEnd::missing, 0, "missing"},    {ScriptEnd::not_started, 0, "not started"}};
    for (const auto& [end, status, words] : cases) {
        resource::GroupState state = state_in(Tenure::held);
        state.members.push_back({"ip", {}});
        state.members[0].scripts[1] = {4, 2, 5ms, 9ms, 60s, end, status};
        const ResourceStatus resource = group_status(state).resources.at(0);
        EXPECT_FALSE(resource.start.has_value());
        EXPECT_EQ(resource.stop, (ScriptStatus{4, 2, 5ms, 9ms, 60s, words}));
    }
}

// Why: a link is up, dead or was never there; the last is a cable that was never plugged in.
TEST(StatusWords, ALinkThatWasNeverHeardIsNotDead) {
    cluster::PeerView peer;
    peer.name = "beta";
    peer.status = "act\x1bive";
    peer.links = {{LinkId{0}, true, 1s, cluster::Way::both, 5, 1},
                  {LinkId{2}, false, 9s, cluster::Way::only_to_us, 0, 0},
                  {LinkId{7}, false, {}, cluster::Way::only_to_peer, 0, 0}};
    const std::vector<cluster::LineView> lines{
        {"eth0", false, true, 0, 0}, {"gw", true, true, 0, 0}, {"eth1", false, true, 0, 0}};
    const NodeStatus node = node_status(peer, nullptr, lines);
    EXPECT_EQ(node.state, "act\\x1bive");
    EXPECT_EQ(node.deadtime, std::nullopt);
    EXPECT_EQ(node.claim, "");
    EXPECT_EQ(node.links.at(0), (LinkStatus{"eth0", "up", 1s, "both", 5, 1}));
    EXPECT_EQ(node.links.at(1), (LinkStatus{"eth1", "dead", 9s, "from_peer_only", 0, 0}));
    EXPECT_EQ(node.links.at(2), (LinkStatus{"", "never", {}, "to_peer_only", 0, 0}));
}

// Why: blocked nodes are what one looks for; they stand by themselves.
TEST(StatusWords, BlockedNodesAreListed) {
    resource::ManagerView view;
    view.holders = {{"beta", "blocked", "none", false, false, false},
                    {"gamma", "alive", "all", true, false, false}};
    view.fencing.shots = {{"beta", "d", FenceResult::unknown, 2s, 3s, "a\nb"}};
    const FencingStatus fencing = fencing_status(view);
    EXPECT_EQ(fencing.blocked, std::vector<std::string>{"beta"});
    EXPECT_EQ(fencing.shots.at(0), (FenceShot{"beta", "d", "unknown", 2s, 3s, "a\\x0ab"}));
}

// Why: the whole node, from the files to the words, with its own clock.
TEST(CoreStatus, AFreshNodeTellsWhatItIs) {
    CoreConfig config;
    config.engine.self = config.resources.self = "alpha";
    config.engine.nodes = config.resources.nodes = {"alpha", "beta"};
    config.engine.generation = 4;
    config.engine.self_uuid[15] = 1;
    config.engine.links = {{LinkId{0}, "eth0", false, false, true, {}}};
    config.engine.keepalive = 1s;
    config.engine.warntime = 5s;
    config.engine.deadtime = 10s;
    config.engine.initdead = 60s;
    config.engine.max_rexmit_delay = 250ms;
    config.engine.keys.by_index[1] = wire::Key{wire::Method::sha1, "key"};
    config.engine.keys.signing = 1;
    config.resources.groups.push_back({"alpha", "svc", {{"svc", {}, "svc"}}, 1});
    Core core(config, {Instant{100s}, 1000});
    Effects out;
    core.start({Instant{100s}, 1000}, out);
    const Status status = core.status({Instant{107s}, 1007});
    EXPECT_EQ(status.name, "alpha");
    EXPECT_EQ(status.uuid, "00000000-0000-0000-0000-000000000001");
    EXPECT_EQ(status.generation, 4U);
    EXPECT_EQ(status.state, "up");
    EXPECT_FALSE(status.comm_up);
    EXPECT_TRUE(status.managed);
    EXPECT_EQ(status.unix_seconds, 1007U);
    EXPECT_EQ(status.uptime, 7s);
    EXPECT_EQ(status.timers, (TimerStatus{1s, 5s, 10s, 10s, 60s}));
    EXPECT_EQ(status.heartbeats, 3U);
    ASSERT_EQ(status.nodes.size(), 1U);
    EXPECT_EQ(status.nodes[0].state, "init");
    EXPECT_EQ(status.nodes[0].age, std::nullopt);
    EXPECT_EQ(status.nodes[0].claim, "alive");
    EXPECT_EQ(status.nodes[0].links.at(0).state, "never");
    ASSERT_EQ(status.groups.size(), 1U);
    EXPECT_EQ(status.groups[0].state, "unknown");
    EXPECT_EQ(status.groups[0].why, "asking");
    EXPECT_EQ(status.lines.at(0).name, "eth0");
    const Glance glance = core.glance();
    EXPECT_EQ(glance.peers, 1U);
    EXPECT_EQ(glance.groups, 1U);
    EXPECT_FALSE(glance.comm_up);
}

}  // namespace
}  // namespace hb::core
