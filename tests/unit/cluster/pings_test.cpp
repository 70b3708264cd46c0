// Ping nodes as quiet members: what is asked of them, which answers count, up and down.
#include "cluster/pings.hpp"

#include <fstream>
#include <iterator>

#include "lab.hpp"

namespace hb::cluster {
namespace {

using namespace lab;

EngineConfig with_pings() {
    EngineConfig c = config();
    c.links.push_back({LinkId{1}, "10.99.7.3", false, true});
    c.links.push_back({LinkId{2}, "routers", false, true});
    c.pings = {{"10.99.7.3", PingKind::ping, LinkId{1}},
               {"routers", PingKind::ping_group, LinkId{2}}};
    c.ttl = 5;
    c.deadping = 3s;
    return c;
}

std::vector<Bytes> sent_on(const Lab& node, LinkId link) {
    std::vector<Bytes> all;
    for (const Effect& effect : node.out) {
        const auto* frame = std::get_if<SendFrame>(&effect);
        if (frame != nullptr && frame->link == link) all.push_back(frame->bytes);
    }
    return all;
}

wire::Message echo(std::string_view name, std::string_view info, std::string_view ts = "6b02c65a") {
    wire::Message m = wire::make_message("NS_st");
    m.set("st", "ping");
    m.set("info", info);
    m.set("src", name);
    m.set("ts", ts);
    return m;
}

// Both ping nodes answer what was just asked of them.
void answer_all(Lab& node) {
    node.give(echo("10.99.7.3", "ping"), LinkId{1});
    node.give(echo("routers", "ping_group"), LinkId{2});
}

std::string states(const Lab& node) {
    std::string text;
    for (const PingState& one : node.told<PingState>()) {
        text += one.ping + (one.up ? " up" : " dead") + (one.ever_heard ? "" : " unheard") + ", ";
    }
    return text;
}

// Why: real nodes and ours ping the same hosts with the same packets (wire.md A15).
TEST(Pings, TheRequestIsThatOfARealNode) {
    std::ifstream file(std::string(HB_TEST_DATA) + "/data/wire/a15_ping.bin", std::ios::binary);
    const Bytes recorded{std::istreambuf_iterator<char>(file), {}};
    EngineConfig c = with_pings();
    c.inner_auth = wire::InnerAuth::absent;  // msgfmt netstring changes nothing here
    Pings pings(c.pings, {3s, 1s, 12s}, Instant{});
    const wire::Message request = pings.request(0, 0x6b02c6b7);
    EXPECT_EQ(shown(request), "t=NS_st|st=ping|info=ping|src=10.99.7.3|ts=6b02c6b7|");
    const wire::Signer signer(c.keys);
    EXPECT_EQ(signer.seal_netstring(request, wire::InnerAuth::present).value(), recorded);
}

// Why: other messages would only load the ping nodes, and peers' links must not carry requests.
TEST(Pings, OneRequestGoesWithEachStatusAndNothingElse) {
    Lab node(with_pings());
    node.bring_up();
    node.engine.send(node.clock(), wire::make_message("hello"), node.out);
    EXPECT_EQ(sent_on(node, LinkId{1}).size(), 0U);
    node.engine.send_status(node.clock(), node.out);
    ASSERT_EQ(sent_on(node, LinkId{1}).size(), 1U);
    const wire::Message asked = node.signer.open(sent_on(node, LinkId{2}).front()).value();
    EXPECT_EQ(shown(asked), "t=NS_st|st=ping|info=ping_group|src=routers|ts=6b02c65a|");
    EXPECT_TRUE(asked.has("auth"));
    for (const Bytes& frame : sent_on(node, LinkId{0})) {
        EXPECT_NE(node.signer.open(frame).value().type(), "NS_st");
    }
}

// Why: a node that decides before it knows what it can reach decides wrongly (wire.md 6.6).
TEST(Pings, CommunicationWaitsForThem) {
    Lab node(with_pings());
    node.bring_up();
    node.give(echo("10.99.7.3", "ping"), LinkId{1});
    EXPECT_TRUE(node.said("reqnodes").empty());
    node.give(echo("routers", "ping_group"), LinkId{2});
    EXPECT_EQ(node.said("reqnodes").size(), 1U);
}

// Why: until our communication is up, a group that runs on both nodes stays so: a node that comes
// back to one that serves must not wait up to initdead for a router (simulator, seed 1145).
TEST(Pings, WhoComesBackToAServingPeerDoesNotWaitForThem) {
    Lab node(with_pings());
    node.start();
    node.give(node.status("init", 1));
    node.give(node.status("up", 2));
    EXPECT_TRUE(node.said("reqnodes").empty());
    node.give(node.status("active", 3));
    EXPECT_EQ(node.said("reqnodes").size(), 1U);
}

// Why: a ping node that is off must not keep the cluster from starting; and alone, with nothing
// else to wait for, the engine must sleep until initdead and not spin.
TEST(Pings, SilentOnesAreCountedOutAtInitdead) {
    EngineConfig alone = with_pings();
    alone.nodes = {"alpha"};
    Lab node(alone);
    node.start();
    node.engine.wakeup(node.clock(), node.out, node.up);
    EXPECT_GT(node.engine.next_deadline(), node.now);
    node.pass(11900ms);
    EXPECT_FALSE(node.engine.comm_up());
    EXPECT_EQ(states(node), "");
    node.pass(200ms);
    EXPECT_EQ(states(node), "10.99.7.3 dead unheard, routers dead unheard, ");
    EXPECT_TRUE(node.engine.comm_up());
}

// Why: this is what ping nodes are for; each change is told and logged once.
TEST(Pings, UpAndDeadAreToldOnce) {
    Lab node(with_pings());
    node.bring_up();
    answer_all(node);
    answer_all(node);
    EXPECT_EQ(states(node), "10.99.7.3 up, routers up, ");
    EXPECT_EQ(node.logged(LogId::ping_up), 2U);
    ASSERT_EQ(node.told<LinkState>().size(), 2U);
    EXPECT_EQ(node.told<LinkState>()[0].node, "10.99.7.3");
    EXPECT_TRUE(node.told<LinkState>()[0].up);
    node.forget();
    node.give(node.typed("repnodes", 4));
    for (int i = 0; i < 8; ++i) {
        node.pass(500ms);
        node.give(echo("routers", "ping_group"), LinkId{2});
        node.give(node.status("active", 5 + static_cast<std::uint64_t>(i)));
    }
    EXPECT_EQ(states(node), "10.99.7.3 dead, ");
    EXPECT_EQ(node.logged(LogId::ping_dead), 1U);
    EXPECT_EQ(node.logged(LogId::link_dead), 0U);
    EXPECT_FALSE(node.engine.pings()[0].up);
    EXPECT_TRUE(node.engine.pings()[0].heard);
    EXPECT_TRUE(node.engine.pings()[1].up);
}

// Why: deadping is the silence that counts, not deadtime, and to the nanosecond.
TEST(Pings, DieAtDeadpingExactly) {
    Lab node(with_pings());
    node.bring_up();
    answer_all(node);
    node.give(node.typed("repnodes", 4));
    ASSERT_TRUE(node.engine.comm_up());
    node.pass(3s - 1ns);
    EXPECT_TRUE(node.engine.pings()[0].up);
    node.pass(1ns);
    EXPECT_FALSE(node.engine.pings()[0].up);
}

// Why: a slow router is worth one line, not one per second.
TEST(Pings, LateAnswersAreLoggedOnce) {
    EngineConfig c = with_pings();
    c.warntime = 1500ms;
    Lab node(c);
    node.bring_up();
    for (const Duration span : {Duration{1s}, Duration{2s}, Duration{2s}, Duration{1s}}) {
        node.pass(span);
        answer_all(node);
    }
    EXPECT_EQ(node.logged(LogId::ping_late), 2U);  // one each
}

// Why: everybody on the path can send echo replies; only our own request, come back, counts.
TEST(Pings, OnlyTheAnswerToOurRequestCounts) {
    Lab node(with_pings());
    node.bring_up();
    node.give(echo("10.99.7.3", "ping6"), LinkId{1});
    node.give(echo("10.99.7.4", "ping"), LinkId{1});
    node.give(echo("beta", "ping"), LinkId{1});
    node.give(echo("routers", "ping_group"), LinkId{1});  // of the group at the same host
    node.give(echo("10.99.7.3", "ping"), LinkId{0});      // not by the way of peers
    node.give(node.status("active", 4), LinkId{1});       // and peers not by that of ping nodes
    node.give("garbage", LinkId{1});
    const wire::Signer other(keys("Other"));
    node.give(other.seal_netstring(echo("10.99.7.3", "ping"), wire::InnerAuth::present).value(),
              LinkId{1});
    wire::Message dead = echo("10.99.7.3", "ping");
    dead.set("st", "dead");
    node.give(dead, LinkId{1});
    EXPECT_EQ(states(node), "");
    EXPECT_EQ(node.engine.peers().front().status, "up");
    EXPECT_EQ(node.logged(LogId::bad_packets), 2U);
    EXPECT_EQ(node.logged(LogId::message_malformed), 1U);  // damped
}

// Why: recorded answers, played again, must not keep a dead router alive; the wall clock, set
// forward or back, must not make a living one dead.
TEST(Pings, OldAnswersDoNotCount) {
    Lab node(with_pings());
    node.bring_up();
    node.give(echo("10.99.7.3", "ping", "6b02c655"), LinkId{1});  // of another life
    node.give(echo("10.99.7.3", "ping", "0"), LinkId{1});
    EXPECT_EQ(states(node), "");
    node.wall = 0x6a000000;
    node.pass(1s);
    node.give(echo("10.99.7.3", "ping", "6b02c65a"), LinkId{1});
    EXPECT_EQ(states(node), "10.99.7.3 up, ");
    node.give(echo("routers", "ping_group"), LinkId{2});
    node.give(node.typed("repnodes", 4));
    ASSERT_TRUE(node.engine.comm_up());
    node.pass(5s);
    node.give(echo("10.99.7.3", "ping", "6b02c65a"), LinkId{1});
    EXPECT_FALSE(node.engine.pings()[0].up);
    node.give(echo("10.99.7.3", "ping", "6a000000"), LinkId{1});
    EXPECT_TRUE(node.engine.pings()[0].up);
}

// Why: our own stall is not the router's silence.
TEST(Pings, OurOwnStallIsForgiven) {
    Lab node(with_pings());
    node.bring_up();
    answer_all(node);
    node.give(node.typed("repnodes", 4));
    node.now = node.now + 20s;
    node.engine.wakeup(node.clock(), node.out, node.up);
    EXPECT_EQ(states(node), "10.99.7.3 up, routers up, ");
    node.pass(3s);
    EXPECT_EQ(states(node), "10.99.7.3 up, routers up, 10.99.7.3 dead, routers dead, ");
}

// Why: peers know only nodes; a ping node in the list would make a real node add it as one.
TEST(Pings, AreNotAnnouncedToOthers) {
    Lab node(with_pings());
    node.bring_up();
    node.give(node.typed("reqnodes", 4));
    ASSERT_EQ(node.said("repnodes").size(), 1U);
    EXPECT_EQ(node.said("repnodes").front().get("nodelist"), "alpha beta ");
    EXPECT_EQ(node.engine.peers().size(), 1U);
    EXPECT_EQ(node.engine.peers().front().links.size(), 1U);
    EXPECT_EQ(node.said("repnodes").front().get("ttl"), "5");
}

// Why: without a socket there is nothing to send on.
TEST(Pings, AClosedMediumIsNotAsked) {
    Lab node(with_pings());
    node.bring_up();
    node.engine.link_changed(node.clock(), LinkId{1}, false, node.out);
    node.engine.send_status(node.clock(), node.out);
    EXPECT_TRUE(sent_on(node, LinkId{1}).empty());
    EXPECT_EQ(sent_on(node, LinkId{2}).size(), 1U);
}

// Why: deadping is one of the timers that a reload changes at once.
TEST(Pings, AReloadChangesDeadping) {
    Lab node(with_pings());
    node.bring_up();
    answer_all(node);
    node.give(node.typed("repnodes", 4));
    EngineConfig next = with_pings();
    next.deadping = 6s;
    node.engine.reconfigure(node.clock(), next, node.out);
    node.pass(4s);
    EXPECT_TRUE(node.engine.pings()[0].up);
    node.pass(2s);
    EXPECT_FALSE(node.engine.pings()[0].up);
}

}  // namespace
}  // namespace hb::cluster
