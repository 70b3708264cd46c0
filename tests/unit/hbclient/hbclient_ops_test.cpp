// The operations of libhbclient.so.1 that ask and that send (clientapi.md 6, 7, 10).
#include <chrono>
#include <cstdlib>

#include "unit/hbclient/fake_daemon.hpp"

namespace hb::fake {
namespace {

class Asking : public Program {
protected:
    Asking() { EXPECT_TRUE(sign_on("tester")); }

    // An answer in frames, the last one with OK.
    void list(const char* what, const std::vector<Pairs>& rows) {
        std::vector<wire::Message> frames;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            wire::Message frame = message({{"t", "hbapi-resp"}, {"reqtype", what}});
            for (const auto& [name, value] : rows[i]) frame.set(name, value);
            frame.set("result", i + 1 == rows.size() ? "OK" : "ok/more");
            frames.push_back(frame);
        }
        daemon.on(what, [frames](Daemon& self, const wire::Message&) {
            for (const wire::Message& frame : frames) self.say(frame);
        });
    }
    std::size_t asked(const std::string& what) const {
        std::size_t out = 0;
        for (const wire::Message& said : daemon.heard()) out += said.get("reqtype") == what ? 1 : 0;
        return out;
    }
};

// Why: cl_status prints nodes in this order.
TEST_F(Asking, WalksNodesFromTheLastToTheFirst) {
    list("nodelist", {{{"node", "c1"}, {"nodetype", "normal"}, {"st", "active"}},
                      {{"node", "c2"}, {"nodetype", "normal"}, {"st", "dead"}},
                      {{"node", "10.0.0.1"}, {"nodetype", "ping"}, {"st", "ping"}}});
    ASSERT_EQ(ops().init_nodewalk(cluster), 1);
    EXPECT_STREQ(ops().nextnode(cluster), "10.0.0.1");
    const char* kept = ops().nextnode(cluster);
    EXPECT_STREQ(ops().node_status(cluster, "c2"), "dead");
    EXPECT_STREQ(ops().node_type(cluster, "c2"), "normal");
    EXPECT_EQ(asked("nodestatus") + asked("nodetype"), 0U) << "the walk has said it";
    EXPECT_STREQ(ops().nextnode(cluster), "c1");
    EXPECT_EQ(ops().nextnode(cluster), nullptr);
    EXPECT_EQ(ops().end_nodewalk(cluster), 1);
    EXPECT_STREQ(kept, "c2") << "valid until the next walk";
    EXPECT_EQ(ops().nextnode(cluster), nullptr);
    EXPECT_EQ(ops().end_nodewalk(cluster), 0);
}

// Why: a daemon of 3.0.5 says only names.
TEST_F(Asking, AsksForWhatTheWalkDidNotSay) {
    list("nodelist", {{{"node", "c1"}}});
    daemon.reply("nodestatus", {{"st", "active"}, {"result", "OK"}});
    daemon.reply("nodetype", {{"nodetype", "normal"}, {"result", "OK"}});
    ASSERT_EQ(ops().init_nodewalk(cluster), 1);
    EXPECT_STREQ(ops().nextnode(cluster), "c1");
    EXPECT_STREQ(ops().node_status(cluster, "c1"), "active");
    EXPECT_STREQ(ops().node_type(cluster, "c1"), "normal");
    EXPECT_EQ(daemon.wait_for("nodestatus").get("node"), "c1");
}

// Why: several media lines of one interface are one link to people.
TEST_F(Asking, WalksLinksOnceEachWithTheFirstState) {
    list("iflist", {{{"ifname", "eth0"}, {"st", "up"}},
                    {{"ifname", "eth0"}, {"st", "dead"}},
                    {{"ifname", "eth1"}, {"st", "dead"}}});
    ASSERT_EQ(ops().init_ifwalk(cluster, "c2"), 1);
    EXPECT_STREQ(ops().nextif(cluster), "eth1");
    EXPECT_STREQ(ops().nextif(cluster), "eth0");
    EXPECT_EQ(ops().nextif(cluster), nullptr);
    EXPECT_STREQ(ops().if_status(cluster, "c2", "eth0"), "up");
    EXPECT_EQ(asked("ifstatus"), 0U);
    daemon.reply("ifstatus", {{"st", "dead"}, {"result", "OK"}});
    EXPECT_STREQ(ops().if_status(cluster, "c1", "eth0"), "dead") << "of another node";
    EXPECT_EQ(daemon.wait_for("ifstatus").get("node"), "c1");
    EXPECT_EQ(ops().end_ifwalk(cluster), 1);
    daemon.reply("iflist", {{"result", "badreq"}, {"info", "EINVAL"}});
    EXPECT_EQ(ops().init_ifwalk(cluster, "nobody"), 0);
    EXPECT_EQ(ops().init_ifwalk(cluster, nullptr), 0);
}

TEST_F(Asking, OneValueOrNothing) {
    daemon.reply("nodeweight", {{"weight", "250"}, {"result", "OK"}});
    daemon.reply("nodesite", {{"site", ""}, {"result", "OK"}});
    daemon.reply("numnodes", {{"numnodes", "2"}, {"result", "OK"}});
    daemon.reply("getrsc", {{"rsc_hold", "transition"}, {"result", "OK"}});
    EXPECT_EQ(ops().node_weight(cluster, "c1"), 250);
    EXPECT_STREQ(ops().node_site(cluster, "c1"), "") << "an empty site is an answer";
    EXPECT_EQ(ops().num_nodes(cluster), 2);
    EXPECT_STREQ(ops().get_resources(cluster), "transition");
    for (const char* what : {"nodeweight", "nodesite", "numnodes", "getrsc", "nodestatus"}) {
        daemon.reply(what, {{"result", "badreq"}, {"info", "EINVAL"}});
    }
    EXPECT_EQ(ops().node_weight(cluster, "c9"), -1);
    EXPECT_EQ(ops().node_site(cluster, "c9"), nullptr);
    EXPECT_EQ(ops().num_nodes(cluster), -1);
    EXPECT_EQ(ops().get_resources(cluster), nullptr);
    EXPECT_EQ(ops().node_status(cluster, "c9"), nullptr);
    EXPECT_NE(std::string(ops().errmsg(cluster)).find("EINVAL"), std::string::npos);
    EXPECT_EQ(ops().node_status(cluster, nullptr), nullptr);
    daemon.reply("numnodes", {{"numnodes", "two"}, {"result", "OK"}});
    EXPECT_EQ(ops().num_nodes(cluster), -1);
}

TEST_F(Asking, Parameters) {
    daemon.reply("getparm", {{"pvalue", "on"}, {"result", "OK"}});
    char* value = ops().get_parameter(cluster, "auto_failback");
    EXPECT_STREQ(value, "on");
    std::free(value);
    EXPECT_EQ(daemon.wait_for("getparm").get("pname"), "auto_failback");
    daemon.reply("getparm", {{"result", "OK"}});
    EXPECT_EQ(ops().get_parameter(cluster, "nothing"), nullptr);
    EXPECT_EQ(ops().get_parameter(cluster, nullptr), nullptr);
    value = ops().get_parameter(cluster, "pacemaker");
    EXPECT_STREQ(value, "false");
    std::free(value);
}

TEST_F(Asking, NamesAndNumbersOfNodes) {
    cl_uuid_t uuid{};
    for (unsigned char i = 0; i < 16; ++i) uuid.uuid[i] = static_cast<unsigned char>(i * 16);
    const std::string raw(reinterpret_cast<const char*>(uuid.uuid), 16);
    daemon.on("getuuid", [raw](Daemon& self, const wire::Message& asked) {
        wire::Message out = message({{"t", "hbapi-resp"}, {"reqtype", "getuuid"}});
        if (asked.get("queryname") == "c1") out.set_binary("queryuuid", raw);
        out.set("result", "OK");
        self.say(out);
    });
    daemon.on("getnodename", [raw](Daemon& self, const wire::Message& asked) {
        wire::Message out = message({{"t", "hbapi-resp"}, {"reqtype", "getnodename"}});
        if (asked.binary("queryuuid") == raw) out.set("queryname", "c1");
        out.set("result", "OK");
        self.say(out);
    });
    cl_uuid_t got{};
    EXPECT_EQ(ops().get_uuid_by_name(cluster, "c1", &got), 1);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(got.uuid), 16), raw);
    EXPECT_EQ(ops().get_uuid_by_name(cluster, "c9", &got), 0);
    char name[3] = "xx";
    EXPECT_EQ(ops().get_name_by_uuid(cluster, &uuid, name, sizeof name), 1);
    EXPECT_STREQ(name, "c1");
    EXPECT_EQ(ops().get_name_by_uuid(cluster, &uuid, name, 2), 0) << "it does not fit";
    uuid.uuid[0] = 1;
    EXPECT_EQ(ops().get_name_by_uuid(cluster, &uuid, name, sizeof name), 0);
    EXPECT_EQ(ops().get_name_by_uuid(cluster, nullptr, name, sizeof name), 0);
}

