// What children see of ha.cf as HA_<name> (config.md 1.3): scripts of others go by these texts.
#include "config/directive.hpp"
#include "parsed.hpp"

namespace hb::config {
namespace {

// Why: the text as written, not our reading of it.
TEST(Recorded, TextsStayAsWritten) {
    const HaCf cf = parse_with("keepalive 1.0\nwarntime 1500ms\ncluster web").cf;
    EXPECT_EQ(cf.recorded.at("keepalive"), "1.0");
    EXPECT_EQ(cf.recorded.at("warntime"), "1500ms");
    EXPECT_EQ(cf.recorded.at("auto_failback"), "on");
    EXPECT_EQ(cf.recorded.at("cluster"), "web");
}

// Why: a script must find them though nobody wrote them.
TEST(Recorded, DefaultsAreThereToo) {
    const HaCf cf = parse_text("logfacility daemon\nbcast eth0\nnode c1 c2\n").cf;
    EXPECT_EQ(cf.recorded.at("keepalive"), "1000ms");
    EXPECT_EQ(cf.recorded.at("deadtime"), "30000ms");
    EXPECT_EQ(cf.recorded.at("warntime"), "15000ms");
    EXPECT_EQ(cf.recorded.at("initdead"), "30000ms");
    EXPECT_EQ(cf.recorded.at("deadping"), "30000ms");
    EXPECT_EQ(cf.recorded.at("udpport"), "694");
    EXPECT_EQ(cf.recorded.at("auto_failback"), "legacy");
    EXPECT_EQ(cf.recorded.at("memreserve"), "6500");
}

// Why: these four were measured to be absent though they have a default.
TEST(Recorded, SomeDefaultsStayUnrecorded) {
    const HaCf cf = parse_with("").cf;
    for (const char* name : {"coreroot", "rtprio", "crmd_spawns_pengine", "use_logd", "debug",
                             "node", "env", "watchdog"}) {
        EXPECT_EQ(cf.recorded.count(name), 0U) << name;
    }
    EXPECT_EQ(parse_with("coreroot /tmp").cf.recorded.at("coreroot"), "/tmp");
}

// Why: with syslog alone, scripts must not write to a file of their own.
TEST(Recorded, SyslogAloneHidesTheFiles) {
    EXPECT_EQ(parse_with("").cf.recorded.at("logfile"), "/dev/null");
    EXPECT_EQ(parse_with("logfile /var/log/ha-log").cf.recorded.at("logfile"), "/var/log/ha-log");
}

// Why: fallbacks are used without being checked at run time, so the table itself must be right.
TEST(DirectiveTable, EveryFallbackPassesItsOwnCheck) {
    for (const Directive& directive : directives()) {
        EXPECT_FALSE(directive.help.empty()) << directive.name;
        if (directive.fallback.empty() || directive.record == Record::computed) continue;
        EXPECT_EQ(mistake_of(directive, directive.fallback), "") << directive.name;
    }
}

// Why: `heartbeatd -D` is how an administrator asks what a line may be.
TEST(DirectiveTable, ShowsNameDefaultAndHelp) {
    bool seen = false;
    for (const DirectiveRow& row : directive_table()) {
        if (row.name != "start_timeout") continue;
        seen = true;
        EXPECT_EQ(row.default_text, "60000ms");
        EXPECT_EQ(row.description, "time that a resource script has to start");
    }
    EXPECT_TRUE(seen);
    EXPECT_EQ(directive_table().size(), directives().size());
}

}  // namespace
}  // namespace hb::config
