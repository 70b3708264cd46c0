// What clients hear of other nodes, field by field (clientapi.md 6.1, 7, 8 and 12).
#include "unit/core/recorded.hpp"  // and known.hpp
#include "unit/core/service_fixture.hpp"

namespace hb::core {
namespace {

class ClientNews : public ServiceTest {
protected:
    // What went to the wire since the last call, once each.
    std::vector<std::string> sent() {
        std::vector<std::string> lines;
        for (const Effect& effect : out) {
            const auto* frame = std::get_if<SendFrame>(&effect);
            if (frame == nullptr || frame->link != LinkId{1}) continue;
            lines.push_back(shown(wire::Signer(wire::known::keys()).open(frame->bytes).value()));
        }
        return lines;
    }
    // The first of that beginning.
    std::string sent(const std::string& start) {
        for (const std::string& line : sent()) {
            if (line.starts_with(start)) return line;
        }
        return "nothing of " + start;
    }
    // The names of the fields of each message of `stream`, one message a line.
    static std::string names_of(const Bytes& stream) {
        wire::client_frame::Reader reader;
        std::string text;
        for (const Bytes& body : reader.feed(stream).bodies) {
            const auto message = wire::client_frame::decode(body);
            for (const wire::Field& field : message->fields) text += field.name + " ";
            text.back() = '\n';
        }
        return text;
    }
    // Only messages of these types.
    static std::string of_types(const std::string& text, const std::vector<std::string>& types) {
        std::string found;
        for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
            const std::string line = text.substr(at, text.find('\n', at) - at);
            for (const std::string& type : types) {
                if (line.starts_with("t=" + type + " ")) found += line + "\n";
            }
        }
        return found;
    }
    // The type and the state of each, for sequences.
    static std::string told(const std::string& text) {
        std::string words;
        for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
            const std::string line = text.substr(at, text.find('\n', at) - at);
            const std::size_t state = line.find(" st=");
            words += line.substr(2, line.find(' ') - 2);
            if (state != std::string::npos) {
                words += " " + line.substr(state + 4, line.find(' ', state + 4) - state - 4);
            }
            words += "\n";
        }
        return words;
    }
};

// Why: 8.1 and 8.2: ipfail, dopd and ccm live by this order and these fields.
TEST_F(ClientNews, ANodeComesWordByWordAndGoesWithItsLinks) {
    sign_on("tst");
    heard();
    c2_comes();
    const std::string came = heard();
    EXPECT_EQ(told(of_types(came, {"ifstat", "status"})),
              "ifstat up\nstatus init\nstatus up\nstatus active\n");
    EXPECT_NE(came.find("t=ifstat node=c2 ifname=eth0 st=up\n"), std::string::npos) << came;
    EXPECT_NE(came.find("t=status st=active dt=1770 protocol=1 seq=3 src=c2 srcuuid="
                        "abcdefghijklmnop hg=7 ts=6b02cad0 auth=1 "),
              std::string::npos)
        << came;
    core->step(now, FrameIn{LinkId{2}, status_of_c2}, out);
    EXPECT_EQ(heard(), "t=ifstat node=c2 ifname=eth1 st=up\n");
    wait(std::chrono::seconds(7));
    const std::string gone = heard();
    EXPECT_EQ(of_types(gone, {"status", "ifstat"}),
              "t=status seq=1 ts=6b02cad0 src=c2 st=dead\n"
              "t=ifstat node=c2 ifname=eth0 st=dead\n"
              "t=ifstat node=c2 ifname=eth1 st=dead\n");
    const std::size_t died = gone.find("t=status "),
                      fenced = gone.find("t=stonith node=c2 result=");
    ASSERT_NE(fenced, std::string::npos) << gone;
    EXPECT_LT(died, fenced);
    EXPECT_LT(fenced, gone.find("t=ifstat "));
}

// Why: 8.1: who leaves in order is told by its own words; the node is dead at deadtime only.
TEST_F(ClientNews, AnOrderlyStopIsNoDeathYet) {
    sign_on("tst");
    c2_comes();
    heard();
    from_c2(message_of({{"t", "resource"},
                        {"rsc_hold", "none"},
                        {"rtype", "full"},
                        {"isstable", "0"},
                        {"info", "shutdown"}}));
    from_c2(message_of({{"t", "shutdone"}, {"st", "dead"}}));
    const std::string stopped = heard();
    EXPECT_EQ(told(of_types(stopped, {"shutdone"})), "shutdone dead\n");
    EXPECT_NE(stopped.find("t=resource rsc_hold=none rtype=full isstable=0 info=shutdown "),
              std::string::npos)
        << stopped;
    EXPECT_EQ(of_types(stopped, {"status", "ifstat"}), "");
    wait(std::chrono::seconds(7));
    EXPECT_EQ(told(of_types(heard(), {"status"})), "status dead\n");
}

