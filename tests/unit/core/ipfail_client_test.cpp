// What the core tells the plugin ipfail, and what of its requests becomes a message.
#include "core/ipfail_client.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "unit/core/message_of.hpp"

namespace hb::core {
namespace {

using namespace std::chrono_literals;

std::string shown(const PluginFields& fields) {
    std::string out;
    for (const auto& [name, value] : fields) out += (out.empty() ? "" : " ") + name + "=" + value;
    return out;
}

struct Lab {
    // What the plugin is told after `facts` as they stand, one event a line.
    std::string look() {
        Effects out;
        std::vector<wire::Message> say;
        client.look(facts, clients, say, out);
        for (const wire::Message& each : say) {
            said.push_back(std::string(each.type()) + " " + std::string(each.get("st")) + " " +
                           std::string(each.get("info")));
        }
        std::string told;
        for (const Effect& effect : out) {
            if (const auto* tell = std::get_if<TellPlugin>(&effect)) {
                EXPECT_EQ(tell->plugin, "ipfail");
                told += (told.empty() ? "" : "\n") + shown(tell->event);
            }
        }
        return told;
    }
    void serve() {
        client.plugin_runs(true);
        look();
        said.clear();
    }
    std::string hears(const NodeName& from, const wire::Message& message) {
        client.heard(from, message);
        return look();
    }
    // The message or the class that follows from a request; `refused` when it was logged so.
    std::string asks(const PluginFields& request) {
        Effects out;
        const IpfailClient::Wish wish = client.asks(now, request, out);
        std::string text = wish.give_up.empty() ? "" : "give up " + wish.give_up;
        if (wish.say) {
            for (const wire::Field& field : wish.say->fields) {
                text += (text.empty() ? "" : " ") + field.name + "=" + field.value;
            }
        }
        for (const Effect& effect : out) {
            if (const auto* line = std::get_if<LogLine>(&effect)) text += log_text(*line);
        }
        return text;
    }

