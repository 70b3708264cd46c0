// What a killed daemon left under way is waited for, and not longer than it was allowed to take.
#include "leftovers.hpp"

#include <signal.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/limits.hpp"
#include "script_runner.hpp"
#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

// The daemon that dies is a ScriptRunner that goes: its scripts are left alone, as by kill -9.
class LeftoversTest : public testing::Test {
protected:
    LeftoversTest() {
        std::filesystem::create_directories(folder.paths().scripts_under_way());
        folder.script("etc/ha.d/resource.d/web", "case $1 in status) cat " + state() +
                                                     " ;; start) sleep ${HA_nap}; echo running >" +
                                                     state() + " ;; esac");
    }
    std::string state() const { return folder.at("state"); }
    std::unique_ptr<ScriptRunner> daemon(const std::string& nap) {
        auto made = std::make_unique<ScriptRunner>(
            loop, launcher, folder.paths(),
            [this](ScriptDone result) { done.push_back(std::move(result)); },
            [this](const LogLine& line) { log.push_back(log_text(line)); });
        made->surroundings({"PATH=/usr/bin:/bin", "HA_nap=" + nap}, "");
        return made;
    }
    void dies_in_a_start(const std::string& nap, Duration timeout) {
        auto dying = daemon(nap);
        dying->await_leftovers();
        dying->run({JobId{1}, {"web", {}, ScriptAction::start}, timeout});
        ASSERT_TRUE(run_until(loop, [this] { return !log.empty(); }));
        // The kernel names no event for it, and it is over within microseconds.
        const auto patience = std::chrono::steady_clock::now() + 10s;
        while (!named() && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
        ASSERT_TRUE(named());
        log.clear();
    }
    // The script of the note has come through its exec: until then the kernel knows no arguments.
    bool named() const {
        for (const auto& note :
             std::filesystem::directory_iterator(folder.paths().scripts_under_way())) {
            std::ifstream file("/proc/" + note.path().filename().string() + "/cmdline");
            std::string arguments;
            if (std::getline(file, arguments) && arguments.find("web") != std::string::npos) {
                return true;
            }
        }
        return false;
    }
    bool answered(ScriptRunner& runner) {
        runner.run({JobId{2}, {"web", {}, ScriptAction::status}, 5s});
        return run_until(loop, [this] { return !done.empty(); });
    }

    TempFolder folder;
    boost::asio::io_context loop;
    Launcher launcher{loop};
    std::vector<ScriptDone> done;
    std::vector<std::string> log;
};

// Why: asked too early, the group seems stopped, is started elsewhere, and then runs twice.
TEST_F(LeftoversTest, StatusIsAskedWhenTheStartHasEnded) {
    dies_in_a_start("0.3", 5s);
    const auto next = daemon("0");
    next->await_leftovers();
    ASSERT_EQ(log.size(), 1U);
    EXPECT_NE(log[0].find("web start"), std::string::npos) << log[0];
    ASSERT_TRUE(answered(*next));
    EXPECT_EQ(done[0].output, "running\n");
}

// Why: a script that hangs must not keep the next daemon from its groups either.
TEST_F(LeftoversTest, WhatHangsIsKilledAtItsTimeOut) {
    dies_in_a_start("60", 200ms);
    const auto next = daemon("0");
    next->await_leftovers();
    ASSERT_TRUE(answered(*next));
    EXPECT_EQ(done[0].output, "");
}

// Why: notes outlive a power cut where /run does; their numbers are somebody else's then.
TEST_F(LeftoversTest, AnotherProcessOfThatNumberIsNoLeftover) {
    const std::string own = std::to_string(::getpid());
    folder.write("run/heartbeat/scripts/" + own, "1 99999999999");
    folder.write("run/heartbeat/scripts/1", "0 0");
    folder.write("run/heartbeat/scripts/garbage", "x");
    const auto next = daemon("0");
    next->await_leftovers();
    ASSERT_TRUE(answered(*next));
    EXPECT_TRUE(log.empty());
    EXPECT_TRUE(std::filesystem::is_empty(folder.paths().scripts_under_way()));
}

// Why: a daemon that lives long would leave a file for every script it ever ran.
TEST_F(LeftoversTest, NothingIsNotedOfWhatHasEnded) {
    const auto living = daemon("0.1");
    living->await_leftovers();
    living->run({JobId{1}, {"web", {}, ScriptAction::start}, 5s});
    ASSERT_TRUE(run_until(loop, [this] { return !log.empty(); }));
    EXPECT_FALSE(std::filesystem::is_empty(folder.paths().scripts_under_way()));
    ASSERT_TRUE(run_until(loop, [this] { return !done.empty(); }));
    EXPECT_TRUE(std::filesystem::is_empty(folder.paths().scripts_under_way()));
}

// Why: at a reload a daemon took its own running scripts for those of a dead one, held every other
// script back and killed them.
TEST_F(LeftoversTest, WhatRunsHereIsNoLeftoverOfAnother) {
    const auto living = daemon("0.3");
    living->await_leftovers();
    living->run({JobId{1}, {"web", {}, ScriptAction::start}, 5s});
    ASSERT_TRUE(run_until(loop, [this] { return !log.empty(); }));
    log.clear();
    living->await_leftovers();
    EXPECT_TRUE(log.empty()) << log.front();
    living->run({JobId{2}, {"web", {}, ScriptAction::status}, 5s});
    ASSERT_TRUE(run_until(loop, [this] { return done.size() == 2; }));
    EXPECT_EQ(done[0].job, JobId{2});  // it did not have to wait
    EXPECT_EQ(done[1].end, ScriptEnd::exited);
}

// Why: a note makes the daemon signal the process it names; whoever may write one could have root
// kill anything.
TEST_F(LeftoversTest, NotesOfOthersAreNotBelieved) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to give a file away";
    dies_in_a_start("60", 60s);
    const std::string notes = folder.paths().scripts_under_way();
    const std::string note = std::filesystem::directory_iterator(notes)->path().string();
    const std::string text = text_of(note);
    const auto believed = [&] {
        log.clear();
        const auto next = daemon("0");
        next->await_leftovers();
        return log.empty() || log[0].find("still runs") != std::string::npos;
    };
    ASSERT_EQ(::chown(note.c_str(), 65534, 65534), 0);
    EXPECT_FALSE(believed());
    EXPECT_NE(log[0].find("belongs to user 65534"), std::string::npos) << log[0];
    EXPECT_FALSE(std::filesystem::exists(note));