// Why: 8.4: no to_id, so everybody hears them, whatever they mean to this daemon.
TEST_F(ClientNews, WhatDaemonsSayOfResourcesIsForAll) {
    sign_on("700");
    c2_comes();
    for (const Pairs& fields :
         {Pairs{{"t", "resource"}, {"rsc_hold", "none"}, {"rtype", "full"}, {"isstable", "1"}},
          Pairs{{"t", "ask_resources"}, {"rsc_hold", "none"}, {"info", "done"}},
          Pairs{{"t", "ip-request-resp"}, {"ok", "OK"}, {"ipaddr", "10.0.0.9"}},
          Pairs{{"t", "stonith"}, {"node", "c9"}, {"result", "unneeded"}}, Pairs{{"t", "starting"}},
          Pairs{{"t", "note"}, {"a", "b"}}}) {
        heard();
        const wire::Message message = message_of(fields);
        from_c2(message);
        EXPECT_NE(heard().find(shown(message) + " seq="), std::string::npos) << message.type();
    }
}

// Why: 7 and 8: clients of one name are told of each other with everything that was said; those of
// other names are not.
TEST_F(ClientNews, AClientOfTheOtherNodeIsHeardByItsLike) {
    sign_on("tst");
    c2_comes();
    for (const Pairs& fields : {Pairs{{"t", "hbapi-clstat"},
                                      {"st", "join"},
                                      {"from_id", "tst"},
                                      {"to_id", "tst"},
                                      {"info", "signon"},
                                      {"client_gen", "3"}},
                                Pairs{{"t", "hello"},
                                      {"a", "b"},
                                      {"from_id", "tst"},
                                      {"to_id", "tst"},
                                      {"client_gen", "3"}},
                                Pairs{{"t", "hbapi-clstat"},
                                      {"st", "leave"},
                                      {"from_id", "tst"},
                                      {"to_id", "tst"},
                                      {"info", "EOF"},
                                      {"client_gen", "3"}}}) {
        heard();
        wire::Message message = message_of(fields);
        from_c2(message);
        EXPECT_EQ(heard().find(shown(message) + " seq="), 0U) << shown(message);
        message.set("from_id", "ipfail");
        message.set("to_id", "ipfail");
        from_c2(message);
        EXPECT_EQ(heard(), "") << shown(message);
    }
}

// Why: 8.3: other nodes, and clients of this name on them, read these fields.
TEST_F(ClientNews, JoinAndLeaveGoToTheClusterWithControlFields) {
    sign_on("tst");
    const std::string control =
        "t st from_id to_id src info client_gen srcuuid seq hg ts ld ttl auth\n";
    EXPECT_TRUE(sent("t=hbapi-clstat")
                    .starts_with("t=hbapi-clstat st=join from_id=tst to_id=tst src=c1 info=signon "
                                 "client_gen=0 srcuuid="))
        << sent("t=hbapi-clstat");
    EXPECT_EQ(names_of(bytes()).find(control + "t reqtype result "), 0U);
    call({{"t", "hbapi-req"}, {"reqtype", "signoff"}, {"pid", "700"}});
    EXPECT_TRUE(sent("t=hbapi-clstat")
                    .starts_with("t=hbapi-clstat st=leave from_id=tst to_id=tst src=c1 "
                                 "info=signoff client_gen=0 srcuuid="))
        << sent("t=hbapi-clstat");
    EXPECT_EQ(heard(),
              "t=hbapi-clstat st=leave from_id=tst to_id=tst src=c1 info=signoff client_gen=0\n");
}

// Why: 6.1: cl_status of the other node waits for this answer; clients of ours hear no question.
TEST_F(ClientNews, AQuestionOfTheOtherNodeIsAnswered) {
    sign_on("tst");
    c2_comes();
    out.clear();
    for (const auto& [client, state] : {std::pair("tst", "online"), std::pair("dopd", "offline")}) {
        from_c2(message_of(
            {{"t", "query-cstatus"}, {"dest", "c1"}, {"cn", client}, {"from_id", "4711"}}));
        EXPECT_TRUE(sent("t=respond-cstatus")
                        .starts_with(std::string("t=respond-cstatus dest=c2 result=OK cn=") +
                                     client + " to_id=4711 cs=" + state +
                                     " destuuid=abcdefghijklmnop src=c1 srcuuid="))
            << sent("t=respond-cstatus");
        EXPECT_EQ(heard(), "");
    }
    call({{"t", "hbapi-req"},
          {"reqtype", "clientstatus"},
          {"pid", "700"},
          {"node", "c2"},
          {"cn", "ipfail"}});
    EXPECT_TRUE(sent("t=query-cstatus")
                    .starts_with("t=query-cstatus dest=c2 cn=ipfail from_id=tst destuuid="))
        << sent("t=query-cstatus");
    EXPECT_EQ(heard(), "");
    from_c2(message_of({{"t", "respond-cstatus"},
                        {"dest", "c1"},
                        {"result", "OK"},
                        {"cn", "ipfail"},
                        {"to_id", "tst"},
                        {"cs", "online"}}));
    EXPECT_EQ(heard().find("t=respond-cstatus dest=c1 result=OK cn=ipfail to_id=tst cs=online "),
              0U);
}

