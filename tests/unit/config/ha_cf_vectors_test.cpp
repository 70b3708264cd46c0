// The accept and reject vectors that were measured on Heartbeat 3.0.6 (config.md 10), each appended
// to a valid file, as far as a file alone can tell: which interfaces, hosts, files, users and
// plug-ins there are is the machine's.
#include "parsed.hpp"

namespace hb::config {
namespace {

class Accepted : public testing::TestWithParam<const char*> {};
class Rejected : public testing::TestWithParam<const char*> {};

// Why: a file that 3.0.6 starts with must start this daemon, too.
TEST_P(Accepted, HasNoError) {
    const Parsed parsed = parse_with(GetParam());
    EXPECT_EQ(parsed.errors(), "");
}

// Why: a file that 3.0.6 refuses must not half work here; and it is one mistake, so one message, at
// the line where it is.
TEST_P(Rejected, HasOneErrorAtItsLine) {
    const Parsed parsed = parse_with(GetParam());
    ASSERT_EQ(parsed.found.errors.size(), 1U) << parsed.errors();
    EXPECT_EQ(parsed.found.errors[0].line, 7) << parsed.errors();
    EXPECT_NE(parsed.found.errors[0].text.find("xpect"), std::string::npos) << parsed.errors();
}

INSTANTIATE_TEST_SUITE_P(
    Vectors, Accepted,
    testing::Values("keepalive 1500ms", "keepalive 500000us", "keepalive 1 2", "keepalive",
                    "warntime 10", "baud 9600", "hbgenmethod time", "auto_failback legacy",
                    "nice_failback on", "nice_failback off", "coreroot /tmp", "compression bz2",
                    "compression_threshold 1.5", "env FOO", "env FOO=bar BAR=x=y",
                    "apiauth foo uid=1,root gid=haclient", "failfast root /bin/true", "bcast",
                    "ucast eth0 10.77.0.2 extra", "mcast6 eth0 ff02::1234 694 1 0",
                    "ucast6 eth0 fe80::1", "ping_group g1 10.77.0.254",
                    "ping_group g1 nosuch.host.invalid", "ping6 ::1", "watchdog /dev/nosuch",
                    "node C1 c3", "stonith_host * null a b", "stonith_host other null a b",
                    "cluster foo", "quorum_server foo", "crmd_spawns_pengine yes", "udp eth1",
                    "rtprio", "syslogmsgfmt", "enable_config_writes no", "keepalive 1 # comment",
                    "pacemaker no",
                    // What only the machine can refuse.
                    "bcast nosuchif", "ucast eth0 nosuch.host.invalid", "serial /dev/nosuch",
                    "ping nosuch.host.invalid", "respawn nosuch /bin/true", "respawn root /no/such",
                    "apiauth foo uid=nosuchuser", "stonith nosuch FILE",
                    "stonith_host * nosuch a b", "crm yes"));

INSTANTIATE_TEST_SUITE_P(
    Vectors, Rejected,
    testing::Values("crm_daemon_dir /usr/lib/x", "keepalive 2s", "keepalive 1sec", "keepalive 0",
                    "keepalive abc", "deadtime 2", "initdead 3", "deadping 2", "warntime 0",
                    "hopfudge 300", "hopfudge -1", "baud 1234", "udpport 0", "udpport abc",
                    "auto_failback maybe", "rtprio 0", "rtprio 500", "hbgenmethod xx",
                    "realtime maybe", "debug 300", "msgfmt xml", "conn_logd_time 0",
                    "coreroot relative", "autojoin foo", "autojoin any", "uuidfrom mac",
                    "compression foo", "compression_threshold 0", "traditional_compression x",
                    "max_rexmit_delay 0", "memreserve -5", "apiauth", "apiauth foo",
                    "apiauth foo bar=1", "apiauth abcdefghijklmnopqrstuvwxyz0123456789 uid=root",
                    "respawn root", "respawn root bin/true", "ucast eth0",
                    "mcast eth0 225.0.0.1 694 9 0", "mcast eth0 10.0.0.1 694 1 0",
                    "mcast eth0 225.0.0.1 694 1", "mcast eth0 225.0.0.1 694 1 2",
                    "mcast6 eth0 ff01::1 694 1 0", "ping_group g1", "hbaping 1.2.3.4",
                    "stonith null", "stonith_host", "stonith_host * null", "use_logd maybe",
                    "use_apphbd maybe", "log_badpack 7", "record_config_changes 7", "normalpoll 1",
                    "weight 5", "site x", "foo bar", "BCAST eth1", "debug2",
                    // Ours, by the same rules.
                    "start_timeout 0", "stop_timeout 2s", "group_order serial", "rc_d_all perhaps",
                    "stop_retries -1"));

}  // namespace
}  // namespace hb::config
