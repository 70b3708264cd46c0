// Messages, callbacks and GLib's main loop (clientapi.md 8, 9, 10).
#include <array>
#include <chrono>
#include <cstring>
#include <string>
#include <vector>

#include "unit/hbclient/fake_daemon.hpp"

extern "C" {
struct GMainContext;
gboolean g_main_context_iteration(GMainContext* context, gboolean may_block);
std::size_t strlcpy(char* out, const char* text, std::size_t size);
std::size_t strlcat(char* out, const char* text, std::size_t size);
int add_order_seq(void* private_part, ha_msg* message);
void display_orderQ(void* queue);
void nosuchfunctionname();
extern int netstring_format;
}

namespace hb::fake {
namespace {

class Reading : public Program {
protected:
    Reading() { EXPECT_TRUE(sign_on("tester")); }

    std::vector<std::string> calls;
};

void on_message(ha_msg* got, void* data) {
    static_cast<std::vector<std::string>*>(data)->push_back(std::string("message ") +
                                                            cl_get_string(got, "t"));
}

// Why: this is how ipfail, dopd and ccm hear everything.
TEST_F(Reading, GivesEachMessageToItsCallback) {
    ops().set_msg_callback(cluster, "Num_Ping_Nodes", on_message, &calls);
    ops().set_nstatus_callback(
        cluster,
        [](const char* node, const char* status, void* data) {
            static_cast<std::vector<std::string>*>(data)->push_back(std::string("node ") + node +
                                                                    " " + status);
        },
        &calls);
    ops().set_ifstatus_callback(
        cluster,
        [](const char* node, const char* link, const char* status, void* data) {
            static_cast<std::vector<std::string>*>(data)->push_back(std::string("link ") + node +
                                                                    " " + link + " " + status);
        },
        &calls);
    ops().set_cstatus_callback(
        cluster,
        [](const char* node, const char* client, const char* status, void* data) {
            static_cast<std::vector<std::string>*>(data)->push_back(std::string("client ") + node +
                                                                    " " + client + " " + status);
        },
        &calls);
    daemon.say(message({{"t", "num_ping_nodes"}, {"src", "c2"}}));
    daemon.say(message({{"t", "status"}, {"src", "c2"}, {"st", "dead"}}));
    daemon.say(message({{"t", "NS_st"}, {"src", "10.0.0.1"}, {"st", "ping"}}));
    daemon.say(message({{"t", "status"}, {"src", "c2"}}));
    daemon.say(message({{"t", "ifstat"}, {"node", "c2"}, {"ifname", "eth0"}, {"st", "up"}}));
    daemon.say(
        message({{"t", "hbapi-clstat"}, {"src", "c2"}, {"from_id", "tester"}, {"st", "join"}}));
    daemon.say(
        message({{"t", "respond-cstatus"}, {"src", "c2"}, {"cn", "ipfail"}, {"cs", "online"}}));
    daemon.say(message({{"t", "other"}, {"src", "c2"}}));
    EXPECT_EQ(read_one(), "other") << "the first that no callback wants";
    EXPECT_EQ(calls, (std::vector<std::string>{
                         "message num_ping_nodes", "node c2 dead", "node 10.0.0.1 ping",
                         "link c2 eth0 up", "client c2 tester join", "client c2 ipfail online"}));
    calls.clear();
    ops().set_msg_callback(cluster, "num_ping_nodes", nullptr, nullptr);
    daemon.say(message({{"t", "num_ping_nodes"}, {"src", "c2"}}));
    EXPECT_EQ(read_one(), "num_ping_nodes");
    EXPECT_TRUE(calls.empty());
    EXPECT_EQ(ops().set_msg_callback(cluster, nullptr, on_message, nullptr), 0);
}

// Why: ipfail calls it in a loop until nothing is ready.
TEST_F(Reading, RcvmsgReadsOneAndTellsWhatWasNotWanted) {
    ops().set_msg_callback(cluster, "wanted", on_message, &calls);
    daemon.say(message({{"t", "wanted"}}));
    daemon.say(message({{"t", "unwanted"}}));
    EXPECT_EQ(ops().rcvmsg(cluster, 1), 0);
    EXPECT_EQ(calls.size(), 1U);
    EXPECT_EQ(ops().rcvmsg(cluster, 1), 1);
    EXPECT_EQ(ops().rcvmsg(cluster, 0), 0);
}

struct Again {
    const llc_ops* ops;
    ll_cluster* cluster;
    std::vector<std::string>* calls;
};

// Why: ipfail walks the nodes when it is told of one.
TEST_F(Reading, ACallbackMayAskAndMayRemoveItself) {
    daemon.reply("getrsc", {{"rsc_hold", "all"}, {"result", "OK"}});
    Again again{&ops(), cluster, &calls};
    ops().set_msg_callback(
        cluster, "hello",
        [](ha_msg*, void* data) {
            auto& self = *static_cast<Again*>(data);
            self.calls->push_back(self.ops->get_resources(self.cluster));
            self.ops->set_msg_callback(self.cluster, "hello", nullptr, nullptr);
        },
        &again);
    daemon.say(message({{"t", "hello"}}));
    daemon.say(message({{"t", "hello"}}));
    EXPECT_EQ(read_one(), "hello");
    EXPECT_EQ(calls, std::vector<std::string>{"all"});
}

// Why: a signal handler or a message may end a program in the middle of its loop.
TEST_F(Reading, ACallbackMayDeleteTheCluster) {
    Again again{&ops(), cluster, &calls};
    ops().set_msg_callback(
        cluster, "end",
        [](ha_msg*, void* data) {
            auto& self = *static_cast<Again*>(data);
            self.calls->push_back(std::to_string(self.ops->remove(self.cluster)));
        },
        &again);
    daemon.say(message({{"t", "end"}}));
    EXPECT_EQ(ops().readmsg(cluster, 1), nullptr);
    EXPECT_EQ(calls, std::vector<std::string>{"1"});
    cluster = nullptr;
}

wire::Message ordered(const char* number, const char* text, const char* gen = "1") {
    return message({{"t", "hello"},
                    {"src", "c2"},
                    {"oseq", number},
                    {"hg", "6b"},
                    {"client_gen", gen},
                    {"text", text}});
}

// Why: the daemon delivers what was sent again late.
TEST_F(Reading, OrderedMessagesComeInOrder) {
    daemon.say(ordered("9", "nine"));
    daemon.say(ordered("b", "eleven"));
    daemon.say(ordered("1", "next life", "2"));
    daemon.say(ordered("a", "ten"));
    daemon.say(
        message({{"t", "hbapi-clstat"}, {"st", "leave"}, {"from_id", "tester"}, {"src", "c2"}}));
    for (const char* text : {"nine", "ten", "eleven"}) EXPECT_EQ(read_one("text"), text);
    EXPECT_EQ(read_one(), "hbapi-clstat");
    EXPECT_EQ(read_one("text"), "next life");
    EXPECT_EQ(ops().readmsg(cluster, 0), nullptr);
}

// Why: a program that never reads must not grow for ever while it asks.
TEST_F(Reading, KeepsAtMostTenThousandMessages) {
    daemon.on("numnodes", [](Daemon& self, const wire::Message&) {
        Bytes flood;
        const wire::Message one = message({{"t", "hello"}, {"src", "c2"}});
        const Bytes frame = wire::client_frame::encode(one, wire::client_frame::Form::text).value();
        for (int i = 0; i < 10'050; ++i) flood += frame;
        self.say_bytes(flood);
        self.say(message(
            {{"t", "hbapi-resp"}, {"reqtype", "numnodes"}, {"numnodes", "2"}, {"result", "OK"}}));
    });
    EXPECT_EQ(ops().num_nodes(cluster), 2);
    EXPECT_EQ(read_all().size(), 10'000U);
}

// --- GLib's main loop ---

struct Looped {
    const llc_ops* ops;
    int dispatched{}, read{}, ended{};
    bool more{true};
};

gboolean on_dispatch(ll_cluster* cluster, gpointer data) {
    auto& self = *static_cast<Looped*>(data);
    ++self.dispatched;
    if (ha_msg* got = self.ops->readmsg(cluster, 0)) {
        ++self.read;
        ha_msg_del(got);
    }
    return self.more ? 1 : 0;
}

void on_removed(gpointer data) { ++static_cast<Looped*>(data)->ended; }

class MainLoop : public Reading {
protected:
    Looped looped{&ops()};
    GCHSource* add() {
        return G_main_add_ll_cluster(0, cluster, 0, on_dispatch, &looped, on_removed);
    }
    template <class Until>
    bool run_until(Until until) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!until() && std::chrono::steady_clock::now() < end) {
            g_main_context_iteration(nullptr, 0);
        }
        return until();
    }
};

TEST_F(MainLoop, DispatchesWhatComes) {
    ASSERT_NE(add(), nullptr);
    daemon.say(message({{"t", "hello"}}));
    daemon.say(message({{"t", "hello"}}));
    EXPECT_TRUE(run_until([&] { return looped.read == 2; }));
    daemon.hang_up();
    looped.more = false;
    EXPECT_TRUE(run_until([&] { return looped.ended == 1; }));
    EXPECT_NE(ops().ipcchan(cluster), nullptr) << "the library's own reference holds it";
    EXPECT_EQ(ops().chan_is_connected(cluster), 0);
}

// Why: with 3.0.6's library these waited for the next message from outside.
TEST_F(MainLoop, DispatchesWhatWasPutAsideWhileAnAnswerWasAwaited) {
    ASSERT_NE(add(), nullptr);
    daemon.on("numnodes", [](Daemon& self, const wire::Message&) {
        for (int i = 0; i < 3; ++i) self.say(message({{"t", "hello"}}));
        self.say(message(
            {{"t", "hbapi-resp"}, {"reqtype", "numnodes"}, {"numnodes", "2"}, {"result", "OK"}}));
    });
    EXPECT_EQ(ops().num_nodes(cluster), 2);
    EXPECT_TRUE(run_until([&] { return looped.read == 3; }));
    looped.more = false;
    daemon.say(message({{"t", "hello"}}));
    EXPECT_TRUE(run_until([&] { return looped.ended == 1; }));
}

// Why: programs clean up in any order.
TEST_F(MainLoop, OutlivesItsCluster) {
    ASSERT_NE(add(), nullptr);
    ops().remove(cluster);
    cluster = nullptr;
    EXPECT_TRUE(run_until([&] { return looped.ended == 1; }));
    EXPECT_EQ(looped.dispatched, 0);
}

TEST_F(MainLoop, RefusesWhatCannotBeServed) {
    EXPECT_EQ(G_main_add_ll_cluster(0, nullptr, 0, on_dispatch, &looped, on_removed), nullptr);
    EXPECT_EQ(G_main_add_ll_cluster(0, cluster, 0, nullptr, &looped, on_removed), nullptr);
    ops().signoff(cluster, 1);
    EXPECT_EQ(add(), nullptr);
}

// Why: a program that was linked with the old library asks the linker for these.
TEST_F(MainLoop, TheOtherExportsAreHarmless) {
    std::array<char, 6> text{};
    EXPECT_EQ(strlcpy(text.data(), "heartbeat", text.size()), 9U);
    EXPECT_STREQ(text.data(), "heart");
    EXPECT_EQ(strlcpy(text.data(), "he", text.size()), 2U);
    EXPECT_EQ(strlcat(text.data(), "artbeat", text.size()), 9U);
    EXPECT_STREQ(text.data(), "heart");
    display_orderQ(nullptr);
    nosuchfunctionname();
    EXPECT_EQ(netstring_format, 1);
    ha_msg* hello = ha_msg_new(0);
    ha_msg_add(hello, "t", "hello");
    EXPECT_EQ(add_order_seq(cluster->ll_cluster_private, hello), 1);
    EXPECT_STREQ(cl_get_string(hello, "oseq"), "1");
    EXPECT_EQ(add_order_seq(hello, hello), 0);
    ha_msg_del(hello);
}

}  // namespace
}  // namespace hb::fake
