// What the three files say by themselves.
#include "unit/check/pair.hpp"

namespace hb::check {
namespace {

using test::Found;
using test::Pair;

// Why: a check that cries at a good pair is not read.
TEST(CheckFiles, AGoodPairHasNothingToFind) {
    EXPECT_EQ(Pair{}.found(), Found{});
    Pair all;
    all.with_facts();
    all.with_peer();
    EXPECT_EQ(all.found(), Found{});
    EXPECT_EQ(all.report().verdict, "fine");
}

// Why: what heartbeatd refuses must be refused here, with its own words and place.
TEST(CheckFiles, AMistakeOfTheParsersIsWrong) {
    Pair pair;
    pair.ha_cf("deadtme 5");
    EXPECT_EQ(pair.found(), Found{"/a/ha.cf:9 config_error"});
    EXPECT_NE(pair.text().find("deadtime"), std::string::npos) << pair.text();
}

// Why: the same for hints, which do not stop a start.
TEST(CheckFiles, AWarningOfTheParsersIsRisky) {
    EXPECT_EQ(Pair{}.exchange("auto_failback off", "auto_failback legacy").found(),
              Found{"/a/ha.cf:5 config_warning"});
}

// Why: who relies on a line that does nothing must know.
TEST(CheckFiles, ALineThatDoesNothingYetIsRisky) {
    EXPECT_EQ(Pair{}.ha_cf("use_apphbd on").found(), Found{"/a/ha.cf:9 unsupported"});
}

// Why: the file may be gone or closed; that is the first thing to mend.
TEST(CheckFiles, AFileThatCannotBeReadIsWrong) {
    Pair pair;
    pair.own.authkeys = {"/a/authkeys", "", "Permission denied", 0600U};
    EXPECT_EQ(pair.found(), Found{"/a/authkeys:0 config_error"});
    EXPECT_NE(pair.text().find("Permission denied"), std::string::npos);
}

// Why: one node is no pair; its single line does not matter then.
TEST(CheckFiles, ALoneNodeCannotBeReplaced) {
    Pair pair;
    pair.exchange("node alpha beta", "node alpha").haresources("alpha 192.0.2.10/24/eth0\n");
    EXPECT_EQ(pair.found(), Found{"/a/ha.cf:6 node_alone"});
}

// Why: the most common fault of a pair.
TEST(CheckFiles, ASingleLineIsRisky) {
    EXPECT_EQ(Pair{}.exchange("serial /dev/ttyS0\n", "").found(), Found{"/a/ha.cf:7 line_single"});
}

// Why: two lines over one cable look like two.
TEST(CheckFiles, LinesOverOneInterfaceAreOneWay) {
    EXPECT_EQ(Pair{}.exchange("serial /dev/ttyS0", "ucast eth1 10.0.0.2").found(),
              Found{"/a/ha.cf:7 line_same_wire"});
    EXPECT_EQ(Pair{}.exchange("serial /dev/ttyS0", "bcast eth1.5").found(),
              Found{"/a/ha.cf:7 line_same_wire"});
    EXPECT_EQ(Pair{}.exchange("serial /dev/ttyS0", "bcast eth2").found(), Found{});
}

// Why: a VLAN of another name shares its wire all the same; only the machine knows.
TEST(CheckFiles, TheMachineTellsWhichInterfacesShareAWire) {
    Pair pair;
    pair.exchange("serial /dev/ttyS0", "bcast backup");
    pair.with_facts().interfaces.push_back({"backup", true, {{"10.1.0.1", 24}}, "eth1"});
    EXPECT_EQ(pair.found(), Found{"/a/ha.cf:7 line_same_wire"});
    pair.with_facts().interfaces.back().wire = "eth2";
    EXPECT_EQ(pair.found(), Found{});
}

// Why: three lost packets are no reason to move a database.
TEST(CheckFiles, ADeadtimeOfFewHeartbeatsIsRisky) {
    Pair pair;
    pair.exchange("keepalive 1", "keepalive 3");
    EXPECT_EQ(pair.found(), Found{"/a/ha.cf:3 deadtime_tight"});
    EXPECT_NE(pair.text().find("room for 3 heartbeats"), std::string::npos) << pair.text();
    EXPECT_EQ(Pair{}.exchange("keepalive 1", "keepalive 2").found(), Found{});
}

// Why: a group that neither stops nor moves keeps everybody waiting.
TEST(CheckFiles, StopsWithoutEndAreRisky) {
    EXPECT_EQ(Pair{}.ha_cf("stop_retries 0").found(), Found{"/a/ha.cf:9 stop_endless"});
    EXPECT_EQ(Pair{}.ha_cf("stop_retries 3").found(), Found{});
}

// Why: the one fault that destroys data.
TEST(CheckFiles, ADiskWithoutAFencingDeviceIsRisky) {
    Pair pair;
    pair.haresources("alpha 192.0.2.10\nalpha Filesystem::/dev/sdb1::/srv\n");
    EXPECT_EQ(pair.found(), Found{"/a/haresources:2 disk_unprotected"});
    EXPECT_NE(pair.text().find("nothing proves"), std::string::npos) << pair.text();
    pair.ha_cf("watchdog /dev/watchdog");
    EXPECT_NE(pair.text().find("a watchdog only"), std::string::npos) << pair.text();
    pair.ha_cf("stonith_host * external/ipmi a b c d");
    EXPECT_EQ(pair.found(), Found{});
}

// Why: a device that always says yes is worse than none.
TEST(CheckFiles, ADeviceThatOnlyPretendsIsRisky) {
    EXPECT_EQ(Pair{}.ha_cf("stonith_host * null alpha beta").found(),
              Found{"/a/ha.cf:9 device_pretends"});
}

// Why: a dead machine answers no ssh.
TEST(CheckFiles, ADeviceThatNeedsALivingVictimIsRisky) {
    EXPECT_EQ(Pair{}.ha_cf("stonith_host * ssh alpha beta").found(),
              Found{"/a/ha.cf:9 device_weak"});
    EXPECT_EQ(Pair{}.ha_cf("stonith_host * external/ssh hostlist=beta").found(),
              Found{"/a/ha.cf:9 device_weak"});
    EXPECT_EQ(Pair{}.ha_cf("stonith_host * meatware alpha beta").found(), Found{});
}

// Why: the node without a device takes everything at once, whatever the other one has.
TEST(CheckFiles, ADeviceOfOneNodeOnlyIsRisky) {
    Pair pair;
    pair.ha_cf("stonith_host alpha meatware beta");
    EXPECT_EQ(pair.found(), Found{"/a/ha.cf:9 device_one_sided"});
    EXPECT_NE(pair.text().find("alpha has a fencing device, beta has none"), std::string::npos);
    pair.ha_cf("stonith_host beta meatware alpha");
    EXPECT_EQ(pair.found(), Found{});
}

// Why: the same when only the other node has one.
TEST(CheckFiles, ADeviceOfTheOtherNodeOnlyIsRisky) {
    Pair pair;
    pair.ha_cf("stonith_host beta meatware alpha");
    EXPECT_EQ(pair.found(), Found{"/a/ha.cf:0 device_one_sided"});
    EXPECT_NE(pair.text().find("beta has a fencing device, alpha has none"), std::string::npos);
}

// Why: the key of the sample and those of 3.0.6's manual.
TEST(CheckFiles, AKeyThatEverybodyKnowsIsRisky) {
    Pair pair;
    pair.own.authkeys.text = "auth 1\n1 sha1 A-KEY-OF-YOUR-OWN\n";
    EXPECT_EQ(pair.found(), Found{"/a/authkeys:2 key_known"});
    for (const char* key : {"HI!", "Hello!"}) {
        pair.own.authkeys.text = std::string("auth 1\n1 sha1 ") + key + "\n";
        EXPECT_EQ(pair.found(), (Found{"/a/authkeys:2 config_warning", "/a/authkeys:2 key_known"}))
            << key << ", which is short as well";
    }
    pair.own.authkeys.text = "auth 1\n1 sha1 twelve-bytes\n2 sha1 A-KEY-OF-YOUR-OWN\n";
    EXPECT_EQ(pair.found(), Found{}) << "what does not sign does not matter";
}

// Why: a ping node that dies with the other node says nothing about us.
TEST(CheckFiles, APingNodeThatIsTheOtherNodeIsRisky) {
    Pair pair;
    pair.ha_cf("ucast eth2 10.0.0.2\nping 10.0.0.2");
    EXPECT_EQ(pair.found(), Found{"/a/ha.cf:10 ping_is_peer"});
    Pair group;
    group.ha_cf("ucast eth2 10.0.0.2\nping_group g 10.0.0.9 10.0.0.2");
    EXPECT_EQ(group.found(), Found{"/a/ha.cf:10 ping_is_peer"});
    EXPECT_EQ(Pair{}.ha_cf("ucast eth2 10.0.0.2\nping 10.0.0.3").found(), Found{});
}

// Why: it may be hidden behind a name; and a ucast line to oneself is not the other node.
TEST(CheckFiles, NamesOfPingNodesAreLookedThrough) {
    Pair pair;
    pair.ha_cf("ucast eth0 192.0.2.1\nucast eth0 192.0.2.2\nping other gw");
    pair.with_facts().names = {{"other", {"192.0.2.2"}}, {"gw", {"192.0.2.1"}}};
    EXPECT_EQ(pair.found(), Found{"/a/ha.cf:11 ping_is_peer"});
    EXPECT_NE(pair.text().find("192.0.2.2"), std::string::npos) << pair.text();
}

// Why: one address on two nodes works now and then.
TEST(CheckFiles, AnAddressInTwoGroupsIsWrong) {
    Pair pair;
    pair.haresources("alpha 192.0.2.10/24/eth0 apache2\nbeta mysql IPaddr2::192.0.2.10\n");
    EXPECT_EQ(pair.found(), Found{"/a/haresources:2 address_twice"});
    EXPECT_NE(pair.text().find("line 1"), std::string::npos);
    pair.haresources("alpha 192.0.2.10/24/eth0 apache2\nbeta mysql IPaddr2::192.0.2.1\n");
    EXPECT_EQ(pair.found(), Found{});
}

// Why: an error hides what would only follow from it, and nothing else.
TEST(CheckFiles, WhatFollowsFromAMistakeIsNotTold) {
    Pair pair;
    pair.exchange("keepalive 1", "keepalive x").exchange("serial /dev/ttyS0\n", "");
    pair.own.authkeys.text = "auth 1\n1 sha1 short\n";
    EXPECT_EQ(pair.found(), (Found{"/a/ha.cf:2 config_error", "/a/authkeys:2 config_warning"}));
}

}  // namespace
}  // namespace hb::check
