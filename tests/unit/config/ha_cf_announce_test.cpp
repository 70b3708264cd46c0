// The line announce_refresh.
#include "base/limits.hpp"
#include "parsed.hpp"

namespace hb::config {
namespace {

using namespace std::chrono_literals;

TEST(HaCfAnnounce, NothingIsRepeatedUnlessItIsAskedFor) {
    EXPECT_EQ(parse_with("").cf.announce_refresh, 0s);
    EXPECT_EQ(parse_with("announce_refresh 0").cf.announce_refresh, 0s);
    EXPECT_EQ(parse_with("announce_refresh 60").cf.announce_refresh, 1min);
    EXPECT_EQ(parse_with("announce_refresh 1000ms").errors(), "");
}

// Why: "1ms" instead of "1" would fill the segment with a thousand addresses.
TEST(HaCfAnnounce, TooOftenIsAMistake) {
    const Parsed parsed = parse_with("announce_refresh 999ms");
    EXPECT_NE(parsed.errors().find("announce_refresh 999ms is out of range, expected 0 or at least "
                                   "1000ms"),
              std::string::npos)
        << parsed.errors();
}

}  // namespace
}  // namespace hb::config
