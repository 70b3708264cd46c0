// The journal: 3.0.6's line forms, files that move away, and a loop that never waits.
#include "journal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <regex>
#include <sstream>
#include <stdexcept>

#include "base/limits.hpp"
#include "clock.hpp"
#include "daemon.hpp"
#include "fd.hpp"
#include "log_sinks.hpp"
#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

class JournalTest : public testing::Test {
protected:
    JournalTest() {
        targets.node = "node1";
        targets.logfile = folder.at("ha-log");
    }
    std::vector<std::string> lines(const std::string& path) {
        std::istringstream text(text_of(path));
        std::vector<std::string> out;
        for (std::string line; std::getline(text, line);) out.push_back(line);
        return out;
    }
    TempFolder folder;
    JournalTargets targets;
};

// Why: monitoring systems parse these lines (resources.md 9).
TEST_F(JournalTest, WritesTheLineFormOfThreeOhSix) {
    {
        Journal journal(targets);
        journal.write(log_line(LogId::peer_dead, "node2"));
    }
    const auto all = lines(targets.logfile);
    ASSERT_EQ(all.size(), 1U);
    const std::regex form(
        "[A-Z][a-z]{2} [0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} node1 heartbeat: "
        "\\[([0-9]+)\\]: WARN: node node2: is dead");
    std::smatch parts;
    ASSERT_TRUE(std::regex_match(all[0], parts, form)) << all[0];
    EXPECT_EQ(parts[1], std::to_string(::getpid()));
}

// Why: `syslogmsgfmt no` is the other form that is out there.
TEST_F(JournalTest, WritesTheOldFormWhenAsked) {
    targets.syslogmsgfmt = false;
    {
        Journal journal(targets);
        journal.write(log_line(LogId::version, "4"));
    }
    const std::regex form(
        "heartbeat\\[[0-9]+\\]: [0-9]{4}/[0-9]{2}/[0-9]{2}_[0-9:]{8} info: "
        "heartbeat: version 4");
    ASSERT_EQ(lines(targets.logfile).size(), 1U);
    EXPECT_TRUE(std::regex_match(lines(targets.logfile)[0], form)) << lines(targets.logfile)[0];
}

// Why: severities are words that people grep for.
TEST(Severity, HasTheWordsOfThreeOhSix) {
    EXPECT_EQ(severity_word(Level::critical), "CRIT");
    EXPECT_EQ(severity_word(Level::error), "ERROR");
    EXPECT_EQ(severity_word(Level::notice), "notice");
    EXPECT_EQ(severity_word(Level::debug), "debug");
}

// Why: debugfile has everything, logfile all but debug lines, and neither has them at level 0.
TEST_F(JournalTest, KeepsDebugLinesOutOfTheLogFile) {
    targets.debugfile = folder.at("ha-debug");
    {
        Journal journal(targets);
        journal.write(log_line(LogId::fifo_opened, "at level 0"));
        journal.debug_level(1);
        journal.write(log_line(LogId::fifo_opened, "at level 1"));
        journal.write(log_line(LogId::version, "4"));
    }
    ASSERT_EQ(lines(targets.debugfile).size(), 2U);
    EXPECT_NE(lines(targets.debugfile)[0].find("debug: FIFO at level 1"), std::string::npos);
    EXPECT_EQ(lines(targets.logfile).size(), 1U);
}

// Why: logrotate moves the file away; the next line must not go into the moved one.
TEST_F(JournalTest, FollowsAFileThatWasReplaced) {
    Journal journal(targets);
    journal.write(log_line(LogId::version, "1"));
    ASSERT_TRUE(journal.flush(2s));
    std::filesystem::rename(targets.logfile, folder.at("ha-log.1"));
    journal.write(log_line(LogId::version, "2"));
    ASSERT_TRUE(journal.flush(2s));
    EXPECT_EQ(lines(folder.at("ha-log.1")).size(), 1U);
    ASSERT_EQ(lines(targets.logfile).size(), 1U);
    EXPECT_NE(lines(targets.logfile)[0].find("version 2"), std::string::npos);
}

