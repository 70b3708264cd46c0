// Mistakes planted in the files of a good pair, one a test, for the real hb_check.
#include "unit/hb_check/machine.hpp"

namespace hb::hb_check_test {
namespace {

// `file` (below the root) has `to` instead of `from`; from == "": it is all of it.
struct Planted {
    const char* name;
    const char* file;
    const char* from;
    const char* to;
    const char* found;
    std::vector<std::string> options{};
};

constexpr const char* ha_cf = "/etc/ha.d/ha.cf";
constexpr const char* keys = "/etc/ha.d/authkeys";
constexpr const char* groups = "/etc/ha.d/haresources";
constexpr const char* peer_ha_cf = "/peer/ha.cf";
const std::vector<std::string> files_only{"--files-only"};
const std::vector<std::string> with_peer{"--peer", "PEER"};

const Planted in_its_files[] = {
    // --- what heartbeatd refuses or warns of ---
    {"UnknownDirective", ha_cf, "deadtime 20", "deadtme 20", "ha.cf:3 config_error"},
    {"NoTime", ha_cf, "keepalive 1", "keepalive 1s", "ha.cf:2 config_error"},
    {"DeadtimeTooShort", ha_cf, "deadtime 20", "deadtime 2", "ha.cf:3 config_error"},
    {"InitdeadBelowDeadtime", ha_cf, "initdead 60", "initdead 5", "ha.cf:4 config_error"},
    {"NodeIsNotThisMachine", ha_cf, "node alpha", "node gamma", "ha.cf:6 config_error"},
    {"NoLine", ha_cf, "bcast lo\nserial /dev/null\n", "", "ha.cf:0 config_error"},
    {"NoDevice", ha_cf, "serial /dev/null", "serial /etc/passwd", "ha.cf:8 config_error"},
    {"ProgramIsMissing", ha_cf, "serial", "respawn root /no/such\nserial", "ha.cf:8 config_error"},
    {"UserIsMissing", ha_cf, "serial", "respawn nosuchuser /bin/true\nserial",
     "ha.cf:8 config_error"},
    {"ArbiterWithoutPing", ha_cf, "serial", "arbiter ping gw\nserial", "ha.cf:8 config_error"},
    {"DeviceFileIsMissing", ha_cf, "serial", "stonith external/x none\nserial",
     "ha.cf:8 config_error"},
    {"LegacyFailback", ha_cf, "auto_failback off", "auto_failback legacy",
     "ha.cf:5 config_warning"},
    {"WarntimeTooLong", ha_cf, "initdead 60", "initdead 60\nwarntime 30", "ha.cf:5 config_warning"},
    {"NotSupported", ha_cf, "serial", "use_apphbd on\nserial", "ha.cf:8 unsupported"},
    {"NoKey", keys, "", "auth 1\n", "authkeys:1 config_error"},
    {"UnknownMethod", keys, "sha256", "rot13", "authkeys:2 config_error"},
    {"UnknownNode", groups, "alpha ", "gamma ", "haresources:1 config_error"},
    {"GroupTwice", groups, "", "alpha IPaddr::127.0.0.9\nbeta IPaddr::127.0.0.9\n",
     "haresources:2 config_error"},
    // --- what is risky in the files ---
    {"OneNode", ha_cf, "node alpha beta", "node alpha", "ha.cf:6 node_alone"},
    {"OneLine", ha_cf, "serial /dev/null\n", "", "ha.cf:7 line_single"},
    {"OneWire", ha_cf, "serial /dev/null", "ucast lo 127.0.0.2", "ha.cf:7 line_same_wire"},
    {"FewHeartbeats", ha_cf, "keepalive 1", "keepalive 6", "ha.cf:3 deadtime_tight"},
    {"EndlessStop", ha_cf, "serial", "stop_retries 0\nserial", "ha.cf:8 stop_endless"},
    {"UnprotectedDisk", groups, "apache2", "Filesystem::/dev/sdb1::/srv",
     "haresources:1 disk_unprotected", files_only},
    {"PretendingDevice", ha_cf, "serial", "stonith_host * null alpha beta\nserial",
     "ha.cf:8 device_pretends", files_only},
    {"WeakDevice", ha_cf, "serial", "stonith_host * ssh alpha beta\nserial", "ha.cf:8 device_weak",
     files_only},
    {"DeviceOnOneNode", ha_cf, "serial", "stonith_host alpha meatware beta\nserial",
     "ha.cf:8 device_one_sided", files_only},
    {"ShortKey", keys, "a-long-secret-of-its-own", "short", "authkeys:2 config_warning"},
    {"SampleKey", keys, "a-long-secret-of-its-own", "A-KEY-OF-YOUR-OWN", "authkeys:2 key_known"},
    {"AddressTwice", groups, "apache2\n", "apache2\nbeta apache2 127.0.0.9/8/lo\n",
     "haresources:2 address_twice"},
    {"PingedPeer", ha_cf, "serial", "ucast lo 10.255.0.2\nping 10.255.0.2\nserial",
     "ha.cf:9 ping_is_peer"},
};

const Planted around_it[] = {
    // --- what this machine lacks ---
    {"NoInterface", ha_cf, "bcast lo", "bcast nosuch0", "ha.cf:7 interface_missing"},
    {"NoSerialDevice", ha_cf, "/dev/null", "/dev/nosuch", "ha.cf:8 serial_missing"},
    {"HostUnknown", ha_cf, "serial", "ucast lo no-such-host.invalid\nserial",
     "ha.cf:8 host_unknown"},
    {"PingUnknown", ha_cf, "serial", "ping no-such-host.invalid\nserial", "ha.cf:8 ping_unknown"},
    {"LineToItself", ha_cf, "bcast lo\nserial /dev/null", "ucast lo 127.0.0.1",
     "ha.cf:7 line_to_self"},
    {"NoWatchdog", ha_cf, "serial", "watchdog /dev/nosuch\nserial", "ha.cf:8 watchdog_missing"},
    {"NoScript", groups, "apache2", "nosuchscript", "haresources:1 script_missing"},
    {"NoDisk", groups, "apache2", "Filesystem::/dev/nosuch::/", "haresources:1 disk_missing"},
    {"NoMountPoint", groups, "apache2", "Filesystem::/dev/null::/nosuch/dir",
     "haresources:1 mount_point_missing"},
    {"MountedAtBoot", "/etc/fstab", "", "/dev/null / ext4 defaults 0 0\n",
     "haresources:1 fstab_mounts"},
    {"NoNetwork", groups, "127.0.0.9/8/lo", "198.51.100.77/24/nosuch0",
     "haresources:1 address_nowhere"},
    {"AddressIsUp", groups, "127.0.0.9", "127.0.0.1", "haresources:1 address_here"},
    // --- what differs on the other node ---
    {"PeerMistake", peer_ha_cf, "deadtime 20", "deadtime x", "ha.cf:3 peer_error", with_peer},
    {"PeerSameName", "/peer/nodeinfo", "", "alpha\n", "ha.cf:0 peer_same_node", with_peer},
    {"PeerNodes", peer_ha_cf, "node alpha", "node gamma", "ha.cf:6 peer_nodes", with_peer},
    {"PeerOrder", peer_ha_cf, "node alpha beta", "node beta alpha", "ha.cf:6 peer_order",
     with_peer},
    {"PeerKey", "/peer/authkeys", "a-long", "another-long", "authkeys:2 peer_key", with_peer},
    {"PeerGroups", "/peer/haresources", "apache2", "apache", "haresources:1 peer_groups",
     with_peer},
    {"PeerLine", peer_ha_cf, "serial /dev/null\n", "", "ha.cf:8 peer_line", with_peer},
    {"PeerPort", peer_ha_cf, "bcast", "udpport 7000\nbcast", "ha.cf:0 peer_port", with_peer},
    {"PeerBaud", peer_ha_cf, "serial", "baud 9600\nserial", "ha.cf:8 peer_baud", with_peer},
    {"PeerKeepalive", peer_ha_cf, "keepalive 1\ndeadtime 20\ninitdead 60",
     "keepalive 10\ndeadtime 40\ninitdead 90", "ha.cf:3 peer_keepalive", with_peer},
    {"PeerDeadtime", peer_ha_cf, "deadtime 20", "deadtime 21", "ha.cf:3 peer_deadtime", with_peer},
    {"PeerFailback", peer_ha_cf, "auto_failback off", "auto_failback on", "ha.cf:5 peer_failback",
     with_peer},
    {"PeerPings", peer_ha_cf, "serial", "ping 10.255.0.9\nserial", "ha.cf:0 peer_pings", with_peer},
    {"PeerArbiter", peer_ha_cf, "serial", "ping 10.255.0.9\narbiter ping 10.255.0.9\nserial",
     "ha.cf:0 peer_arbiter", with_peer},
    {"PeerUcast", peer_ha_cf, "bcast lo\nserial /dev/null", "ucast lo 10.255.0.9",
     "ha.cf:7 peer_ucast", with_peer},
};

class HbCheckFinds : public testing::TestWithParam<Planted> {};

// Why: each of these was somebody's night.
TEST_P(HbCheckFinds, ThePlantedMistake) {
    const Planted& it = GetParam();
    const Machine machine;
    const std::string file = it.file;
    if (file == "/etc/fstab") machine.exchange(groups, "apache2", "Filesystem::/dev/null::/");
    if (*it.from == '\0') {
        machine.write(file, it.to, file.ends_with("authkeys") ? 0600 : 0644);
    } else {
        machine.exchange(file, it.from, it.to);
    }
    std::vector<std::string> options = it.options;
    for (std::string& option : options) {
        if (option == "PEER") option = machine.at("/peer");
    }
    const auto found = machine.found(options);
    EXPECT_TRUE(found.contains(it.found)) << testing::PrintToString(found);
}

std::string name_of(const testing::TestParamInfo<Planted>& each) { return each.param.name; }

INSTANTIATE_TEST_SUITE_P(InItsFiles, HbCheckFinds, testing::ValuesIn(in_its_files), name_of);
INSTANTIATE_TEST_SUITE_P(AroundIt, HbCheckFinds, testing::ValuesIn(around_it), name_of);

}  // namespace
}  // namespace hb::hb_check_test
