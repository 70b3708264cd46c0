// Links to one peer: up, dead, and how often that is logged.
#include "cluster/links.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace hb::cluster {
namespace {

using namespace std::chrono_literals;

struct LinksTest : ::testing::Test {
    Liveness liveness{2, {5s, 2s, 5s}, Instant{}};
    Links links{2, {false, false}};
};

// Why: a link has its own age, and its peer's patience; 3.0.6 takes that of the last node of a
// table.
TEST_F(LinksTest, EachLinkAgesByItselfWithItsPeersTimeout) {
    liveness.comm_up();
    liveness.announced(1, 9s);
    EXPECT_TRUE(links.heard(0, 0, Instant{1s}));
    EXPECT_FALSE(links.heard(0, 0, Instant{2s}));
    EXPECT_TRUE(links.heard(1, 1, Instant{2s}));
    EXPECT_TRUE(links.may_log(0, 0, Instant{2s}));
    EXPECT_TRUE(links.may_log(1, 1, Instant{2s}));
    EXPECT_EQ(links.next_deadline(liveness), Instant{7s});
    EXPECT_TRUE(links.passed(Instant{7s - 1ns}, liveness).empty());
    const auto gone = links.passed(Instant{7s}, liveness);
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(gone[0].peer, 0U);
    EXPECT_EQ(gone[0].link, 0U);
    EXPECT_FALSE(links.up(0, 0));
    EXPECT_TRUE(links.up(1, 1));
}

// Why: a link that was never heard is dead from the start; saying so again tells nothing.
TEST_F(LinksTest, ALinkNeverHeardIsNoChange) {
    EXPECT_TRUE(links.passed(Instant{100s}, liveness).empty());
    EXPECT_EQ(links.next_deadline(liveness), never);
}

// Why: our own stall kills no link.
TEST_F(LinksTest, ForgivesOurOwnStall) {
    links.heard(0, 0, Instant{1s});
    links.may_log(0, 0, Instant{1s});
    links.forgive(3s);
    EXPECT_EQ(links.next_deadline(liveness), Instant{9s});
}

// Why: a loose plug must not fill the disk, and the last line must be true.
TEST_F(LinksTest, AFlappingLinkIsLoggedFourTimesAMinuteAndOnceMore) {
    unsigned lines = 0;
    for (int i = 0; i < 9; ++i) {
        const Instant now{i * 6s};
        if (i % 2 == 0) {
            links.heard(0, 0, now);
        } else {
            links.passed(now, liveness);
        }
        lines += links.may_log(0, 0, now) ? 1U : 0U;
    }
    EXPECT_EQ(lines, 4U);
    EXPECT_TRUE(links.overdue_logs(Instant{59s}).empty());
    const auto overdue = links.overdue_logs(Instant{60s});
    ASSERT_EQ(overdue.size(), 1U);
    EXPECT_TRUE(overdue[0].up);
    EXPECT_TRUE(links.overdue_logs(Instant{61s}).empty());
}

}  // namespace
}  // namespace hb::cluster
