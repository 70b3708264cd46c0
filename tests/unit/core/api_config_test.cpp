// What clients are told of ha.cf (clientapi.md 4 and 6).
#include "core/api_config.hpp"

#include <gtest/gtest.h>

namespace hb::core {
namespace {

ApiConfig api_of(const std::string& lines) {
    config::Diagnostics found;
    const config::HaCf cf = config::parse_ha_cf(
        "keepalive 300ms\ndeadtime 2\nbcast eth0\nping 10.0.0.9\nnode C1 c2\n" + lines, "ha.cf",
        {"c1", true, 0}, found);
    EXPECT_TRUE(found.errors.empty()) << found.errors[0].shown();
    return make_api_config(cf, "c1");
}

// Why: libraries log where the daemon logs, by the numbers of <syslog.h>.
TEST(ApiConfig, TheFacilityIsANumberOfSyslog) {
    EXPECT_EQ(api_of("logfile /x\nlogfacility local0\n").facility, 128U);
    EXPECT_EQ(api_of("logfile /x\nlogfacility daemon\n").facility, 24U);
    EXPECT_EQ(api_of("logfile /x\nlogfacility none\n").facility, 0U);
    EXPECT_EQ(api_of("logfile /x\n").facility, std::nullopt);
}

// Why: cl_status and ipfail decide by these what they ask at all.
TEST(ApiConfig, ModeFormAndParametersAreThoseOfTheFile) {
    const ApiConfig plain = api_of("logfile /x\nmsgfmt classic\nauto_failback on\n");
    EXPECT_EQ(plain.pacemaker, "false");
    EXPECT_TRUE(plain.manages_resources);
    EXPECT_FALSE(plain.netstring);
    EXPECT_EQ(plain.parameters.at("keepalive"), "300ms");
    EXPECT_EQ(plain.parameters.at("auto_failback"), "on");
    EXPECT_EQ(plain.parameters.at("debug"), "0");
    EXPECT_EQ(plain.listed, (std::vector<NodeName>{"10.0.0.9", "c1", "c2"}));
    EXPECT_EQ(plain.version, "3.0.6");
    EXPECT_TRUE(plain.long_version.starts_with("3.0.6 (")) << plain.long_version;
    EXPECT_TRUE(api_of("logfile /x\nmsgfmt netstring\n").netstring);
}

}  // namespace
}  // namespace hb::core
