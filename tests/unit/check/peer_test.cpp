// What must be the same on both nodes, and is not.
#include "unit/check/pair.hpp"

namespace hb::check {
namespace {

using test::Found;
using test::Pair;

// A pair whose other node's ha.cf has `to` instead of `from`.
Pair other_has(const std::string& from, const std::string& to) {
    Pair pair;
    std::string& text = pair.with_peer().ha_cf.text;
    text = Pair::changed(text, from, to);
    return pair;
}

// Why: the other daemon does not start; its file is named.
TEST(CheckPeer, AMistakeOverThereIsWrong) {
    EXPECT_EQ(other_has("deadtime 10", "deadtime x").found(), Found{"/b/ha.cf:3 peer_error"});
}

// Why: nodeinfo, or a disk image that was cloned.
TEST(CheckPeer, TwoNodesOfOneNameAreWrong) {
    Pair pair;
    pair.with_peer();
    pair.peer_name = "alpha";
    EXPECT_EQ(pair.found(), Found{"/a/ha.cf:0 peer_same_node"});
}

// Why: packets of a node that is not named are thrown away.
TEST(CheckPeer, OtherNodesAreWrong) {
    EXPECT_EQ(other_has("node alpha beta", "node beta gamma").found(),
              (Found{"/a/ha.cf:6 peer_nodes", "/b/haresources:1 peer_error"}));
}

// Why: both compute who goes first from the order.
TEST(CheckPeer, AnotherOrderOfNodesIsRisky) {
    EXPECT_EQ(other_has("node alpha beta", "node beta alpha").found(),
              Found{"/a/ha.cf:6 peer_order"});
}

// Why: nodes that do not believe each other both run everything.
TEST(CheckPeer, AKeyThatTheOtherNodeHasNotIsWrong) {
    Pair pair;
    pair.with_peer().authkeys.text = "auth 1\n1 sha256 another-long-secret\n";
    EXPECT_EQ(pair.found(), (Found{"/a/authkeys:0 peer_key", "/a/authkeys:2 peer_key"}));
    EXPECT_EQ(pair.text().find("secret"), std::string::npos) << "a key was shown";
    pair.with_peer().authkeys.text = "auth 1\n1 sha1 a-long-secret-of-its-own\n";
    EXPECT_EQ(pair.found().size(), 2U) << "another method";
}

// Why: who copies the files by hand should leave the secret where it is.
TEST(CheckPeer, KeysThatWereNotBroughtAreNotCompared) {
    Pair pair;
    pair.with_peer().authkeys = {"/b/authkeys", "", "No such file", 0600U, true};
    EXPECT_EQ(pair.found(), Found{});
    pair.with_peer().authkeys.may_lack = false;
    EXPECT_EQ(pair.found(), Found{"/b/authkeys:0 peer_error"});
}

// Why: keys are exchanged one after the other; that is no mistake.
TEST(CheckPeer, ANewKeyThatBothKnowIsFine) {
    Pair pair;
    pair.own.authkeys.text = "auth 1\n1 sha256 a-long-secret-of-its-own\n2 sha256 a-newer-secret\n";
    pair.with_peer().authkeys.text =
        "auth 2\n1 sha256 a-long-secret-of-its-own\n2 sha256 a-newer-secret\n";
    EXPECT_EQ(pair.found(), Found{});
}

// Why: each node would start what the other one does not know.
TEST(CheckPeer, AnotherHaresourcesIsWrong) {
    Pair pair;
    std::string& text = pair.with_peer().haresources.text;
    text = "# only a comment differs\n" + test::good_haresources;
    EXPECT_EQ(pair.found(), Found{});
    text = Pair::changed(test::good_haresources, "192.0.2.11", "192.0.2.12");
    EXPECT_EQ(pair.found(), Found{"/a/haresources:2 peer_groups"});
    text = "alpha 192.0.2.10/24/eth0 apache2\n";
    EXPECT_EQ(pair.found(), Found{"/a/haresources:2 peer_groups"});
    text = test::good_haresources + "beta mysql\n";
    EXPECT_EQ(pair.found(), Found{"/a/haresources:0 peer_groups"});
}

// Why: what is sent there arrives nowhere, and the log calls the line dead.
TEST(CheckPeer, ALineWithoutCounterpartIsRisky) {
    EXPECT_EQ(other_has("serial /dev/ttyS0", "bcast eth2").found(),
              (Found{"/a/ha.cf:8 peer_line"}));
    Pair pair = other_has("bcast eth1", "mcast eth1 225.0.0.1 694 1 0");
    pair.exchange("bcast eth1", "mcast eth1 225.0.0.2 694 1 0");
    EXPECT_EQ(pair.found(), (Found{"/a/ha.cf:0 peer_line", "/a/ha.cf:7 peer_line"}));
}

// Why: a bcast here and a ucast there hear each other.
TEST(CheckPeer, BroadcastAndUnicastFit) {
    EXPECT_EQ(other_has("bcast eth1", "ucast eth3 10.0.0.1").found(), Found{});
}

// Why: two deaf nodes.
TEST(CheckPeer, AnotherPortIsWrong) {
    EXPECT_EQ(other_has("bcast eth1", "udpport 695\nbcast eth1").found(),
              Found{"/a/ha.cf:0 peer_port"});
}

// Why: a serial line at two speeds carries noise.
TEST(CheckPeer, AnotherBaudIsWrong) {
    EXPECT_EQ(other_has("serial /dev/ttyS0", "baud 9600\nserial /dev/ttyS1").found(),
              Found{"/a/ha.cf:8 peer_baud"});
    EXPECT_EQ(other_has("serial /dev/ttyS0", "serial /dev/ttyS1").found(), Found{});
}

// Why: it would be counted dead between two of its heartbeats.
TEST(CheckPeer, AKeepaliveTooSlowForTheOtherDeadtimeIsWrong) {
    Pair pair = other_has("keepalive 1\ndeadtime 10", "keepalive 5\ndeadtime 40");
    EXPECT_EQ(pair.found(), (Found{"/a/ha.cf:3 peer_keepalive", "/a/ha.cf:3 peer_deadtime"}));
}

// Why: one takes over while the other one still waits.
TEST(CheckPeer, AnotherDeadtimeIsRisky) {
    EXPECT_EQ(other_has("deadtime 10", "deadtime 20").found(), Found{"/a/ha.cf:3 peer_deadtime"});
}

// Why: only the giver's own setting counts, so it depends on where a group is.
TEST(CheckPeer, AnotherFailbackIsRisky) {
    EXPECT_EQ(other_has("auto_failback off", "auto_failback on").found(),
              Found{"/a/ha.cf:5 peer_failback"});
}

// Why: with an arbiter on one node only, the other one goes on without asking.
TEST(CheckPeer, AnotherArbiterIsWrong) {
    Pair pair;
    pair.ha_cf("ping 192.0.2.9\narbiter ping 192.0.2.9");
    pair.with_peer().ha_cf.text = test::good_ha_cf + "ping 192.0.2.9\n";
    EXPECT_EQ(pair.found(), Found{"/a/ha.cf:10 peer_arbiter"});
    pair.with_peer().ha_cf.text = pair.own.ha_cf.text;
    EXPECT_EQ(pair.found(), Found{});
}

// Why: ipfail compares counts.
TEST(CheckPeer, OtherPingNodesAreRisky) {
    Pair pair;
    pair.ha_cf("ping 192.0.2.9");
    pair.with_peer();
    EXPECT_EQ(pair.found(), Found{"/a/ha.cf:9 peer_pings"});
}

// Why: ha.cf was copied, and its ucast line still names the node it is on.
TEST(CheckPeer, UcastLinesThatLeadElsewhereAreWrong) {
    Pair pair = other_has("bcast eth1\nserial /dev/ttyS0", "ucast eth1 10.0.0.7");
    pair.exchange("serial /dev/ttyS0", "bcast eth0");
    pair.with_facts();
    EXPECT_EQ(pair.found(), (Found{"/b/ha.cf:7 peer_ucast"}));
    pair.with_peer().ha_cf.text =
        Pair::changed(pair.with_peer().ha_cf.text, "10.0.0.7", "10.0.0.1");
    EXPECT_EQ(pair.found(), Found{});
}

// Why: with the other node's file at hand, that is the one that counts.
TEST(CheckPeer, TheOtherFileDecidesWhetherTheOtherNodeHasADevice) {
    Pair pair;
    pair.ha_cf("stonith_host * meatware alpha beta");
    EXPECT_EQ(pair.found(), Found{});
    pair.with_peer();
    EXPECT_EQ(pair.found(), Found{"/a/ha.cf:9 device_one_sided"});
}

}  // namespace
}  // namespace hb::check
