// Programs of respawn and failfast lines as real processes: who they are, how they end, what a
// killed daemon leaves of them.
#include "programs.hpp"

#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include "run_as.hpp"
#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

class ProgramsTest : public testing::Test {
protected:
    ProgramsTest() {
        std::filesystem::create_directories(paths().programs_under_way());
        std::filesystem::permissions(folder.path(), std::filesystem::perms{0755});
        words = folder.write("words", "", 0666);
    }
    Paths paths() const {
        Paths out = folder.paths();
        out.self = HB_DAEMON;
        return out;
    }
    std::unique_ptr<Programs> daemon() {
        auto made = std::make_unique<Programs>(
            loop, launcher, paths(), [this](const LogLine& line) { log.push_back(log_text(line)); },
            [this](const std::string& reason) { fence = reason; });
        made->await_leftovers();
        made->surroundings({"PATH=/usr/bin:/bin", "HA_CURHOST=alpha"});
        return made;
    }
    // A program that says in `words` what `says` prints, then does `then`.
    config::Program line(const std::string& name, const std::string& says, const std::string& then,
                         const std::string& user = "root", const std::string& arguments = "") {
        const std::string path = folder.script(name, "echo " + says + " >>" + words + "\n" + then);
        return {config::ProgramKind::respawn, user, path,
                path + (arguments.empty() ? "" : " " + arguments), 0};
    }
    // A file has no event for it: it is looked at again after a turn of the loop, or 10 ms.
    bool becomes(const std::function<bool()>& happened) {
        for (int i = 0; i < 1000; ++i) {
            if (run_until(loop, happened, 10ms)) return true;
        }
        return false;
    }
    bool said(const std::string& text) {
        return becomes([&] { return text_of(words).find(text) != std::string::npos; });
    }
    bool logged(const std::string& text) {
        return run_until(loop, [&] {
            return std::any_of(log.begin(), log.end(), [&](const std::string& each) {
                return each.find(text) != std::string::npos;
            });
        });
    }
    bool stops(Programs& programs) {
        bool stopped = false;
        programs.stop([&stopped] { stopped = true; });
        return run_until(loop, [&stopped] { return stopped; });
    }

    TempFolder folder;
    std::string words;
    boost::asio::io_context loop;
    Launcher launcher{loop};
    std::vector<std::string> log;
    std::string fence;
};

// Why: a program of another user that ran as root would be a hole; without its groups it would
// fail.
TEST_F(ProgramsTest, RunsAsItsUserInItsOwnGroupWithTheClustersEnvironment) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
    const auto programs = daemon();
    programs->configure({line("p",
                              "$(id -un):$(id -gn):$HA_CURHOST:$2:$(ps -o pgid= -p $$):$$:"
                              "$(ls -l /proc/$$/fd | grep -c null)",
                              "exec sleep 60", "nobody", "a 'two  words'")});
    programs->begin();
    ASSERT_TRUE(said("\n"));
    std::string text = text_of(words);
    std::erase(text, ' ');
    const std::string name = text.substr(0, text.find(":alpha:"));
    EXPECT_EQ(name, "nobody:nogroup") << text;
    EXPECT_NE(text.find(":alpha:twowords:"), std::string::npos) << text;
    std::istringstream parts(text.substr(text.find(":twowords:") + 10));
    std::string group;
    std::string pid;
    std::string null_descriptors;
    std::getline(parts, group, ':');
    std::getline(parts, pid, ':');
    std::getline(parts, null_descriptors);
    EXPECT_EQ(group, pid);
    EXPECT_EQ(null_descriptors, "3");
    EXPECT_TRUE(stops(*programs));
    EXPECT_EQ(text_of("/proc/" + pid + "/cmdline"), "");  // gone, or not reaped yet
}

// Why: all that the directive promises, with real processes.
TEST_F(ProgramsTest, StartsAgainWhatEndsUntilItSays100) {
    const auto programs = daemon();
    programs->configure({line("p", "$$", "[ $(wc -l <" + words + ") -lt 2 ]; exit $(($? * 100))")});
    EXPECT_FALSE(run_until(
        loop, [this] { return !text_of(words).empty(); }, 50ms));
    programs->begin();
    ASSERT_TRUE(logged("asks not to be started again"));
    EXPECT_TRUE(logged("exited with status 0; started again in 1000 ms"));
    EXPECT_EQ(programs->running(), 0U);
    EXPECT_TRUE(stops(*programs));
}

