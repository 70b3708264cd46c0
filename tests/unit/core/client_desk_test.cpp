// What clients say to the cluster and hear of it; how they leave (clientapi.md 7 and 8).
#include "core/client_desk.hpp"

#include "base/limits.hpp"
#include "unit/core/desk_fixture.hpp"

namespace hb::core {
namespace {

using Desk = DeskTest;

// Why: a client speaks to its own kind, under its own name, whatever it writes.
TEST_F(Desk, AMessageCarriesItsSender) {
    sign_on(1, "tst");
    sign_on(2, "tst2", "701");
    call(1, {{"t", "hello"}, {"a", "b"}, {"from_id", "bogus"}, {"to_id", "tst2"}});
    const std::string stamped = "t=hello a=b from_id=tst to_id=tst client_gen=0";
    EXPECT_EQ(said.back(), stamped);
    EXPECT_EQ(heard(1), stamped + "\n");
    EXPECT_EQ(heard(2), "");
}

// Why: `kicked out, nothing sent`, as the original does.
TEST_F(Desk, ACasualClientMaySayNothing) {
    sign_on(1, "700");
    call(1, {{"t", "hello"}});
    EXPECT_EQ(heard(1), "EOF\n");
    EXPECT_EQ(said, Lines{});
    EXPECT_FALSE(desk.anybody());
}

// Why: in 3.0.6 `status st=dead` of any client ends with both nodes owning everything.
TEST_F(Desk, WhatDaemonsSayIsForbidden) {
    sign_on(1, "tst");
    said.clear();
    out.clear();
    for (const char* type :
         {"status",       "resource",        "shutdone",        "starting",    "stonith",
          "ip-request",   "ip-request-resp", "reqnodes",        "repnodes",    "addnode",
          "delnode",      "setweight",       "setsite",         "NS_st",       "NS_ackmsg",
          "hbapi-clstat", "hbapi-resp",      "respond-cstatus", "hb_takeover", "hb_fenced"}) {
        call(1, {{"t", type}, {"st", "dead"}, {"src", "c2"}});
        EXPECT_EQ(heard(1), "") << type;
    }
    EXPECT_EQ(said, Lines{});
    EXPECT_EQ(logged(), Lines{"client tst may not send 'status': only the daemon says status"});
    ask(1, "tst", "numnodes");
    EXPECT_NE(heard(1), "");
}

// Why: whoever receives a packed message reads what is packed in it: `status st=dead` of any client
// would have come from this node, signed.
TEST_F(Desk, sec_NoClientPacksADaemonsMessage) {
    sign_on(1, "tst");
    said.clear();
    for (const char* name : {"_compressed_payload", "_compression_algorithm"}) {
        wire::Message message = message_of({{"t", "hello"}});
        message.set_binary(name, "x");
        call(1, body_of(message));
        call(1, {{"t", "hello"}, {name, "x"}});
    }
    EXPECT_EQ(said, Lines{});
    EXPECT_EQ(logged().back(), "client tst may not send 'hello': only the daemon packs messages");
}

// Why: a peer may compare types without their case, and a signature of the client's own must not go
// out beside ours.
TEST_F(Desk, sec_NeitherCaseNorAuthGetsPast) {
    sign_on(1, "tst");
    said.clear();
    for (const char* type : {"STATUS", "Resource", "ns_ackmsg", "HBAPI-clstat", "AddNode"}) {
        call(1, {{"t", type}});
    }
    EXPECT_EQ(said, Lines{});
    call(1, {{"t", "Hello"}, {"auth", "1 abc"}, {"auth", "1 def"}});
    EXPECT_EQ(said, Lines{"t=Hello from_id=tst to_id=tst client_gen=0"});
}

// Why: with the fields that the daemon adds, peers would refuse the packet, and ask for its number
// without end.
TEST_F(Desk, sec_NoClientSaysWhatPeersCannotRead) {
    sign_on(1, "tst");
    said.clear();
    wire::Message message = message_of({{"t", "hello"}});
    while (message.fields.size() < limits::message_fields_max) {
        message.set("f" + std::to_string(message.fields.size()), "");
    }
    call(1, body_of(message));
    wire::Message outer = message_of({{"t", "hello"}});
    message.fields.resize(1020);
    for (int i = 0; i < 4; ++i) {
        wire::Field field{"m" + std::to_string(i),
                          wire::FieldType::nested,
                          {},
                          {},
                          std::make_shared<const wire::Message>(message)};
        outer.fields.push_back(field);
    }
    call(1, body_of(outer));
    EXPECT_EQ(said, Lines{});
    EXPECT_EQ(logged().back(), "client tst may not send 'hello': too many fields");
}

// Why: ipfail's wish; any other word of a hand-over is between daemons.
TEST_F(Desk, AHandOverIsAskedOfThisNode) {
    sign_on(1, "tst");
    said.clear();
    call(1, {{"t", "ask_resources"}, {"rsc_hold", "foreign"}, {"src", "c1"}, {"info", "me"}});
    call(1, {{"t", "ask_resources"}, {"info", "me"}});
    call(1, {{"t", "ask_resources"}, {"rsc_hold", "all"}, {"info", "done"}});
    EXPECT_EQ(given, (Lines{"tst foreign", "tst all"}));
    EXPECT_EQ(said, Lines{});
}

// Why: there is nobody who could hear it, and the original is silent about that.
TEST_F(Desk, AMessageForNobodyIsLost) {
    sign_on(1, "tst");
    said.clear();
    for (const char* dest : {"c9", "10.77.0.254", ""}) call(1, {{"t", "hello"}, {"dest", dest}});
    call(1, {{"a", "no type"}});
    wire::Message message = message_of({{"t", "hello"}});
    message.set_binary("destuuid", Bytes(16, '\x33'));
    call(1, body_of(message));
    EXPECT_EQ(said, Lines{});
    message.set_binary("destuuid", Bytes(16, '\x22'));
    call(1, body_of(message));
    call(1, {{"t", "hello"}, {"dest", "c2"}});
    EXPECT_EQ(said.size(), 2U);
    EXPECT_EQ(said.back(), "t=hello dest=c2 from_id=tst to_id=tst client_gen=0");
}

// Why: api_test and monitoring ask this way; the own daemon answers like the others.
TEST_F(Desk, AQueryIsAnsweredByThisDaemonToo) {
    sign_on(1, "tst");
    said.clear();
    call(1, {{"t", "query-cstatus"}, {"cn", "tst"}, {"from_id", "x"}});
    const std::string answer = "t=respond-cstatus dest=c1 result=OK cn=tst to_id=tst cs=online";
    EXPECT_EQ(said, (Lines{"t=query-cstatus cn=tst from_id=tst client_gen=0", answer}));
    EXPECT_EQ(heard(1), answer + "\n");
    said.clear();
    call(1, {{"t", "query-cstatus"}, {"cn", "tst"}, {"dest", "c2"}});
    EXPECT_EQ(said.size(), 1U);
    said.clear();
    call(1, {{"t", "query-cstatus"}, {"cn", "tst9"}, {"dest", "c1"}});
    EXPECT_EQ(said, Lines{"t=respond-cstatus dest=c1 result=OK cn=tst9 to_id=tst cs=offline"});
}

// Why: vectors V7 and V8: what holds a message goes as netstring, without the signature.
TEST_F(Desk, WhatHoldsAMessageComesBackAsNetstring) {
    sign_on(1, "tst");
    wire::Message looped;
    call(1, "###\n10:(0)t=hello,24:(2)s=###\n8:(0)k=val,%%%\n,%%%\n");
    const Bytes stream = bytes_for(1);
    EXPECT_EQ(stream.substr(8),
              "###\n10:(0)t=hello,24:(2)s=###\n8:(0)k=val,%%%\n,"
              "14:(0)from_id=tst,12:(0)to_id=tst,15:(0)client_gen=0,%%%\n");
    desk.tell(message_of({{"t", "x"}, {"auth", "1 abc"}}), class_new, out);
    EXPECT_EQ(heard(1), "t=x auth=1 abc\n");
    ApiConfig api = api_of_c1();
    api.netstring = true;
    desk.reconfigure(api);
    desk.tell(message_of({{"t", "x"}, {"auth", "1 abc"}}), class_new, out);
    EXPECT_EQ(heard(1), "t=x\n");
}

// Why: who hears what is a matter of to_id, dest and the mask.
TEST_F(Desk, MessagesReachWhomTheyConcern) {
    sign_on(1, "tst");
    sign_on(2, "701", "701");
    const auto told = [this](Pairs fields, unsigned message_class = class_new) {
        desk.tell(message_of(fields), message_class, out);
        return std::string(heard(1).empty() ? "-" : "1") + (heard(2).empty() ? "-" : "2");
    };
    EXPECT_EQ(told({{"t", "resource"}, {"rsc_hold", "all"}}), "12");
    EXPECT_EQ(told({{"t", "x"}, {"to_id", "tst"}}), "1-");
    EXPECT_EQ(told({{"t", "x"}, {"to_id", "701"}}), "-2");
    EXPECT_EQ(told({{"t", "x"}, {"to_id", "other"}}), "--");
    EXPECT_EQ(told({{"t", "x"}, {"dest", "c2"}}), "--");
    EXPECT_EQ(told({{"t", "x"}, {"dest", "c1"}}), "12");
    EXPECT_EQ(told({{"t", "status"}}, class_unchanged), "--");
    ask(1, "tst", "setfilter", {{"fmask", "2"}});
    heard(1);
    EXPECT_EQ(told({{"t", "status"}}, class_unchanged), "1-");
    EXPECT_EQ(told({{"t", "status"}}), "-2");
    for (const char* type : {"query-cstatus", "reqnodes", "repnodes", "addnode", "setsite"}) {
        EXPECT_EQ(told({{"t", type}}), "--") << type;
    }
    ask(1, "tst", "setfilter", {{"fmask", "10"}});
    heard(1);
    EXPECT_EQ(told({{"t", "query-cstatus"}}), "1-");
    EXPECT_EQ(told({{"t", "reqnodes"}}), "--");
    ask(1, "tst", "setfilter", {{"fmask", "20"}});
    heard(1);
    EXPECT_EQ(told({{"t", "reqnodes"}}), "1-");
    EXPECT_EQ(told({{"t", "query-cstatus"}}), "--");
}

// Why: a leave goes to the client itself while it can hear, and to its like everywhere.
TEST_F(Desk, LeavingIsToldOnceToEverybody) {
    const std::string leave = "t=hbapi-clstat st=leave from_id=tst to_id=tst src=c1 info=";
    sign_on(1, "tst");
    said.clear();
    ask(1, "tst", "signoff");
    EXPECT_EQ(heard(1), leave + "signoff client_gen=0\nEOF\n");
    EXPECT_EQ(said, Lines{leave + "signoff client_gen=0"});
    said.clear();
    gone(1, "EOF");
    EXPECT_EQ(said, Lines{});
    sign_on(2, "tst");
    said.clear();
    gone(2, "EOF");
    EXPECT_EQ(heard(2), "");
    EXPECT_EQ(said, Lines{leave + "EOF client_gen=1"});
    call(2, {{"t", "hello"}});  // was on its way
    EXPECT_EQ(said.size(), 1U);
    EXPECT_EQ(logged().back(), "client tst left: EOF");
}

// Why: a whole status is long, and however many programs ask, heartbeats have their time. A reader
// that was refused waits; one that may not ask at all learns nothing.
TEST_F(Desk, AWholeStatusIsToldNowAndThen) {
    const auto told = [this](const char* name) {
        out.clear();
        ask(1, name, "hbstatus");
        const auto* order = out.empty() ? nullptr : std::get_if<TellStatus>(&out.back());
        return order == nullptr
                   ? heard(1)
                   : "status for " + std::to_string(static_cast<unsigned>(order->connection)) +
                         "\n";
    };
    came(1, 700);
    EXPECT_EQ(told("700"), "");
    gone(1, "EOF");
    sign_on(1, "700");
    EXPECT_EQ(told("700"), "status for 1\n");
    EXPECT_EQ(told("700"), "t=hbapi-resp reqtype=hbstatus result=badreq info=EAGAIN\n");
    at = at + limits::status_pause;
    EXPECT_EQ(told("700"), "status for 1\n");
}

// Why: whoever inherited the connection of a dead client hears that it is over.
TEST_F(Desk, AClientWhoseProcessIsGoneIsToldAndClosed) {
    sign_on(1, "tst");
    said.clear();
    gone(1, died_audit);
    const std::string leave =
        "t=hbapi-clstat st=leave from_id=tst to_id=tst src=c1 info=died-audit client_gen=0";
    EXPECT_EQ(heard(1), leave + "\nEOF\n");
    EXPECT_EQ(said, Lines{leave});
    EXPECT_FALSE(clients.online("tst"));
}

// Why: the engine copies every packet while somebody wants to see them.
TEST_F(Desk, NobodyIsCuriousOnceTheLastOneHasLeft) {
    sign_on(1, "tst");
    EXPECT_FALSE(desk.curious());
    ask(1, "tst", "setfilter", {{"fmask", "3f"}});
    EXPECT_TRUE(desk.curious());
    ask(1, "tst", "setfilter", {{"fmask", "1"}});
    EXPECT_FALSE(desk.curious());
    ask(1, "tst", "setfilter", {{"fmask", "4"}});
    gone(1, "EOF");
    EXPECT_FALSE(desk.curious());
}

// Why: the plugin ipfail is a client like others; a program of that name must not replace it.
TEST_F(Desk, ABuiltInClientIsADuplicate) {
    std::vector<wire::Message> join;
    ASSERT_TRUE(clients.sign_on("tst", join));
    came(1, 700);
    call(1, body_of(sign_on_of("tst")));
    EXPECT_NE(heard(1).find("info=duplicate add request"), std::string::npos);
    desk.tell(message_of({{"t", "x"}, {"to_id", "tst"}}), class_new, out);
    EXPECT_EQ(bytes_for(1), "");
}

}  // namespace
}  // namespace hb::core
