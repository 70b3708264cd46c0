// Text helpers: what ha.cf and the wire lean on.
#include "base/text.hpp"

#include <gtest/gtest.h>

namespace hb {
namespace {

using namespace std::chrono_literals;

// Why: every timer of ha.cf goes through it; the accepted forms are those of 3.0.6 (config.md 1.2).
TEST(ParseTime, TakesTheUnitsOfHaCf) {
    EXPECT_EQ(parse_time("2"), 2s);
    EXPECT_EQ(parse_time("1.5"), 1500ms);
    EXPECT_EQ(parse_time(".25"), 250ms);
    EXPECT_EQ(parse_time("1500ms"), 1500ms);
    EXPECT_EQ(parse_time("500000us"), 500ms);
    EXPECT_EQ(parse_time("20msec"), 20ms);
}

// Why: 3.0.6 refuses them, so an administrator must not come to depend on them.
TEST(ParseTime, RefusesWhatRealHeartbeatRefuses) {
    for (const char* bad : {"", "2s", "1sec", "abc", "-1", "1 ms", "1.2.3", "."}) {
        EXPECT_FALSE(parse_time(bad)) << bad;
    }
}

// Why: numbers on the wire must not be half read.
TEST(ParseNumber, TakesWholeTextsOnly) {
    EXPECT_EQ(parse_dec("42"), 42U);
    EXPECT_EQ(parse_hex("1b58"), 7000U);
    EXPECT_FALSE(parse_dec("42x"));
    EXPECT_FALSE(parse_dec(""));
    EXPECT_FALSE(parse_dec("-1"));
    EXPECT_FALSE(parse_hex("11111111111111111"));
}

// Why: bytes of strangers reach the log; they must not reach the terminal.
TEST(Printable, ShowsControlBytesAsHex) {
    EXPECT_EQ(printable("a\x1b[0m\n"), "a\\x1b[0m\\x0a");
    EXPECT_EQ(printable("abcdef", 3), "abc...");
}

}  // namespace
}  // namespace hb
