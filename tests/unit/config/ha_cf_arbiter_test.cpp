// The arbiter line: what it says, and what is wrong with it.
#include "parsed.hpp"

namespace hb::config {
namespace {

using Strings = std::vector<std::string>;

// Why: this is the line as the manual has it; names are compared in lower case, as ping nodes are.
TEST(HaCfArbiter, NamesPingNodesOfThisFileInAnyOrder) {
    const Parsed parsed =
        parse_with("arbiter ping GW routers reboot\nping gw\nping_group routers a b");
    EXPECT_EQ(parsed.errors(), "");
    EXPECT_EQ(parsed.cf.arbiter.names, (Strings{"gw", "routers"}));
    EXPECT_TRUE(parsed.cf.arbiter.reboot);
    EXPECT_EQ(arbiter_text(parsed.cf.arbiter), "ping gw routers reboot");
    EXPECT_EQ(arbiter_text(parse_with("").cf.arbiter), "");
    EXPECT_FALSE(parse_with("ping gw\narbiter ping gw").cf.arbiter.reboot);
}

// Why: an arbiter that does not exist would stop every group at the first cut.
TEST(HaCfArbiter, ARefusedLineSaysWhereAndWhatWasExpected) {
    const std::string form = ", expected `arbiter ping NAME...`, and perhaps `reboot` behind it\n";
    EXPECT_EQ(parse_with("arbiter").errors(), "ha.cf:7: arbiter: " + form.substr(2));
    EXPECT_EQ(parse_with("arbiter gw").errors(), "ha.cf:7: arbiter gw: " + form.substr(2));
    EXPECT_EQ(parse_with("arbiter ping").errors(), "ha.cf:7: arbiter ping: no ping node" + form);
    EXPECT_EQ(parse_with("arbiter ping reboot").errors(),
              "ha.cf:7: arbiter ping: no ping node" + form);
    EXPECT_EQ(parse_with("arbiter ping gw").errors(),
              "ha.cf:7: arbiter ping gw: no ping node of this file, expected a ping, ping6 or "
              "ping_group line for it\n");
    EXPECT_EQ(parse_with("ping gw\narbiter ping gv").errors(),
              "ha.cf:8: arbiter ping gv: no ping node of this file, expected gw\n");
    EXPECT_EQ(parse_with("ping gw\narbiter ping gw\narbiter ping gw").errors(),
              "ha.cf:9: arbiter: a second line, the first is line 8, expected one\n");
    EXPECT_EQ(parse_with("node c3\nping gw\narbiter ping gw").errors(),
              "ha.cf:9: arbiter: this cluster has 3 nodes, expected two\n");
    EXPECT_EQ(parse_with("ping gw\narbiter ping gw gw").warnings(),
              "ha.cf:8: arbiter ping gw: named twice, once is enough\n");
}

// Why: one that starts behind a cut knows only its own deadtime.
TEST(HaCfArbiter, AShortInitdeadIsWarnedOf) {
    EXPECT_EQ(parse_with("deadtime 10\ninitdead 15\nping gw\narbiter ping gw").warnings(),
              "ha.cf:8: initdead 15s: expected with an arbiter at least twice deadtime, 20s\n");
    EXPECT_EQ(parse_with("deadtime 10\ninitdead 20\nping gw\narbiter ping gw").warnings(), "");
}

}  // namespace
}  // namespace hb::config
