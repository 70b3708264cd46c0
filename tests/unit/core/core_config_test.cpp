// From ha.cf to what the core runs with: links, arbiter, protection.
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "core/core.hpp"

namespace hb::core {
namespace {

CoreConfig made_from(const std::string& more) {
    config::Diagnostics found;
    const std::string text =
        "logfacility daemon\nkeepalive 1\ndeadtime 6\nauto_failback on\nnode c1 c2\n" + more;
    const config::HaCf cf = config::parse_ha_cf(text, "ha.cf", {"c1", true, 0}, found);
    EXPECT_TRUE(found.errors.empty()) << (found.errors.empty() ? "" : found.errors[0].shown());
    config::AuthKeys keys;
    keys.by_index[1] = config::AuthKey{"sha1", "SecretKey"};
    keys.signing = 1;
    return make_core_config(cf, keys, {}, {"c1", {}, 1, 1});
}

// Why: the sample has one ucast line for each node, the node itself included; the kernel gives the
// peer's packets to either socket, and neither may be called dead for that.
TEST(CoreConfig, UcastLinesOfOneInterfaceAreOneLine) {
    const auto links =
        made_from("bcast eth1\nucast eth0 10.0.0.1\nucast eth0 10.0.0.2\n").engine.links;
    ASSERT_EQ(links.size(), 3U);
    EXPECT_FALSE(links[0].shares || links[1].shares);
    EXPECT_EQ(links[2].shares, LinkId{1});
    EXPECT_TRUE(links[0].expected && links[1].expected);
}

// Why: with three nodes a ucast line leads to one of them; the others are not to be heard there.
TEST(CoreConfig, OnlyLinksToAllAreExpectedToCarryEverybody) {
    const auto links = made_from("node c3\nbcast eth1\nucast eth0 10.0.0.2\n").engine.links;
    EXPECT_TRUE(links[0].expected);
    EXPECT_FALSE(links[1].expected);
}

// Why: with a watchdog the disks are guarded, and the daily alarm must end.
TEST(CoreConfig, AWatchdogCountsAsProtection) {
    EXPECT_TRUE(made_from("bcast eth0\nwatchdog /dev/watchdog\n").protection.watchdog);
    EXPECT_FALSE(made_from("bcast eth0\n").protection.watchdog);
}

// Why: both nodes compare this text; it must be what the file says.
TEST(CoreConfig, TheArbiterReachesEngineManagerAndTheLineOfTheStart) {
    const CoreConfig core = made_from("bcast eth0\nping gw\narbiter ping gw reboot\n");
    EXPECT_EQ(core.engine.arbiter, "ping gw reboot");
    EXPECT_EQ(core.resources.arbiter.names, std::vector<NodeName>{"gw"});
    EXPECT_TRUE(core.resources.arbiter.reboot);
    EXPECT_EQ(core.resources.arbiter.deadtime, std::chrono::seconds(6));
    EXPECT_EQ(protection_text(core.protection),
              "1 line (bcast eth0), no fencing device, arbiter ping gw reboot, no watchdog");
}

// Why: the name is all that passes between rules and devices, and no password may come along.
TEST(CoreConfig, FencingDevicesBecomeLevelsInTheOrderOfTheFile) {
    const CoreConfig core = made_from(
        "bcast eth0\nping gw\nstonith external/x /f\nstonith_host * meatware b\nfence_delay 7\n");
    const resource::FencingConfig& fencing = core.resources.fencing;
    ASSERT_EQ(fencing.levels.size(), 2U);
    EXPECT_TRUE(fencing.levels[0].name.starts_with("external/x (line "));
    EXPECT_EQ(fencing.levels[0].timeout, limits::fence_timeout);
    EXPECT_EQ(fencing.levels[1].timeout, limits::fence_timeout_of_people);
    EXPECT_EQ(fencing.delay, std::chrono::seconds(7));
    EXPECT_TRUE(fencing.pings);
    EXPECT_EQ(fencing.deadtime, std::chrono::seconds(6));
    EXPECT_EQ(core.protection.devices,
              (std::vector<std::string>{fencing.levels[0].name, fencing.levels[1].name}));
    EXPECT_TRUE(made_from("bcast eth0\n").resources.fencing.levels.empty());
}

}  // namespace
}  // namespace hb::core
