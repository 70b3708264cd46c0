// The golden pages of `cl_status status`. When one has to change: HB_GOLDEN=write in the
// environment writes them anew.
#include "status_page.hpp"  // HB_TEST_DATA

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "status_reader.hpp"
#include "unit/tools/night.hpp"

namespace hb::tools {
namespace {

void expect_golden(const std::string& name, const std::string& text) {
    const std::string path = std::string(HB_TEST_DATA) + "/data/status/" + name;
    if (std::getenv("HB_GOLDEN") != nullptr) std::ofstream(path) << text;
    std::ifstream file(path);
    std::stringstream expected;
    expected << file.rdbuf();
    EXPECT_EQ(text, expected.str()) << path;
}

std::string json_of(const shell::StatusReport& report) {
    return *status_for_programs(shell::status_text(report, 100'000), problems_of(report));
}

// Why: this is read at three in the morning; what is wrong and what to do stands first.
TEST(StatusPage, TheNight) {
    expect_golden("night.txt", status_page(test::night(), problems_of(test::night())));
}
TEST(StatusPage, TheDay) {
    expect_golden("day.txt", status_page(test::day(), problems_of(test::day())));
}

// Why: monitoring reads it by these names.
TEST(StatusPage, TheNightForPrograms) { expect_golden("night.json", json_of(test::night())); }
TEST(StatusPage, TheDayForPrograms) { expect_golden("day.json", json_of(test::day())); }

// Why: a status is what a daemon says, and a terminal obeys control bytes.
TEST(StatusPage, NothingReachesTheTerminalRaw) {
    shell::StatusReport report = test::night();
    report.node.groups[1].about = report.node.nodes[0].name = report.devices[0].words =
        report.fence_history[0] = report.programs[0].path = "\x1b[2J";
    const std::string page = status_page(report, problems_of(report));
    EXPECT_EQ(page.find('\x1b'), std::string::npos);
    EXPECT_NE(page.find("\\x1b[2J"), std::string::npos);
}

// Why: an empty one is what a stranger may send, and what a daemon that starts has to say.
TEST(StatusPage, AnEmptyStatusHasAPage) {
    const std::string page = status_page({}, problems_of({}));
    EXPECT_NE(page.find("waits for the other nodes"), std::string::npos);
}

TEST(StatusAge, IsShortAndTellsTheOrder) {
    using namespace std::chrono_literals;
    const std::pair<Duration, const char*> cases[] = {
        {0ms, "0ms"},     {999ms, "999ms"}, {1s, "1s"},     {1250ms, "1.2s"},
        {10900ms, "10s"}, {59s, "59s"},     {60s, "1m"},    {200s, "3m 20s"},
        {3600s, "1h"},    {3725s, "1h 2m"}, {86400s, "1d"}, {90061s, "1d 1h"}};
    for (const auto& [age, text] : cases) EXPECT_EQ(age_text(age), text);
}

}  // namespace
}  // namespace hb::tools
