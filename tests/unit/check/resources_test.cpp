// Whether what haresources names can run here, and whether somebody else starts it.
#include "check/rules.hpp"
#include "unit/check/pair.hpp"

namespace hb::check {
namespace {

using test::Found;
using test::Pair;

constexpr std::size_t apache = 2;  // in good_facts()

// Why: the group fails on the night when it moves here.
TEST(CheckResources, AMissingScriptIsRisky) {
    Pair pair;
    pair.with_facts().scripts[apache].state = ScriptState::missing;
    EXPECT_EQ(pair.found(), Found{"/a/haresources:1 script_missing"});
    EXPECT_NE(pair.findings()[0].advice.find("/etc/ha.d/resource.d or /etc/init.d"),
              std::string::npos);
}

// Why: a script copied without its mode is there and does not run.
TEST(CheckResources, AScriptThatIsNotExecutableIsRisky) {
    Pair pair;
    pair.with_facts().scripts[apache].state = ScriptState::not_executable;
    EXPECT_EQ(pair.found(), Found{"/a/haresources:1 script_not_executable"});
    EXPECT_EQ(pair.findings()[0].advice, "chmod 755 /etc/init.d/apache2");
}

// Why: whoever may write it is root.
TEST(CheckResources, AScriptThatOthersMayChangeIsRisky) {
    Pair pair;
    pair.with_facts().scripts[apache].state = ScriptState::open;
    EXPECT_EQ(pair.found(), Found{"/a/haresources:1 script_open"});
}

// Why: what boot starts as well runs on both nodes after the first power cut.
TEST(CheckResources, AScriptThatBootStartsIsRisky) {
    Pair pair;
    pair.with_facts().scripts[apache].boot_by = "/etc/rc2.d/S01apache2";
    EXPECT_EQ(pair.found(), Found{"/a/haresources:1 script_boots"});
    EXPECT_NE(pair.text().find("S01apache2"), std::string::npos);
}

// Why: a script that stands in ten groups is one mistake.
TEST(CheckResources, AScriptIsNamedWhereItIsNeededFirst) {
    Pair pair;
    pair.haresources(
        "alpha 192.0.2.10/24/eth0\nbeta 192.0.2.11/24/eth0 apache2\n"
        "beta 192.0.2.12/24/eth0 apache2::x\n");
    pair.with_facts().scripts[apache].state = ScriptState::missing;
    EXPECT_EQ(pair.found(), Found{"/a/haresources:2 script_missing"});
}

// Why: a stop that fails resets the machine.
TEST(CheckResources, AStopThatFailsOnWhatIsStoppedIsRisky) {
    Pair pair;
    pair.with_facts().trials = {{"apache2", "exit status 7 the second time"},
                                {"192.0.2.10/24/eth0", ""}};
    EXPECT_EQ(pair.found(), Found{"/a/haresources:1 stop_fails"});
    EXPECT_NE(pair.text().find("the second time"), std::string::npos);
}

class CheckDisks : public testing::Test {
protected:
    CheckDisks() {
        pair.ha_cf("stonith_host * external/ipmi a b c d");
        pair.haresources("alpha Filesystem::/dev/sdb1::/srv/www::ext4 apache2\n");
        pair.with_facts().paths = {{"/dev/sdb1", true}, {"/srv/www", true}};
    }
    Pair pair;
};

// Why: the disk is attached to one node only.
TEST_F(CheckDisks, ADiskThatIsNotThereIsRisky) {
    EXPECT_EQ(pair.found(), Found{});
    pair.with_facts().paths["/dev/sdb1"] = false;
    EXPECT_EQ(pair.found(), Found{"/a/haresources:1 disk_missing"});
}

// Why: what DRBD or LVM makes is not there before they run.
TEST_F(CheckDisks, ADiskThatAnEarlierMemberMakesIsNotAskedFor) {
    pair.haresources("alpha drbddisk::r0 Filesystem::/dev/drbd0::/srv/www\n");
    pair.with_facts().paths["/dev/drbd0"] = false;
    EXPECT_EQ(pair.found(), Found{});
}

// Why: mount(8) does not make it, and it exists on the node where it was tried.
TEST_F(CheckDisks, AMountPointThatIsNotThereIsRisky) {
    pair.with_facts().paths["/srv/www"] = false;
    EXPECT_EQ(pair.found(), Found{"/a/haresources:1 mount_point_missing"});
}

// Why: the second node mounts it at its next boot, beside the first.
TEST_F(CheckDisks, ADiskThatBootMountsIsRisky) {
    pair.with_facts().fstab =
        "# x\n/dev/sda1 / ext4 defaults 0 1\n/dev/sdb1 /srv/www ext4 rw 0 0\n";
    EXPECT_EQ(pair.found(), Found{"/a/haresources:1 fstab_mounts"});
    EXPECT_NE(pair.text().find("line 3"), std::string::npos);
    pair.with_facts().fstab = "UUID=1 /srv/www ext4 rw 0 0\n";
    EXPECT_EQ(pair.found(), Found{"/a/haresources:1 fstab_mounts"}) << "by its mount point";
    pair.with_facts().fstab = "/dev/sdb1 /srv/www ext4 rw,noauto 0 0\n";
    EXPECT_EQ(pair.found(), Found{});
}

// Why: the agent would find no interface for it.
TEST(CheckResources, AnAddressWithoutANetworkIsRisky) {
    Pair pair;
    pair.with_facts();
    pair.haresources("alpha 198.51.100.1 apache2\n");
    EXPECT_EQ(pair.found(), Found{"/a/haresources:1 address_nowhere"});
    pair.haresources("alpha 198.51.100.1/24/eth0 apache2\n");
    EXPECT_EQ(pair.found(), Found{}) << "its interface is named";
    pair.haresources("alpha 192.0.2.77 apache2\n");
    EXPECT_EQ(pair.found(), Found{}) << "eth0 is in its network";
}

// Why: interfaces are called differently on the other node.
TEST(CheckResources, AnAddressOnAnInterfaceThatIsNotThereIsRisky) {
    Pair pair;
    pair.with_facts();
    pair.haresources("alpha IPaddr2::192.0.2.10/24/eth7 apache2\n");
    EXPECT_EQ(pair.found(), Found{"/a/haresources:1 address_nowhere"});
    EXPECT_NE(pair.text().find("eth7"), std::string::npos);
}

// Why: an address that the network's own configuration brings up is up on both nodes.
TEST(CheckResources, AnAddressThatIsUpWithoutHeartbeatIsRisky) {
    Pair pair;
    pair.with_facts().interfaces[1].addresses.push_back({"192.0.2.10", 24});
    EXPECT_EQ(pair.found(), Found{"/a/haresources:1 address_here"});
    pair.with_facts().daemon_runs = true;
    EXPECT_EQ(pair.found(), Found{}) << "heartbeat has put it there";
}

// Why: both forms of haresources, and what is no IPv4 address.
TEST(CheckResources, AddressesAreReadAsTheAgentsReadThem) {
    const auto read = [](const std::string& token) -> std::string {
        const Side side = read_side(test::copies("/a", test::good_ha_cf, "alpha " + token + "\n"),
                                    {"alpha", true, 0});
        if (side.groups.size() != 1) return "?";
        const auto found = address_of(side.groups[0].members[0]);
        return found ? found->address + "@" + found->interface : "none";
    };
    EXPECT_EQ(read("192.0.2.10"), "192.0.2.10@");
    EXPECT_EQ(read("192.0.2.10/24/eth0:1/192.0.2.255"), "192.0.2.10@eth0");
    EXPECT_EQ(read("IPaddr::192.0.2.10/eth0"), "192.0.2.10@eth0");
    EXPECT_EQ(read("IPaddr2::192.0.2.10/24/eth0"), "192.0.2.10@eth0");
    EXPECT_EQ(read("IPv6addr::2001:db8::1"), "none");
    EXPECT_EQ(read("IPaddr::www"), "none");
    EXPECT_EQ(read("IPaddr::192.0.2.256"), "none");
}

}  // namespace
}  // namespace hb::check
