// Native agents behind the ScriptRunner: which files they stand for, and one answer per job.
#include "native_agents.hpp"

#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "agents/agent.hpp"
#include "agents/wrapper.hpp"
#include "script_runner.hpp"
#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

class NativeAgentsTest : public testing::Test {
protected:
    NativeAgentsTest() {
        runner.surroundings({"PATH=/usr/bin:/bin", "HA_RSCTMP=" + folder.at("rsctmp")}, "");
        for (const agents::Native& native : agents::natives()) ship(std::string(native.type));
    }
    void ship(const std::string& type) const {
        folder.write("etc/ha.d/resource.d/" + type, std::string(agents::wrapper_text()), 0755);
    }
    void run(std::uint64_t job, const std::string& type, std::vector<std::string> arguments,
             ScriptAction action, Duration timeout = 10s) {
        runner.run({JobId{job}, {type, std::move(arguments), action}, timeout});
    }
    bool wait_for(std::size_t answers) {
        return run_until(loop, [&] { return done.size() >= answers; });
    }
    // A program that a Filesystem calls instead of the machine's.
    void program(const std::string& name, const std::string& body) {
        folder.script("programs/" + name, body);
        runner.surroundings({"PATH=" + folder.at("programs") + ":/usr/bin:/bin"}, "");
    }
    std::size_t notes() const {
        std::error_code none;
        const auto end = std::filesystem::directory_iterator();
        return static_cast<std::size_t>(std::distance(
            std::filesystem::directory_iterator(folder.paths().scripts_under_way(), none), end));
    }
    bool delay_noted() const { return std::filesystem::exists(folder.at("rsctmp/Delay-0-0")); }

    TempFolder folder;
    boost::asio::io_context loop;
    Launcher launcher{loop};
    std::vector<ScriptDone> done;
    std::vector<std::string> log;
    std::vector<LogId> ids;
    ScriptRunner runner{loop, launcher, folder.paths(),
                        [this](ScriptDone result) { done.push_back(std::move(result)); },
                        [this](const LogLine& line) {
                            log.push_back(log_text(line));
                            ids.push_back(line.id);
                        }};
};

// Why: the wrapper's program is not installed where this test runs, so a process would fail.
TEST_F(NativeAgentsTest, TheShippedFileNeedsNoProcess) {
    run(1, "Delay", {"0", "0"}, ScriptAction::start);
    ASSERT_TRUE(wait_for(1));
    EXPECT_EQ(done[0].end, ScriptEnd::exited);
    EXPECT_EQ(done[0].status, 0);
    EXPECT_EQ(done[0].output, "");
    EXPECT_TRUE(delay_noted());
    EXPECT_EQ(log, std::vector<std::string>{"Running " +
                                            folder.at("etc/ha.d/resource.d/Delay 0 0 start")});
    run(2, "Delay", {"0", "0"}, ScriptAction::status);
    ASSERT_TRUE(wait_for(2));
    EXPECT_EQ(done[1].output, "INFO:  Running OK\n");
    EXPECT_EQ(log.size(), 1U);
    run(3, "Delay", {"0", "0"}, ScriptAction::stop);
    ASSERT_TRUE(wait_for(3));
    EXPECT_FALSE(delay_noted());
    EXPECT_EQ(runner.unfinished(), 0U);
}

// Why: a rehearsal that changed the machine, or that said something, would be a takeover.
TEST_F(NativeAgentsTest, ARehearsalLeavesNoTrace) {
    runner.rehearse();
    run(1, "IPaddr2", {"192.0.2.1/32/lo"}, ScriptAction::status);
    ASSERT_TRUE(wait_for(1));
    EXPECT_EQ(done[0].output, "INFO:  Resource is stopped\n");
    EXPECT_TRUE(log.empty());
    EXPECT_EQ(runner.unfinished(), 0U);
}

