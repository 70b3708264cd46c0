// Fields and rules of clientapi.md that no other test of the desk shows (clientapi.md beside this
// file says which test shows what).
#include "base/limits.hpp"
#include "unit/core/desk_fixture.hpp"
#include "unit/core/recorded.hpp"  // and known.hpp

namespace hb::core {
namespace {

using ApiFields = DeskTest;

// Why: 12, V5: libhbclient ends its walk at exactly this frame.
TEST_F(ApiFields, TheLastFrameOfTheNodeListIsThatOfTheVector) {
    sign_on(1, "tst");
    ask(1, "tst", "nodelist");
    const Bytes stream = bytes_for(1), last = recorded("v5_last_of_node_list");
    EXPECT_TRUE(stream.ends_with(last));
    ask(1, "tst", "iflist", {{"node", "c2"}});
    const Bytes links = bytes_for(1);
    ASSERT_EQ(links.size(), 8U + 0x46 + 8U + 0x43);
    EXPECT_EQ(static_cast<unsigned char>(links[0]), 0x46);
    EXPECT_EQ(static_cast<unsigned char>(links[8 + 0x46]), 0x43);
}

// Why: 3.1: a uuid goes as base64 behind the digit of its type.
TEST_F(ApiFields, AUuidIsBase64) {
    sign_on(1, "tst");
    ask(1, "tst", "getuuid", {{"queryname", "c2"}});
    EXPECT_EQ(bytes_for(1).substr(8),
              std::string(">>>\nt=hbapi-resp\nreqtype=getuuid\n(1)queryuuid="
                          "IiIiIiIiIiIiIiIiIiIiIg==\nresult=OK\n<<<\n") +
                  '\0');
}

// Why: 6: only named clients are told of; a casual one ends with its sign-off.
TEST_F(ApiFields, ACasualClientSignsOffWithoutALeave) {
    sign_on(1, "700");
    ask(1, "700", "signoff");
    EXPECT_EQ(heard(1), "EOF\n");
    EXPECT_EQ(said, Lines{});
    EXPECT_FALSE(clients.online("700"));
}

// Why: 6: `31x` is 31 and `0x1` is 0; what is refused changes nothing; messages count as answers
// do.
TEST_F(ApiFields, TheSignalIsTheOneThatWasAskedFor) {
    sign_on(1, "tst");
    const auto told = [this] {
        out.clear();
        desk.tell(message_of({{"t", "x"}}), class_new, out);
        return std::get<Notify>(out.at(0)).signal;
    };
    EXPECT_EQ(told(), 0);
    for (const auto& [text, signal] :
         {std::pair("31x", 31), std::pair("9", 31), std::pair("x", 31), std::pair("0x1", 0),
          std::pair(" +12", 12), std::pair("19", 12), std::pair("32", 12), std::pair("0", 0)}) {
        ask(1, "tst", "setsignal", {{"signal", text}});
        EXPECT_EQ(told(), signal) << text;
    }
}

// Why: 6: unknown bits beside a known one are ignored, and a refused mask leaves the old one.
TEST_F(ApiFields, TheMaskIsTheOneThatWasAskedFor) {
    sign_on(1, "tst");
    const auto hears = [this] {
        out.clear();
        std::string classes;
        for (unsigned bit = 1; bit <= class_protocol; bit *= 2) {
            desk.tell(message_of({{"t", "x"}}), bit, out);
            classes += heard(1).empty() ? "-" : "x";
        }
        return classes;
    };
    EXPECT_EQ(hears(), "x-----");
    for (const auto& [mask, classes] :
         {std::pair("3F", "xxxxxx"), std::pair("40", "xxxxxx"), std::pair("41", "x-----"),
          std::pair("0xd", "x-xx--"), std::pair("f", "xxxx--"), std::pair("4", "--x---"),
          std::pair("", "--x---"), std::pair("10", "----x-"), std::pair("1", "x-----")}) {
        ask(1, "tst", "setfilter", {{"fmask", mask}});
        EXPECT_EQ(hears(), classes) << mask;
    }
}

// Why: 6.1: a casual client is told by its pid; cl_status is one.
TEST_F(ApiFields, ACasualClientMayAskForARemoteOne) {
    sign_on(1, "700", "700", 0, 106);
    ask(1, "700", "clientstatus", {{"node", "c2"}, {"cn", "ipfail"}});
    EXPECT_EQ(said, Lines{"t=query-cstatus dest=c2 cn=ipfail from_id=700"});
    desk.tell(message_of({{"t", "respond-cstatus"}, {"dest", "c1"}, {"to_id", "700"}}), class_new,
              out);
    EXPECT_NE(heard(1), "");
}

// Why: 9: what a client says comes back in its order, and it hears nothing of before its time.
TEST_F(ApiFields, OwnMessagesComeBackInTheirOrder) {
    sign_on(1, "tst2", "701");
    came(2, 700);
    desk.tell(message_of({{"t", "early"}}), class_new, out);
    call(2, body_of(sign_on_of("tst")));
    for (const char* number : {"one", "two", "three"}) call(2, {{"t", "hello"}, {"word", number}});
    const std::string text = heard(2);
    EXPECT_EQ(text.find("early"), std::string::npos);
    EXPECT_LT(text.find("result=OK"), text.find("word=one"));
    EXPECT_LT(text.find("word=one"), text.find("word=two"));
    EXPECT_LT(text.find("word=two"), text.find("word=three"));
    EXPECT_NE(text.find("word=three"), std::string::npos);
}

// Why: apiauth: whoever may not sign on learns what the refusal says, and nothing of the cluster.
TEST_F(ApiFields, WhoeverIsNotSignedOnHearsNothing) {
    sign_on(1, "tst");
    came(2, 701, 5, 5);  // says nothing
    came(3, 702, 5, 5);  // is refused
    call(3, body_of(sign_on_of("tst2", "702", 5, 5)));
    EXPECT_TRUE(heard(3).ends_with("EOF\n"));
    for (const unsigned each :
         {class_new, class_unchanged, class_dropped, class_duplicate, class_api, class_protocol}) {
        desk.tell(message_of({{"t", "status"}, {"src", "c2"}, {"st", "dead"}}), each, out);
        desk.tell(message_of({{"t", "x"}, {"to_id", "tst2"}}), each, out);
    }
    for (const char* request :
         {"nodelist", "nodestatus", "nodeweight", "nodesite", "nodetype", "iflist", "ifstatus",
          "clientstatus", "numnodes", "getparm", "getrsc", "getuuid", "getnodename", "setfilter",
          "setsignal", "set_sendqlen", "signoff", "hbstatus", "foo"}) {
        for (const unsigned stranger : {2U, 3U}) {
            call(stranger, {{"t", "hbapi-req"},
                            {"reqtype", request},
                            {"pid", "700"},
                            {"from_id", "tst"},
                            {"node", "c1"},
                            {"fmask", "3f"}});
        }
    }
    call(2, {{"t", "ask_resources"}, {"rsc_hold", "all"}, {"info", "me"}});
    call(2, {{"t", "query-cstatus"}, {"cn", "tst"}});
    EXPECT_EQ(heard(2), "");
    EXPECT_EQ(heard(3), "");
    EXPECT_EQ(given, Lines{});
    EXPECT_EQ(said.size(), 1U);  // the join of the one who may
    for (const Effect& effect : out) EXPECT_FALSE(std::holds_alternative<TellStatus>(effect));
    ask(1, "tst", "numnodes");
    EXPECT_NE(heard(1), "");  // and nobody signed it off
}

}  // namespace
}  // namespace hb::core