// Why: 12: the text vectors of a question to all and of a message that comes back.
TEST_F(ClientNews, TextVectorsComeBackFieldByField) {
    sign_on("tst");
    out.clear();
    const Bytes question =
        body_of(message_of({{"t", "query-cstatus"}, {"cn", "ping"}, {"from_id", "ping"}}));
    EXPECT_EQ(question.size(), 0x2eU);
    call({{"t", "query-cstatus"}, {"cn", "tst"}, {"from_id", "tst"}});
    const Bytes answer = bytes();
    EXPECT_EQ(names_of(answer),
              "t dest result cn to_id cs destuuid src srcuuid seq hg ts ld ttl auth\n");
    EXPECT_EQ(bodies_shown(answer).find(
                  "t=respond-cstatus dest=c1 result=OK cn=tst to_id=tst cs=online destuuid="),
              0U);
    const Bytes hello = body_of(message_of({{"t", "hello"}, {"a", "b"}}));
    EXPECT_EQ(hello.size(), 0x15U);
    call(hello);
    EXPECT_EQ(names_of(bytes()),
              "t a from_id to_id client_gen src srcuuid seq hg ts ld ttl auth\n");
}

// Why: 9: a client does not wait for what was lost; only the leave waits for what came before it.
TEST_F(ClientNews, ALostMessageComesLateAndTheLeaveBehindIt) {
    sign_on("tst");
    c2_comes();
    heard();
    const auto said_by_tst = [this](std::uint64_t number, Pairs fields) {
        c2_said = number - 1;
        wire::Message message = message_of(fields);
        message.set("from_id", "tst");
        message.set("to_id", "tst");
        from_c2(message);
        return told(of_types(heard(), {"hello", "hbapi-clstat"}));
    };
    const std::uint64_t lost = c2_said + 1;
    EXPECT_EQ(said_by_tst(lost + 1, {{"t", "hello"}, {"st", "second"}}), "hello second\n");
    EXPECT_EQ(said_by_tst(lost + 2, {{"t", "hbapi-clstat"}, {"st", "leave"}}), "");
    EXPECT_EQ(said_by_tst(lost + 1, {{"t", "hello"}, {"st", "second"}}), "") << "a repeat";
    EXPECT_EQ(said_by_tst(lost, {{"t", "hello"}, {"st", "first"}}),
              "hello first\nhbapi-clstat leave\n");
}

// Why: 7: one cut line loses nothing of what clients say.
TEST_F(ClientNews, AMessageGoesOverEveryLine) {
    sign_on("tst");
    out.clear();
    call({{"t", "hello"}});
    std::vector<LinkId> lines;
    for (const Effect& effect : out) {
        if (const auto* frame = std::get_if<SendFrame>(&effect)) lines.push_back(frame->link);
    }
    EXPECT_EQ(lines, (std::vector<LinkId>{LinkId{1}, LinkId{2}, LinkId{3}}));
}

// Why: 6.2, class DROPIT: packets of a life that is over.
TEST_F(ClientNews, AnOldPacketIsForThoseWhoWantDroppedOnes) {
    sign_on("tst");
    c2_comes();
    wire::Message old =
        message_of({{"t", "hello"}, {"seq", "1"}, {"src", "c2"}, {"hg", "6"}, {"ts", "1"}});
    old.set_binary("srcuuid", "abcdefghijklmnop");
    const Bytes packet =
        *wire::Signer(wire::known::keys()).seal_netstring(old, wire::InnerAuth::present);
    const auto hears = [&](const char* mask) {
        ask("setfilter", {{"fmask", mask}});
        core->step(now, FrameIn{LinkId{1}, packet}, out);
        return heard();
    };
    EXPECT_EQ(hears("3b"), "");
    EXPECT_EQ(hears("4").find("t=hello seq=1 src=c2 hg=6 "), 0U);
}

// Why: unlike 3.0.6: what goes nowhere does not come back either, so that no client believes that
// the others have it.
TEST_F(ClientNews, WhatFitsNoDatagramDoesNotComeBack) {
    sign_on("tst");
    out.clear();
    std::string noise;
    for (std::uint32_t i = 1; noise.size() < 200'000; i = i * 1664525U + 1013904223U) {
        noise += static_cast<char>('!' + (i >> 16U) % 90U);
    }
    call({{"t", "hello"}, {"large", noise}});
    EXPECT_EQ(heard(), "");
    call({{"t", "hello"}, {"large", "small"}});
    EXPECT_NE(heard(), "");
}

}  // namespace
}  // namespace hb::core