    folder.write(note.substr(folder.path().size() + 1), text, 0666);
    EXPECT_FALSE(believed());
    EXPECT_NE(log[0].find("others can write to it"), std::string::npos) << log[0];

    folder.write(note.substr(folder.path().size() + 1), text);
    ASSERT_EQ(::chown(notes.c_str(), 65534, 65534), 0);
    EXPECT_FALSE(believed());
    EXPECT_FALSE(std::filesystem::exists(note));
    struct stat info {};
    ASSERT_EQ(::stat(notes.c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, 0U);

    folder.write(note.substr(folder.path().size() + 1), text);
    log.clear();
    const auto next = daemon("0");
    next->await_leftovers();
    ASSERT_EQ(log.size(), 1U);
    EXPECT_NE(log[0].find("still runs"), std::string::npos) << log[0];
    ::kill(-static_cast<pid_t>(std::stoi(note.substr(note.rfind('/') + 1))), SIGKILL);
}

// Why: a link in place of the folder would have us empty another one.
TEST_F(LeftoversTest, ALinkIsNotFollowed) {
    const std::string notes = folder.paths().scripts_under_way();
    const std::string other = folder.write("other/1234", "1 1");
    std::filesystem::remove_all(notes);
    std::filesystem::create_directory_symlink(folder.at("other"), notes);
    const auto next = daemon("0");
    next->await_leftovers();
    EXPECT_EQ(log.size(), 1U);
    EXPECT_TRUE(std::filesystem::exists(other));
    EXPECT_TRUE(std::filesystem::is_directory(std::filesystem::symlink_status(notes)));
}

}  // namespace
}  // namespace hb::shell
