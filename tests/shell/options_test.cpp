// The command line: every short option of 3.0.6 and its long name mean the same.
#include "options.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace hb::shell {
namespace {

Result<Options> parse(std::vector<const char*> words) {
    words.insert(words.begin(), "heartbeatd");
    return parse_options(static_cast<int>(words.size()), words.data());
}

// Why: init scripts and units call the daemon with 3.0.6's letters.
TEST(Options, ShortAndLongNamesAreOneOption) {
    struct Pair {
        const char *brief, *full;
        Command command;
    };
    for (const Pair& pair : {Pair{"-s", "--status", Command::status},
                             {"-k", "--kill", Command::stop},
                             {"-r", "--reload", Command::reload},
                             {"-D", "--defaults", Command::defaults},
                             {"-V", "--version", Command::version},
                             {"-h", "--help", Command::help}}) {
        for (const char* word : {pair.brief, pair.full}) {
            const auto options = parse({word});
            ASSERT_TRUE(options) << word;
            EXPECT_EQ(options->command, pair.command) << word;
        }
    }
}

// Why: a bare `heartbeat` validates, daemonises and runs, with everything on.
TEST(Options, NothingGivenRunsInTheBackgroundWithEverythingOn) {
    const auto options = parse({});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->command, Command::run);
    EXPECT_FALSE(options->foreground);
    EXPECT_TRUE(options->manage && options->realtime && options->reboot);
    EXPECT_EQ(options->paths.ha_cf(), "/etc/ha.d/ha.cf");
    EXPECT_EQ(options->paths.pid_file, "/run/heartbeat.pid");
}

// Why: 3.0.6 counts each -d, and letters may stand together.
TEST(Options, DebugCountsAndFlagsMayRepeat) {
    const auto options = parse({"-ddf", "-f", "-d", "-l", "-M", "-v"});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->debug, 3);
    EXPECT_TRUE(options->foreground && options->verbose);
    EXPECT_FALSE(options->realtime || options->manage);
}

// Why: -C belongs to -R; anything else ended with the usage and status 2 (resources.md 6.1).
TEST(Options, HoldingsWordNeedsRestartAndAKnownWord) {
    EXPECT_TRUE(parse({"-R", "-C", "foreign"})->resume);
    EXPECT_FALSE(parse({"-C", "all"}));
    EXPECT_FALSE(parse({"-R", "-C", "most"}));
}

// Why: a typing mistake must not start a daemon.
TEST(Options, RefusesWhatItDoesNotKnow) {
    EXPECT_FALSE(parse({"-x"}));
    EXPECT_FALSE(parse({"--statu"}));
    EXPECT_FALSE(parse({"now"}));
    EXPECT_FALSE(parse({"-s", "-k"}));
    EXPECT_FALSE(parse({"-r", "-R"}));
    EXPECT_FALSE(parse({"--record"}));
}

// Why: the daemon changes to `/`; a relative folder would mean another place from then on.
TEST(Options, FoldersAreAbsolute) {
    const auto options = parse({"--config-dir", "/tmp/a/", "--run-dir=/tmp/r", "--no-reboot"});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->paths.authkeys(), "/tmp/a/authkeys");
    EXPECT_EQ(options->paths.pid_file, "/tmp/r/heartbeat.pid");
    EXPECT_FALSE(options->reboot);
    EXPECT_FALSE(parse({"--config-dir", "etc"}));
    EXPECT_FALSE(parse({"--record", "here"}));
}

// Why: house rule 23: an option without its line in the manual is not finished.
TEST(Options, UsageNamesEveryLongOption) {
    const std::string text = usage();
    for (const char* word :
         {"--foreground", "--status", "--kill", "--reload", "--restart", "--resources", "--debug",
          "--no-realtime", "--no-resources", "--verbose", "--version", "--defaults", "--no-reboot",
          "--record", "--config-dir", "--state-dir", "--run-dir"}) {
        EXPECT_NE(text.find(word), std::string::npos) << word;
    }
}

}  // namespace
}  // namespace hb::shell
