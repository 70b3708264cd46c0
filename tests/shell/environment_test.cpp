// The environment of scripts: what resources.md 1.6 promises, and nothing that a peer may forge.
#include "environment.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace hb::shell {
namespace {

std::string value_of(const std::vector<std::string>& environment, const std::string& name) {
    std::string found = "(unset)";
    for (const std::string& variable : environment) {
        if (variable.rfind(name + "=", 0) != 0) continue;
        EXPECT_EQ(found, "(unset)") << name << " stands twice";
        found = variable.substr(name.size() + 1);
    }
    return found;
}

config::HaCf sample() {
    config::HaCf out;
    out.recorded = {{"keepalive", "2"}, {"deadtime", "30"}, {"compression", "bz2"}};
    out.compression = "bz2";
    out.env = {{"STOPRETRYMAX", "5"}, {"keepalive", "admin"}};
    out.logfile = "/var/log/ha-log";
    return out;
}

// Why: scripts of twenty years read these names.
TEST(ScriptEnvironment, HasWhatScriptsOfHeartbeatRead) {
    Paths paths;
    const auto all = script_environment(sample(), paths, "node1", 0);
    EXPECT_EQ(value_of(all, "HA_CURHOST"), "node1");
    EXPECT_EQ(value_of(all, "HA_DIR"), "/etc/ha.d/");
    EXPECT_EQ(value_of(all, "HA_FUNCS"), "/etc/ha.d/shellfuncs");
    EXPECT_EQ(value_of(all, "HA_DATEFMT"), "%Y/%m/%d_%T\t");
    EXPECT_EQ(value_of(all, "HA_LOGFILE"), "/var/log/ha-log");
    EXPECT_EQ(value_of(all, "HA_COMPRESSION"), "bz2");
    EXPECT_EQ(value_of(all, "OCF_ROOT"), "/usr/lib/ocf");
    EXPECT_EQ(value_of(all, "HA_deadtime"), "30");
    EXPECT_EQ(value_of(all, "HA_STOPRETRYMAX"), "5");
    EXPECT_NE(value_of(all, "PATH").find("/usr/sbin"), std::string::npos);
}

// Why: the agents' own state folder must not become the one that is emptied at each start.
TEST(ScriptEnvironment, LeavesTheAgentsTheirStateFolder) {
    EXPECT_EQ(value_of(script_environment(sample(), {}, "n", 0), "HA_RSCTMP"), "(unset)");
}

// Why: `env` is the administrator's last word on a variable.
TEST(ScriptEnvironment, LinesOfEnvWin) {
    EXPECT_EQ(value_of(script_environment(sample(), {}, "n", 0), "HA_keepalive"), "admin");
}

// Why: HA_debug makes scripts talk; it is there only when somebody asked for it.
TEST(ScriptEnvironment, NamesTheDebugLevelOnlyAboveZero) {
    EXPECT_EQ(value_of(script_environment(sample(), {}, "n", 0), "HA_debug"), "(unset)");
    EXPECT_EQ(value_of(script_environment(sample(), {}, "n", 2), "HA_debug"), "2");
}

// Why: with a facility alone scripts must not write to a file that nobody asked for.
TEST(ScriptEnvironment, PointsMissingFilesToNullWhenAFacilityIsSet) {
    config::HaCf ha_cf = sample();
    ha_cf.logfacility = "local0";
    const auto all = script_environment(ha_cf, {}, "n", 0);
    EXPECT_EQ(value_of(all, "HA_LOGFACILITY"), "local0");
    EXPECT_EQ(value_of(all, "HA_DEBUGLOG"), "/dev/null");
    EXPECT_EQ(script_log(all), "");
    ha_cf.debugfile = "/var/log/ha-debug";
    EXPECT_EQ(script_log(script_environment(ha_cf, {}, "n", 0)), "/var/log/ha-debug");
}

// Why: message fields could override any HA_ variable of scripts (resources.md 10.2, B17).
TEST(MessageFields, MayNotOverrideWhatTheDaemonSays) {
    const auto all =
        with_fields({"HA_CURHOST=node1"}, {{"CURHOST", "evil"}, {"st", "dead"}, {"st", "twice"}});
    EXPECT_EQ(value_of(all, "HA_CURHOST"), "node1");
    EXPECT_EQ(value_of(all, "HA_st"), "dead");
}

// Why: bash imports functions from variables of odd names.
TEST(MessageFields, SkipOddNamesAndValuesThatExecWouldCut) {
    const auto all = with_fields({}, {{"", "x"},
                                      {"a b", "x"},
                                      {"f%%", "() { :; }"},
                                      {"ok-name_1", "x"},
                                      {"cut", std::string("a\0b", 3)}});
    EXPECT_EQ(all, std::vector<std::string>{"HA_ok-name_1=x"});
}

}  // namespace
}  // namespace hb::shell