// Why: what an administrator wrote under one of our names is what he wants.
TEST_F(NativeAgentsTest, AnyOtherFileOfThatNameIsRunAsAScript) {
    folder.script("etc/ha.d/resource.d/IPaddr", "echo mine runs OK");
    folder.write("etc/ha.d/resource.d/Delay",
                 std::string(agents::wrapper_text()) + "# a line of my own\n", 0755);
    run(1, "IPaddr", {"10.0.0.1"}, ScriptAction::status);
    run(2, "Delay", {"0", "0"}, ScriptAction::start);
    ASSERT_TRUE(wait_for(2));
    for (const ScriptDone& one : done) {
        if (one.job == JobId{1}) {
            EXPECT_EQ(one.output, "mine runs OK\n");
        } else {
            EXPECT_NE(one.status, 0);  // it calls a program that is not here
        }
    }
    EXPECT_FALSE(delay_noted());
}

TEST_F(NativeAgentsTest, WithoutAFileThereIsNoAgent) {
    std::filesystem::remove(folder.at("etc/ha.d/resource.d/IPaddr"));
    folder.write("etc/ha.d/resource.d/Delay", std::string(agents::wrapper_text()), 0644);
    run(1, "IPaddr", {"10.0.0.1"}, ScriptAction::status);
    run(2, "Delay", {"0", "0"}, ScriptAction::start);
    ASSERT_TRUE(wait_for(2));
    EXPECT_EQ(done[0].end, ScriptEnd::missing);
    EXPECT_EQ(done[1].end, ScriptEnd::missing);
}

// Why: the loop's time-out and kill must work as for a script, without a process to signal.
TEST_F(NativeAgentsTest, AWaitEndsByKillAndByTimeOut) {
    run(1, "Delay", {"60", "60"}, ScriptAction::start);
    run(2, "Delay", {"61", "61"}, ScriptAction::start, 200ms);
    ASSERT_TRUE(wait_for(1));
    EXPECT_EQ(done[0].job, JobId{2});
    EXPECT_EQ(done[0].end, ScriptEnd::timed_out);
    runner.kill(JobId{1});
    runner.kill(JobId{99});
    ASSERT_TRUE(wait_for(2));
    EXPECT_EQ(done[1].end, ScriptEnd::signalled);
    EXPECT_EQ(done[1].status, SIGTERM);
    run(3, "Delay", {"60", "60"}, ScriptAction::status);
    run(4, "Delay", {"60", "60"}, ScriptAction::start);
    runner.kill(JobId{4});  // before its turn
    ASSERT_TRUE(wait_for(4));
    EXPECT_EQ(runner.unfinished(), 0U);
    for (const ScriptDone& one : done) {
        if (one.job == JobId{3}) {
            EXPECT_EQ(one.output, "INFO:  Resource is stopped\n");
        }
        if (one.job == JobId{4}) {
            EXPECT_EQ(one.end, ScriptEnd::signalled);
        }
    }
}

// Why: a check of a large disk takes minutes; what else is asked for must not wait, its time-out
// must end it with what it has started, and a daemon that comes after us must know of it.
TEST_F(NativeAgentsTest, AFilesystemTakesItsTimeAlone) {
    std::filesystem::create_directories(folder.paths().scripts_under_way());
    runner.await_leftovers();
    program("mount", "exec sleep 60");
    const std::vector<std::string> words{"t", folder.at("m"), "tmpfs"};
    run(1, "Filesystem", words, ScriptAction::start, 1s);
    ASSERT_TRUE(run_until(loop, [&] {
        if (runner.unfinished() == 1) run(2, "Filesystem", words, ScriptAction::status);
        return notes() == 1 && !done.empty();
    }));
    EXPECT_EQ(done[0].output, "INFO:  Resource is stopped\n");
    const auto of_the_start = [this] {
        return std::find_if(done.begin(), done.end(),
                            [](const ScriptDone& one) { return one.job == JobId{1}; });
    };
    ASSERT_TRUE(run_until(loop, [&] { return of_the_start() != done.end(); }));
    EXPECT_EQ(of_the_start()->end, ScriptEnd::timed_out);
    EXPECT_EQ(notes(), 0U);
    ASSERT_TRUE(run_until(loop, [&] { return runner.unfinished() == 0; }));
}

