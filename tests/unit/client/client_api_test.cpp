// libheartbeat as programs see it, at a daemon that answers by a script.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <atomic>
#include <functional>
#include <heartbeat/client.hpp>
#include <map>
#include <optional>
#include <string>

#include "unit/client/fake_daemon.hpp"

namespace hb::client {
namespace {

constexpr int in_time_ms = 20'000;  // nothing of the script takes longer than a moment

std::string key_of(const wire::Message& message) {
    std::string key(message.get("reqtype"));
    for (const char* field : {"node", "ifname", "cn", "pname", "queryname", "fmask", "signal"}) {
        if (message.has(field)) key += " " + std::string(message.get(field));
    }
    return key;
}

struct ClientApi : testing::Test {
    std::vector<wire::Message> answer(const wire::Message& message) {
        if (message.type() != "hbapi-req") {  // goes to everybody, us included
            wire::Message copy = message;
            copy.set("src", "c1");
            return {message_of({{"t", "noise"}, {"src", "c2"}}), copy};
        }
        const std::string key = key_of(message);
        if (key == "hbstatus" && busy-- > 0) return refused("hbstatus", "EAGAIN");
        if (key == "getnodename" && message.binary("queryuuid") == Bytes(16, 'u')) {
            return {message_of(
                {{"t", "hbapi-resp"}, {"reqtype", key}, {"queryname", "c2"}, {"result", "OK"}})};
        }
        if (key == "getuuid c2") {
            wire::Message with = message_of({{"t", "hbapi-resp"}, {"reqtype", "getuuid"}});
            with.set_binary("queryuuid", Bytes(16, 'u'));
            with.set("result", "OK");
            return {with};
        }
        const auto found = answers.find(key);
        if (found == answers.end()) return refused(message.get("reqtype"), "EINVAL");
        std::vector<wire::Message> out;
        for (const Pairs& fields : found->second) {
            const bool last = &fields == &found->second.back();
            out.push_back(
                message_of({{"t", "hbapi-resp"}, {"reqtype", key.substr(0, key.find(' '))}}));
            for (const auto& [name, value] : fields) out.back().set(name, value);
            out.back().set("result", last ? "OK" : "ok/more");
        }
        return out;
    }
    static std::vector<wire::Message> refused(std::string_view request, const char* why) {
        return {message_of({{"t", "hbapi-resp"},
                            {"reqtype", std::string(request)},
                            {"result", "badreq"},
                            {"info", why}})};
    }

