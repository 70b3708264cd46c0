// Programs that drive devices: how each end is told, and that none can hold its caller up.
#include "plugin/device_program.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "base/text.hpp"
#include "plugin/device_limits.hpp"

namespace hb::fence {
namespace {

using namespace std::chrono_literals;
using How = DeviceEnd::How;

DeviceEnd shell(const std::string& script, Duration timeout = 30s, std::string input = "") {
    return run({{"/bin/sh", "-c", script},
                {"PATH=/usr/bin:/bin", "COLOUR=red"},
                std::move(input),
                timeout});
}

TEST(DeviceProgram, HandsParametersInAndAnswersOut) {
    const auto end = shell("cat; echo $COLOUR; env | grep -c HOME; echo no >&2", 30s, "a=1\nb=2\n");
    EXPECT_TRUE(end.ok() || end.status == 0) << end.words;
    EXPECT_EQ(end.output, "a=1\nb=2\nred\n0\n");
    EXPECT_EQ(end.words, "no");
}

TEST(DeviceProgram, TellsEveryEnd) {
    EXPECT_EQ(end_words(shell("exit 3"), 1s), "exit status 3");
    EXPECT_EQ(end_words(shell("kill -SEGV $$"), 1s), "signal 11");
    EXPECT_EQ(shell("kill -SEGV $$").how, How::crashed);
    const auto none = run({{"/no/such/program"}, {}, "", 1s});
    EXPECT_EQ(none.how, How::not_started);
    EXPECT_FALSE(none.ok());
    EXPECT_EQ(none.words, "No such file or directory");
}

// Why: a device that hangs is not confirmed, and its program must not act when nobody waits any
// more.
TEST(DeviceProgram, EndsWhatHangsWithAllItsChildren) {
    const auto end = shell(
        "(trap '' TERM; sleep 600) & echo $!; (setsid sleep 600) & echo $!; "
        "trap '' TERM; sleep 600",
        500ms);
    EXPECT_EQ(end.how, How::timed_out);
    EXPECT_FALSE(end.ok());
    EXPECT_EQ(end_words(end, 500ms), "no answer within 500ms");
    const auto children = words(end.output);
    EXPECT_EQ(children.size(), 2U);
    for (const std::string& child : children) {
        EXPECT_TRUE(::kill(std::stoi(child), 0) < 0 && errno == ESRCH) << child;
    }
}

// Why: scripts leave a child behind that holds their stdout (`... &`); it must not be waited for.
TEST(DeviceProgram, DoesNotWaitForTheBackground) {
    const auto began = std::chrono::steady_clock::now();
    const auto end = shell("sleep 100 & echo $!; exit 0");
    EXPECT_TRUE(end.ok());
    EXPECT_LT(std::chrono::steady_clock::now() - began, 20s);
    ASSERT_FALSE(end.output.empty());
    EXPECT_EQ(::kill(std::stoi(end.output), SIGKILL), 0);
}

TEST(DeviceProgram, KeepsABoundedPartOfWhatIsPrinted) {
    const auto end = shell(
        "head -c 3000000 /dev/zero | tr '\\0' x; "
        "head -c 100000 /dev/zero | tr '\\0' '\\n' >&2; echo the end >&2");
    EXPECT_TRUE(end.ok());
    EXPECT_EQ(end.output.size(), limits::device_output_bytes_max);
    EXPECT_EQ(end.words, "the end");
}

// Why: a program that does not read must not block its caller.
TEST(DeviceProgram, BoundsWhatItWrites) {
    EXPECT_TRUE(shell("true", 30s, std::string(limits::device_input_bytes_max, 'x')).ok());
    const auto too_much = shell("true", 30s, std::string(limits::device_input_bytes_max + 1, 'x'));
    EXPECT_EQ(too_much.how, How::not_started);
}

TEST(DeviceProgram, CountsTheRestOfATime) {
    EXPECT_GT(Deadline(1h).left(), 59min);
    EXPECT_EQ(Deadline(0s).left(), Duration::zero());
}

}  // namespace
}  // namespace hb::fence
