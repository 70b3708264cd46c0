// Clients of a whole node: what they hear of cluster and resources, against vectors of a real one
// (clientapi.md 7, 8 and 12).
#include "core/client_service.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/core/recorded.hpp"  // and known.hpp
#include "unit/core/service_fixture.hpp"

namespace hb::core {
namespace {

using namespace std::chrono_literals;

// Why: V7 goes in, V8 must come out, byte for byte but for the number.
TEST_F(ServiceTest, AMessageComesBackWithTheControlFields) {
    sign_on("nobody");  // uses up the first client_gen
    sign_on("tst");
    out.clear();
    Bytes looped;
    for (int i = 0; i < 0x2b; ++i) {
        call(recorded("v7_nested").substr(8));
        looped = bytes();
        if (looped.find("(0)seq=2b,") != Bytes::npos) break;
    }
    EXPECT_EQ(looped, recorded("v8_nested_looped_back"));
}

// Why: local copies of a classic message keep the signature that went over the wire.
TEST_F(ServiceTest, AClassicCopyCarriesItsSignature) {
    sign_on("tst");
    out.clear();
    call({{"t", "hello"}, {"a", "b"}});
    std::string sent;
    for (const Effect& effect : out) {
        if (const auto* frame = std::get_if<SendFrame>(&effect)) sent = frame->bytes;
    }
    const std::string text = heard();
    ASSERT_NE(text.find(" ttl=4 auth=1 "), std::string::npos) << text;
    const std::string digest = text.substr(text.find("auth=1 ") + 7, 40);
    EXPECT_NE(sent.find("(0)auth=1 " + digest), std::string::npos);
    EXPECT_EQ(text.find("t=hello a=b from_id=tst to_id=tst client_gen=0 src=c1 srcuuid="), 0U);
}

// Why: 7: what a client writes into them never gets out, and stays where it wrote it.
TEST_F(ServiceTest, ControlFieldsAreTheDaemons) {
    sign_on("tst");
    out.clear();
    call({{"t", "hello"},
          {"src", "c2"},
          {"seq", "ffff"},
          {"hg", "1"},
          {"ts", "1"},
          {"ld", "x"},
          {"ttl", "99"},
          {"auth", "1 bogus"},
          {"a", "b"}});
    const std::string text = heard();
    EXPECT_EQ(text.find("t=hello src=c1 seq="), 0U) << text;
    EXPECT_NE(text.find(" hg=6b02c449 ts=6b02cad0 ld=3.27 1.02 0.62 11/144 5191 ttl=4 a=b "
                        "from_id=tst to_id=tst client_gen=0 srcuuid="),
              std::string::npos)
        << text;
    EXPECT_EQ(text.find("ffff"), std::string::npos);
    EXPECT_EQ(text.find("bogus"), std::string::npos);
}

// Why: 7: one of the two is enough, the other one is added; only the node that is meant hears it.
TEST_F(ServiceTest, AnAddresseeHasANameAndAUuid) {
    sign_on("tst");
    c2_comes();
    out.clear();
    const auto sent = [this] {
        std::string text;
        for (const Effect& effect : out) {
            const auto* frame = std::get_if<SendFrame>(&effect);
            if (frame == nullptr || !text.empty()) continue;
            text = shown(wire::Signer(wire::known::keys()).open(frame->bytes).value());
        }
        return text;
    };
    call({{"t", "hello"}, {"dest", "c2"}});
    EXPECT_EQ(sent().find("t=hello dest=c2 from_id=tst to_id=tst client_gen=0 "
                          "destuuid=abcdefghijklmnop src=c1 "),
              0U)
        << sent();
    EXPECT_EQ(heard(), "");
    wire::Message message = message_of({{"t", "hello"}});
    message.set_binary("destuuid", "abcdefghijklmnop");
    call(body_of(message));
    EXPECT_EQ(sent().find("t=hello destuuid=abcdefghijklmnop from_id=tst to_id=tst client_gen=0 "
                          "dest=c2 src=c1 "),
              0U)
        << sent();
    EXPECT_EQ(heard(), "");
    call({{"t", "hello"}, {"dest", "c1"}});
    EXPECT_EQ(heard().find("t=hello dest=c1 from_id=tst "), 0U);
}

// Why: 6.2: with 3f a root client sees every packet; with 1 nothing that changes nothing.
TEST_F(ServiceTest, ARootClientMaySeeEveryPacket) {
    sign_on("tst");
    c2_comes();
    EXPECT_NE(heard().find(" st=active dt=1770"), std::string::npos);
    const auto again = [this] {
        out.clear();
        core->step(now, FrameIn{LinkId{2}, status_of_c2}, out);
        from_c2(message_of({{"t", "status"}, {"st", "active"}, {"dt", "1770"}, {"protocol", "1"}}));
        from_c2(message_of({{"t", "NS_ackmsg"}, {"dest", "c1"}, {"ackseq", "1"}}));
        wait(1s);
        return heard();
    };
    std::string text = again();
    EXPECT_EQ(text.find("t=status"), std::string::npos) << text;
    EXPECT_EQ(text.find("t=NS_ackmsg"), std::string::npos) << text;
    ask("setfilter", {{"fmask", "2"}});
    text = again();
    EXPECT_EQ(text.find("t=status st=active dt=1770 protocol=1 seq=5 src=c2 "), 0U) << text;
    EXPECT_NE(text.find(" src=c1 "), std::string::npos) << text;  // its own node's heartbeat
    EXPECT_EQ(text.find("NS_ackmsg"), std::string::npos) << text;
    ask("setfilter", {{"fmask", "8"}});
    text = again();
    EXPECT_EQ(text.find("t=status st=active dt=1770 protocol=1 seq=5 src=c2 "), 0U) << text;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
    ask("setfilter", {{"fmask", "20"}});
    text = again();
    EXPECT_EQ(text.find("t=NS_ackmsg dest=c1 ackseq=1 src=c2 "), 0U) << text;
    ask("setfilter", {{"fmask", "3f"}});
    text = again();
    for (const char* part : {" seq=7 src=c2 ", "t=NS_ackmsg dest=c1 ", " seq=8 src=c2 "}) {
        EXPECT_NE(text.find(part), std::string::npos) << part << " is not in " << text;
    }
}

// Why: 9: peers that do not follow must not lose what clients say.
TEST_F(ServiceTest, ClientsWaitWhilePeersHaveNotAcknowledged) {
    sign_on("tst");
    c2_comes();
    const auto acknowledge = [this](std::uint64_t number) {
        from_c2(message_of({{"t", "NS_ackmsg"}, {"dest", "c1"}, {"ackseq", to_hex(number)}}));
    };
    const auto told = [this] {
        std::string text;
        for (const Effect& effect : std::exchange(out, {})) {
            const auto* pause = std::get_if<PauseClients>(&effect);
            if (pause != nullptr) text += pause->paused ? "wait " : "go on ";
        }
        return text;
    };
    acknowledge(1);
    told();
    std::string text;
    int sent = 0;
    for (; text.empty() && sent < 1000; ++sent) {
        call({{"t", "hello"}});
        text = told();
    }
    EXPECT_EQ(text, "wait ");
    EXPECT_GT(sent, 200);
    EXPECT_LT(sent, 260);
    acknowledge(static_cast<std::uint64_t>(sent) - 5);
    EXPECT_EQ(told(), "go on ");
}

// Why: 3.0.6 ends its own clients at a reload.
TEST_F(ServiceTest, AReloadIsNoReasonToSignOnAgain) {
    sign_on("tst");
    EXPECT_EQ(ask("getparm", {{"pname", "keepalive"}}),
              "t=hbapi-resp reqtype=getparm pvalue=1 result=OK\n");
    auto next = std::make_shared<CoreConfig>(configuration("keepalive 500ms\n"));
    core->step(now, ConfigChanged{std::move(next)}, out);
    EXPECT_EQ(ask("getparm", {{"pname", "keepalive"}}),
              "t=hbapi-resp reqtype=getparm pvalue=500ms result=OK\n");
}

// Why: V6: ipfail reads these two, in this order, when a ping node dies.
TEST_F(ServiceTest, ADeadPingNodeIsToldAsHeartbeatTellsIt) {
    sign_on("tst");
    wire::Message echo =
        message_of({{"t", "NS_st"}, {"st", "ping"}, {"info", "ping"}, {"src", "10.77.0.254"}});
    wire::Signer signer(wire::known::keys());
    wait(1s);
    out.clear();
    echo.set("ts", to_hex(now.unix_seconds));
    const auto packet = signer.seal_netstring(echo, wire::InnerAuth::present);
    core->step(now, FrameIn{LinkId{0}, *packet}, out);
    const std::string up = heard();
    EXPECT_EQ(up.find("t=ifstat node=10.77.0.254 ifname=10.77.0.254 st=up\n"
                      "t=NS_st st=ping info=ping src=10.77.0.254 ts=6b02cad0 auth=1 "),
              0U)
        << up;
    now.unix_seconds = 0x6b02c801;
    wait(7s);
    EXPECT_EQ(bytes(), recorded("v6_two_frames"));
}

// Why: cl_status shows nodes in the reverse order of this list, links with their states.
TEST_F(ServiceTest, NodesAndLinksStandInTheOrderOfTheFile) {
    sign_on("tst");
    EXPECT_EQ(ask("nodelist"),
              "t=hbapi-resp reqtype=nodelist node=10.77.0.254 nodetype=ping st=dead "
              "result=ok/more\n"
              "t=hbapi-resp reqtype=nodelist node=c1 nodetype=normal st=active result=ok/more\n"
              "t=hbapi-resp reqtype=nodelist node=c2 nodetype=normal st=dead result=OK\n");
    const std::string links = ask("iflist", {{"node", "c1"}});
    EXPECT_EQ(links,
              "t=hbapi-resp reqtype=iflist ifname=eth0 st=up result=ok/more\n"
              "t=hbapi-resp reqtype=iflist ifname=eth1 st=up result=ok/more\n"
              "t=hbapi-resp reqtype=iflist ifname=eth1 st=dead result=OK\n");
    core->step(now, LinkChanged{LinkId{1}, false}, out);
    EXPECT_EQ(ask("ifstatus", {{"node", "c1"}, {"ifname", "eth0"}}),
              "t=hbapi-resp reqtype=ifstatus st=dead result=OK\n");
    EXPECT_EQ(ask("getuuid", {{"queryname", "c2"}}), "t=hbapi-resp reqtype=getuuid result=OK\n");
    EXPECT_EQ(ask("getparm", {{"pname", "deadtime"}}),
              "t=hbapi-resp reqtype=getparm pvalue=6 result=OK\n");
    EXPECT_EQ(ask("getrsc"), "t=hbapi-resp reqtype=getrsc rsc_hold=all result=OK\n");
}

// Why: `logfacility` is absent when ha.cf has none, and the version says who speaks.
TEST_F(ServiceTest, TheSignOnDescribesTheNode) {
    sign_on("700");
    const std::string text = heard();
    EXPECT_EQ(text.find("t=hbapi-resp reqtype=signon result=OK deadtime=1770 keepalive=3e8 "
                        "node=c1 hbversion=3.0.6 (heartbeatd "),
              0U)
        << text;
    EXPECT_NE(text.find(") pacemaker=false logfacility=0\n"), std::string::npos) << text;
}

// Why: what this node says to all is news for its own clients, too.
TEST_F(ServiceTest, ClientsHearWhatTheirOwnNodeSays) {
    sign_on("tst");
    out.clear();
    core->step(now, LocalMessage{">>>\nt=note\na=b\n<<<\n"}, out);
    EXPECT_EQ(heard().find("t=note a=b src=c1 "), 0U);
}

// Why: without a second node there is nobody to give anything to; the wish must not be lost
// silently.
TEST_F(ServiceTest, AHandOverThatCannotBeIsSaid) {
    sign_on("tst");
    out.clear();
    call({{"t", "ask_resources"}, {"rsc_hold", "all"}, {"info", "me"}});
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(log_text(std::get<LogLine>(out[0])),
              "client tst asks to give up [all] resources: refused: this node stops, no other "
              "node lives, or auto_failback is legacy");
}

}  // namespace
}  // namespace hb::core
