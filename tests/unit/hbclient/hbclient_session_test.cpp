// Sign-on, requests, time-outs of libhbclient.so.1 (clientapi.md 4, 6, 10) against a daemon that
// answers as told.
#include <sys/utsname.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "base/text.hpp"
#include "unit/hbclient/fake_daemon.hpp"

namespace hb::fake {
namespace {

class SignOn : public Program {};

// Why: the daemon checks each of these fields.
TEST_F(SignOn, SaysWhoWeAreAndKeepsWhatItIsTold) {
    ASSERT_TRUE(sign_on("tester"));
    const wire::Message asked = daemon.wait_for("signon");
    EXPECT_EQ(asked.get("from_id"), "tester");
    EXPECT_EQ(asked.get("pid"), std::to_string(::getpid()));
    EXPECT_EQ(asked.get("uid"), std::to_string(::geteuid()));
    EXPECT_EQ(asked.get("gid"), std::to_string(::getegid()));
    std::vector<std::string> order;
    for (const wire::Field& field : asked.fields) order.push_back(field.name);
    EXPECT_EQ(order,
              (std::vector<std::string>{"t", "reqtype", "dest", "pid", "from_id", "uid", "gid"}));
    utsname host{};
    ASSERT_EQ(::uname(&host), 0);
    EXPECT_EQ(asked.get("dest"), lower(host.nodename));
    EXPECT_EQ(ops().get_deadtime(cluster), 6000);
    EXPECT_EQ(ops().get_keepalive(cluster), 1000);
    EXPECT_STREQ(ops().get_mynodeid(cluster), "c1");
    EXPECT_EQ(ops().get_logfacility(cluster), 128);
    char* version = ops().get_parameter(cluster, "hbversion");
    EXPECT_STREQ(version, "3.0.6 (node: c1)");
    std::free(version);
    EXPECT_EQ(ops().chan_is_connected(cluster), 1);
    EXPECT_GE(ops().inputfd(cluster), 0);
    EXPECT_NE(ops().ipcchan(cluster), nullptr);
}

// Why: a client without a name is known by its process.
TEST_F(SignOn, IsCasualWithoutAName) {
    ASSERT_TRUE(sign_on(nullptr));
    EXPECT_EQ(daemon.wait_for("signon").get("from_id"), std::to_string(::getpid()));
    ha_msg* hello = ha_msg_new(0);
    ha_msg_add(hello, "t", "hello");
    EXPECT_EQ(ops().sendclustermsg(cluster, hello), 0) << "it would be thrown out";
    ha_msg_del(hello);
}

// Why: the daemon has room for 31 letters.
TEST_F(SignOn, CutsALongName) {
    ASSERT_TRUE(sign_on("a-name-of-more-letters-than-there-is-room-for"));
    EXPECT_EQ(daemon.wait_for("signon").get("from_id").size(), 31U);
}

// Why: the reason is what an operator needs; nothing may be left over of the attempt.
TEST_F(SignOn, FailsWithTheDaemonsReason) {
    daemon.reply("signon", {{"info", "duplicate add request"}, {"result", "badreq"}});
    EXPECT_FALSE(sign_on("tester"));
    EXPECT_NE(std::string(ops().errmsg(cluster)).find("duplicate add request"), std::string::npos);
    EXPECT_EQ(ops().chan_is_connected(cluster), 0);
    EXPECT_EQ(ops().get_mynodeid(cluster), nullptr);
    EXPECT_EQ(ops().get_deadtime(cluster), -1);
}

TEST_F(SignOn, FailsWhenTheDaemonGoesOrTalksNonsense) {
    daemon.on("signon", [](Daemon& self, const wire::Message&) { self.hang_up(); });
    EXPECT_FALSE(sign_on("tester"));
    daemon.reply("signon", {{"result", "OK"}, {"deadtime", "soon"}, {"node", "c1"}});
    EXPECT_FALSE(sign_on("tester"));
    daemon.on("signon", [](Daemon& self, const wire::Message&) {
        self.say_bytes(std::string("\xff\xff\xff\x7f\xcd\xab\0\0", 8));
        self.hang_up();
    });
    EXPECT_FALSE(sign_on("tester"));
}

// Why: a daemon of 3.0.5 says less at the sign-on; cl_status and ipfail then ask for it.
TEST_F(SignOn, AsksForWhatAnOlderDaemonDoesNotSay) {
    daemon.reply("signon",
                 {{"result", "OK"}, {"deadtime", "1770"}, {"keepalive", "3e8"}, {"node", "c1"}});
    ASSERT_TRUE(sign_on("tester"));
    EXPECT_EQ(ops().get_logfacility(cluster), -1);
    daemon.on("getparm", [](Daemon& self, const wire::Message& asked) {
        self.say(message({{"t", "hbapi-resp"},
                          {"reqtype", "getparm"},
                          {"pvalue", asked.get("pname") == "hbversion" ? "3.0.5" : "no"},
                          {"result", "OK"}}));
    });
    for (const auto& [name, expected] :
         {std::pair("hbversion", "3.0.5"), std::pair("pacemaker", "no")}) {
        char* value = ops().get_parameter(cluster, name);
        EXPECT_STREQ(value, expected);
        std::free(value);
    }
    daemon.reply("iflist", {{"ifname", "eth0"}, {"result", "OK"}});
    daemon.reply("ifstatus", {{"st", "up"}, {"result", "OK"}});
    ASSERT_EQ(ops().init_ifwalk(cluster, "c1"), 1);
    EXPECT_STREQ(ops().nextif(cluster), "eth0");
    EXPECT_STREQ(ops().if_status(cluster, "c1", "eth0"), "up");
    EXPECT_EQ(daemon.wait_for("ifstatus").get("ifname"), "eth0");
}

// Why: the own join comes before the answer, and programs wait for it.
TEST_F(SignOn, KeepsWhatComesBeforeTheAnswer) {
    daemon.on("signon", [](Daemon& self, const wire::Message&) {
        self.say(message({{"t", "hbapi-clstat"}, {"st", "join"}, {"from_id", "tester"}}));
        self.say(message({{"t", "hbapi-resp"},
                          {"reqtype", "signon"},
                          {"result", "OK"},
                          {"deadtime", "1"},
                          {"keepalive", "1"},
                          {"node", "c1"}}));
    });
    ASSERT_TRUE(sign_on("tester"));
    EXPECT_EQ(ops().msgready(cluster), 1);
    EXPECT_EQ(read_all(), std::vector<std::string>{"hbapi-clstat"});
    EXPECT_EQ(ops().msgready(cluster), 0);
}

// Why: programs sign on again after the daemon was restarted.
TEST_F(SignOn, MayBeRepeatedAndLeavesInOrder) {
    ASSERT_TRUE(sign_on("tester"));
    ASSERT_TRUE(sign_on("other"));
    daemon.wait_for("signoff");
    EXPECT_EQ(daemon.wait_for("signon", 2).get("from_id"), "other");
    EXPECT_EQ(ops().signoff(cluster, 1), 1);
    daemon.wait_for("signoff", 2);
    EXPECT_EQ(ops().ipcchan(cluster), nullptr);
    EXPECT_EQ(ops().inputfd(cluster), -1);
    EXPECT_EQ(ops().readmsg(cluster, 1), nullptr) << "nothing to wait for";
    EXPECT_EQ(ops().num_nodes(cluster), -1);
    EXPECT_TRUE(sign_on("third"));
}

// Why: programs ask this question all the time, and none may end on a stranger's handle.
TEST_F(SignOn, IsNeededForAnythingElse) {
    EXPECT_EQ(ll_cluster_new("openais"), nullptr);
    EXPECT_EQ(ll_cluster_new(nullptr), nullptr);
    EXPECT_EQ(ops().init_nodewalk(cluster), 0);
    EXPECT_EQ(ops().nextnode(cluster), nullptr);
    EXPECT_EQ(ops().end_nodewalk(cluster), 0);
    EXPECT_EQ(ops().node_status(cluster, "c1"), nullptr);
    EXPECT_EQ(ops().get_parameter(cluster, "keepalive"), nullptr);
    EXPECT_EQ(ops().setfmode(cluster, 0), 0);
    EXPECT_EQ(ops().set_sendq_len(cluster, 10), 0);
    EXPECT_EQ(ops().set_send_block_mode(cluster, 1), 0);
    EXPECT_EQ(ops().rcvmsg(cluster, 0), 0);
    EXPECT_EQ(ops().signon(nullptr, "x"), 0);
    ll_cluster stranger{&stranger, &ops()};
    EXPECT_EQ(ops().signon(&stranger, "x"), 0);
    EXPECT_EQ(ops().get_resources(&stranger), nullptr);
}

class TimeOut : public Program {};

// Why: with 3.0.6's library the answer that came too late was taken for that of the next question.
TEST_F(TimeOut, LeavesItsLateAnswerToNobody) {
    ASSERT_TRUE(sign_on("tester"));
    daemon.on("clientstatus", [](Daemon&, const wire::Message&) {});
    EXPECT_EQ(ops().client_status(cluster, "c1", "ipfail", 50), nullptr);
    // The daemon answers in turn: the late answer comes before that to what the library asks first.
    daemon.on("late-answers-1", [](Daemon& self, const wire::Message&) {
        self.say(message({{"t", "hbapi-resp"},
                          {"reqtype", "clientstatus"},
                          {"cs", "online"},
                          {"result", "OK"}}));
        self.say(
            message({{"t", "hbapi-resp"}, {"reqtype", "late-answers-1"}, {"result", "badreq"}}));
    });
    daemon.on("clientstatus", [](Daemon& self, const wire::Message&) {
        self.say(message({{"t", "hbapi-resp"},
                          {"reqtype", "clientstatus"},
                          {"cs", "offline"},
                          {"result", "OK"}}));
    });
    EXPECT_STREQ(ops().client_status(cluster, "c1", "ipfail", 5000), "offline");
    EXPECT_STREQ(ops().client_status(cluster, "c1", "ipfail", 5000), "offline");
    std::size_t barriers = 0;
    for (const wire::Message& said : daemon.heard()) {
        barriers += said.get("reqtype").starts_with("late-answers") ? 1 : 0;
    }
    EXPECT_EQ(barriers, 1U) << "once is enough";
}

// Why: nothing that a program does not wait for may come out as its message.
TEST_F(TimeOut, AnAnswerThatNobodyAwaitsIsDropped) {
    ASSERT_TRUE(sign_on("tester"));
    daemon.say(message({{"t", "hbapi-resp"}, {"reqtype", "numnodes"}, {"numnodes", "9"}}));
    daemon.say(message({{"t", "hello"}, {"src", "c2"}}));
    EXPECT_EQ(read_one(), "hello");
    daemon.reply("numnodes", {{"numnodes", "2"}, {"result", "OK"}});
    EXPECT_EQ(ops().num_nodes(cluster), 2);
}

// Why: any client of our name may send a message of this type through the cluster.
TEST_F(TimeOut, AClusterMessageIsNoAnswer) {
    ASSERT_TRUE(sign_on("tester"));
    daemon.on("numnodes", [](Daemon& self, const wire::Message&) {
        self.say(message({{"t", "hbapi-resp"},
                          {"reqtype", "numnodes"},
                          {"numnodes", "9"},
                          {"result", "OK"},
                          {"from_id", "tester"},
                          {"src", "c2"}}));
        self.say(message(
            {{"t", "hbapi-resp"}, {"reqtype", "numnodes"}, {"numnodes", "2"}, {"result", "OK"}}));
    });
    EXPECT_EQ(ops().num_nodes(cluster), 2);
}

// Why: a daemon that ends in the middle of an answer must not hold the program.
TEST_F(TimeOut, EndsAtOnceWhenTheDaemonGoes) {
    ASSERT_TRUE(sign_on("tester"));
    daemon.on("nodelist", [](Daemon& self, const wire::Message&) {
        self.say(message(
            {{"t", "hbapi-resp"}, {"reqtype", "nodelist"}, {"node", "c1"}, {"result", "ok/more"}}));
        self.hang_up();
    });
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(ops().init_nodewalk(cluster), 0);
    EXPECT_EQ(ops().readmsg(cluster, 1), nullptr);
    EXPECT_EQ(ops().msgready(cluster), 0) << "or programs would spin";
    EXPECT_EQ(ops().chan_is_connected(cluster), 0);
    EXPECT_EQ(ops().setmsgsignal(cluster, 0), 0);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
}

// Why: what cannot be read does not make the rest unreadable.
TEST_F(TimeOut, PassesOverWhatCannotBeDecoded) {
    ASSERT_TRUE(sign_on("tester"));
    daemon.on("numnodes", [](Daemon& self, const wire::Message&) {
        self.say_bytes(std::string("\x05\0\0\0\xcd\xab\0\0junk\0", 13));
        self.say(message(
            {{"t", "hbapi-resp"}, {"reqtype", "numnodes"}, {"numnodes", "2"}, {"result", "OK"}}));
    });
    EXPECT_EQ(ops().num_nodes(cluster), 2);
}

}  // namespace
}  // namespace hb::fake
