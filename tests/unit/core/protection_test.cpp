// What is said of a pair's protection, and when it is an alarm.
#include "core/protection.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace hb::core {
namespace {

using namespace std::chrono_literals;

std::vector<config::ResourceGroup> groups() {
    return {{"alpha", "IPaddr::10.0.0.1", {{"IPaddr", {"10.0.0.1"}, "IPaddr::10.0.0.1"}}, 1},
            {"beta",
             "drbddisk::r0",
             {{"drbddisk", {"r0"}, "drbddisk::r0"},
              {"Filesystem", {"/dev/drbd0", "/srv"}, "Filesystem::/dev/drbd0::/srv"}},
             2}};
}

std::size_t alarms(const std::vector<LogLine>& lines) {
    std::size_t many = 0;
    for (const LogLine& line : lines) many += line.id == LogId::unprotected ? 1U : 0U;
    return many;
}

// Why: at each start an operator reads in one line what stands between a cut and two owners.
TEST(Protection, OneLineNamesAllOfIt) {
    Protection all;
    all.lines = {"bcast eth0", "serial /dev/ttyS0"};
    EXPECT_EQ(
        protection_text(all),
        "2 lines (bcast eth0, serial /dev/ttyS0), no fencing device, no arbiter, no watchdog");
    all.lines.pop_back();
    all.arbiter = "ping gw";
    all.watchdog = true;
    EXPECT_EQ(protection_text(all),
              "1 line (bcast eth0), no fencing device, arbiter ping gw, watchdog");
    all.devices = {"ipmi 1"};
    EXPECT_EQ(protection_text(all),
              "1 line (bcast eth0), fencing device ipmi 1, arbiter ping gw (not asked: a device is "
              "the better proof), watchdog");
}

// Why: two nodes that write to one disk destroy it; whoever risks that must hear of it each day.
TEST(Protection, DisksWithoutAnyAlarmAtStartAndEachDay) {
    ProtectionWatch watch({}, groups());
    std::vector<LogLine> lines;
    watch.start(Instant{5s}, lines);
    ASSERT_EQ(alarms(lines), 1U);
    EXPECT_EQ(lines.back().arguments.front(), "drbddisk::r0");
    watch.wakeup(Instant{24h}, lines);
    EXPECT_EQ(alarms(lines), 1U);
    EXPECT_EQ(watch.next_deadline(), Instant{24h + 5s});
    for (int day = 1; day <= 3; ++day) watch.wakeup(watch.next_deadline(), lines);
    EXPECT_EQ(alarms(lines), 4U);
}

// Why: an alarm that nobody can turn off by mending the cause is soon filtered.
TEST(Protection, AnyOfTheThreeEndsTheAlarm) {
    for (int which = 0; which < 4; ++which) {
        Protection one;
        if (which == 0) one.devices = {"ipmi 1"};
        if (which == 1) one.arbiter = "ping gw";
        if (which == 2) one.watchdog = true;
        auto list = groups();
        if (which == 3) list.pop_back();  // no group with a disk
        ProtectionWatch watch(one, list);
        std::vector<LogLine> lines;
        watch.start(Instant{}, lines);
        EXPECT_EQ(lines.size(), 1U) << which;
        EXPECT_EQ(watch.next_deadline(), never) << which;
    }
}

// Why: who mends the cause and reloads must see that it is mended, and who adds a disk that it is
// not.
TEST(Protection, AReloadIsLookedAt) {
    ProtectionWatch watch({}, {});
    std::vector<LogLine> lines;
    watch.start(Instant{}, lines);
    EXPECT_EQ(alarms(lines), 0U);
    lines.clear();
    watch.change(Instant{10s}, {}, groups(), lines);
    EXPECT_EQ(alarms(lines), 1U);
    EXPECT_EQ(lines.size(), 1U) << "nothing else is new";
    watch.change(Instant{20s}, {}, groups(), lines);
    EXPECT_EQ(lines.size(), 1U);
    EXPECT_EQ(watch.next_deadline(), Instant{24h + 10s});
    Protection guarded;
    guarded.watchdog = true;
    watch.change(Instant{30s}, guarded, groups(), lines);
    EXPECT_EQ(alarms(lines), 1U);
    EXPECT_EQ(lines.size(), 2U);
    EXPECT_EQ(watch.next_deadline(), never);
}

}  // namespace
}  // namespace hb::core
