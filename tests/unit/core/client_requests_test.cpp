// Every request of clientapi.md 6 and every field of its answers.
#include "core/client_requests.hpp"

#include "base/limits.hpp"
#include "unit/core/desk_fixture.hpp"

namespace hb::core {
namespace {

struct Asked {
    const char* request;
    std::vector<std::pair<const char*, const char*>> fields;
    const char* answers;  // without t and reqtype; frames divided by |
};

void PrintTo(const Asked& asked, std::ostream* out) { *out << asked.request; }

class Request : public DeskTest, public testing::WithParamInterface<Asked> {};

// Why: each of these is an answer of Debian's 3.0.6 that some program parses.
TEST_P(Request, IsAnsweredAsHeartbeatAnswers) {
    sign_on(1, "tst");
    wire::Message message = message_of({{"t", "hbapi-req"}, {"reqtype", GetParam().request}});
    message.set("from_id", "tst");
    for (const auto& [name, value] : GetParam().fields) message.set(name, value);
    call(1, body_of(message));
    std::string expected;
    std::string_view rest = GetParam().answers;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('|'), rest.size());
        expected += "t=hbapi-resp reqtype=" + std::string(GetParam().request) + " " +
                    std::string(rest.substr(0, end)) + "\n";
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    EXPECT_EQ(heard(1), expected);
    EXPECT_EQ(heard(1), "");
}

constexpr const char* bad_value = "result=badreq info=EINVAL";

INSTANTIATE_TEST_SUITE_P(
    ClientApi, Request,
    testing::Values(
        Asked{"nodelist",
              {},
              "node=c1 nodetype=normal st=active result=ok/more|"
              "node=c2 nodetype=normal st=active result=ok/more|"
              "node=c3 nodetype=normal st=init result=ok/more|"
              "node=10.77.0.254 nodetype=ping st=ping result=OK"},
        Asked{"nodestatus", {{"node", "c2"}}, "st=active result=OK"},
        Asked{"nodestatus", {{"node", "10.77.0.254"}}, "st=ping result=OK"},
        Asked{"nodestatus", {{"node", "c9"}}, bad_value}, Asked{"nodestatus", {}, bad_value},
        Asked{"nodestatus", {{"node", "c3"}}, "st=init result=OK"},
        Asked{"nodeweight", {{"node", "c1"}}, "weight=100 result=OK"},
        Asked{"nodeweight", {{"node", "c9"}}, bad_value}, Asked{"nodeweight", {}, bad_value},
        Asked{"nodesite", {{"node", "c9"}}, bad_value}, Asked{"nodetype", {}, bad_value},
        Asked{"iflist", {}, bad_value}, Asked{"ifstatus", {}, bad_value},
        Asked{"ifstatus", {{"ifname", "eth0"}}, bad_value},
        Asked{"ifstatus", {{"node", "c9"}, {"ifname", "eth0"}}, bad_value},
        Asked{"ifstatus", {{"node", "c2"}, {"ifname", "eth0"}}, "st=up result=OK"},
        Asked{"ifstatus", {{"node", "10.77.0.254"}, {"ifname", "10.77.0.254"}}, "st=up result=OK"},
        Asked{"nodesite", {{"node", "c1"}}, "site= result=OK"}, Asked{"nodesite", {}, bad_value},
        Asked{"nodetype", {{"node", "c2"}}, "nodetype=normal result=OK"},
        Asked{"nodetype", {{"node", "10.77.0.254"}}, "nodetype=ping result=OK"},
        Asked{"nodetype", {{"node", "ping"}}, bad_value},
        Asked{"iflist",
              {{"node", "c2"}},
              "ifname=eth0 st=up result=ok/more|ifname=eth1 st=dead result=OK"},
        Asked{"iflist", {{"node", "10.77.0.254"}}, "ifname=10.77.0.254 st=up result=OK"},
        Asked{"iflist", {{"node", "c9"}}, bad_value},
        Asked{"ifstatus", {{"node", "c2"}, {"ifname", "eth1"}}, "st=dead result=OK"},
        Asked{"ifstatus", {{"node", "c2"}, {"ifname", "eth9"}}, bad_value},
        Asked{"ifstatus", {{"node", "c2"}}, bad_value},
        Asked{"numnodes", {}, "numnodes=3 result=OK"},
        Asked{"getparm", {{"pname", "keepalive"}}, "pvalue=1 result=OK"},
        Asked{"getparm", {{"pname", "crm"}}, "pvalue=false result=OK"},
        Asked{"getparm", {{"pname", "hbversion"}}, "pvalue=3.0.6 result=OK"},
        Asked{"getparm", {{"pname", "nothing"}}, "result=OK"},
        Asked{"getparm", {{"pname", "debugfile"}}, "result=OK"},
        Asked{"getparm", {{"pname", ""}}, "result=OK"},
        Asked{"getparm", {{"pname", "auto_failback"}}, "pvalue=on result=OK"},
        Asked{"getparm", {}, bad_value}, Asked{"getrsc", {}, "rsc_hold=local result=OK"},
        Asked{"getuuid", {}, "result=badreq info=no query node name found"},
        Asked{"getuuid", {{"queryname", "c9"}}, "result=OK"},
        Asked{"getuuid", {{"queryname", "c3"}}, "result=OK"},
        Asked{"getuuid",
              {{"queryname", "c2"}},
              "queryuuid=\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22 "
              "result=OK"},
        Asked{"getnodename", {}, "result=badreq info=no query node name found"},
        Asked{
            "getnodename", {{"queryuuid", "text"}}, "result=badreq info=no query node name found"},
        Asked{"clientstatus",
              {{"node", "c1"}, {"cn", "tst"}},
              "subt=respond-cstatus cs=online result=OK"},
        Asked{"clientstatus",
              {{"node", "c1"}, {"cn", "tst9"}},
              "subt=respond-cstatus cs=offline result=OK"},
        Asked{"clientstatus",
              {{"node", "c3"}, {"cn", "tst"}},
              "subt=respond-cstatus cs=offline result=OK"},
        Asked{"clientstatus",
              {{"node", "10.77.0.254"}, {"cn", "tst"}},
              "subt=respond-cstatus cs=offline result=OK"},
        Asked{"clientstatus", {{"node", "c9"}, {"cn", "tst"}}, bad_value},
        Asked{"clientstatus", {{"node", "c1"}}, bad_value},
        Asked{"clientstatus", {{"cn", "tst"}}, bad_value}, Asked{"clientstatus", {}, bad_value},
        Asked{"setfilter", {{"fmask", "1"}}, "result=OK"},
        Asked{"setfilter", {{"fmask", "3f"}}, "result=OK"},
        Asked{"setfilter", {{"fmask", "41"}}, "result=OK"},
        Asked{"setfilter", {{"fmask", "40"}}, bad_value},
        Asked{"setfilter", {{"fmask", "x"}}, bad_value}, Asked{"setfilter", {}, bad_value},
        Asked{"setsignal", {{"signal", "0"}}, "result=OK"},
        Asked{"setsignal", {{"signal", "31x"}}, "result=OK"},
        Asked{"setsignal", {{"signal", "0x1"}}, "result=OK"},
        Asked{"setsignal", {{"signal", "32"}}, bad_value},
        Asked{"setsignal", {{"signal", "-1"}}, bad_value},
        Asked{"setsignal", {{"signal", "9"}}, bad_value},
        Asked{"setsignal", {{"signal", "19"}}, bad_value},
        Asked{"setsignal", {{"signal", "x"}}, "result=badreq"},
        Asked{"setsignal", {}, "result=badreq"}, Asked{"set_sendqlen", {}, ""},
        Asked{"set_sendqlen", {{"sendqlen", "-3"}}, ""},
        Asked{"set_sendqlen", {{"sendqlen", "x"}}, ""},
        Asked{"set_sendqlen", {{"sendqlen", "0"}}, ""},
        Asked{"set_sendqlen", {{"sendqlen", "1024"}}, ""}, Asked{"foo", {}, "result=badreq"}));

using Requests = DeskTest;

// Why: the lengths of clientapi.md 12, on the wire.
TEST_F(Requests, FramesHaveTheLengthsOfTheVectors) {
    sign_on(1, "tst");
    const auto length = [this](const char* request, Pairs fields = {}) {
        ask(1, "tst", request, fields);
        return static_cast<unsigned char>(bytes_for(1)[0]);
    };
    EXPECT_EQ(length("nodelist"), 0x58);
    EXPECT_EQ(length("iflist", {{"node", "c1"}}), 0x46);
    EXPECT_EQ(length("foo"), 0x30);
    EXPECT_EQ(length("nodestatus"), 0x43);
}

// Why: a ping node has a uuid of zeros, and names are found by the others' uuids.
TEST_F(Requests, UuidsAndNamesAreFoundBothWays) {
    sign_on(1, "tst");
    ask(1, "tst", "getuuid", {{"queryname", "10.77.0.254"}});
    const auto message = wire::client_frame::decode(ByteView(bytes_for(1)).substr(8));
    EXPECT_EQ(message->binary("queryuuid"), Bytes(16, '\0'));
    wire::Message request =
        message_of({{"t", "hbapi-req"}, {"reqtype", "getnodename"}, {"pid", "700"}});
    request.set_binary("queryuuid", Bytes(16, '\x22'));
    call(1, body_of(request));
    EXPECT_EQ(heard(1), "t=hbapi-resp reqtype=getnodename queryname=c2 result=OK\n");
    request.set_binary("queryuuid", Bytes(16, '\x33'));
    call(1, body_of(request));
    EXPECT_EQ(heard(1), "t=hbapi-resp reqtype=getnodename result=OK\n");
    request.set_binary("queryuuid", Bytes(15, '\x22'));
    call(1, body_of(request));
    EXPECT_EQ(heard(1),
              "t=hbapi-resp reqtype=getnodename result=badreq info=no query node name found\n");
}

// Why: with Pacemaker haresources says nothing about resources.
TEST_F(Requests, ResourcesOfPacemakerAreNotOurs) {
    ApiConfig api = api_of_c1();
    api.manages_resources = false;
    desk.reconfigure(api);
    sign_on(1, "tst");
    ask(1, "tst", "getrsc");
    EXPECT_EQ(heard(1),
              "t=hbapi-resp reqtype=getrsc result=badreq info=resources are managed by "
              "Pacemaker, not by haresources\n");
}

// Why: only root may look over the shoulders of others.
TEST_F(Requests, MoreThanNewMessagesIsForRoot) {
    sign_on(1, "700", "700", 5, 106);
    for (const char* mask : {"2", "3", "4", "8", "10", "20", "3f", "43"}) {
        ask(1, "700", "setfilter", {{"fmask", mask}});
        EXPECT_EQ(heard(1), "t=hbapi-resp reqtype=setfilter result=badreq info=EPERM\n") << mask;
    }
    for (const unsigned of_root :
         {class_unchanged, class_dropped, class_duplicate, class_api, class_protocol}) {
        desk.tell(message_of({{"t", "status"}}), of_root, out);
        EXPECT_EQ(heard(1), "");
    }
    ask(1, "700", "setfilter", {{"fmask", "1"}});
    EXPECT_EQ(heard(1), "t=hbapi-resp reqtype=setfilter result=OK\n");
}

// Why: ccm asks for 1024; without a bound a client could ask for all memory.
TEST_F(Requests, TheQueueGrowsUpToABound) {
    sign_on(1, "tst");
    const auto asked = [this](const char* frames) {
        out.clear();
        ask(1, "tst", "set_sendqlen", {{"sendqlen", frames}});
        const auto* queue = out.empty() ? nullptr : std::get_if<ClientQueue>(&out.back());
        return queue == nullptr ? 0U : queue->frames;
    };
    EXPECT_EQ(asked("1024"), 1024U);
    EXPECT_EQ(asked("999999999999"), limits::client_queue_frames_max);
    EXPECT_EQ(asked("0"), 0U);
}

// Why: every frame counts, and the first is the answer to the request itself.
TEST_F(Requests, TheSignalGoesWithEveryFrame) {
    sign_on(1, "tst");
    ask(1, "tst", "setsignal", {{"signal", "10"}});
    ask(1, "tst", "numnodes");
    std::vector<int> signals;
    for (const Effect& effect : out) {
        if (const auto* frame = std::get_if<Notify>(&effect)) signals.push_back(frame->signal);
    }
    EXPECT_EQ(signals, (std::vector<int>{10, 10}));
}

// Why: only active nodes can be asked, and the asker is told by name or pid.
TEST_F(Requests, TheStateOfARemoteClientIsAskedForThere) {
    sign_on(1, "tst");
    ask(1, "tst", "clientstatus", {{"node", "c2"}, {"cn", "dopd"}});
    EXPECT_EQ(heard(1), "");
    EXPECT_EQ(said.back(), "t=query-cstatus dest=c2 cn=dopd from_id=tst");
    desk.tell(message_of({{"t", "respond-cstatus"},
                          {"dest", "c1"},
                          {"result", "OK"},
                          {"cn", "dopd"},
                          {"to_id", "tst"},
                          {"cs", "online"}}),
              class_new, out);
    EXPECT_EQ(heard(1), "t=respond-cstatus dest=c1 result=OK cn=dopd to_id=tst cs=online\n");
}

// Why: 6: what cannot be sent is said, else cl_status waits for its whole time-out.
TEST_F(Requests, AQuestionThatCannotGoIsAnAnswer) {
    sign_on(1, "tst");
    mute = true;
    ask(1, "tst", "clientstatus", {{"node", "c2"}, {"cn", "dopd"}});
    EXPECT_EQ(heard(1), "t=hbapi-resp reqtype=clientstatus result=badreq info=ECOMM\n");
}

// Why: a body that cannot be read costs the sender nothing but that body.
TEST_F(Requests, AfterABodyThatCannotBeReadTheNextIsAnswered) {
    sign_on(1, "tst");
    call(1, "");
    call(1, "GET / HTTP/1.0");
    call(1, "###\n99:");
    EXPECT_EQ(heard(1), "");
    EXPECT_EQ(logged().back(),
              "client tst sent a message that cannot be read: a client's message "
              "begins with neither >>> nor ###");
    ask(1, "tst", "numnodes");
    EXPECT_EQ(heard(1), "t=hbapi-resp reqtype=numnodes numnodes=3 result=OK\n");
}

// Why: this is how the original tells clients apart; two connections of one process show it.
TEST_F(Requests, TheNewestThatFitsMustBeTheSender) {
    sign_on(1, "tst");
    sign_on(2, "tst2");  // the same process
    ask(1, "tst", "numnodes");
    EXPECT_EQ(heard(1), "");
    ask(2, "tst2", "numnodes");
    EXPECT_NE(heard(2), "");
    ask(2, "tst2", "signoff");
    ask(1, "tst", "numnodes");
    EXPECT_NE(heard(1), "");
    call(1, {{"t", "hbapi-req"}, {"reqtype", "numnodes"}, {"from_id", "tst"}});
    EXPECT_NE(heard(1), "");
    call(1, {{"t", "hbapi-req"}, {"reqtype", "numnodes"}, {"pid", "700"}});
    EXPECT_NE(heard(1), "");
    for (const Pairs& fields :
         {Pairs{{"t", "hbapi-req"}, {"reqtype", "numnodes"}},
          Pairs{{"t", "hbapi-req"}, {"from_id", "tst"}},
          Pairs{{"t", "hbapi-req"}, {"reqtype", "numnodes"}, {"pid", "701"}}}) {
        call(1, fields);
        EXPECT_EQ(heard(1), "");
    }
}

// Why: `msgfmt netstring` holds for clients too; requests come in either form.
TEST_F(Requests, AnswersComeInTheFormOfMsgfmt) {
    ApiConfig api = api_of_c1();
    api.netstring = true;
    desk.reconfigure(api);
    sign_on(1, "tst");
    call(1, "###\n14:(0)t=hbapi-req,19:(0)reqtype=numnodes,14:(0)from_id=tst,%%%\n");
    EXPECT_EQ(bytes_for(1).substr(8),
              "###\n15:(0)t=hbapi-resp,19:(0)reqtype=numnodes,13:(0)numnodes=3,12:(0)result=OK,"
              "%%%\n");
}

// Why: 6: ipfail asks for each of these words, as they are.
TEST_F(Requests, HoldingsAreToldAsTheyAre) {
    sign_on(1, "tst");
    for (const char* word : {"none", "local", "foreign", "all", "transition"}) {
        picture.holdings = word;
        ask(1, "tst", "getrsc");
        EXPECT_EQ(heard(1),
                  std::string("t=hbapi-resp reqtype=getrsc rsc_hold=") + word + " result=OK\n");
    }
}

}  // namespace
}  // namespace hb::core
