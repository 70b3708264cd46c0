// What the daemon says of itself arrives in the tool, whatever version either is.
#include "status_reader.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/limits.hpp"
#include "unit/tools/night.hpp"

namespace hb::tools {
namespace {

using nlohmann::json;
using test::day;
using test::night;

std::string refusal(const std::string& text) {
    const auto report = read_status(text);
    return report ? "" : report.error().what;
}

// Why: a member that is written and not read, or the other way round, would be missed at night.
TEST(StatusReader, EveryMemberSurvivesTheWay) {
    const auto read = read_status(shell::status_text(night(), limits::status_bytes_max));
    ASSERT_TRUE(read.has_value()) << read.error().what;
    EXPECT_EQ(*read, night());
    EXPECT_EQ(*read_status(shell::status_text(day(), limits::status_bytes_max)), day());
}

// Why: an update leaves an old tool beside a new daemon, or the other way round.
TEST(StatusReader, AnotherVersionIsReadAsFarAsItIsKnown) {
    json other = json::parse(to_json(night()));
    other["weather"] = {{"rain", true}};
    other["nodes"][0]["mood"] = "good";
    other["groups"][0]["state"] = "levitating";
    other.erase("loop");
    const auto read = read_status(other.dump());
    ASSERT_TRUE(read.has_value()) << read.error().what;
    shell::StatusReport expected = night();
    expected.node.groups[0].state = "levitating";
    expected.loop = {};
    EXPECT_EQ(*read, expected);
    EXPECT_NE(status_for_programs(other.dump(), {})->find("\"rain\": true"), std::string::npos);
}

// Why: the socket may be anybody's, and the operator needs a reason.
TEST(StatusReader, WhatIsNoStatusIsRefused) {
    EXPECT_EQ(refusal(""), "the daemon's status is no JSON");
    EXPECT_EQ(refusal("{\"format\":1"), "the daemon's status is no JSON");
    EXPECT_EQ(refusal("{\"format\":1}x"), "the daemon's status is no JSON");
    EXPECT_EQ(refusal("[]"), "what the daemon has sent is no status");
    EXPECT_EQ(refusal("{}"), "what the daemon has sent is no status");
    EXPECT_EQ(refusal(std::string(100'000, '[')), "the daemon's status is nested too deep");
    EXPECT_EQ(refusal(std::string(limits::message_uncompressed_bytes_max + 1, ' ')),
              "a status of 2097153 bytes");
    EXPECT_EQ(status_for_programs("{", {}).error().what, "the daemon's status is no JSON");
}

// Why: a member of another kind is not a zero.
TEST(StatusReader, AMemberOfAnotherKindIsNamed) {
    const auto with = [](const char* pointer, const json& value) {
        json other = json::parse(to_json(night()));
        other[json::json_pointer(pointer)] = value;
        return refusal(other.dump());
    };
    const std::string is = " is not what it was, expected ";
    EXPECT_EQ(with("/nodes/1/links/0/age_ms", "old"),
              "the daemon's status: nodes.1.links.0.age_ms" + is + "milliseconds");
    EXPECT_EQ(with("/nodes/0/late", -1), "the daemon's status: nodes.0.late" + is + "a number");
    EXPECT_EQ(with("/uptime_ms", UINT64_MAX),
              "the daemon's status: uptime_ms" + is + "milliseconds");
    EXPECT_EQ(with("/timers", 3), "the daemon's status: timers" + is + "an object");
    EXPECT_EQ(with("/groups", 3), "the daemon's status: groups" + is + "a list");
    EXPECT_EQ(with("/stopping", "no"), "the daemon's status: stopping" + is + "true or false");
    EXPECT_EQ(with("/name", 1), "the daemon's status: name" + is + "text");
}

// Why: 20,000 groups must neither break the connection nor hold the loop up.
TEST(StatusReader, TooLongListsAreCutAndItIsSaid) {
    shell::StatusReport report = day();
    const core::GroupStatus one = report.node.groups[0];
    report.node.groups.assign(20'000, one);
    const std::string text = shell::status_text(report, limits::status_bytes_max);
    EXPECT_LE(text.size(), limits::status_bytes_max);
    const auto read = read_status(text);
    ASSERT_TRUE(read.has_value());
    EXPECT_GT(read->node.groups.size(), 200U);
    EXPECT_EQ(read->left_out, 20'000 - read->node.groups.size());
    EXPECT_LE(shell::status_text(report, 4'000).size(), 4'000U);
}

}  // namespace
}  // namespace hb::tools
