// ha.cf as an administrator writes it: values, defaults, order, and messages that help.
#include "base/limits.hpp"
#include "parsed.hpp"

namespace hb::config {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

// The sample of the tutorials, word by word (issue 2, `Done when` 4).
const std::string tutorial =
    "use_logd yes\n"
    "logfacility local0\n"
    "logfile /var/log/ha-log\n"
    "keepalive 2\n"
    "warntime 5\n"
    "deadtime 30\n"
    "initdead 120\n"
    "udpport 6942\n"
    "bcast eth0\t# Linux\n"
    "ucast eth1 PEER\n"
    "watchdog /dev/watchdog\n"
    "auto_failback off\n"
    "node\tnode1\n"
    "node node2\n"
    "respawn hacluster /usr/lib64/heartbeat/ipfail\n"
    "apiauth dopd gid=haclient uid=hacluster\n";

// Why: this file is on a thousand machines; it must work unchanged, whatever of it comes later.
TEST(HaCf, TheTutorialWorksUnchanged) {
    const Parsed parsed = parse_text(tutorial, {"node1", true, 0});
    EXPECT_EQ(parsed.errors(), "");
    EXPECT_EQ(parsed.warnings(),
              "ha.cf:15: ipfail has nothing to compare, expected a line like `ping HOST`, the same "
              "on both nodes\n");
    EXPECT_EQ(parsed.cf.keepalive, 2s);
    EXPECT_EQ(parsed.cf.warntime, 5s);
    EXPECT_EQ(parsed.cf.deadtime, 30s);
    EXPECT_EQ(parsed.cf.initdead, 120s);
    EXPECT_EQ(parsed.cf.nodes, (Strings{"node1", "node2"}));
    EXPECT_EQ(parsed.cf.auto_failback, Failback::off);
    ASSERT_EQ(parsed.cf.media.size(), 2U);
    EXPECT_EQ(parsed.cf.media[0].kind, MediumKind::bcast);
    EXPECT_EQ(parsed.cf.media[0].device, "eth0");
    EXPECT_EQ(parsed.cf.media[0].port, 6942U);
    EXPECT_EQ(parsed.cf.media[1].kind, MediumKind::ucast);
    EXPECT_EQ(parsed.cf.media[1].name, "eth1");
    EXPECT_EQ(parsed.cf.media[1].address, "PEER");
    EXPECT_EQ(parsed.cf.media[1].port, 6942U);
}

// Why: what is carried out in another way must be said, once a line, and never stop the start.
TEST(HaCf, WhatIsDoneInAnotherWayIsSaidOnceALine) {
    EXPECT_EQ(
        parse_text(tutorial, {"node1", true, 0}).unsupported(),
        "ha.cf:1: use_logd yes: needs no ha_logd, and reads no /etc/logd.cf: lines go straight "
        "to /var/log/ha-log, syslog (local0)\n");
}

// Why: an old file selects the plugin unchanged, and one that cannot run says so at its line.
TEST(HaCf, ALineWithIpfailSelectsThePlugin) {
    const auto read = [](const std::string& more) {
        return parse_text(
            "bcast eth0\nping 10.0.0.1\nrespawn hacluster /usr/lib/heartbeat/ipfail\n" + more,
            {"c1", true, 0});
    };
    const Parsed good = read("auto_failback off\nnode c1 c2\n");
    EXPECT_EQ(good.errors(), "");
    EXPECT_EQ(good.warnings().find("ipfail"), std::string::npos) << good.warnings();
    EXPECT_TRUE(wants_ipfail(good.cf));
    const std::vector<std::pair<std::string, std::string>> hindered = {
        {"node c1 c2\n",
         "ha.cf:3: ipfail is not started: it does not run with auto_failback legacy, expected "
         "`auto_failback on` or `auto_failback off`"},
        {"auto_failback on\nnode c1\n", "ha.cf:3: ipfail is not started: it needs a second node"},
        {"auto_failback on\nnode c1 c2\npacemaker on\n",
         "ha.cf:3: ipfail is not started: it needs resources of haresources"}};
    for (const auto& [lines, words] : hindered) {
        const Parsed parsed = read(lines);
        EXPECT_NE(parsed.warnings().find(words), std::string::npos) << parsed.warnings();
        EXPECT_FALSE(wants_ipfail(parsed.cf)) << lines;
    }
    const Parsed three = read("auto_failback on\nnode c1 c2 c3\n");
    EXPECT_NE(three.warnings().find("ipfail knows two nodes only: here it speaks to c2"),
              std::string::npos);
    EXPECT_TRUE(wants_ipfail(three.cf));
    EXPECT_FALSE(wants_ipfail(parse_text("bcast eth0\nnode c1 c2\n", {"c1", true, 0}).cf));
}

// Why: 3.0.6 stops at the first stage with no hint at the line.
TEST(HaCf, AllErrorsComeAtOnceWithTheirLines) {
    const Parsed parsed =
        parse_text("keepalive 2s\nbcasst eth0\nnode c1\nhopfudge 300\nudpport 0\n");
    EXPECT_EQ(
        parsed.errors(),
        "ha.cf:1: keepalive 2s: \"2s\" is no time, expected a number of seconds or one with ms "
        "or us, for example 2 or 500ms\n"
        "ha.cf:2: unknown directive \"bcasst\", expected perhaps bcast\n"
        "ha.cf:4: hopfudge 300: \"300\" is out of range, expected a whole number from 0 to 255 "
        "(hops)\n"
        "ha.cf:5: udpport 0: \"0\" is out of range, expected a whole number from 1 to 65535\n"
        "ha.cf: no media, expected a line like `bcast eth0` or `ucast eth0 HOST`\n");
}

// Why: one mistake must not look like three.
TEST(HaCf, ABrokenKeepaliveIsNotHeldAgainstDeadtime) {
    const Parsed parsed =
        parse_text("logfacility daemon\nkeepalive x\ndeadtime 1\nbcast e\nnode c1\n");
    EXPECT_EQ(parsed.found.errors.size(), 1U) << parsed.errors();
}

// Why: these defaults are what peers of 3.0.6 run with (config.md 2, wire.md 6.1).
TEST(HaCf, DefaultsAreThoseOfHeartbeat) {
    const HaCf cf = parse_text("logfacility daemon\nbcast eth0\nnode c1 c2\n").cf;
    EXPECT_EQ(cf.keepalive, 1s);
    EXPECT_EQ(cf.deadtime, 30s);
    EXPECT_EQ(cf.warntime, 15s);
    EXPECT_EQ(cf.initdead, 30s);
    EXPECT_EQ(cf.deadping, 30s);
    EXPECT_EQ(cf.max_rexmit_delay, 250ms);
    EXPECT_EQ(cf.udpport, 694U);
    EXPECT_EQ(cf.hopfudge, 1U);
    EXPECT_EQ(cf.auto_failback, Failback::legacy);
    EXPECT_TRUE(cf.classic);
    EXPECT_TRUE(cf.log_badpack);
    EXPECT_TRUE(cf.realtime);
    EXPECT_TRUE(cf.manage_resources);
    EXPECT_EQ(cf.compression, "zlib");
    EXPECT_EQ(cf.compression_threshold_kib, 2U);
}

// Why: a takeover that waits for ever, or not at all, comes from these.
TEST(HaCf, DefaultsOfOurOwnComeFromLimits) {
    const HaCf cf = parse_with("").cf;
    EXPECT_EQ(cf.start_timeout, limits::script_timeout_start);
    EXPECT_EQ(cf.status_timeout, limits::script_timeout_status);
    EXPECT_EQ(cf.stop_timeout, limits::script_timeout_stop);
    EXPECT_EQ(cf.hook_timeout, limits::hook_timeout);
    EXPECT_EQ(cf.stop_retries, limits::stop_retries);
    EXPECT_EQ(cf.group_order, GroupOrder::parallel);
    EXPECT_FALSE(cf.rc_d_all);
}

TEST(HaCf, OurOwnDirectivesAreRead) {
    const HaCf cf = parse_with(
                        "start_timeout 5\nstatus_timeout 500ms\nstop_timeout 1.5\n"
                        "hook_timeout 7\nstop_retries 3\ngroup_order file\nrc_d_all yes")
                        .cf;
    EXPECT_EQ(cf.start_timeout, 5s);
    EXPECT_EQ(cf.status_timeout, 500ms);
    EXPECT_EQ(cf.stop_timeout, 1500ms);
    EXPECT_EQ(cf.hook_timeout, 7s);
    EXPECT_EQ(cf.stop_retries, 3);
    EXPECT_EQ(cf.group_order, GroupOrder::file);
    EXPECT_TRUE(cf.rc_d_all);
}

// Why: three rules for one default are easily lost.
TEST(HaCf, InitdeadFollowsDeadtime) {
    EXPECT_EQ(parse_with("deadtime 5").cf.initdead, 12s);
    EXPECT_EQ(parse_with("deadtime 6").cf.initdead, 12s);
    EXPECT_EQ(parse_with("deadtime 8").cf.initdead, 16s);
    EXPECT_EQ(parse_with("deadtime 11").cf.initdead, 11s);
}

// Why: the last word counts, as in 3.0.6 (config.md 1.1).
TEST(HaCf, TheLastWordOfAScalarCounts) {
    EXPECT_EQ(parse_with("keepalive 1 2").cf.keepalive, 2s);
    EXPECT_EQ(parse_with("keepalive 1,2").cf.keepalive, 2s);
    EXPECT_EQ(parse_with("keepalive").cf.keepalive, 1s);
}

// Why: this is how administrators of 3.0.6 set it.
TEST(HaCf, StopRetriesAlsoComeFromTheEnvironment) {
    EXPECT_EQ(parse_with("env STOPRETRYMAX=5").cf.stop_retries, 5);
    EXPECT_LE(parse_with("env STOPRETRYMAX=-1").cf.stop_retries, 0);
    EXPECT_EQ(parse_with("env STOPRETRYMAX=5\nstop_retries 2").cf.stop_retries, 2);
    EXPECT_EQ(parse_with("env STOPRETRYMAX=x").cf.stop_retries, limits::stop_retries);
}

TEST(HaCf, EnvironmentKeepsOrderAndSigns) {
    using Pairs = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ(parse_with("env A=1 B=x=y\nenv C").cf.env,
              (Pairs{{"A", "1"}, {"B", "x=y"}, {"C", ""}}));
}

// Why: names are compared in lower case everywhere.
TEST(HaCf, NodesAreLowerCaseAndOnceEach) {
    const Parsed parsed = parse_with("node C1 C3");
    EXPECT_EQ(parsed.cf.nodes, (Strings{"c1", "c2", "c3"}));
    EXPECT_NE(parsed.warnings().find("ha.cf:7: node \"c1\" is named twice"), std::string::npos);
    EXPECT_FALSE(parse_with("node " + std::string(100, 'a')).errors().empty());
}

// Why: the node that runs must know itself (config.md 6, 4).
TEST(HaCf, ThisMachineMustBeANode) {
    EXPECT_NE(parse_with("", {"other", true, 0}).errors().find("this machine is \"other\""),
              std::string::npos);
}

// Why: a node that hears nobody would take over everything while its peer runs it.
TEST(HaCf, PingNodesAloneAreNotEnough) {
    const Parsed parsed = parse_text("logfacility daemon\nping 10.0.0.1\nnode c1 c2\n");
    ASSERT_EQ(parsed.found.errors.size(), 1U);
    EXPECT_NE(parsed.errors().find("no medium that leads to the other nodes"), std::string::npos);
}

// Why: 3.0.6 takes the port known at that line; to meet it, so must we, but not in silence.
TEST(HaCf, APortBehindTheMediumComesTooLate) {
    const Parsed parsed = parse_with("udpport 700");
    EXPECT_EQ(parsed.cf.media[0].port, 694U);
    EXPECT_NE(parsed.warnings().find("put udpport first"), std::string::npos);
    EXPECT_EQ(parse_text("bcast e\nnode c1\n", {"c1", true, 1694}).cf.media[0].port, 1694U);
}

// Why: both ends of a line must talk at one speed; a device read twice loses every other byte.
TEST(HaCf, SerialLinesHaveASpeedAndAreNamedOnce) {
    const Parsed parsed = parse_with("baud 9600\nserial /dev/ttyS0,/dev/ttyUSB0");
    ASSERT_EQ(parsed.cf.media.size(), 3U);
    EXPECT_EQ(parsed.cf.media[1].device, "/dev/ttyS0");
    EXPECT_EQ(parsed.cf.media[2].name, "/dev/ttyUSB0");
    EXPECT_EQ(parsed.cf.media[2].baud, 9600U);
    EXPECT_EQ(parse_with("serial /dev/ttyS0").cf.media[1].baud, 19200U);
    EXPECT_EQ(parsed.unsupported(), "");
    EXPECT_NE(parse_with("serial ttyS0")
                  .errors()
                  .find("ha.cf:7: serial ttyS0: \"ttyS0\" is no "
                        "device, expected an absolute path"),
              std::string::npos);
    EXPECT_NE(parse_with("serial /dev/a /dev/a").errors().find("the same as line 7"),
              std::string::npos);
    EXPECT_NE(parse_with("serial /dev/a\nbaud 9600").warnings().find("ha.cf:8: baud 9600: line 7"),
              std::string::npos);
}

TEST(HaCf, MulticastIsReadInFull) {
    const Medium medium = parse_with("mcast eth1 225.0.0.7 700 2 1").cf.media.back();
    EXPECT_EQ(medium.kind, MediumKind::mcast);
    EXPECT_EQ(medium.name, "eth1");
    EXPECT_EQ(medium.address, "225.0.0.7");
    EXPECT_EQ(medium.port, 700U);
    EXPECT_EQ(medium.ttl, 2U);
    EXPECT_TRUE(medium.loop);
}

// Why: an old line must be answered with what does the same today.
TEST(HaCf, HbapingSaysWhatToUseInstead) {
    EXPECT_EQ(parse_with("hbaping 50:01:43:80").errors(),
              "ha.cf:7: hbaping: fibre-channel adapters are not supported as ping nodes, expected "
              "`ping HOST` or `ping_group NAME HOST...` with the address of the switch or of "
              "another host that all nodes reach\n");
}

// Why: whoever counts ping nodes must not count one twice.
TEST(HaCf, PingNodesHaveNamesOfTheirOwn) {
    const Parsed twice = parse_with("ping gw gw");
    EXPECT_EQ(twice.warnings(), "ha.cf:7: ping gw: the same as line 7, once is enough\n");
    EXPECT_EQ(twice.cf.media.size(), 2U);
    EXPECT_EQ(parse_with("ping gw\nping_group gw 10.0.0.1").errors(),
              "ha.cf:8: ping_group gw: line 7 has a ping node of this name, expected another\n");
    EXPECT_EQ(parse_with("ping c2").errors(),
              "ha.cf:7: ping c2: a node has this name, expected another\n");
}

// Why: what could never be asked must not count as a router that is down.
TEST(HaCf, PingNodesAreChecked) {
    EXPECT_EQ(
        parse_with("ping fd00::1").errors(),
        "ha.cf:7: ping fd00::1: \"fd00::1\" is an IPv6 address, expected an IPv4 address or a "
        "name (or ping6)\n");
    EXPECT_EQ(parse_with("ping_group g 10.0.0.1 fd00::1").found.errors.size(), 1U);
    EXPECT_EQ(parse_with("ping6 fe80::1").errors(),
              "ha.cf:7: ping6 fe80::1: \"fe80::1\" is on every interface, expected one behind it, "
              "like fe80::1%eth0\n");
    EXPECT_EQ(parse_with("ping6 10.0.0.1").found.errors.size(), 1U);
    EXPECT_EQ(parse_with("ping " + std::string(100, 'x')).found.errors.size(), 1U);
    const Parsed fine = parse_with("ping 10.0.0.1 gw\nping6 fd00::1 fe80::1%eth0\nping_group g gw");
    EXPECT_EQ(fine.errors() + fine.warnings() + fine.unsupported(), "");
    EXPECT_EQ(fine.cf.media.size(), 6U);
}

// Why: haresources may name ping nodes (resources.md 1.3).
TEST(HaCf, PingNodesAreKnownNames) {
    EXPECT_EQ(known_names(parse_with("ping 10.0.0.254 gw\nping_group g 10.0.0.1").cf),
              (Strings{"c1", "c2", "10.0.0.254", "gw", "g"}));
}

// Why: comparing two configurations must not see a moved line as a changed link.
TEST(HaCf, AMediumIsTheSameOnAnotherLine) {
    EXPECT_EQ(parse_with("ucast eth1 h").cf.media[1], parse_with("\n\nucast eth1 h").cf.media[1]);
    EXPECT_FALSE(parse_with("ucast eth1 h").cf.media[1] == parse_with("ucast eth1 i").cf.media[1]);
}

// Why: each of the three outcomes of this obsolete line was measured.
TEST(HaCf, NiceFailbackDependsOnWhatStandsBefore) {
    EXPECT_EQ(parse_with("nice_failback on").cf.auto_failback, Failback::off);
    EXPECT_EQ(parse_text("nice_failback on\nbcast e\nnode c1\n").cf.auto_failback,
              Failback::legacy);
    EXPECT_EQ(parse_with("nice_failback on\nauto_failback on").cf.auto_failback, Failback::on);
}

// Why: second lines of these are errors in 3.0.6.
TEST(HaCf, SomeLinesMayStandOnceOnly) {
    for (const char* twice : {"watchdog /dev/a\nwatchdog /dev/b", "baud 9600\nbaud 9600",
                              "pacemaker no\ncrm no", "apiauth a uid=1\napiauth a gid=1"}) {
        EXPECT_EQ(parse_with(twice).found.errors.size(), 1U) << twice;
    }
}

// Why: with Pacemaker in charge, groups must be left alone.
TEST(HaCf, PacemakerTakesTheResourcesAway) {
    const Parsed parsed = parse_with("crm respawn");
    EXPECT_EQ(parsed.errors(), "");
    EXPECT_FALSE(parsed.cf.manage_resources);
    EXPECT_EQ(parsed.cf.recorded.at("pacemaker"), "respawn");
    EXPECT_FALSE(parsed.found.unsupported.empty());
}

// Why: the start order is the file's, and a shell reads the words, as 3.0.6 has it.
TEST(HaCf, ProgramsAreReadInFileOrder) {
    const Parsed parsed = parse_with(
        "respawn hacluster /opt/a  -x 'two  words'\nfailfast root /opt/b\nwatchdog /dev/watchdog");
    EXPECT_EQ(parsed.errors() + parsed.warnings() + parsed.unsupported(), "");
    ASSERT_EQ(parsed.cf.programs.size(), 2U);
    EXPECT_EQ(parsed.cf.programs[0],
              (Program{ProgramKind::respawn, "hacluster", "/opt/a", "/opt/a  -x 'two  words'", 0}));
    EXPECT_EQ(parsed.cf.programs[0].path, "/opt/a");
    EXPECT_EQ(parsed.cf.programs[0].line, 7);
    EXPECT_EQ(parsed.cf.programs[1],
              (Program{ProgramKind::failfast, "root", "/opt/b", "/opt/b", 0}));
    EXPECT_EQ(parsed.cf.watchdog, "/dev/watchdog");
}

// Why: two of the same would fight for one pid file; a file of thousands must not fork without end.
TEST(HaCf, ProgramsAreOnceEachAndBounded) {
    const Parsed twice = parse_with("respawn root /opt/a\nrespawn root /opt/a");
    EXPECT_EQ(twice.cf.programs.size(), 1U);
    EXPECT_EQ(twice.warnings(), "ha.cf:8: respawn root /opt/a: stands twice, it is started once\n");
    std::string many;
    for (std::size_t i = 0; i <= limits::programs_max; ++i) {
        many += "respawn root /opt/" + std::to_string(i) + "\n";
    }
    EXPECT_EQ(parse_with(many).found.errors.size(), 1U);
    EXPECT_EQ(parse_with(std::string("respawn root /opt/a \0b", 23)).found.errors.size(), 1U);
}

// Why: this one line in a thousand old files must find the plugin, wherever the program lay.
TEST(HaCf, AnIpfailLineIsKnownByItsFile) {
    for (const char* path :
         {"/usr/lib/heartbeat/ipfail", "/usr/lib64/heartbeat/ipfail", "/ipfail"}) {
        EXPECT_TRUE(is_ipfail(path)) << path;
    }
    for (const char* path : {"/opt/ipfail2", "/opt/ipfail/run", "/opt/myipfail", "", "/"}) {
        EXPECT_FALSE(is_ipfail(path)) << path;
    }
}

// Why: as with ipfail, an old line must not start Debian's program beside our plugin.
TEST(HaCf, ADopdLineSelectsThePluginWhenThereIsASecondNode) {
    EXPECT_TRUE(is_dopd("/usr/lib/heartbeat/dopd"));
    EXPECT_FALSE(is_dopd("/usr/lib/heartbeat/dopd.sh"));
    EXPECT_TRUE(selects_plugin("/x/ipfail") && selects_plugin("/x/dopd"));
    EXPECT_FALSE(selects_plugin("/x/ccm"));
    const std::string line = "bcast eth0\nrespawn hacluster /usr/lib/heartbeat/dopd\n";
    EXPECT_TRUE(wants_dopd(parse_text(line + "node c1 c2\n", {"c1", true, 0}).cf));
    EXPECT_FALSE(wants_dopd(parse_text(line + "node c1\n", {"c1", true, 0}).cf));
    EXPECT_FALSE(wants_dopd(parse_text("bcast eth0\nnode c1 c2\n", {"c1", true, 0}).cf));
}

// Why: files come from anywhere.
TEST(HaCf, ForeignBytesAreAnErrorAndReachNoTerminal) {
    const Parsed parsed = parse_with(std::string("\x1b[31m\0x", 7));
    EXPECT_NE(parsed.errors().find("\\x1b"), std::string::npos);
    const Parsed ping = parse_with("ping \x1b[2J\x07 X\x01");
    EXPECT_EQ((ping.errors() + ping.warnings()).find_first_of("\x1b\x07\x01"), std::string::npos);
    EXPECT_FALSE(parse_with("keepalive " + std::string(6000, '1')).errors().empty());
    EXPECT_EQ(parse_with("# " + std::string(6000, 'c')).errors(), "");
    EXPECT_EQ(parse_text("keepalive 1\r\nnode c1\r\nbcast eth0\r\n").errors(), "");
}

// Why: a broken file must not fill the log.
TEST(HaCf, TheNumberOfMessagesIsBounded) {
    std::string many;
    for (int i = 0; i < 1000; ++i) many += "foo\n";
    const Parsed parsed = parse_with(many);
    EXPECT_EQ(parsed.found.errors.size(), limits::config_errors_max + 1);
    EXPECT_NE(parsed.found.errors.back().text.find("900 more"), std::string::npos);
}

}  // namespace
}  // namespace hb::config