// Why: later programs may use earlier ones; one that ignores SIGTERM must not keep the others.
TEST_F(ProgramsTest, StopsInReverseOrder) {
    const auto programs = daemon();
    const auto told = [this](const std::string& name) {
        return line(
            name, "up",
            "trap 'echo end-" + name + " >>" + words + "; kill $!; exit 0' TERM; sleep 60 & wait");
    };
    programs->configure({told("first"), told("second"), told("third")});
    programs->begin();
    ASSERT_TRUE(said("up\nup\nup\n"));
    EXPECT_EQ(programs->running(), 3U);
    ASSERT_TRUE(stops(*programs));
    EXPECT_EQ(text_of(words), "up\nup\nup\nend-third\nend-second\nend-first\n");
}

// Why: the node must go down, but not when it was the daemon that ended the program.
TEST_F(ProgramsTest, AFailfastProgramThatFailsIsReportedAndOneThatIsStoppedIsNot) {
    auto good = line("good", "good", "exec sleep 60");
    auto bad = line("bad", "bad", "exit 7");
    good.kind = config::ProgramKind::failfast;
    bad.kind = config::ProgramKind::failfast;
    const auto programs = daemon();
    programs->configure({good});
    programs->begin();
    ASSERT_TRUE(said("good"));
    programs->configure({});
    ASSERT_TRUE(run_until(loop, [&] { return programs->running() == 0; }));
    EXPECT_EQ(fence, "");
    programs->configure({bad});
    ASSERT_TRUE(run_until(loop, [this] { return !fence.empty(); }));
    EXPECT_NE(fence.find("exited with status 7"), std::string::npos) << fence;
}

// Why: a package upgrade may take the file away for a moment; that is no failure of the program.
TEST_F(ProgramsTest, AMissingFileOrUserIsTriedAgain) {
    const auto programs = daemon();
    programs->configure(
        {{config::ProgramKind::failfast, "root", "/no/such", "/no/such", 0},
         {config::ProgramKind::respawn, "nosuchuser", "/bin/true", "/bin/true", 0}});
    programs->begin();
    EXPECT_TRUE(logged("\"/no/such\" is no executable file; started again"));
    EXPECT_TRUE(logged("\"/bin/true\" exited with status 126; started again"));
    EXPECT_EQ(fence, "");
    EXPECT_TRUE(stops(*programs));
}

// Why: after kill -9 of the daemon its programs live on; started once more they would fight.
TEST_F(ProgramsTest, WhatAKilledDaemonLeftIsEndedBeforeItStartsAnew) {
    const auto lines = {line(
        "p", "up-$$", "trap 'echo end-$$ >>" + words + "; kill $!; exit' TERM; sleep 60 & wait")};
    auto killed = daemon();
    killed->configure(lines);
    killed->begin();
    ASSERT_TRUE(said("up-"));
    ASSERT_TRUE(logged("Starting program"));
    const std::string first = text_of(words).substr(3);
    killed.reset();
    log.clear();
    const auto next = daemon();
    EXPECT_TRUE(logged("of a daemon that died still runs"));
    next->configure(lines);
    next->begin();
    ASSERT_TRUE(becomes([this] {
        const std::string text = text_of(words);
        return std::count(text.begin(), text.end(), '\n') == 3;
    }));
    EXPECT_TRUE(text_of(words).starts_with("up-" + first + "end-" + first + "up-"))
        << text_of(words);
    EXPECT_TRUE(stops(*next));
    EXPECT_TRUE(std::filesystem::is_empty(paths().programs_under_way()));
}

// Why: main() hands everything to it first; other words are none of its business.
TEST(RunAs, KnowsItsOwnWords) {
    const std::vector<std::string> made = run_as_words("/x", "nosuchuser", "/", "true");
    std::vector<const char*> words;
    for (const std::string& word : made) words.push_back(word.c_str());
    EXPECT_EQ(run_as(static_cast<int>(words.size()), words.data()), 126);
    words.pop_back();
    EXPECT_EQ(run_as(static_cast<int>(words.size()), words.data()), 126);
    words = {"heartbeatd", "-s"};
    EXPECT_EQ(run_as(2, words.data()), std::nullopt);
    EXPECT_EQ(run_as(1, words.data()), std::nullopt);
}

}  // namespace
}  // namespace hb::shell
