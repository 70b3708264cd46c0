// Children: started without holding up the loop, ended whatever they do, each end told once.
#include "child.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <future>
#include <set>
#include <sstream>

#include "base/limits.hpp"
#include "privileges.hpp"
#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

class ChildTest : public testing::Test {
protected:
    ChildOrder order(const std::string& shell_text) const {
        ChildOrder out;
        out.command = [shell_text]() -> std::vector<std::string> {
            return {"/bin/sh", "-c", shell_text};
        };
        out.environment = {"PATH=/usr/bin:/bin"};
        out.timeout = 5s;
        out.capture_stdout = true;
        return out;
    }
    std::shared_ptr<Child> start(ChildOrder what) {
        ChildHooks hooks;
        hooks.running = [this](const auto&) { ++running; };
        hooks.slow = [this](Duration) { ++slow; };
        hooks.ended = [this](ChildEnd end) { ends.push_back(std::move(end)); };
        return Child::start(loop, launcher, std::move(what), std::move(hooks));
    }
    ChildEnd end_of(ChildOrder what) {
        ends.clear();
        start(std::move(what));
        EXPECT_TRUE(run_until(loop, [this] { return !ends.empty(); }));
        return ends.empty() ? ChildEnd{} : ends.front();
    }

    TempFolder folder;
    boost::asio::io_context loop;
    Launcher launcher{loop};
    std::vector<ChildEnd> ends;
    int running{0};
    int slow{0};
};

// Why: the exit status of a start decides whether a service runs here.
TEST_F(ChildTest, TellsExitStatusAndOutput) {
    const ChildEnd end = end_of(order("echo running; exit 7"));
    EXPECT_EQ(end.end, ScriptEnd::exited);
    EXPECT_EQ(end.status, 7);
    EXPECT_EQ(end.output, "running\n");
    EXPECT_EQ(end.command.front(), "/bin/sh");
    EXPECT_EQ(running, 1);
}

// Why: a script sees what the daemon means it to see, and nothing of the daemon.
TEST_F(ChildTest, GivesExactlyTheEnvironmentAndNoDescriptor) {
    ChildOrder what =
        order("/usr/bin/env -0 | tr '\\0' '\\n' | sort; pwd; ls /proc/self/fd | wc -l");
    what.environment = {"A=1", "PATH=/usr/bin:/bin"};
    const int leaked = ::dup(0);  // without close-on-exec
    const std::string output = end_of(std::move(what)).output;
    ::close(leaked);
    // `ls` itself has the folder open: 0, 1, 2 and that one.
    EXPECT_EQ(output, "A=1\nPATH=/usr/bin:/bin\nPWD=/\n/\n4\n");
}

// Why: signals that the daemon ignores or blocks must still stop a script.
TEST_F(ChildTest, GivesDefaultSignalsAndAGroupOfItsOwn) {
    ::signal(SIGPIPE, SIG_IGN);
    const std::string output =
        end_of(order("grep -E '^Sig(Blk|Ign)' /proc/self/status; ps -o pgid= -p $$; echo $$"))
            .output;
    ::signal(SIGPIPE, SIG_DFL);
    EXPECT_NE(output.find("SigBlk:\t0000000000000000"), std::string::npos) << output;
    std::istringstream lines(output);
    std::string word;
    unsigned long long ignored = 0;
    lines >> word >> word >> word >> std::hex >> ignored >> std::dec;
    const unsigned long long of_glibc = 3ULL << 31U;  // 32 and 33, its own: not ours to reset
    EXPECT_EQ(ignored & ~of_glibc, 0U) << output;
    int group = 0;
    int pid = 0;
    lines >> group >> pid;
    EXPECT_EQ(group, pid);
    EXPECT_NE(group, ::getpgrp());
}

// Why: a hanging script must not hang the cluster: no service, no alarm (resources.md B13).
TEST_F(ChildTest, EndsAHangingScriptWithItsWholeGroup) {
    const std::string note = folder.at("grandchild");
    ChildOrder what = order("sleep 60 & echo $! > " + note + "; wait");
    what.timeout = 200ms;
    const ChildEnd end = end_of(std::move(what));
    EXPECT_EQ(end.end, ScriptEnd::timed_out);
    EXPECT_GE(end.took, 200ms);
    EXPECT_LT(end.took, 1500ms);
    const pid_t grandchild = std::stoi(text_of(note));
    EXPECT_TRUE(run_until(loop, [grandchild] { return ::kill(grandchild, 0) != 0; }));
}