// Why: the daemon answers for its own node, other nodes by a message; old clients know both.
TEST_F(Asking, ClientsHereAndElsewhere) {
    daemon.reply("clientstatus", {{"subt", "respond-cstatus"}, {"cs", "online"}, {"result", "OK"}});
    EXPECT_STREQ(ops().client_status(cluster, "c1", "ipfail", 5000), "online");
    daemon.on("clientstatus", [](Daemon& self, const wire::Message&) {
        // Of another client and of another node: not the answer, but messages.
        self.say(
            message({{"t", "respond-cstatus"}, {"src", "c2"}, {"cn", "dopd"}, {"cs", "online"}}));
        self.say(
            message({{"t", "respond-cstatus"}, {"src", "c3"}, {"cn", "ipfail"}, {"cs", "online"}}));
        self.say(message(
            {{"t", "respond-cstatus"}, {"src", "c2"}, {"cn", "ipfail"}, {"cs", "offline"}}));
    });
    EXPECT_STREQ(ops().client_status(cluster, "c2", "ipfail", 5000), "offline");
    EXPECT_EQ(read_all(), (std::vector<std::string>{"respond-cstatus", "respond-cstatus"}));
    daemon.reply("clientstatus", {{"result", "badreq"}, {"info", "EINVAL"}});
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(ops().client_status(cluster, "nobody", "ipfail", 60'000), nullptr);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20))
        << "a refusal is an answer; 3.0.6's library waits on";
    EXPECT_EQ(ops().client_status(cluster, "c1", nullptr, 100), nullptr);
}

TEST_F(Asking, ClientsOfAllNodes) {
    daemon.reply("numnodes", {{"numnodes", "2"}, {"result", "OK"}});
    EXPECT_EQ(ops().client_status(cluster, nullptr, "ping", 0), nullptr);
    const wire::Message said = daemon.wait_for("query-cstatus");
    EXPECT_EQ(said.get("cn"), "ping");
    EXPECT_EQ(said.get("from_id"), "tester");
    EXPECT_FALSE(said.has("dest"));
}

TEST_F(Asking, ChangesItsOwnConnection) {
    daemon.reply("setfilter", {{"result", "OK"}});
    daemon.reply("setsignal", {{"result", "OK"}});
    const char* masks[] = {"1", "d", "f", "3f"};
    for (unsigned mode = 0; mode < 4; ++mode) {
        EXPECT_EQ(ops().setfmode(cluster, mode), 1);
        EXPECT_EQ(daemon.wait_for("setfilter", mode + 1).get("fmask"), masks[mode]);
    }
    EXPECT_EQ(ops().setfmode(cluster, 4), 0);
    EXPECT_EQ(ops().setmsgsignal(cluster, 10), 1);
    EXPECT_EQ(daemon.wait_for("setsignal").get("signal"), "10");
    daemon.reply("setsignal", {{"result", "badreq"}, {"info", "EINVAL"}});
    EXPECT_EQ(ops().setmsgsignal(cluster, 9), 0);
    EXPECT_EQ(ops().set_sendq_len(cluster, 1024), 1) << "no answer is awaited";
    EXPECT_EQ(daemon.wait_for("set_sendqlen").get("sendqlen"), "1024");
    EXPECT_EQ(ops().set_sendq_len(cluster, -1), 0);
    EXPECT_EQ(ops().set_send_block_mode(cluster, 1), 1);
    EXPECT_EQ(ops().ipcchan(cluster)->should_send_block, 1);
}

class Sending : public Asking {
protected:
    Sending() : hello(ha_msg_new(0)) { ha_msg_add(hello, "t", "hello"); }
    ~Sending() override { ha_msg_del(hello); }
    ha_msg* hello;
};

TEST_F(Sending, ToAllAndToOne) {
    EXPECT_EQ(ops().sendclustermsg(cluster, hello), 1);
    EXPECT_FALSE(daemon.wait_for("hello").has("dest"));
    EXPECT_EQ(ops().sendnodemsg(cluster, hello, "c2"), 1);
    EXPECT_EQ(daemon.wait_for("hello", 2).get("dest"), "c2");
    EXPECT_EQ(ops().sendnodemsg(cluster, hello, nullptr), 0);
    EXPECT_EQ(ops().sendclustermsg(cluster, nullptr), 0);
    ha_msg* nameless = ha_msg_new(0);
    ha_msg_add(nameless, "a", "b");
    EXPECT_EQ(ops().sendclustermsg(cluster, nameless), 0);
    ha_msg_del(nameless);
}

TEST_F(Sending, ByUuid) {
    cl_uuid_t uuid{};
    uuid.uuid[3] = 7;
    EXPECT_EQ(ops().sendnodemsg_byuuid(cluster, hello, &uuid), 1);
    EXPECT_EQ(daemon.wait_for("hello").binary("destuuid"),
              std::string(reinterpret_cast<const char*>(uuid.uuid), 16));
    EXPECT_EQ(ops().sendnodemsg_byuuid(cluster, hello, nullptr), 0);
}

// Why: the other side puts them in order by these numbers.
TEST_F(Sending, NumbersOrderedMessagesPerNode) {
    for (int i = 0; i < 11; ++i) {
        EXPECT_EQ(ops().send_ordered_nodemsg(cluster, hello, "c2"), 1);
    }
    EXPECT_EQ(daemon.wait_for("hello", 1).get("oseq"), "1");
    EXPECT_EQ(daemon.wait_for("hello", 11).get("oseq"), "b");
    EXPECT_EQ(ops().send_ordered_nodemsg(cluster, hello, "c3"), 1);
    EXPECT_EQ(daemon.wait_for("hello", 12).get("oseq"), "1");
    ha_msg* all = ha_msg_new(0);
    ha_msg_add(all, "t", "all");
    EXPECT_EQ(ops().send_ordered_clustermsg(cluster, all), 1);
    EXPECT_EQ(daemon.wait_for("all").get("oseq"), "1");
    ha_msg_del(all);
}

}  // namespace
}  // namespace hb::fake