    int busy{};
    std::map<std::string, std::vector<Pairs>> answers = {
        {"signon",
         {{{"deadtime", "1770"},
           {"keepalive", "3e8"},
           {"node", "c1"},
           {"hbversion", "3.0.6 (x)"}}}},
        {"nodelist",
         {{{"node", "c1"}, {"nodetype", "normal"}, {"st", "active"}},
          {{"node", "c2"}, {"nodetype", "normal"}, {"st", "dead"}}}},
        {"iflist c2", {{{"ifname", "eth0"}, {"st", "up"}}}},
        {"nodestatus c2", {{{"st", "dead"}}}},
        {"nodetype c2", {{{"nodetype", "normal"}}}},
        {"nodesite c2", {{{"site", ""}}}},
        {"nodeweight c2", {{{"weight", "100"}}}},
        {"ifstatus c2 eth0", {{{"st", "up"}}}},
        {"clientstatus c1 ipfail", {{{"cs", "online"}}}},
        {"getrsc", {{{"rsc_hold", "local"}}}},
        {"getparm deadtime", {{{"pvalue", "6"}}}},
        {"getparm watchdog", {{}}},
        {"numnodes", {{{"numnodes", "2"}}}},
        {"setfilter 1", {{}}},
        {"setsignal 10", {{}}},
        {"hbstatus", {{{"status", "{\"format\":1}"}}}}};
    FakeDaemon daemon{[this](const wire::Message& message) { return answer(message); }};
};

hb_client_rc code_of(const std::function<void()>& call) {
    try {
        call();
        return HB_CLIENT_OK;
    } catch (const Failure& failure) {
        return failure.code();
    }
}

// Why: every request of the header, each by its own name.
TEST_F(ClientApi, EveryRequestHasItsAnswer) {
    Client client(in_time_ms, "tst", daemon.path());
    EXPECT_EQ(client.node() + " " + client.version(), "c1 3.0.6 (x)");
    EXPECT_EQ(client.deadtime_ms(), 6000);
    EXPECT_EQ(client.keepalive_ms(), 1000);
    const auto nodes = client.nodes(in_time_ms);
    ASSERT_EQ(nodes.size(), 2U);
    EXPECT_EQ(nodes[1].name + " " + nodes[1].type + " " + nodes[1].status, "c2 normal dead");
    EXPECT_EQ(client.links("c2", in_time_ms).at(0).name, "eth0");
    EXPECT_EQ(client.node_status("c2", in_time_ms), "dead");
    EXPECT_EQ(client.node_type("c2", in_time_ms), "normal");
    EXPECT_EQ(client.link_status("c2", "eth0", in_time_ms), "up");
    EXPECT_EQ(client.client_status("c1", "ipfail", in_time_ms), "online");
    EXPECT_EQ(client.resources(in_time_ms), "local");
    EXPECT_EQ(client.parameter("deadtime", in_time_ms), "6");
    EXPECT_EQ(client.parameter("watchdog", in_time_ms), std::nullopt);
    EXPECT_EQ(client.status(in_time_ms), "{\"format\":1}");
    hb_client* raw = client.raw();
    const char* text = nullptr;
    EXPECT_EQ(hb_client_node_site(raw, "c2", in_time_ms, &text), HB_CLIENT_OK);
    EXPECT_STREQ(text, "");
    EXPECT_EQ(hb_client_node_weight(raw, "c2", in_time_ms, &text), HB_CLIENT_OK);
    EXPECT_STREQ(text, "100");
    std::uint32_t count = 0;
    EXPECT_EQ(hb_client_node_count(raw, in_time_ms, &count), HB_CLIENT_OK);
    EXPECT_EQ(count, 2U);
    std::array<std::uint8_t, 16> uuid{};
    EXPECT_EQ(hb_client_node_uuid(raw, "c2", in_time_ms, uuid.data()), HB_CLIENT_OK);
    EXPECT_EQ(hb_client_node_of_uuid(raw, uuid.data(), in_time_ms, &text), HB_CLIENT_OK);
    EXPECT_STREQ(text, "c2");
    EXPECT_EQ(hb_client_set_filter(raw, HB_CLIENT_NEW, in_time_ms), HB_CLIENT_OK);
    EXPECT_EQ(hb_client_set_filter(raw, HB_CLIENT_UNCHANGED, in_time_ms), HB_CLIENT_REFUSED);
    EXPECT_EQ(hb_client_set_signal(raw, 10, in_time_ms), HB_CLIENT_OK);
    EXPECT_EQ(hb_client_set_queue(raw, 100), HB_CLIENT_OK);
    EXPECT_EQ(code_of([&] { client.node_status("c9", in_time_ms); }), HB_CLIENT_REFUSED);
    EXPECT_STREQ(hb_client_error(raw), "EINVAL");
}

// Why: another watcher may have asked a moment ago.
TEST_F(ClientApi, TheStatusWaitsForItsTurn) {
    busy = 2;
    Client client(in_time_ms, "", daemon.path());
    EXPECT_EQ(client.status(in_time_ms), "{\"format\":1}");
    busy = 1000;
    EXPECT_EQ(code_of([&] { client.status(150); }), HB_CLIENT_REFUSED);
}

TEST_F(ClientApi, MessagesGoOutAndComeBack) {
    Client client(in_time_ms, "tst", daemon.path());
    Message message("hello");
    message.set("a", "b\nc").set_data("d", std::string("\0x", 2));
    client.send(message, "c1");
    client.flush(in_time_ms);
    EXPECT_EQ(client.resources(in_time_ms), "local");  // what comes meanwhile is kept
    EXPECT_EQ(client.receive(in_time_ms)->type(), "noise");
    const auto back = client.receive(in_time_ms);
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->type() + back->get("dest").value() + back->get("a").value(), "helloc1b\nc");
    EXPECT_EQ(back->data("d"), std::string("\0x", 2));
    EXPECT_EQ(back->get("d"), std::nullopt);
    EXPECT_STREQ(hb_client_message_name_at(back->raw(), 1), "a");
    EXPECT_EQ(hb_client_message_name_at(back->raw(), 99), nullptr);
    EXPECT_FALSE(client.receive(0).has_value());
    EXPECT_EQ(hb_client_give_up(client.raw(), "foreign"), HB_CLIENT_OK);
    EXPECT_EQ(hb_client_give_up(client.raw(), "everything"), HB_CLIENT_BAD_ARGUMENT);
    EXPECT_EQ(client.receive(in_time_ms)->type(), "noise");
    EXPECT_EQ(client.receive(in_time_ms)->get("rsc_hold"), "foreign");
    EXPECT_EQ(hb_client_lost(client.raw()), 0U);
}

// Why: a program with a loop of its own never waits in ours.
TEST_F(ClientApi, APollLoopIsEnough) {
    const hb_client_options options{sizeof options, "tst", daemon.path().c_str()};
    hb_client* client = nullptr;
    ASSERT_EQ(hb_client_start(&options, &client), HB_CLIENT_OK);
    const auto turn = [&] {
        pollfd entry{hb_client_fd(client), hb_client_events(client), 0};
        ASSERT_EQ(::poll(&entry, 1, in_time_ms), 1);
        ASSERT_EQ(hb_client_process(client), HB_CLIENT_OK);
    };
    std::uint64_t ticket = 0;
    EXPECT_EQ(hb_client_ask(client, "nodelist", nullptr, 0, &ticket), HB_CLIENT_AGAIN);
    while (hb_client_signed_on(client) == HB_CLIENT_AGAIN) turn();
    const hb_client_field field{"node", "c2"};
    ASSERT_EQ(hb_client_ask(client, "iflist", &field, 1, &ticket), HB_CLIENT_OK);
    hb_client_answer* answer = nullptr;
    while (hb_client_take(client, ticket, &answer) == HB_CLIENT_AGAIN) turn();
    ASSERT_EQ(hb_client_answer_count(answer), 1U);
    EXPECT_STREQ(hb_client_message_get(hb_client_answer_at(answer, 0), "ifname"), "eth0");
    EXPECT_EQ(hb_client_answer_at(answer, 1), nullptr);
    hb_client_answer_free(answer);
    ASSERT_EQ(hb_client_ask(client, "getrsc", nullptr, 0, &ticket), HB_CLIENT_OK);
    ASSERT_EQ(hb_client_wait(client, ticket, in_time_ms, &answer), HB_CLIENT_OK);
    hb_client_answer_free(answer);
    hb_client_close(client);
}

// Why: each way in which it fails tells a program something else to do.
TEST_F(ClientApi, FailuresAreToldApart) {
    EXPECT_EQ(code_of([] { Client(in_time_ms, "", "/tmp/hb-client-nobody"); }),
              HB_CLIENT_NOT_RUNNING);
    EXPECT_EQ(code_of([this] { Client(in_time_ms, std::string(32, 'x'), daemon.path()); }),
              HB_CLIENT_BAD_ARGUMENT);
    answers.erase("signon");
    const hb_client_options options{sizeof options, "tst", daemon.path().c_str()};
    hb_client* client = nullptr;
    EXPECT_EQ(hb_client_open(&options, in_time_ms, &client), HB_CLIENT_DENIED);
    EXPECT_STREQ(hb_client_error(client), "EINVAL");
    hb_client_close(client);
    hb_client_close(nullptr);
    EXPECT_EQ(hb_client_open(&options, in_time_ms, nullptr), HB_CLIENT_BAD_ARGUMENT);
    EXPECT_EQ(hb_client_status(nullptr, 0, nullptr), HB_CLIENT_BAD_ARGUMENT);
    EXPECT_EQ(hb_client_message_new(""), nullptr);
    EXPECT_THROW(Message("x").set("a=b", "c"), Failure);
    for (int rc = HB_CLIENT_OK; rc <= HB_CLIENT_SYSTEM; ++rc) {
        EXPECT_STRNE(hb_client_rc_text(static_cast<hb_client_rc>(rc)), "unknown") << rc;
    }
}

// Why: a hung daemon and a dead one need different words, and neither may hang the program.
TEST(ClientEnds, TimeAndTheOtherEnd) {
    FakeDaemon daemon([](const wire::Message& message) -> std::vector<wire::Message> {
        if (message.get("reqtype") == "getrsc") return {wire::Message{}};
        if (message.get("reqtype") != "signon") return {};
        return {message_of({{"t", "hbapi-resp"}, {"reqtype", "signon"}, {"result", "OK"}})};
    });
    Client client(in_time_ms, "", daemon.path());
    EXPECT_EQ(code_of([&] { client.node_status("c2", 30); }), HB_CLIENT_TIMED_OUT);
    EXPECT_EQ(code_of([&] { client.send(Message("hello")); }), HB_CLIENT_DENIED);
    EXPECT_EQ(code_of([&] { client.resources(in_time_ms); }), HB_CLIENT_GONE);
    EXPECT_EQ(code_of([&] { client.nodes(in_time_ms); }), HB_CLIENT_GONE);
    EXPECT_EQ(code_of([&] { client.receive(in_time_ms); }), HB_CLIENT_GONE);
}

// Why: a child that ends must not sign its parent off.
TEST_F(ClientApi, AForkedChildOnlyCloses) {
    std::atomic<bool> left = false;
    FakeDaemon own([&](const wire::Message& message) {
        if (message.get("reqtype") == "signoff") left = true;
        return answer(message);
    });
    Client client(in_time_ms, "tst", own.path());
    const pid_t child = ::fork();
    if (child == 0) {
        hb_client_close(client.raw());
        ::_exit(0);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(client.resources(in_time_ms), "local");
    EXPECT_FALSE(left);
}

}  // namespace
}  // namespace hb::client
