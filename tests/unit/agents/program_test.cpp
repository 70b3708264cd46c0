// Programs that agents call: what they inherit, how much they may say, how they are ended.
#include "agents/program.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "fd.hpp"
#include "spawn_settings.hpp"

namespace hb::agents {
namespace {

namespace fs = std::filesystem;

class TestHost : public Host {
public:
    std::string variable(const std::string& name) const override {
        return name == "PATH" ? path : "";
    }
    std::vector<std::string> environment() const override {
        return {"PATH=" + path, "LC_ALL=de_DE.UTF-8", "MINE=yes"};
    }
    bool children_apart() const override { return apart; }
    void began(pid_t child) override { children.push_back(child); }
    void ended(pid_t child) override { std::erase(children, child); }
    Result<SharedAnnouncer> announcer() override { return fail(Errc::io, "none"); }
    std::string go_on(std::vector<Burst>) override { return ""; }
    void end_burst(const std::string&, const Ip&) override {}

    std::string path;
    bool apart{true};
    std::vector<pid_t> children;
};

class ProgramTest : public testing::Test {
protected:
    ProgramTest() {
        std::string name = (fs::temp_directory_path() / "hb-program-XXXXXX").string();
        folder = ::mkdtemp(name.data());
        host.path = folder;
        // Open until the program has begun, by which a test knows that.
        ::mkfifo((folder + "/ready").c_str(), 0600);
    }
    ~ProgramTest() override {
        std::error_code ignored;
        fs::remove_all(folder, ignored);
    }
    void script(const std::string& name, const std::string& body) const {
        std::ofstream(folder + "/" + name) << "#!/bin/sh\n" << body << "\n";
        fs::permissions(folder + "/" + name, fs::perms::owner_all);
    }
    // The first line that a script wrote to `ready`.
    std::string ready() const {
        std::ifstream file(folder + "/ready");
        std::string line;
        std::getline(file, line);
        return line;
    }

    std::string folder;
    TestHost host;
};

// Why: what a mount or a check says is all that people have when it fails.
TEST_F(ProgramTest, SaysHowItEndedAndWhatItSaid) {
    script("tell", "echo \"$1 $LC_ALL $MINE\"; echo oops >&2; exit 3");
    const ProgramEnd end = run_program({"tell", "a b"}, host);
    EXPECT_EQ(end.status, 3);
    EXPECT_EQ(end.output, "a b C yes\noops\n");
    EXPECT_FALSE(end.cancelled);
    script("die", "kill -s KILL $$");
    EXPECT_EQ(run_program({"die"}, host).status, 128 + SIGKILL);
    EXPECT_TRUE(host.children.empty());
}

TEST_F(ProgramTest, AMissingProgramIsNamed) {
    const ProgramEnd end = run_program({"hb-no-such-program", "x"}, host);
    EXPECT_EQ(end.status, 127);
    EXPECT_EQ(end.output, "hb-no-such-program: not found\n");
    std::ofstream(folder + "/broken") << "\1\2\3";
    fs::permissions(folder + "/broken", fs::perms::owner_all);
    EXPECT_EQ(run_program({"broken"}, host).status, 127);
    EXPECT_EQ(find_program("sh", host).substr(0, 5), "/usr/");
}

// Why: a program that inherits the daemon's descriptors would keep its sockets open.
TEST_F(ProgramTest, InheritsNothingOfOurs) {
    constexpr int number = 57;  // a shell opens its script as one of its own choice
    ASSERT_EQ(::dup2(STDERR_FILENO, number), number);
    script("look",
           "[ ! -e /proc/$$/fd/57 ] || echo leaked; readlink /proc/$$/fd/0; pwd;"
           "grep -c '^SigBlk:.0*$' /proc/self/status; cut -d' ' -f5 /proc/$$/stat; echo $$");
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const ProgramEnd end = run_program({"look"}, host);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::close(number);
    const auto lines = words(end.output, "\n");
    ASSERT_EQ(lines.size(), 5U) << end.output;
    EXPECT_EQ(lines[0], "/dev/null");
    EXPECT_EQ(lines[1], "/");
    EXPECT_EQ(lines[2], "1");
    EXPECT_EQ(lines[3], lines[4]);  // it leads a process group
}

// Why: who ends hb_agent and its group must end the mount, too.
TEST_F(ProgramTest, OfHbAgentItSharesGroupAndFolder) {
    host.apart = false;
    script("look", "pwd; cut -d' ' -f5 /proc/$$/stat");
    const auto lines = words(run_program({"look"}, host).output, "\n");
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0], fs::current_path().string());
    EXPECT_EQ(lines[1], std::to_string(::getpgrp()));
}

// Why: a program gone wild must fill neither memory nor the log.
TEST_F(ProgramTest, WhatItSaysIsBounded) {
    script("flood", "yes");
    const ProgramEnd end = run_program({"flood"}, host);
    EXPECT_EQ(end.output.size(), limits::script_output_bytes_max);
    EXPECT_NE(end.status, 0);  // its writing failed
}

// Why: a daemon that a mount leaves behind (FUSE) must neither hold up the start nor die of what it
// says later.
TEST_F(ProgramTest, WhatItLeavesBehindGoesOn) {
    script("leave", "{ read -r line <" + folder + "/go; echo late >&2; echo $? >" + folder +
                        "/ready; } & exit 0");
    ::mkfifo((folder + "/go").c_str(), 0600);
    const ProgramEnd end = run_program({"leave"}, host);
    EXPECT_EQ(end.status, 0);
    std::ofstream(folder + "/go") << "on\n";
    EXPECT_EQ(ready(), "0");
}

// Why: the daemon's time-out must end it as it ends a script: the whole group.
TEST_F(ProgramTest, ACancelEndsItsGroup) {
    script("wait", "trap '' TERM; sleep 100 & echo $! >" + folder + "/ready; wait; wait");
    ProgramEnd end;
    std::thread runner([&] { end = run_program({"wait"}, host); });
    // It is killed, and its end takes its time.
    const shell::Fd sleeper(shell::open_pidfd(std::stoi(ready())));
    ASSERT_TRUE(sleeper);
    host.cancel.stop();
    runner.join();
    EXPECT_TRUE(end.cancelled);
    EXPECT_NE(end.status, 0);
    pollfd ended{sleeper.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&ended, 1, 10'000), 1);
    // And none begins after it.
    script("never", "echo began");
    const ProgramEnd late = run_program({"never"}, host);
    EXPECT_TRUE(late.cancelled);
    EXPECT_EQ(late.output, "");
}

}  // namespace
}  // namespace hb::agents