// Why: a reload may change every target.
TEST_F(JournalTest, ChangesItsTargets) {
    Journal journal(targets);
    journal.write(log_line(LogId::version, "1"));
    ASSERT_TRUE(journal.flush(2s));
    JournalTargets next = targets;
    next.logfile = folder.at("other");
    next.debug = 1;
    journal.retarget(next);
    journal.write(log_line(LogId::version, "2"));
    ASSERT_TRUE(journal.flush(2s));
    EXPECT_EQ(lines(targets.logfile).size(), 1U);
    EXPECT_EQ(lines(next.logfile).size(), 1U);
    EXPECT_EQ(journal.debug_level(), 1);
}

// Why: what a peer or a script says must not forge a line of ours.
TEST_F(JournalTest, KeepsOneLineOneLine) {
    {
        Journal journal(targets);
        journal.write(log_line(LogId::config_error, "a\nb\x1b[2J"));
        journal.write(log_line(LogId::config_error, std::string(100'000, 'x')));
    }
    const auto all = lines(targets.logfile);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_NE(all[0].find("a b [2J"), std::string::npos);
    EXPECT_LT(all[1].size(), limits::log_line_bytes_max + 100);
}

// Why: in order, even when many come while the thread writes.
TEST_F(JournalTest, KeepsTheOrder) {
    {
        Journal journal(targets);
        for (int i = 0; i < 5000; ++i) {
            journal.write(log_line(LogId::version, i));
            if (i % 500 == 0) journal.flush(2s);
        }
    }
    const auto all = lines(targets.logfile);
    EXPECT_EQ(all.size(), 5000U);
    int before = -1;
    for (const std::string& line : all) {
        const int number = std::stoi(line.substr(line.rfind(' ')));
        EXPECT_GT(number, before);
        before = number;
    }
}

// Everything that comes through stderr while it lives; nothing is read before read_all().
class StuckStderr {
public:
    StuckStderr() : before_(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
        reader_.reset(ends[0]);
        ::fcntl(ends[0], F_SETPIPE_SZ, 4096);
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
        ::dup2(ends[1], STDERR_FILENO);
        ::close(ends[1]);
    }
    ~StuckStderr() { ::dup2(before_.get(), STDERR_FILENO); }
    StuckStderr(const StuckStderr&) = delete;
    StuckStderr& operator=(const StuckStderr&) = delete;

    std::string read_all(Journal& journal) {
        std::string out;
        char buffer[4096];
        bool done = false;
        do {
            done = journal.flush(1ms);
            ssize_t size = 0;
            while ((size = ::read(reader_.get(), buffer, sizeof buffer)) > 0) {
                out.append(buffer, static_cast<std::size_t>(size));
            }
        } while (!done);
        return out;
    }

private:
    Fd before_, reader_;
};

// Why: a log that hangs must cost lines, not heartbeats: the oldest go, and are counted.
TEST(JournalOverrun, LosesTheOldestLinesAndNeverWaits) {
    constexpr std::size_t given = 2 * limits::log_queue_lines;
    JournalTargets targets;
    targets.node = "node1";
    targets.terminal = true;
    std::string text;
    Duration took{};
    {
        StuckStderr stuck;
        Journal journal(targets);
        const Clock clock;
        for (std::size_t i = 0; i < given; ++i) journal.write(log_line(LogId::version, i));
        took = clock.now().since_start;
        text = stuck.read_all(journal);
    }
    EXPECT_LT(took, 1s);
    std::size_t shown = 0;
    std::size_t lost = 0;
    std::string last;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (const auto at = line.find("WARN: "); at != std::string::npos) {
            lost += std::stoul(line.substr(at + 6));
        } else {
            ++shown;
            last = line;
        }
    }
    EXPECT_GT(lost, 0U);
    EXPECT_EQ(shown + lost, given);
    EXPECT_NE(last.find("version " + std::to_string(given - 1)), std::string::npos) << last;
}

// Why: a full disk is counted as well, and said once there is room.
TEST_F(JournalTest, CountsLinesThatTheFileRefused) {
    targets.logfile = "/dev/full";
    targets.facility = "";
    Journal journal(targets);
    journal.write(log_line(LogId::version, "1"));
    ASSERT_TRUE(journal.flush(2s));
    targets.logfile = folder.at("ha-log");
    targets.debugfile = "/dev/full";
    journal.retarget(targets);
    journal.write(log_line(LogId::version, "2"));
    ASSERT_TRUE(journal.flush(2s));
    const auto all = lines(targets.logfile);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_NE(all[1].find("WARN: 1 log lines were dropped"), std::string::npos) << all[1];
}

// Why: the file that took nothing is where the operator looks later: it must say what it lacks.
TEST_F(JournalTest, TellsAFileWhatItMissedWhenItTakesLinesAgain) {
    targets.logfile = folder.at("ha-log");
    targets.facility = "";
    ASSERT_EQ(::mkfifo(targets.logfile.c_str(), 0600), 0);  // without a reader it takes nothing
    Journal journal(targets);
    for (const char* text : {"1", "2", "3"}) {
        journal.write(log_line(LogId::version, text));
        ASSERT_TRUE(journal.flush(2s));
    }
    ASSERT_EQ(::unlink(targets.logfile.c_str()), 0);
    for (const char* text : {"4", "5"}) {
        journal.write(log_line(LogId::version, text));
        ASSERT_TRUE(journal.flush(2s));
    }
    const auto all = lines(targets.logfile);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_NE(all[0].find("WARN: 3 log lines were dropped"), std::string::npos) << all[0];
    EXPECT_NE(all[2].find("version 5"), std::string::npos) << all[2];
}

// Why: without any target the lines must still be found somewhere.
TEST(JournalFallback, IsSyslogOutsideOfSystemd) {
    ::unsetenv("JOURNAL_STREAM");
    EXPECT_EQ(with_fallback({}).facility, "daemon");
    EXPECT_FALSE(with_fallback({}).journald);
    JournalTargets file;
    file.logfile = "/x";
    EXPECT_EQ(with_fallback(file).facility, "");
    struct stat info {};
    ASSERT_EQ(::fstat(STDERR_FILENO, &info), 0);
    const std::string stream = std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
    ::setenv("JOURNAL_STREAM", stream.c_str(), 1);
    EXPECT_TRUE(with_fallback({}).journald);
    ::setenv("JOURNAL_STREAM", "1:1", 1);
    EXPECT_FALSE(with_fallback({}).journald) << "inherited, but stderr was redirected";
    ::unsetenv("JOURNAL_STREAM");
}

// Why: without a log line in ha.cf the ids of our lines must reach systemd's journal, and a
// facility that was asked for must not be lost to it: journald hands it on.
TEST(JournalFallback, IsTheJournalUnderSystemdWithTheFacilityThatWasAskedFor) {
    struct stat info {};
    ASSERT_EQ(::fstat(STDERR_FILENO, &info), 0);
    const std::string stream = std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
    ::setenv("JOURNAL_STREAM", stream.c_str(), 1);
    LoadedConfig config;
    config.ha_cf.logfacility = "daemon";
    EXPECT_TRUE(journal_targets(config, {}).journald);
    EXPECT_EQ(journal_targets(config, {}).facility, "");
    config.ha_cf.recorded["logfacility"] = "daemon";
    EXPECT_TRUE(journal_targets(config, {}).journald);
    EXPECT_EQ(journal_targets(config, {}).facility, "daemon");
    config.ha_cf.recorded.erase("logfacility");
    config.ha_cf.logfile = "/x";
    EXPECT_FALSE(journal_targets(config, {}).journald) << "a file was asked for, and no facility";
    ::unsetenv("JOURNAL_STREAM");
}

}  // namespace
}  // namespace hb::shell