    Clients clients{"alpha"};
    IpfailClient client{{true, 500ms, true}, "alpha", "beta"};
    Instant now{100s};
    IpfailClient::Facts facts{true, false, true, 2, "local", now};
    std::vector<std::string> said;
};

// Why: a real one signs on once the daemon serves, and only then does the peer speak to it.
TEST(IpfailClient, SignsOnWhenPluginAndClusterAreThere) {
    Lab lab;
    lab.facts.comm_up = false;
    lab.client.plugin_runs(true);
    EXPECT_EQ(lab.look(), "");
    EXPECT_TRUE(lab.said.empty());
    lab.facts.comm_up = true;
    EXPECT_EQ(lab.look(),
              "t=start node=alpha peer=beta keepalive_ms=500 auto_failback=on count=2 "
              "peer_alive=1 stable=1 holds=local");
    EXPECT_EQ(lab.said, std::vector<std::string>{"hbapi-clstat join signon"});
    EXPECT_TRUE(lab.clients.online("ipfail"));
    EXPECT_EQ(lab.look(), "");
}

TEST(IpfailClient, WithoutItsLineNothingHappens) {
    Lab lab;
    lab.client = IpfailClient({false, 500ms, true}, "alpha", "beta");
    lab.client.plugin_runs(true);
    EXPECT_EQ(lab.look(), "");
    EXPECT_TRUE(lab.said.empty());
}

// Why: the peer must hear of the new one, since it is asked for its count in return.
TEST(IpfailClient, APluginThatEndsLeavesAndANewOneStartsFromNothing) {
    Lab lab;
    lab.serve();
    lab.client.plugin_runs(false);
    EXPECT_EQ(lab.look(), "");
    EXPECT_FALSE(lab.clients.online("ipfail"));
    lab.facts.pings = 1;
    lab.client.plugin_runs(true);
    EXPECT_TRUE(lab.look().starts_with("t=start"));
    lab.client.plugin_runs(true);  // a new one, though nobody said that the old one ended
    EXPECT_TRUE(lab.look().starts_with("t=start"));
    EXPECT_EQ(lab.said,
              (std::vector<std::string>{"hbapi-clstat leave died", "hbapi-clstat join signon",
                                        "hbapi-clstat leave died", "hbapi-clstat join signon"}));
}

TEST(IpfailClient, AStoppingNodeSignsOff) {
    Lab lab;
    lab.serve();
    lab.facts.stopping = true;
    EXPECT_EQ(lab.look(), "");
    EXPECT_EQ(lab.said, std::vector<std::string>{"hbapi-clstat leave signoff"});
}

// Why: what is told twice is asked of the peer twice.
TEST(IpfailClient, TellsEachChangeOnce) {
    Lab lab;
    lab.serve();
    lab.facts.pings = 1;
    EXPECT_EQ(lab.look(), "t=ping_count count=1");
    lab.facts.holdings = "transition";
    EXPECT_EQ(lab.look(), "t=stable stable=0");
    lab.facts.holdings = "none";
    EXPECT_EQ(lab.look(), "t=stable stable=1 holds=none moved=0");
    lab.facts.holdings = "transition";
    lab.client.group_script();  // it failed here and goes back: the same as before, and yet a move
    EXPECT_EQ(lab.look(), "t=stable stable=0");
    lab.facts.holdings = "none";
    EXPECT_EQ(lab.look(), "t=stable stable=1 holds=none moved=1");
    lab.facts.peer_alive = false;
    EXPECT_EQ(lab.look(), "t=peer alive=0");
    EXPECT_EQ(lab.look(), "");
    lab.client.reconfigure({true, 200ms, false});
    EXPECT_EQ(lab.look(), "t=config keepalive_ms=200 auto_failback=off");
    lab.client.reconfigure({true, 200ms, false});
    EXPECT_EQ(lab.look(), "");
}

// Why: a ping node's death is its link's as well, and a dead peer's links are no news (1.4).
TEST(IpfailClient, ADeadLinkIsToldUnlessItIsNoNews) {
    Lab lab;
    lab.serve();
    lab.client.link_dead();
    EXPECT_EQ(lab.look(), "t=link_dead");
    lab.facts.pings = 0;
    lab.client.link_dead();
    EXPECT_EQ(lab.look(), "t=ping_count count=0");
    lab.facts.peer_alive = false;
    lab.client.link_dead();
    EXPECT_EQ(lab.look(), "t=peer alive=0");
}

TEST(IpfailClient, TellsWhatThePeersIpfailSays) {
    Lab lab;
    lab.serve();
    EXPECT_EQ(lab.hears("beta", message_of({{"t", "hbapi-clstat"},
                                            {"st", "join"},
                                            {"from_id", "ipfail"},
                                            {"to_id", "ipfail"}})),
              "t=peer_join");
    EXPECT_EQ(
        lab.hears("beta",
                  message_of({{"t", "num_ping_nodes"}, {"num_ping", "3"}, {"to_id", "ipfail"}})),
        "t=peer_message type=num_ping_nodes num_ping=3");
    for (const char* type : {"you_are_dead", "abort_giveup"}) {
        EXPECT_EQ(lab.hears("beta", message_of({{"t", type}, {"to_id", "ipfail"}})),
                  std::string("t=peer_message type=") + type);
    }
    EXPECT_EQ(lab.hears("beta", message_of({{"t", "ask_resources"},
                                            {"rsc_hold", "all"},
                                            {"info", "me"},
                                            {"to_id", "ipfail"}})),
              "t=peer_message type=ask_resources rsc_hold=all");
    EXPECT_EQ(lab.hears("beta", message_of({{"t", "resource"}, {"isstable", "1"}})),
              "t=peer_resource stable=1");
    EXPECT_EQ(
        lab.hears("beta", message_of({{"t", "resource"}, {"isstable", "0"}, {"info", "standby"}})),
        "t=peer_resource stable=0 info=standby");
}

TEST(IpfailClient, WhatIsNotMeantForItIsNotTold) {
    Lab lab;
    lab.serve();
    EXPECT_EQ(lab.hears("gamma", message_of({{"t", "you_are_dead"}, {"to_id", "ipfail"}})), "");
    EXPECT_EQ(lab.hears("beta", message_of({{"t", "you_are_dead"}})), "");
    EXPECT_EQ(lab.hears("beta", message_of({{"t", "you_are_dead"}, {"to_id", "dopd"}})), "");
    EXPECT_EQ(lab.hears("beta", message_of({{"t", "ask_resources"}, {"info", "me"}})), "");
    EXPECT_EQ(lab.hears("beta", message_of({{"t", "other"}, {"to_id", "ipfail"}})), "");
}

// Why: a real ipfail on the other side reads exactly these (1.4, 1.5).
TEST(IpfailClient, RequestsBecomeTheMessagesOfARealOne) {
    Lab lab;
    lab.serve();
    EXPECT_EQ(lab.asks({{"t", "num_ping_nodes"}, {"num_ping", "2"}}),
              "t=num_ping_nodes src=alpha num_ping=2 dest=beta");
    EXPECT_EQ(lab.asks({{"t", "you_are_dead"}}), "t=you_are_dead dest=beta");
    EXPECT_EQ(lab.asks({{"t", "abort_giveup"}}), "t=abort_giveup src=alpha dest=beta");
    EXPECT_EQ(lab.asks({{"t", "ask_resources"}, {"rsc_hold", "all"}}), "give up all");
    EXPECT_EQ(lab.asks({{"t", "ask_resources"}, {"rsc_hold", "foreign"}}), "give up foreign");
}

TEST(IpfailClient, NothingIsSaidToADeadPeer) {
    Lab lab;
    lab.facts.peer_alive = false;
    lab.serve();
    EXPECT_EQ(lab.asks({{"t", "you_are_dead"}}), "");
}

// Why: a plugin is a foreign program; it must not speak for the daemon, nor fill the log.
TEST(IpfailClient, RefusesWhatItDoesNotKnowAndSaysSoOnceAMinute) {
    Lab lab;
    lab.serve();
    EXPECT_EQ(lab.asks({{"t", "resource"}, {"rsc_hold", "all"}}),
              "plugin ipfail asked for 'resource': refused, unknown request (1 refused since the "
              "last line)");
    for (const PluginFields& bad :
         std::vector<PluginFields>{{},
                                   {{"t", "num_ping_nodes"}},
                                   {{"t", "num_ping_nodes"}, {"num_ping", "x"}},
                                   {{"t", "num_ping_nodes"}, {"num_ping", "10001"}},
                                   {{"t", "ask_resources"}, {"rsc_hold", "local"}},
                                   {{"t", "ask_resources"}}}) {
        EXPECT_EQ(lab.asks(bad), "") << shown(bad);
    }
    lab.now = lab.now + limits::plugin_refused_log_pause;
    EXPECT_NE(lab.asks({{"t", "x\n"}}).find("'x\\x0a'"), std::string::npos);
    lab.now = lab.now + limits::plugin_refused_log_pause;
    EXPECT_NE(lab.asks({}).find("(1 refused"), std::string::npos);
}

TEST(IpfailClient, AFloodIsCutOffUntilTheNextSecond) {
    Lab lab;
    lab.serve();
    const PluginFields request{{"t", "you_are_dead"}};
    for (std::size_t i = 0; i < limits::plugin_requests_per_second; ++i) {
        ASSERT_EQ(lab.asks(request), "t=you_are_dead dest=beta") << i;
    }
    EXPECT_NE(lab.asks(request).find("too many requests"), std::string::npos);
    EXPECT_EQ(lab.asks(request), "");
    lab.now = lab.now + 1s;
    EXPECT_EQ(lab.asks(request), "t=you_are_dead dest=beta");
}

// Why: a new one would move groups again at once, while the ping node still comes and goes.
TEST(IpfailClient, APluginReplacedAfterAMoveIsToldWhatIsLeftOfThePause) {
    for (const bool ours : {true, false}) {
        Lab lab;
        lab.serve();
        if (ours) {
            lab.client.gives_up(lab.now);
        } else {
            lab.hears("beta", message_of({{"t", "ask_resources"}, {"to_id", "ipfail"}}));
        }
        lab.facts.holdings = "transition";
        lab.look();
        lab.client.plugin_runs(false);  // it ends in the middle of the move
        lab.look();
        lab.facts.holdings = "none";
        lab.look();
        lab.facts.now = lab.facts.now + 20s;
        lab.client.plugin_runs(true);
        EXPECT_TRUE(lab.look().ends_with(" holds=none pause_ms=40000"));
        lab.facts.now = lab.facts.now + 40s;
        lab.client.plugin_runs(true);
        EXPECT_TRUE(lab.look().ends_with(" holds=none"));
    }
}

TEST(IpfailClient, AMoveThatNobodyAskedForIsNoReasonToPause) {
    Lab lab;
    lab.serve();
    lab.facts.holdings = "all";
    lab.look();
    lab.client.plugin_runs(true);
    EXPECT_TRUE(lab.look().ends_with(" holds=all"));
}

TEST(IpfailClient, AnEndedPluginsRequestsAreDropped) {
    Lab lab;
    lab.serve();
    lab.client.plugin_runs(false);
    lab.look();
    EXPECT_EQ(lab.asks({{"t", "ask_resources"}, {"rsc_hold", "all"}}), "");
}

}  // namespace
}  // namespace hb::core
