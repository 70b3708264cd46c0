// How programs become clients: the checks of clientapi.md 4, in their order and with their texts.
#include "base/limits.hpp"
#include "unit/core/desk_fixture.hpp"
#include "unit/core/recorded.hpp"  // and known.hpp

namespace hb::core {
namespace {

Bytes body(const std::string& name) { return recorded(name).substr(8); }

constexpr const char* node_of_c1 =
    "deadtime=1770 keepalive=3e8 node=c1 hbversion=3.0.6 (node: "
    "958e11be8686759f1b99204c17812f2c2633b169) pacemaker=false logfacility=0";

class SignOn : public DeskTest {
protected:
    // As `name` of pid 700, with one field changed or, with a null, left out.
    std::string answer(const char* name, const char* field = "", const char* value = nullptr,
                       bool lives = true, std::uint32_t uid = 0, std::uint32_t gid = 0) {
        came(next_, 700, uid, gid);
        wire::Message message = sign_on_of(name, "700", uid, gid);
        if (value != nullptr) message.set(field, value);
        if (value == nullptr) message.erase(field);
        call(next_, body_of(message), lives);
        return heard(next_++);
    }
    static std::string refusal(const std::string& why) {
        return "t=hbapi-resp reqtype=signon info=" + why + " result=badreq " + node_of_c1 + "\n";
    }
    static std::string leave(const std::string& name, const std::string& why, int number) {
        return "t=hbapi-clstat st=leave from_id=" + name + " to_id=" + name +
               " src=c1 info=" + why + " client_gen=" + std::to_string(number) + "\n";
    }
    unsigned next_{1};
};

// Why: cl_status, ipfail and whatever people linked with libhbclient expect exactly these bytes.
TEST_F(SignOn, ACasualClientIsAnsweredAsHeartbeatAnswers) {
    came(1, 162, 0, 106);
    call(1, body("v1_signon"));
    EXPECT_EQ(bytes_for(1), recorded("v2_signon_accepted"));
    call(1, body("v3_nodestatus"));
    EXPECT_EQ(bytes_for(1), recorded("v4_nodestatus_answer"));
    EXPECT_EQ(said, Lines{});  // nobody is told of a casual client
}

// Why: libraries queue what comes before the answer, and 3.0.6 sends the join first.
TEST_F(SignOn, ANamedClientHearsOfItselfFirst) {
    const std::string join =
        "t=hbapi-clstat st=join from_id=tst to_id=tst src=c1 info=signon client_gen=0";
    EXPECT_EQ(answer("tst"), join + "\nt=hbapi-resp reqtype=signon result=OK " + node_of_c1 + "\n");
    EXPECT_EQ(said, Lines{join});
    EXPECT_EQ(logged(), Lines{"client tst signed on (pid 700, uid 0)"});
}

// Why: the vector of clientapi.md 12, and the count of attempts in client_gen.
TEST_F(SignOn, ASecondOfThatNameIsRefused) {
    answer("tst");
    EXPECT_EQ(answer("tst"),
              refusal("duplicate add request") + leave("", "duplicate add request", 1) + "EOF\n");
    came(9, 700);
    call(9, {{"t", "hbapi-req"}, {"reqtype", "signon"}, {"pid", "700"}, {"from_id", "tst"}});
    const Bytes stream = bytes_for(9);
    EXPECT_EQ(static_cast<unsigned char>(stream[0]), 0xd1U);
    EXPECT_EQ(static_cast<unsigned char>(stream[8 + 0xd1]), 0x60U);
    EXPECT_EQ(said.size(), 1U);  // 3.0.6 tells the cluster of a leave without a join
}

struct Refused {
    const char* name;
    const char* field;
    const char* value;
    bool lives;
    const char* why;
    const char* leave_name;
    const char* leave_why;
};

// Why: the order decides which text an administrator reads.
TEST_F(SignOn, EachCheckHasItsTextAndItsLeave) {
    const Refused cases[] = {
        {"tst", "pid", nullptr, true, "bad pid", "", "bad pid"},
        {"tst", "pid", "0", true, "bad pid", "", "bad pid"},
        {"tst", "pid", "-5", true, "bad pid", "", "bad pid"},
        {"tst", "pid", "99999", false, "bad pid", "", "died"},
        {"", "t", "hbapi-req", true, "duplicate add request", "", "duplicate add request"},
        {"abcdefghijklmnopqrstuvwxyz012345", "t", "hbapi-req", true, "bad client id", "",
         "bad client id"},
        {"a b", "t", "hbapi-req", true, "bad client id", "", "bad client id"},
        {"tst", "uid", nullptr, true, "invalid id info", "tst", "invalid id info"},
        {"tst", "gid", "root", true, "invalid id info", "tst", "invalid id info"},
        {"tst", "uid", "1", true, "incorrect/false credentials", "tst",
         "incorrect/false credentials"},
        {"nobody", "t", "hbapi-req", true, "no default client auth", "nobody",
         "no default client auth"},
        {"ping", "t", "hbapi-req", true, "client failed authorization", "ping",
         "client failed authorization"},
        {"tst", "pid", "701", true, "pid mismatch", "tst", "pid mismatch"}};
    int number = 0;
    for (const Refused& one : cases) {
        EXPECT_EQ(answer(one.name, one.field, one.value, one.lives),
                  refusal(one.why) + leave(one.leave_name, one.leave_why, number++) + "EOF\n")
            << one.why;
    }
    EXPECT_EQ(said, Lines{});
    EXPECT_FALSE(desk.anybody());
}

// Why: a casual client has no name under which it could leave.
TEST_F(SignOn, ACasualClientWithFalsePapersIsClosedWithoutALeave) {
    EXPECT_EQ(answer("700", "uid", "1"), refusal("incorrect/false credentials") + "EOF\n");
    EXPECT_EQ(answer("700", "gid", nullptr), refusal("invalid id info") + "EOF\n");
    EXPECT_EQ(answer("700", "t", "hbapi-req", true, 5, 5),
              refusal("client failed authorization") + leave("", "client failed authorization", 2) +
                  "EOF\n");
    desk.allowed({});
    EXPECT_EQ(answer("700"),
              refusal("apiauth anon missing") + leave("", "apiauth anon missing", 3) + "EOF\n");
}

// Why: the forms of from_id that libhbclient and old programs send.
TEST_F(SignOn, WithoutANameOrWithItsPidItIsCasual) {
    EXPECT_NE(answer("", "from_id", nullptr).find("result=OK"), std::string::npos);
    EXPECT_TRUE(clients.online("700"));
    gone(1, "EOF");
    EXPECT_NE(answer("0700").find("result=OK"), std::string::npos);
    EXPECT_EQ(said, Lines{});
}

// Why: apiauth is all that stands between a local user and the cluster.
TEST_F(SignOn, UsersAndGroupsAreThoseOfTheRule) {
    EXPECT_NE(answer("ping", "t", "hbapi-req", true, 5, 106).find("result=OK"), std::string::npos);
    EXPECT_NE(answer("tst2", "t", "hbapi-req", true, 5, 106).find("failed authorization"),
              std::string::npos);
    desk.allowed({{"default", {5}, {}}});
    EXPECT_NE(answer("any", "t", "hbapi-req", true, 5, 0).find("result=OK"), std::string::npos);
    EXPECT_NE(answer("other", "t", "hbapi-req", true, 0, 5).find("failed authorization"),
              std::string::npos);
}

// Why: 4: the first check that fails gives the reason, however much else is wrong.
TEST_F(SignOn, TheFirstCheckThatFailsIsTheReason) {
    sign_on(99, "tst", "702");
    const auto reason = [this](const char* pid, const char* name, const char* uid, bool lives) {
        came(next_, 700, 5, 5);
        wire::Message message = sign_on_of(name, pid, 5, 5);
        message.set("uid", uid);
        call(next_, body_of(message), lives);
        const std::string text = heard(next_++);
        const std::size_t begin = text.find("info=") + 5;
        return text.substr(begin, text.find(" result=") - begin);
    };
    next_ = 2;
    EXPECT_EQ(reason("0", "tst", "x", false), "bad pid");
    EXPECT_EQ(reason("701", "tst", "x", false), "bad pid");
    EXPECT_EQ(reason("701", "tst", "x", true), "duplicate add request");
    EXPECT_EQ(reason("701", "nobody", "x", true), "invalid id info");
    EXPECT_EQ(reason("701", "nobody", "6", true), "incorrect/false credentials");
    EXPECT_EQ(reason("701", "nobody", "5", true), "no default client auth");
    EXPECT_EQ(reason("701", "tst2", "5", true), "client failed authorization");
    desk.allowed({{"default", {5}, {}}});
    EXPECT_EQ(reason("701", "nobody", "5", true), "pid mismatch");
    EXPECT_NE(reason("700", "nobody", "5", true), "pid mismatch");
    EXPECT_TRUE(clients.online("nobody"));
}

// Why: 4: a name of digits that is not the pid it gives is a name like others, with its own rule.
TEST_F(SignOn, AnotherPidIsAName) {
    EXPECT_EQ(answer("700", "pid", "701"), refusal("no default client auth") +
                                               leave("700", "no default client auth", 0) + "EOF\n");
    desk.allowed({{"default", {0}, {}}});
    EXPECT_EQ(answer("700", "pid", "701"),
              refusal("pid mismatch") + leave("700", "pid mismatch", 1) + "EOF\n");
    EXPECT_NE(answer("701").find("from_id=701 to_id=701"), std::string::npos);
    EXPECT_EQ(said.size(), 1U);
}

// Why: 4: `dest` means nothing here, and fields that are not known do no harm; a name has 31
// letters.
TEST_F(SignOn, WhatIsNotCheckedDoesNotMatter) {
    desk.allowed({{"default", {0}, {}}});
    const std::string longest(limits::client_name_bytes_max, 'n');
    EXPECT_EQ(longest.size(), 31U);
    EXPECT_NE(answer(longest.c_str(), "dest", nullptr).find("result=OK"), std::string::npos);
    EXPECT_TRUE(clients.online(longest));
    EXPECT_NE(answer("a", "dest", "other").find("result=OK"), std::string::npos);
    EXPECT_NE(answer("b", "new", "field").find("result=OK"), std::string::npos);
}

// Why: 4: libraries log where these say, and cl_status asks or does not ask for resources.
TEST_F(SignOn, TheNodeIsDescribedAsItIs) {
    ApiConfig api = api_of_c1();
    api.deadtime = std::chrono::milliseconds(30'000);
    api.keepalive = std::chrono::milliseconds(20);
    api.self = "beta";
    api.pacemaker = "respawn";
    api.long_version = "3.0.6 (x)";
    api.facility = std::nullopt;
    desk.reconfigure(api);
    EXPECT_EQ(answer("700"),
              "t=hbapi-resp reqtype=signon result=OK deadtime=7530 keepalive=14 node=beta "
              "hbversion=3.0.6 (x) pacemaker=respawn\n");
    api.facility = 128;
    desk.reconfigure(api);
    EXPECT_TRUE(answer("tst").ends_with(" pacemaker=respawn logfacility=128\n"));
}

// Why: 3.0.6 crashes on one of these; the others must not learn whether a name is taken.
TEST_F(SignOn, BeforeItOnlyASignOnIsAnswered) {
    came(1, 700);
    for (const Bytes& nonsense :
         {Bytes(), Bytes("x"), body_of(message_of({{"t", "hello"}})),
          body_of(message_of({{"t", "hbapi-req"}, {"reqtype", "nodelist"}, {"pid", "700"}})),
          body_of(message_of({{"t", "hbapi-req"}}))}) {
        call(1, nonsense);
        EXPECT_EQ(heard(1), "");
    }
    call(1, body_of(sign_on_of("tst")));
    EXPECT_NE(heard(1).find("result=OK"), std::string::npos);
    EXPECT_EQ(logged().front(),
              "client that is not signed on sent a message that cannot be read: "
              "a client's message begins with neither >>> nor ###");
}

TEST_F(SignOn, ASecondOneOnTheSameConnectionIsABadRequest) {
    sign_on(1, "tst");
    ask(1, "tst", "signon");
    EXPECT_EQ(heard(1), "t=hbapi-resp reqtype=signon result=badreq\n");
    EXPECT_TRUE(clients.online("tst"));
}

// Why: whoever only connects must not lock clients out.
TEST_F(SignOn, TheOldestThatNeverSignedOnMakesRoom) {
    sign_on(1, "tst");
    for (unsigned i = 2; i <= limits::client_connections_max; ++i) came(i, 700);
    EXPECT_EQ(heard(2), "");
    came(9999, 700);
    EXPECT_EQ(heard(2), "EOF\n");
    EXPECT_EQ(heard(1), "");
    EXPECT_EQ(logged().back(),
              "1 connections to the client socket were closed: too many at a time");
}

// Why: each costs memory; who is there stays, and the one too many reads why.
TEST_F(SignOn, OneTooManyIsRefused) {
    for (unsigned i = 1; i <= limits::clients_max; ++i) {
        const std::string pid = std::to_string(1000 + i);
        sign_on(i, pid, pid);
    }
    next_ = limits::clients_max + 1;
    EXPECT_EQ(answer("tst"), refusal("too many clients") +
                                 leave("tst", "too many clients", limits::clients_max + 1) +
                                 "EOF\n");
    gone(1, "EOF");
    EXPECT_NE(answer("tst").find("result=OK"), std::string::npos);
}

// Why: a loop of failing programs must not fill the log.
TEST_F(SignOn, TheSameRefusalIsLoggedOnceAMinute) {
    for (int i = 0; i < 50; ++i) answer("nobody");
    EXPECT_EQ(logged(), Lines{"client nobody (pid 700, uid 0) cannot sign on: no default client "
                              "auth"});
    at = at + limits::client_log_pause;
    answer("nobody");
    EXPECT_EQ(logged().size(), 2U);
}

// Why: after a reload clients stay, and new ones are held against the new rules.
TEST_F(SignOn, AReloadKeepsClientsAndChangesRules) {
    sign_on(1, "tst");
    next_ = 2;
    desk.reconfigure(api_of_c1());
    desk.allowed({});
    ask(1, "tst", "numnodes");
    EXPECT_EQ(heard(1), "t=hbapi-resp reqtype=numnodes numnodes=3 result=OK\n");
    const std::string after = answer("tst2");
    EXPECT_NE(after.find("no default client auth"), std::string::npos) << after;
}

}  // namespace
}  // namespace hb::core
