// What outlives the process: byte-compatible with 3.0.6, and never a step back.
#include "state_dir.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

std::string text_form(const Uuid& id) {
    std::string out;
    for (std::size_t i = 0; i < id.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
        char hex[3];
        std::snprintf(hex, sizeof hex, "%02x", static_cast<unsigned>(id[i]));
        out += hex;
    }
    return out;
}

class StateDirTest : public testing::Test {
protected:
    StateDirTest() { std::filesystem::create_directories(paths.state_dir); }
    std::uint64_t raise(std::uint64_t unix_seconds = 1'700'000'000) {
        const auto raised = raise_generation(paths, false, unix_seconds, log);
        EXPECT_TRUE(raised) << raised.error().what;
        return raised.value_or(0);
    }
    TempFolder folder;
    Paths paths{folder.paths()};
    std::vector<LogLine> log;
};

// Why: 3.0.6 on the same disk must read it after a downgrade, and we its file after an upgrade.
TEST_F(StateDirTest, WritesTheGenerationAsThreeOhSixDoes) {
    folder.write("var/lib/heartbeat/hb_generation", "     1700000099\n");
    EXPECT_EQ(raise(), 1'700'000'100U);
    EXPECT_EQ(text_of(paths.generation()), "     1700000100\n");
    EXPECT_EQ(raise(), 1'700'000'101U);
    EXPECT_TRUE(log.empty());
    struct stat info {};
    ::stat(paths.generation().c_str(), &info);
    EXPECT_EQ(info.st_mode & 07777U, 0644U);
}

// Why: the first generation of a machine is the clock plus one (wire.md 5.2).
TEST_F(StateDirTest, BeginsWithTheClock) {
    EXPECT_EQ(raise(), 1'700'000'001U);
    folder.write("var/lib/heartbeat/hb_generation", "");
    EXPECT_EQ(raise(), 1'700'000'001U);
    EXPECT_TRUE(log.empty());
}

// Why: peers drop a lower generation as a replay: a damaged file would lock the node out.
TEST_F(StateDirTest, NeverGoesBackWhenTheFileIsDamaged) {
    for (const char* damaged :
         {"garbage", "17", "-5", "9999999999999999999999", "    1699999999", "999999999999999\n"}) {
        folder.write("var/lib/heartbeat/hb_generation", damaged);
        log.clear();
        EXPECT_EQ(raise(), 1'700'000'001U) << damaged;
        EXPECT_EQ(log.size(), 1U) << damaged;
    }
}

// Why: a clock that was set back must not set the generation back.
TEST_F(StateDirTest, FollowsTheFileNotTheClock) {
    raise(1'700'000'000);
    EXPECT_EQ(raise(1'000), 1'700'000'002U);
}

// Why: a state directory restored from a backup brings back an old number; the peer would drop all
// that this node says as a replay, for ever.
TEST_F(StateDirTest, AnOldFileIsLiftedToTheClock) {
    raise(1'700'000'000);
    const std::string backup = text_of(paths.generation());
    std::uint64_t known = 0;
    for (std::uint64_t start = 0; start < 9; ++start) known = raise(1'700'000'000 + start * 3600);
    folder.write("var/lib/heartbeat/hb_generation", backup);
    EXPECT_GT(raise(1'700'000'000 + 9 * 3600), known);
    EXPECT_TRUE(log.empty());
}

// Why: `hbgenmethod time` leaves the file alone.
TEST_F(StateDirTest, TakesTheClockWhenAsked) {
    EXPECT_EQ(raise_generation(paths, true, 1234, log), 1234U);
    EXPECT_FALSE(std::filesystem::exists(paths.generation()));
}

// Why: speaking with a generation that is not on disk would be a replay after the next crash.
TEST_F(StateDirTest, RefusesToStartWithoutADiskToWriteTo) {
    paths.state_dir = folder.at("no/such/folder");
    const auto raised = raise_generation(paths, false, 1, log);
    ASSERT_FALSE(raised);
    EXPECT_EQ(raised.error().code, Errc::io);
}

// Why: `uuidfrom nodename` must give the uuid that real nodes already know (wire.md 6.7).
TEST(NodeUuid, OfANameIsThatOfThreeOhSix) {
    EXPECT_EQ(text_form(uuid_of_name("alpha")), "cc301fda-9190-a843-de51-a987ec340ccc");
    EXPECT_EQ(text_form(uuid_of_name("beta")), "bf4514df-59e5-20af-3817-c93be31e6e01");
    EXPECT_EQ(text_form(uuid_of_name("node1")), "90b8de77-08c8-7a6c-fef1-993a43051dba");
}

// Why: a node that changes its uuid looks like a stranger with its name.
TEST_F(StateDirTest, KeepsTheUuidOnceDrawn) {
    const auto first = load_uuid(paths, false, "alpha", log);
    ASSERT_TRUE(first);
    EXPECT_EQ(text_of(paths.uuid()), uuid_bytes(*first));
    EXPECT_EQ(log.size(), 1U);
    EXPECT_EQ(load_uuid(paths, false, "alpha", log), *first);
    EXPECT_EQ(log.size(), 1U);
    folder.write("var/lib/heartbeat/hb_uuid", "short");
    EXPECT_NE(load_uuid(paths, false, "alpha", log), *first);
}

// Why: 3.0.6 gives scripts a world-writable scratch folder that is empty after each start.
TEST_F(StateDirTest, PreparesItsFolders) {
    folder.write("run/heartbeat/rsctmp/left/over", "x");
    folder.write("outside/keep", "x");
    std::filesystem::create_directory_symlink(folder.at("outside"), paths.rsctmp() + "/link");
    ASSERT_TRUE(prepare_folders(paths));
    EXPECT_TRUE(std::filesystem::is_empty(paths.rsctmp()));
    EXPECT_EQ(text_of(folder.at("outside/keep")), "x") << "links must not be followed";
    struct stat info {};
    ::stat(paths.rsctmp().c_str(), &info);
    EXPECT_EQ(info.st_mode & 07777U, 01777U);
    EXPECT_TRUE(std::filesystem::exists(paths.delhostcache()));
}

class PidFileTest : public StateDirTest {
protected:
    PidFileTest() { std::filesystem::create_directories(folder.at("run")); }
    // Another process with the executable of this test.
    pid_t twin() {
        const pid_t pid = ::fork();
        if (pid == 0) {
            ::pause();
            ::_exit(0);
        }
        return pid;
    }
    void end(pid_t pid) {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
    }
};

// Why: init scripts and monitoring read it: 10 columns and a newline (resources.md 6.1).
TEST_F(PidFileTest, HasTheFormOfThreeOhSixAndGoesWithItsOwner) {
    {
        const auto claimed = PidFile::claim(paths.pid_file);
        ASSERT_TRUE(claimed) << claimed.error().what;
        char expected[16];
        std::snprintf(expected, sizeof expected, "%10d\n", ::getpid());
        EXPECT_EQ(text_of(paths.pid_file), expected);
        EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.at("run")), {}), 1);
    }
    EXPECT_FALSE(std::filesystem::exists(paths.pid_file));
}

// Why: two daemons on one machine are one node with two minds.
TEST_F(PidFileTest, RefusesASecondDaemon) {
    const pid_t other = twin();
    folder.write("run/heartbeat.pid", std::to_string(other) + "\n");
    EXPECT_EQ(running_daemon(paths.pid_file), other);
    const auto claimed = PidFile::claim(paths.pid_file);
    end(other);
    ASSERT_FALSE(claimed);
    EXPECT_EQ(claimed.error().what, "already running [pid " + std::to_string(other) + "]");
    EXPECT_EQ(text_of(paths.pid_file), std::to_string(other) + "\n");
}

// Why: after a crash the number may be another program's, or ours again in a container.
TEST_F(PidFileTest, ReplacesAStaleOne) {
    for (const std::string& stale :
         {std::string("1\n"), std::to_string(::getpid()) + "\n", std::string("4194399\n"),
          std::string("junk"), std::string()}) {
        folder.write("run/heartbeat.pid", stale);
        EXPECT_EQ(running_daemon(paths.pid_file), std::nullopt) << stale;
        EXPECT_TRUE(PidFile::claim(paths.pid_file)) << stale;
    }
}

}  // namespace
}  // namespace hb::shell
