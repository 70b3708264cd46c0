// What a helper may say in a span of time.
#include "helper_output.hpp"

#include <gtest/gtest.h>

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

Instant at(Duration since_start) { return Instant{since_start}; }

TEST(Allowance, GivesTheBurstThenTheRate) {
    Allowance bucket(10, 2);
    EXPECT_FALSE(bucket.take(at(0s), 11));
    EXPECT_TRUE(bucket.take(at(0s), 10));
    EXPECT_FALSE(bucket.take(at(100ms), 1));
    EXPECT_TRUE(bucket.take(at(1s), 2));
    EXPECT_FALSE(bucket.take(at(1s), 1));
    EXPECT_FALSE(bucket.take(at(1h), 11));
    EXPECT_TRUE(bucket.take(at(1h), 10));
}

TEST(OutputLines, CutsLinesFromAnyPieces) {
    OutputLines output;
    EXPECT_TRUE(output.lines(at(0s), "ab").empty());
    EXPECT_EQ(output.lines(at(0s), "c\n\nd\ne"), (std::vector<std::string>{"abc", "d"}));
    EXPECT_EQ(output.lines(at(0s), "\n"), std::vector<std::string>{"e"});
    EXPECT_FALSE(output.full());
    EXPECT_EQ(output.dropped(), 0U);
}

TEST(OutputLines, CutsALineWithoutEnd) {
    OutputLines output;
    const std::string endless(limits::log_line_bytes_max + 7, 'x');
    const auto lines = output.lines(at(0s), endless + "\n");
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].size(), limits::log_line_bytes_max);
    EXPECT_EQ(output.dropped(), 7U);
}

// Why: neither bytes nor lines without end, and another chance when the span is over.
TEST(OutputLines, StopsAtItsBoundsUntilTheSpanIsOver) {
    OutputLines output;
    const std::string line(1023, 'y');
    std::size_t lines = 0;
    for (int i = 0; i < 100; ++i) lines += output.lines(at(1s), line + "\n").size();
    EXPECT_EQ(lines, limits::helper_output_bytes_max / line.size());
    EXPECT_TRUE(output.full());
    EXPECT_EQ(output.dropped(), (100 - lines) * line.size());
    EXPECT_EQ(output.lines(at(2s) + limits::helper_output_span, "z\n").size(), 1U);
    EXPECT_FALSE(output.full());

    OutputLines short_lines;
    const std::string many(2 * limits::helper_output_lines_max, 'a');
    std::string text;
    for (const char c : many) (text += c) += '\n';
    EXPECT_EQ(short_lines.lines(at(0s), text).size(), limits::helper_output_lines_max);
}

}  // namespace
}  // namespace hb::shell
