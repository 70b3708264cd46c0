// ipfail's decisions behind pairs of text, as the core writes and reads them.
#include "plugin/ipfail_fields.hpp"

#include <gtest/gtest.h>

namespace hb::ipfail {
namespace {

using namespace std::chrono_literals;

const PluginFields start{{"t", "start"},          {"node", "alpha"},       {"peer", "beta"},
                         {"keepalive_ms", "500"}, {"auto_failback", "on"}, {"count", "2"},
                         {"peer_alive", "1"},     {"stable", "1"},         {"holds", "local"}};

std::string shown(const Asks& asks) {
    std::string out;
    for (const Ask& ask : asks) {
        const auto request = request_of(ask);
        if (!request) continue;
        for (const auto& [name, value] : *request) out += name + "=" + value + " ";
    }
    return out;
}

struct Told {
    Told() { say(start); }
    std::string say(const PluginFields& event) {
        Asks asks;
        tell(logic, now, event, asks);
        return shown(asks);
    }
    std::string message(const char* type, const char* count = nullptr) {
        PluginFields event{{"t", "peer_message"}, {"type", type}};
        if (count != nullptr) event.emplace_back("num_ping", count);
        return say(event);
    }
    Logic logic;
    Instant now{5s};
};

// Why: one misspelt name here, and ipfail is deaf without a word.
TEST(IpfailFields, EachEventArrives) {
    Told one;
    EXPECT_EQ(one.say({{"t", "ping_count"}, {"count", "1"}}), "t=num_ping_nodes num_ping=1 ");
    EXPECT_EQ(one.say({{"t", "link_dead"}}), "t=num_ping_nodes num_ping=1 ");
    EXPECT_EQ(one.say({{"t", "peer_join"}}), "t=num_ping_nodes num_ping=1 ");
    EXPECT_EQ(one.message("num_ping_nodes", "0"), "t=you_are_dead ");
    EXPECT_EQ(one.message("num_ping_nodes", "1"), "t=abort_giveup ");
    one.now = one.now + 1s;  // twice the keepalive of `start`
    EXPECT_EQ(one.say({{"t", "timer"}}), "t=ask_resources rsc_hold=foreign ");
    one.message("you_are_dead");
    EXPECT_EQ(one.logic.giving_up(), Scope::all);
    one.message("abort_giveup");
    EXPECT_EQ(one.logic.giving_up(), std::nullopt);
    one.say({{"t", "peer"}, {"alive", "0"}});
    EXPECT_EQ(one.say({{"t", "link_dead"}}), "");
    EXPECT_EQ(one.say({{"t", "peer"}, {"alive", "1"}}), "t=num_ping_nodes num_ping=1 ");
}

TEST(IpfailFields, MovingGroupsArrive) {
    Told one;
    one.say({{"t", "stable"}, {"stable", "0"}});
    one.message("you_are_dead");
    one.now = one.now + 1s;
    EXPECT_EQ(one.say({{"t", "timer"}}), "");
    one.say({{"t", "peer_resource"}, {"stable", "1"}, {"info", "standby"}});
    EXPECT_EQ(one.logic.next_deadline(), never);
    one.say({{"t", "peer_resource"}, {"stable", "1"}});
    EXPECT_EQ(one.logic.next_deadline(), one.now + 10s);
    one.message("ask_resources");
    one.say({{"t", "stable"}, {"stable", "1"}, {"holds", "none"}});
    EXPECT_TRUE(one.logic.pausing());
}

TEST(IpfailFields, ARefusalArrives) {
    Told one;
    one.message("you_are_dead");
    one.now = one.now + 1s;
    EXPECT_EQ(one.say({{"t", "timer"}}), "t=num_ping_nodes num_ping=2 ");
    EXPECT_EQ(one.message("you_are_dead"), "t=ask_resources rsc_hold=all ");
    one.say({{"t", "refused"}, {"why", "flux"}});
    one.say({{"t", "peer_resource"}, {"stable", "1"}});
    EXPECT_EQ(one.logic.next_deadline(), one.now + 10s);
}

TEST(IpfailFields, ThePauseOfAnEarlierPluginArrives) {
    Told one;
    PluginFields again = start;
    again.emplace_back("pause_ms", "7000");
    one.say(again);
    EXPECT_EQ(one.logic.next_deadline(), one.now + 7s);
}

TEST(IpfailFields, AReloadArrives) {
    Told one;
    one.say({{"t", "config"}, {"keepalive_ms", "100"}, {"auto_failback", "off"}});
    one.message("num_ping_nodes", "3");
    EXPECT_EQ(one.logic.next_deadline(), one.now + 200ms);
}

// Why: what a peer says is from outside.
TEST(IpfailFields, NonsenseChangesNothing) {
    Told one;
    for (const char* count : {"", "x", "-1", "99999999999999999999", "10001", "1 "}) {
        EXPECT_EQ(one.message("num_ping_nodes", count), "") << count;
        EXPECT_EQ(one.say({{"t", "ping_count"}, {"count", count}}), "") << count;
    }
    EXPECT_EQ(one.message("shutdown"), "");
    EXPECT_EQ(one.say({}), "");
    EXPECT_EQ(one.say({{"t", ""}, {"t", "link_dead"}}), "");
    EXPECT_EQ(one.say({{"t", "unheard"}}), "");
    EXPECT_EQ(one.logic.next_deadline(), never);
}

}  // namespace
}  // namespace hb::ipfail
