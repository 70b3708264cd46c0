// What counts as a problem, and what does not.
#include "status_problems.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "unit/tools/night.hpp"

namespace hb::tools {
namespace {

using test::day;
using namespace std::chrono_literals;

// "level id" of each, in order.
std::vector<std::string> found(const shell::StatusReport& report) {
    std::vector<std::string> out;
    for (const Problem& problem : problems_of(report)) {
        out.push_back(std::string(level_word(problem.level)) + " " + problem.id);
    }
    return out;
}
using Found = std::vector<std::string>;

// Why: a page that cries each day is not read at night.
TEST(StatusProblems, AGoodDayHasNone) { EXPECT_EQ(found(day()), Found{}); }

// Why: each reason for a group that runs nowhere needs words; an unknown one of a newer daemon too.
TEST(StatusProblems, AGroupThatRunsNowhereIsAnErrorWhateverTheReason) {
    const std::pair<const char*, const char*> cases[] = {
        {"waits_for_fencing", "error group_down"},   {"fencing_blocked", "error group_down"},
        {"waits_for_arbiter", "error group_down"},   {"isolated", "error group_down"},
        {"start_failed", "error group_down"},        {"failed_everywhere", "error group_down"},
        {"nobody_takes_it", "error group_down"},     {"stop_failed", "error stop_failed"},
        {"waits_for_report", "warning group_waits"}, {"waits_for_nodes", "warning group_waits"},
        {"a_new_reason", "error group_down"}};
    for (const auto& [why, expected] : cases) {
        shell::StatusReport report = day();
        report.node.groups[1].owner = "";
        report.node.groups[1].state = "stopped";
        report.node.groups[1].why = why;
        EXPECT_EQ(found(report), Found{expected}) << why;
    }
    // What passes by itself, and what somebody wanted, wakes nobody.
    for (const char* why : {"asking", "hand_over", "this_node_stops", "not_managed"}) {
        shell::StatusReport report = day();
        report.node.groups[1].owner = "";
        report.node.groups[1].why = why;
        EXPECT_EQ(found(report), Found{}) << why;
    }
}

// Why: what does not run comes before what will not run one day.
TEST(StatusProblems, ErrorsComeFirst) {
    shell::StatusReport report = day();
    report.node.ping_nodes[0].state = "dead";
    report.plugins[0].state = "given_up";
    EXPECT_EQ(found(report), (Found{"error plugin_down", "warning ping_node_dead"}));
}

// Why: each is one thing that can be seen nowhere else.
TEST(StatusProblems, EachOddityIsFoundAlone) {
    const auto with = [](auto change) {
        shell::StatusReport report = day();
        change(report);
        return found(report);
    };
    using R = shell::StatusReport;
    EXPECT_EQ(with([](R& r) { r.node.nodes[0].state = "dead"; }), Found{"warning node_dead"});
    EXPECT_EQ(with([](R& r) { r.node.nodes[0].left = true; }), Found{"warning node_left"});
    EXPECT_EQ(with([](R& r) { r.node.nodes[0].hears_us = false; }), Found{"error node_deaf"});
    EXPECT_EQ(with([](R& r) { r.node.nodes[0].file_differs = true; }),
              Found{"warning haresources_differ"});
    const auto link = [&](auto change) {
        return with([&](R& r) { change(r.node.nodes[0].links[0]); });
    };
    using L = core::LinkStatus;
    EXPECT_EQ(link([](L& l) { l.state = "dead"; }), Found{"warning link_dead"});
    EXPECT_EQ(link([](L& l) { l.state = "never"; }), Found{"warning link_never"});
    EXPECT_EQ(link([](L& l) { l.way = "to_peer_only"; }), Found{"warning link_one_way"});
    EXPECT_EQ(link([](L& l) { l.missed = 50; }), Found{"warning link_loses"});
    EXPECT_EQ(link([](L& l) { l = {"eth0", "up", 1s, "both", 100'000, 50}; }), Found{});
    EXPECT_EQ(with([](R& r) { r.lines[0].line.usable = false; }), Found{"warning line_unusable"});
    EXPECT_EQ(with([](R& r) { r.node.stalls = {1, 2s, 10s}; }), Found{"warning stalled"});
    EXPECT_EQ(with([](R& r) { r.node.stalls = {1, 2s, 90'000s}; }), Found{});
    EXPECT_EQ(with([](R& r) { r.node.comm_up = false; }), Found{"warning no_communication"});
    EXPECT_EQ(with([](R& r) { r.node.stopping = true; }), Found{"warning stopping"});
    EXPECT_EQ(with([](R& r) { r.node.arbiter = "isolated"; }), Found{"error isolated"});
    EXPECT_EQ(with([](R& r) { r.plugins[0].state = "waiting"; }), Found{"warning plugin_waits"});
    EXPECT_EQ(with([](R& r) { r.devices[0].health = "fails"; }), Found{"error device_fails"});
    EXPECT_EQ(with([](R& r) { r.programs = {{"p", "u", "respawn", "running", 3, {}}}; }), Found{});
    EXPECT_EQ(with([](R& r) { r.node.groups[0].rival = "beta"; }), Found{"error group_twice"});
}

// Why: the first shot may simply be under way; the third round is not.
TEST(StatusProblems, AShotThatDoesNotSucceedGetsWorse) {
    shell::StatusReport report = day();
    report.node.fencing.orders = {{"beta", "", "d", true, {}, 1, 10, false}};
    EXPECT_EQ(found(report), Found{"warning fencing"});
    report.node.fencing.orders[0].round = 3;
    EXPECT_EQ(found(report), Found{"error fencing"});
}

// Why: one word of the operator is wanted, so it is asked for once.
TEST(StatusProblems, ABlockedNodeIsToldWithItsGroupsOrAlone) {
    shell::StatusReport report = day();
    report.node.fencing.blocked = {"beta"};
    EXPECT_EQ(found(report), Found{"error fencing_blocked"});
    report.node.groups[1].owner = "";
    report.node.groups[1].why = "fencing_blocked";
    report.node.groups[1].about = "beta";
    EXPECT_EQ(found(report), Found{"error group_down"});
}

// Why: the schema promises a closed list.
TEST(StatusProblems, EveryIdIsListed) {
    const auto& ids = problem_ids();
    EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
    const std::set<std::string> known(ids.begin(), ids.end());
    for (const Problem& problem : problems_of(test::night())) {
        EXPECT_TRUE(known.contains(problem.id)) << problem.id;
    }
}

}  // namespace
}  // namespace hb::tools
