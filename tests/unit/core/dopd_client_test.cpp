// What the core tells the plugin dopd, and what of its requests becomes a message.
#include "core/dopd_client.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "base/log.hpp"

namespace hb::core {
namespace {

using namespace std::chrono_literals;

struct Outdating {
    std::string look() {
        Effects out;
        said.clear();
        client.look(facts, clients, said, out);
        std::string told;
        for (const Effect& effect : out) {
            const auto* tell = std::get_if<TellPlugin>(&effect);
            if (tell == nullptr) continue;
            EXPECT_EQ(tell->plugin, "dopd");
            for (const auto& [name, value] : tell->event) {
                told += (told.empty() ? "" : " ") + name + "=" + value;
            }
        }
        return told;
    }
    std::string asks(const PluginFields& request, Instant now = Instant{100s}) {
        Effects out;
        const auto message = client.asks(now, request, out);
        std::string text;
        if (message) {
            for (const wire::Field& field : message->fields) {
                text += (text.empty() ? "" : " ") + field.name + "=" + field.value;
            }
        }
        for (const Effect& effect : out) {
            if (const auto* line = std::get_if<LogLine>(&effect)) text += log_text(*line);
        }
        return text;
    }
    void serve() {
        client.plugin_runs(true);
        look();
    }

    Clients clients{"alpha"};
    DopdClient client{true, "alpha"};
    DopdClient::Facts facts{true, false, {{"beta", true}, {"gamma", false}}};
    std::vector<wire::Message> said;
};

wire::Message from_dopd(const char* type) {
    wire::Message out = wire::make_message(type);
    out.set("dop_value", "4");
    out.set("dop_res", "r0");
    out.set("to_id", "dopd");
    return out;
}

// Why: the other node's dopd speaks only to a client of its name.
TEST(DopdClient, SignsOnWhenPluginAndClusterAreThere) {
    Outdating lab;
    lab.facts.comm_up = false;
    lab.client.plugin_runs(true);
    EXPECT_EQ(lab.look(), "");
    lab.facts.comm_up = true;
    EXPECT_EQ(lab.look(), "t=start node=alpha alive=beta dead=gamma");
    EXPECT_TRUE(lab.clients.online("dopd"));
    ASSERT_EQ(lab.said.size(), 1U);
    EXPECT_EQ(lab.said[0].get("st"), "join");
    EXPECT_EQ(lab.look(), "");
    lab.facts.others[0].second = false;
    EXPECT_EQ(lab.look(), "t=nodes dead=beta dead=gamma");
    lab.facts.stopping = true;
    EXPECT_EQ(lab.look(), "");
    EXPECT_FALSE(lab.clients.online("dopd"));
    EXPECT_EQ(lab.said.at(0).get("info"), "signoff");
}

// Why: a plugin that was replaced knows nothing.
TEST(DopdClient, ANewPluginIsToldEverything) {
    Outdating lab;
    lab.serve();
    lab.client.plugin_runs(false);
    EXPECT_EQ(lab.look(), "");
    EXPECT_FALSE(lab.clients.online("dopd"));
    lab.client.plugin_runs(true);
    EXPECT_EQ(lab.look(), "t=start node=alpha alive=beta dead=gamma");
}

TEST(DopdClient, HandsOnWhatOtherDopdsSay) {
    Outdating lab;
    lab.serve();
    lab.client.heard("beta", from_dopd("start_outdate"));
    EXPECT_EQ(lab.look(), "t=start_outdate src=beta dop_res=r0");
    lab.client.heard("beta", from_dopd("outdate_rc"));
    EXPECT_EQ(lab.look(), "t=outdate_rc src=beta dop_res=r0 dop_value=4");
    lab.client.heard("alpha", from_dopd("start_outdate"));
    lab.client.heard("beta", from_dopd("ask_resources"));
    wire::Message other = from_dopd("start_outdate");
    other.set("to_id", "ipfail");
    lab.client.heard("beta", other);
    EXPECT_EQ(lab.look(), "") << "our own, no message of dopd, of another client";
}

// Why: a 3.0.6 reads these fields.
TEST(DopdClient, RequestsBecomeThe306sMessages) {
    Outdating lab;
    lab.serve();
    EXPECT_EQ(lab.asks({{"t", "start_outdate"}, {"dop_res", "r0"}, {"dest", "beta"}}),
              "t=start_outdate src=alpha dop_res=r0 dest=beta");
    EXPECT_EQ(
        lab.asks({{"t", "outdate_rc"}, {"dop_value", "4"}, {"dop_res", "r0"}, {"dest", "beta"}}),
        "t=outdate_rc dop_value=4 dop_res=r0 src=alpha dest=beta");
}

// Why: the plugin is not trusted.
TEST(DopdClient, WhatDoesNotFitIsRefused) {
    const std::pair<PluginFields, const char*> wrong[] = {
        {{{"t", "ask_resources"}}, "unknown request"},
        {{{"t", "start_outdate"}, {"dest", "beta"}}, "dop_res is no name"},
        {{{"t", "start_outdate"}, {"dop_res", std::string(129, 'r')}, {"dest", "beta"}},
         "dop_res is no name"},
        {{{"t", "start_outdate"}, {"dop_res", "r0"}, {"dest", "alpha"}}, "dest is no other node"},
        {{{"t", "outdate_rc"}, {"dop_res", "r0"}, {"dest", "beta"}, {"dop_value", "256"}},
         "dop_value is no result"}};
    for (const auto& [request, why] : wrong) {
        Outdating lab;
        lab.serve();
        EXPECT_NE(lab.asks(request).find(why), std::string::npos) << why;
    }
    Outdating flood;
    flood.serve();
    std::string last;
    for (std::size_t i = 0; i <= limits::helper_request_burst; ++i) {
        last = flood.asks({{"t", "start_outdate"}, {"dop_res", "r0"}, {"dest", "beta"}});
    }
    EXPECT_NE(last.find("too many requests"), std::string::npos);
    EXPECT_EQ(
        flood.asks({{"t", "start_outdate"}, {"dop_res", "r0"}, {"dest", "beta"}}, Instant{101s}),
        "t=start_outdate src=alpha dop_res=r0 dest=beta");
}

TEST(DopdClient, WithoutItsLineNothingHappens) {
    Outdating lab;
    lab.client.reconfigure(false);
    lab.serve();
    EXPECT_FALSE(lab.clients.online("dopd"));
    EXPECT_EQ(lab.asks({{"t", "start_outdate"}, {"dop_res", "r0"}, {"dest", "beta"}}), "");
}

}  // namespace
}  // namespace hb::core
