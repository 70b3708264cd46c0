// What a machine lacks for its files, from told facts.
#include "unit/check/pair.hpp"

namespace hb::check {
namespace {

using test::Found;
using test::Pair;
using namespace std::chrono_literals;

// Why: what the loader has found out of the machine keeps its words and gets an id of its own.
TEST(CheckMachine, FindingsOfTheLoaderGetTheirIds) {
    using config::Topic;
    const Pair pair;
    Side own = read_side(pair.own, {"alpha", true, 0});
    const Side other = read_side(pair.own, {"beta", true, 0});
    own.found.warnings = {{"/a/ha.cf", 7, "interface eth1 is not there", Topic::interface},
                          {"/a/ha.cf", 8, "serial /dev/ttyS0: gone", Topic::serial_device},
                          {"/a/x", 0, "others may use it", Topic::device_file},
                          {"/a/ha.cf", 9, "not checked", Topic::device},
                          {"/a/haresources", 1, "told by the facts", Topic::script}};
    own.found.errors = {{"/a/ha.cf", 10, "host x cannot be resolved", Topic::host},
                        {"/a/ha.cf", 11, "no such parameter", Topic::device}};
    std::vector<std::string> ids;
    for (const Finding& each : check({own, other})) ids.push_back(finding_entry(each.id).name);
    EXPECT_EQ(ids, (Found{"host_unknown", "device_refused", "interface_missing", "serial_missing",
                          "device_silent", "device_file_open"}));
}

// Why: it opens and sends nothing.
TEST(CheckMachine, AnInterfaceThatIsDownIsRisky) {
    Pair pair;
    pair.with_facts().interfaces[2].up = false;
    EXPECT_EQ(pair.found(), Found{"/a/ha.cf:7 interface_down"});
}

// Why: a heartbeat needs a source address, and one of haresources would come too late.
TEST(CheckMachine, AnInterfaceWithoutAddressIsRisky) {
    Pair pair;
    pair.with_facts().interfaces[2].addresses.clear();
    EXPECT_EQ(pair.found(), Found{"/a/ha.cf:7 interface_bare"});
    Pair six;
    six.exchange("bcast eth1", "mcast6 eth1 ff02::694 694 1 0");
    six.with_facts().interfaces[2].addresses.clear();
    EXPECT_EQ(six.found(), Found{}) << "IPv6 needs none";
}

// Why: the file was copied and the address forgotten.
TEST(CheckMachine, ALineToItselfOnlyIsWrong) {
    Pair pair;
    pair.exchange("bcast eth1\nserial /dev/ttyS0\n", "ucast eth0 192.0.2.1\nucast eth1 10.0.0.1\n");
    pair.with_facts();
    EXPECT_EQ(pair.found(), Found{"/a/ha.cf:7 line_to_self"});
    pair.ha_cf("ucast eth1 10.0.0.2");
    EXPECT_EQ(pair.found(), Found{});
}

// Why: a ping node without address counts as dead, and ipfail goes by it.
TEST(CheckMachine, APingNodeThatCannotBeResolvedIsRisky) {
    Pair pair;
    pair.ha_cf("ping gw\nping_group g router");
    pair.with_facts().names = {{"gw", {}}, {"router", {}}};
    EXPECT_EQ(pair.found(), (Found{"/a/ha.cf:9 ping_unknown", "/a/ha.cf:10 ping_unknown"}));
    pair.with_facts().names = {{"gw", {"192.0.2.9"}}, {"router", {"192.0.2.8"}}};
    EXPECT_EQ(pair.found(), Found{});
}

// Why: rpcbind and cups like ports below 1024, too.
TEST(CheckMachine, APortOfAnotherProgramIsWrong) {
    Pair pair;
    pair.with_facts().taken_ports = {694};
    EXPECT_EQ(pair.found(), Found{"/a/ha.cf:7 port_taken"});
    EXPECT_NE(pair.findings()[0].advice.find(":694"), std::string::npos);
}

// Why: each node speaks, none hears.
TEST(CheckMachine, APortThatTheFilterDropsIsRisky) {
    Pair pair;
    pair.with_facts().packet_filter =
        "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy "
        "drop;\n\t\ttcp dport 22 accept\n\t}\n}\n";
    EXPECT_EQ(pair.found(), Found{"/a/ha.cf:7 port_closed"});
    pair.ha_cf("udpport 700");
    pair.exchange("bcast eth1", "udpport 700\nbcast eth1");
    EXPECT_NE(pair.text().find("UDP port 700"), std::string::npos) << pair.text();
}

// Why: the night is spent comparing two logs.
TEST(CheckMachine, AClockThatNothingKeepsIsRisky) {
    Pair pair;
    pair.with_facts().clock_kept = false;
    EXPECT_EQ(pair.found(), Found{"clock_free"});
    pair.with_facts().clock_kept = std::nullopt;
    EXPECT_EQ(pair.found(), Found{});
}

// Why: the same, measured; the moment of an answer is not known better than a second.
TEST(CheckMachine, ClocksThatDifferAreRisky) {
    for (const Duration off : {3s, -3s}) {
        Pair pair;
        pair.with_facts().peer_clock_off = off;
        EXPECT_EQ(pair.found(), Found{"clock_apart"});
        EXPECT_NE(pair.text().find("by 3s"), std::string::npos) << pair.text();
    }
    Pair pair;
    pair.with_facts().peer_clock_off = 1s;
    EXPECT_EQ(pair.found(), Found{});
}

// Why: this machine would be counted dead while it only stands still.
TEST(CheckMachine, ADeadtimeBelowTwiceTheLatenessIsRisky) {
    Pair pair;
    pair.with_facts().lateness = 5001ms;
    EXPECT_EQ(pair.found(), Found{"/a/ha.cf:3 deadtime_late"});
    pair.with_facts().lateness = 5s;
    EXPECT_EQ(pair.found(), Found{});
}

// Why: without the device the directive protects nothing.
TEST(CheckMachine, AWatchdogThatIsNotThereIsRisky) {
    Pair pair;
    pair.ha_cf("watchdog /dev/watchdog");
    pair.with_facts().paths = {{"/dev/watchdog", false}};
    EXPECT_EQ(pair.found(), Found{"/a/ha.cf:9 watchdog_missing"});
    pair.with_facts().paths = {{"/dev/watchdog", true}};
    EXPECT_EQ(pair.found(), Found{});
}

// Why: the tool must know what to look for.
TEST(CheckMachine, TellsWhatItWantsToKnow) {
    Pair pair;
    pair.ha_cf(
        "ping gw 192.0.2.9\nping_group g r1 r2\nwatchdog /dev/watchdog\n"
        "mcast eth0 225.0.0.1 700 1 0");
    pair.haresources("alpha Filesystem::/dev/sdb1::/srv Filesystem::LABEL=x::/data\n");
    const Side side = read_side(pair.own, {"alpha", true, 0});
    EXPECT_EQ(names_of(side), (Found{"192.0.2.9", "gw", "r1", "r2"}));
    EXPECT_EQ(paths_of(side), (Found{"/data", "/dev/sdb1", "/dev/watchdog", "/srv"}));
    EXPECT_EQ(ports_of(side.ha_cf), (std::vector<unsigned>{694, 700}));
    EXPECT_EQ(other_node(side), "beta");
}

}  // namespace
}  // namespace hb::check