// Why: a script that ignores SIGTERM gets SIGKILL after the pause.
TEST_F(ChildTest, KillsWhatIgnoresTheSoftSignal) {
    ChildOrder what = order("trap '' TERM; while :; do sleep 0.1; done");
    what.timeout = 100ms;
    const ChildEnd end = end_of(std::move(what));
    EXPECT_EQ(end.end, ScriptEnd::timed_out);
    EXPECT_EQ(end.status, SIGKILL);
    EXPECT_GE(end.took, limits::kill_ladder_pause);
}

// Why: the ladder's last blow is for grandchildren that ignore SIGTERM as well, after the child
// itself obeyed.
TEST_F(ChildTest, KillsGrandchildrenThatOutliveAnObedientChild) {
    const std::string note = folder.at("grandchild");
    ChildOrder what = order("(trap '' TERM; echo x > " + note +
                            ".ready; while :; do sleep 0.1; done) & "
                            "echo $! > " +
                            note + "; wait");
    const auto child = start(std::move(what));
    EXPECT_TRUE(run_until(loop, [&] {
        boost::asio::post(loop, [] {});
        return !text_of(note + ".ready").empty() && !text_of(note).empty();
    }));
    child->kill();
    EXPECT_TRUE(run_until(loop, [this] { return !ends.empty(); }));
    EXPECT_EQ(ends.front().end, ScriptEnd::signalled);
    EXPECT_LT(ends.front().took, 1500ms);
    const pid_t grandchild = std::stoi(text_of(note));
    EXPECT_EQ(::kill(grandchild, 0), 0);
    EXPECT_TRUE(run_until(loop, [&] {
        return ::kill(grandchild, 0) != 0 ||
               text_of("/proc/" + std::to_string(grandchild) + "/status").find("State:\tZ") !=
                   std::string::npos;
    }));
}

// Why: a service's daemon often keeps its script's stdout open for its whole life.
TEST_F(ChildTest, DoesNotWaitForAGrandchildThatKeepsThePipe) {
    const ChildEnd end = end_of(order("sleep 60 & echo $!"));
    EXPECT_EQ(end.end, ScriptEnd::exited);
    EXPECT_LT(end.took, 1500ms);
    const pid_t grandchild = std::stoi(end.output);
    EXPECT_EQ(::kill(grandchild, SIGKILL), 0) << "a grandchild of an orderly end lives on";
}

// Why: a script that prints without end must cost neither memory nor its own success.
TEST_F(ChildTest, KeepsTheFirstBytesOfAFlood) {
    const ChildEnd end = end_of(order("printf running; head -c 1000000 /dev/zero; exit 3"));
    EXPECT_EQ(end.end, ScriptEnd::exited);
    EXPECT_EQ(end.status, 3);
    EXPECT_EQ(end.output.size(), limits::script_output_bytes_max);
    EXPECT_EQ(end.output.substr(0, 7), "running");
}

// Why: 3.0.6 appends what scripts print to HA_DEBUGLOG; a log that cannot be opened must not keep
// a service down.
TEST_F(ChildTest, AppendsToTheLogFileAndSurvivesABrokenOne) {
    const auto logging_to = [this](std::string log_file) {
        ChildOrder what = order("echo out; echo err >&2");
        what.capture_stdout = false;
        what.log_file = std::move(log_file);
        return what;
    };
    const std::string log_file = folder.write("ha-debug", "before\n");
    EXPECT_EQ(end_of(logging_to(log_file)).status, 0);
    EXPECT_EQ(text_of(log_file), "before\nout\nerr\n");
    EXPECT_EQ(end_of(logging_to(folder.at("no/such/folder/ha-debug"))).end, ScriptEnd::exited);
}

// Why: a log that is a named pipe whose reader is gone kept every script from starting.
TEST_F(ChildTest, StartsAlthoughNobodyReadsItsLog) {
    ChildOrder what = order("echo heard; echo words >&2");
    what.log_file = folder.at("pipe");
    ASSERT_EQ(::mkfifo(what.log_file.c_str(), 0600), 0);
    const ChildEnd end = end_of(std::move(what));
    EXPECT_EQ(end.end, ScriptEnd::exited);
    EXPECT_EQ(end.output, "heard\n");
}