// Why: what mount(8) says is no error by itself, and what the agent makes of it is.
TEST_F(NativeAgentsTest, WordsOfAProgramStandBesideTheAgents) {
    program("mount", "echo mount: no medium >&2; exit 32");
    run(1, "Filesystem", {"t", folder.at("m"), "tmpfs"}, ScriptAction::start);
    ASSERT_TRUE(wait_for(1));
    EXPECT_EQ(done[0].status, 1);
    ASSERT_EQ(log.size(), 3U);
    EXPECT_EQ(log[1], "mount: no medium");
    EXPECT_EQ(log[2], "Filesystem(" + folder.at("m") + "): ERROR: mount of t on " + folder.at("m") +
                          " failed, see the message of 'mount' above");
    EXPECT_EQ(ids[1], LogId::agent_info);
    EXPECT_EQ(ids[2], LogId::agent_error);
}

// Why: a thousand addresses are one group's business, and each of them wants an answer.
TEST_F(NativeAgentsTest, WhatComesTogetherIsAnsweredOneByOne) {
    constexpr std::uint64_t many = 600;
    for (std::uint64_t i = 0; i < many; ++i) {
        const std::string address =
            "240.0." + std::to_string(i / 200) + "." + std::to_string(i % 200 + 1);
        run(i, i % 2 == 0 ? "IPaddr" : "IPaddr2", {address}, ScriptAction::status);
    }
    run(many, "IPaddr", {"240.0.2.300"}, ScriptAction::start);
    run(many + 1, "IPaddr", {"240.0.2.300"}, ScriptAction::stop);
    run(many + 2, "IPaddr", {}, ScriptAction::start);
    ASSERT_TRUE(wait_for(many + 3));
    std::sort(done.begin(), done.end(), [](const auto& a, const auto& b) { return a.job < b.job; });
    for (std::uint64_t i = 0; i < many; ++i) {
        ASSERT_EQ(done[i].job, JobId{i});
        ASSERT_EQ(done[i].output, "INFO:  Resource is stopped\n");
    }
    EXPECT_EQ(done[many].status, 2);
    EXPECT_EQ(done[many + 1].status, 0);
    EXPECT_EQ(done[many + 2].status, 1);
    const std::string complaint =
        "IPaddr(240.0.2.300): ERROR: 240.0.2.300: expected an IPv4 address, four numbers from 0 to "
        "255";
    EXPECT_EQ(std::count(log.begin(), log.end(), complaint), 2);
}

TEST_F(NativeAgentsTest, IsSilentWhenItsOwnerGoes) {
    int told = 0;
    {
        ScriptRunner brief(
            loop, launcher, folder.paths(), [&told](const ScriptDone&) { ++told; },
            [](const LogLine&) {});
        brief.run({JobId{1}, {"Delay", {"60"}, ScriptAction::start}, 60s});
        loop.poll();  // its thread has it
        brief.run({JobId{2}, {"IPaddr", {"10.0.0.1"}, ScriptAction::status}, 60s});
    }
    run(1, "Delay", {"0", "0"}, ScriptAction::start);
    ASSERT_TRUE(wait_for(1));
    EXPECT_EQ(told, 0);
}

// Why: a file that is a byte off would silently cost a process for each action.
TEST(Wrapper, TheShippedFilesAreKnown) {
    for (const agents::Native& native : agents::natives()) {
        const std::string path =
            std::string(HB_SOURCE_DIR) + "/resource.d/" + std::string(native.type);
        EXPECT_TRUE(agents::is_wrapper(path)) << path;
    }
}

}  // namespace
}  // namespace hb::shell
