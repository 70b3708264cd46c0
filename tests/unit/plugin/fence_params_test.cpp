// Parameters of fencing devices: one that is half understood is found out about in the night it is
// needed.
#include "plugin/fence_params.hpp"

#include <gtest/gtest.h>

namespace hb::fence {
namespace {

// The words of the refusal, or "" when there was none.
template <class Call>
std::string refusal(Call&& call) {
    try {
        call();
    } catch (const plugin::Refusal& refused) {
        EXPECT_EQ(refused.rc(), HB_BAD_CONFIG);
        return refused.what();
    }
    return "";
}

TEST(FenceParams, GivesPositionsTheirNames) {
    EXPECT_EQ(by_name({{"1", "beta"}, {"2", "10.0.0.9"}}, {"host", "ip"}),
              (Fields{{"host", "beta"}, {"ip", "10.0.0.9"}}));
    EXPECT_EQ(by_name({{"ip", "x"}}, {"host", "ip"}), (Fields{{"ip", "x"}}));
}

// Why: 3.0.6 gives the last name the rest of the line (stonith.md 1): `null foo bar` has two hosts.
TEST(FenceParams, TheLastNameTakesTheRest) {
    EXPECT_EQ(by_name({{"1", "a"}, {"2", "b"}, {"3", "c"}}, {"x", "y"}),
              (Fields{{"x", "a"}, {"y", "b c"}}));
}

TEST(FenceParams, NamesWhatIsMissingOrTooMuch) {
    EXPECT_EQ(refusal([] {
                  by_name({{"1", "a"}}, {"host", "ip"});
              }),
              "parameter ip is missing, expected in this order: host, ip");
    EXPECT_EQ(refusal([] {
                  by_name({{"1", "a"}}, {});
              }),
              "parameter 1 has no name, expected NAME=VALUE or none");
    EXPECT_EQ(refusal([] {
                  by_name({{"2", "a"}}, {"x"});
              }),
              "parameter 2 is out of order, expected 1");
}

const std::vector<Parameter> known{
    {"ip", true, "string", {}, "ipaddr", {}},
    {"ipaddr", true, "string", {}, {}, {}},
    {"password", false, "string", {}, {}, {}},
    {"power_wait", false, "second", {}, {}, {}},
    {"lanplus", false, "boolean", {}, {}, {}},
    {"method", false, "select", {"onoff", "cycle"}, {}, {}},
    {"plug", true, "string", {}, "port", {}},
};

std::string checked(const Fields& config) {
    return refusal([&] { check(config, known, {"plug"}); });
}

TEST(FenceParams, TakesOldNamesAndBothSpellings) {
    EXPECT_EQ(checked({{"ip", "1"}}), "");
    EXPECT_EQ(checked({{"ipaddr", "1"}, {"power-wait", "-1"}, {"lanplus", "True"}}), "");
    EXPECT_EQ(checked({{"ip", "1"}, {"method", "cycle"}, {"power_wait", "4"}}), "");
}

TEST(FenceParams, NamesTheParameterThatIsWrong) {
    EXPECT_EQ(checked({{"password", "x"}}), "parameter ip is missing");
    EXPECT_EQ(checked({{"ip", "1"}, {"pasword", "x"}}).substr(0, 32),
              "parameter pasword is unknown, ex");
    EXPECT_EQ(checked({{"ip", "1"}, {"ip", "2"}}), "parameter ip is given twice");
    EXPECT_EQ(checked({{"ip", "1"}, {"method", "hammer"}}),
              "parameter method is wrong, expected one of onoff, cycle");
    EXPECT_EQ(checked({{"ip", "1"}, {"power_wait", "soon"}}),
              "parameter power_wait is wrong, expected a number");
    EXPECT_EQ(checked({{"ip", "1"}, {"lanplus", "maybe"}}),
              "parameter lanplus is wrong, expected 0 or 1");
}

// Why: agents read a line for each parameter; a second one would be another action.
TEST(FenceParams, RefusesALineBreakInAValue) {
    EXPECT_EQ(checked({{"ip", "1\naction=on"}}), "parameter ip is wrong, expected one line");
}

TEST(FenceParams, TakesOnlyTheFirstTypeAway) {
    Fields config{{"type", "ibmrsa"}, {"type", "mm"}};
    EXPECT_EQ(take_type(config), "ibmrsa");
    EXPECT_EQ(config, (Fields{{"type", "mm"}}));
    config.clear();
    EXPECT_NE(refusal([&] { take_type(config); }).find("parameter type is missing"),
              std::string::npos);
}

TEST(FenceParams, FindsHostsWhateverDividesThem) {
    EXPECT_EQ(host_list(" a,b  C,\n"), (Names{"a", "b", "C"}));
    EXPECT_TRUE(contains({"a", "C"}, "c"));
    EXPECT_FALSE(contains({"a"}, "b"));
}

// Why: scripts and agents repeat what they were given when they complain, and logs are read by
// many.
TEST(FenceParams, CoversSecretsInWhatIsLogged) {
    const Fields config{{"ip", "10.0.0.9"}, {"passwd", "hunter2"}, {"community", "priv"}};
    EXPECT_EQ(without_secrets("login root/hunter2 at 10.0.0.9, hunter2 priv", config),
              "login root/*** at 10.0.0.9, *** ***");
}

}  // namespace
}  // namespace hb::fence