// Why: "there is none" and "the system refused" lead to different words for the operator.
TEST_F(ChildTest, TellsMissingFromNotStarted) {
    ChildOrder none = order("");
    none.command = [] { return std::vector<std::string>(); };
    EXPECT_EQ(end_of(std::move(none)).end, ScriptEnd::missing);
    ChildOrder broken = order("");
    broken.command = [] { return std::vector<std::string>{"/no/such/program"}; };
    const ChildEnd end = end_of(std::move(broken));
    EXPECT_EQ(end.end, ScriptEnd::not_started);
    EXPECT_EQ(end.error, ENOENT);
}

// Why: a program on a dead disk hangs its start for ever; every other service must still start,
// and what hung must not start hours later.
TEST_F(ChildTest, AHangingStartHoldsUpNobodyElse) {
    std::promise<void> disk_is_back;
    auto wait = disk_is_back.get_future().share();
    const std::string note = folder.at("started-late");
    ChildOrder hanging = order("");
    hanging.timeout = 1300ms;
    hanging.command = [wait, note]() -> std::vector<std::string> {
        wait.wait();
        return {"/bin/sh", "-c", "echo $$ > " + note + "; sleep 60"};
    };
    start(std::move(hanging));
    start(order("exit 5"));
    EXPECT_TRUE(run_until(loop, [this] { return ends.size() == 1; }));
    EXPECT_EQ(ends[0].status, 5);
    EXPECT_EQ(slow, 1);
    EXPECT_TRUE(run_until(loop, [this] { return ends.size() == 2; }));
    EXPECT_EQ(ends[1].end, ScriptEnd::not_started);
    EXPECT_EQ(ends[1].error, ETIMEDOUT);
    disk_is_back.set_value();
    EXPECT_EQ(end_of(order("exit 6")).status, 6);
    EXPECT_EQ(ends.size(), 1U) << "the end of the late start is nobody's business";
}

// Why: KillJob during a start must be answered as well.
TEST_F(ChildTest, KillsAtOnceAlsoBeforeItRuns) {
    const auto child = start(order("sleep 60"));
    child->kill();
    EXPECT_TRUE(run_until(loop, [this] { return !ends.empty(); }));
    EXPECT_EQ(ends.front().end, ScriptEnd::signalled);
    EXPECT_EQ(ends.front().status, SIGTERM);
    EXPECT_LT(ends.front().took, 1500ms);
}

// Why: fifty groups start at once; nothing may be lost and no descriptor may leak.
TEST_F(ChildTest, RunsManyAtOnceAndLeavesNothing) {
    const auto descriptors = [] {
        return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
    };
    end_of(order("exit 0"));
    const auto before = descriptors();
    ends.clear();
    for (int i = 0; i < 50; ++i) {
        ChildOrder one = order("exit " + std::to_string(i));
        one.timeout = 60s;  // on a busy machine they wait for each other
        start(std::move(one));
    }
    EXPECT_TRUE(run_until(
        loop, [this] { return ends.size() == 50; }, 60s));
    std::set<int> statuses;
    for (const ChildEnd& end : ends) statuses.insert(end.status);
    EXPECT_EQ(statuses.size(), 50U);
    EXPECT_EQ(descriptors(), before);
}

// Why: a script at real-time priority that spins stops the machine.
TEST_F(ChildTest, DoesNotHandDownPriorityOrLockedMemory) {
    std::vector<LogLine> refused;
    raise_privileges(1, refused);
    Launcher late(loop);
    Launcher hasty(loop, Priority::below_loop);
    if (!refused.empty()) GTEST_SKIP() << log_text(refused.front());
    EXPECT_EQ(::sched_getscheduler(0), SCHED_RR | SCHED_RESET_ON_FORK);
    for (Launcher* who : {&launcher, &late, &hasty}) {
        ends.clear();
        ChildHooks hooks;
        hooks.ended = [this](ChildEnd end) { ends.push_back(std::move(end)); };
        Child::start(loop, *who,
                     order("cut -d' ' -f41 /proc/self/stat; grep VmLck /proc/self/status"), hooks);
        EXPECT_TRUE(run_until(loop, [this] { return !ends.empty(); }));
        EXPECT_EQ(ends.front().output, "0\nVmLck:\t       0 kB\n");
    }
    lower_privileges(refused);
    EXPECT_EQ(::sched_getscheduler(0), SCHED_OTHER);
}

}  // namespace
}  // namespace hb::shell
