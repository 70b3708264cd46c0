// Addresses that somebody else removes come back: runner, watch, guard and agent at work in a
// network namespace of the test's own.
#include <linux/rtnetlink.h>

#include <algorithm>

#include "agents/wrapper.hpp"
#include "launcher.hpp"
#include "link_watch.hpp"
#include "loop.hpp"
#include "own_network.hpp"
#include "script_runner.hpp"
#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

constexpr unsigned lo_index = 1;

class AddressReturnTest : public OwnNetworkTest {
protected:
    void SetUp() override {
        OwnNetworkTest::SetUp();
        if (!kernel) return;
        ASSERT_EQ(change(agents::LinkUp{lo_index}), 0);
        folder.write("etc/ha.d/resource.d/IPaddr2", std::string(agents::wrapper_text()), 0755);
        runner.surroundings({"HA_RSCTMP=" + folder.at("rsctmp")}, "");
        auto started = LinkWatch::start(
            loop, {[](std::string_view) {},
                   [this](const agents::Ip& ip, unsigned link) {
                       ++removals;
                       runner.addresses().address_removed(ip, link);
                   },
                   [this](const std::string& name) { runner.addresses().link_returned(name); },
                   [this] { runner.addresses().news_lost(); }});
        ASSERT_TRUE(started);
        watch = *std::move(started);
    }
    int change(const agents::Change& what) {
        return kernel->apply({what}, agents::Cancel())[0].error;
    }
    static agents::Address address(const std::string& text) {
        agents::Address out;
        out.ip = *agents::parse_ip(text);
        out.prefix = out.ip.bits();
        out.index = lo_index;
        return out;
    }
    bool here(const std::string& text) {
        const auto all = kernel->addresses(AF_UNSPEC);
        return all && std::any_of(all->begin(), all->end(), [&text](const agents::Address& one) {
                   return one.ip == *agents::parse_ip(text);
               });
    }
    bool run(const std::string& argument, ScriptAction action) {
        const std::size_t before = done.size();
        runner.run({JobId{++last}, {"IPaddr2", {argument}, action}, 10s});
        return happens([&] { return done.size() > before; }) && done.back().status == 0;
    }
    bool happens(const std::function<bool()>& what) { return run_until(loop.context(), what); }
    bool logged(const std::string& part) const {
        return std::any_of(log.begin(), log.end(), [&part](const std::string& line) {
            return line.find(part) != std::string::npos;
        });
    }

    TempFolder folder;
    Loop loop;
    Launcher launcher{loop.context()};
    std::vector<ScriptDone> done;
    std::vector<std::string> log;
    ScriptRunner runner{loop.context(), launcher, folder.paths(),
                        [this](ScriptDone result) { done.push_back(std::move(result)); },
                        [this](const LogLine& line) { log.push_back(log_text(line)); }};
    std::unique_ptr<LinkWatch> watch;
    std::uint64_t last{};
    int removals{};
};

TEST_F(AddressReturnTest, WhatAnAdministratorRemovesComesBack) {
    ASSERT_TRUE(run("240.0.0.5/32/lo", ScriptAction::start));
    ASSERT_TRUE(run("fd00:0:0:0:0:0:0:5/128/lo", ScriptAction::start));
    for (const char* const text : {"240.0.0.5", "fd00::5"}) {
        ASSERT_TRUE(here(text));
        log.clear();
        ASSERT_EQ(change(agents::RemoveAddress{address(text)}), 0);
        EXPECT_TRUE(happens([&] { return logged("went from lo: put back and announced"); }));
        EXPECT_TRUE(here(text));
    }
}

// Why: the other node is about to set it, or has.
TEST_F(AddressReturnTest, WhatItsOwnStopRemovesStaysAway) {
    ASSERT_TRUE(run("240.0.0.5/32/lo", ScriptAction::start));
    ASSERT_TRUE(run("240.0.0.6/32/lo", ScriptAction::start));
    ASSERT_TRUE(run("240.0.0.5/32/lo", ScriptAction::stop));
    EXPECT_TRUE(happens([this] { return removals > 0; }));
    // What comes later has had its turn on the same thread after it.
    ASSERT_EQ(change(agents::RemoveAddress{address("240.0.0.6")}), 0);
    EXPECT_TRUE(happens([this] { return logged("240.0.0.6 went from lo"); }));
    EXPECT_TRUE(here("240.0.0.6"));
    EXPECT_FALSE(here("240.0.0.5"));
    EXPECT_FALSE(logged("240.0.0.5 went from lo"));
}

// Why: the mend that was under way when the stop came must not win.
TEST_F(AddressReturnTest, AStopThatMeetsAMendWins) {
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(run("240.0.0.5/32/lo", ScriptAction::start));
        const int before = removals;
        ASSERT_EQ(change(agents::RemoveAddress{address("240.0.0.5")}), 0);
        ASSERT_TRUE(happens([&] { return removals > before; }));
        ASSERT_TRUE(run("240.0.0.5/32/lo", ScriptAction::stop));
        ASSERT_FALSE(here("240.0.0.5"));
    }
}

}  // namespace
}  // namespace hb::shell
