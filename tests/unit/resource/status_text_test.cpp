// What a script's `status` says: the rule of 3.0.6, which thousands of init scripts were written
// for.
#include "resource/status_text.hpp"

#include <gtest/gtest.h>

namespace hb::resource {
namespace {

// Why: these are the answers of real init scripts and of the shipped resource scripts.
TEST(StatusText, RunningOrUpperCaseOkMeansRunning) {
    EXPECT_TRUE(says_running("running\n"));
    EXPECT_TRUE(says_running("apache2 is Running (pid 1).\n"));
    EXPECT_TRUE(says_running("INFO:  Running OK\n"));
    EXPECT_TRUE(says_running("OK"));
}

// Why: the word must win over the `running` inside of it, however it is spaced or capitalised.
TEST(StatusText, NotRunningWinsOverRunning) {
    EXPECT_FALSE(says_running("apache2 is not running.\n"));
    EXPECT_FALSE(says_running("NOT Running"));
    EXPECT_FALSE(says_running("not \t running"));
    EXPECT_FALSE(says_running("one is running\nthe other is not running\n"));
}

// Why: silence and other words must not keep a group from being started.
TEST(StatusText, EverythingElseMeansStopped) {
    EXPECT_FALSE(says_running(""));
    EXPECT_FALSE(says_running("not"));
    EXPECT_FALSE(says_running("stopped (Secondary)"));
    EXPECT_FALSE(says_running("ok"));
    EXPECT_FALSE(says_running("RUNNING"));
}

// Why: a word between them makes it another sentence; only blanks may stand there.
TEST(StatusText, NotThatBelongsToAnotherWordDoesNotCount) {
    EXPECT_TRUE(says_running("not enabled at boot, running"));
    EXPECT_TRUE(says_running("running, stop it or not \t"));
}

}  // namespace
}  // namespace hb::resource
