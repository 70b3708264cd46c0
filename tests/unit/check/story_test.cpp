// What is said of each failure, held against the rules that the resource manager goes by.
#include "unit/check/pair.hpp"

namespace hb::check {
namespace {

using test::Found;
using test::Pair;

// The sentences of one failure, one a line; "" when it is not told.
std::string told(const Pair& pair, const std::string& event) {
    for (const Failure& failure : pair.report().failures) {
        if (failure.event != event) continue;
        std::string out;
        for (const std::string& sentence : failure.then) out += sentence + "\n";
        return out;
    }
    return "";
}

bool says(const Pair& pair, const std::string& event, const std::string& words) {
    const std::string text = told(pair, event);
    if (text.find(words) != std::string::npos) return true;
    ADD_FAILURE() << event << " is told as:\n" << text << "expected: " << words;
    return false;
}

const char* const cut = "the nodes do not hear each other at all, and both live";

// Why: the sentence everybody asks for.
TEST(CheckStory, WhoDiesIsReplacedByTheOtherNode) {
    const Pair pair;
    says(pair, "alpha dies", "beta counts it dead after 10s (after 60s when");
    says(pair, "alpha dies", "then beta starts 192.0.2.10/24/eth0, beside IPaddr2::192.0.2.11");
    says(pair, "beta dies", "then alpha starts IPaddr2::192.0.2.11, beside 192.0.2.10/24/eth0");
    says(pair, "alpha dies", "nothing proves that alpha is down: beta goes on at once");
    says(pair, "alpha dies", "they stay; `hb_takeover` on alpha");
}

// Why: with failback nobody should wait for a command.
TEST(CheckStory, FailbackIsTold) {
    Pair pair;
    pair.exchange("auto_failback off", "auto_failback on");
    says(pair, "alpha dies", "they go home by themselves");
}

// Why: who shoots whom with what, and when, is what fencing is about. The first node of ha.cf
// shoots at once, the later one after fence_delay (heartbeat-fencing(7)).
TEST(CheckStory, FencingIsTold) {
    Pair pair;
    pair.ha_cf(
        "stonith_host * external/ipmi a b c d\nstonith_host * meatware alpha beta\n"
        "fence_delay 7");
    says(pair, "alpha dies",
         "beta fences alpha by external/ipmi (line 9), then meatware (line 10), 7s later "
         "(fence_delay); nothing starts before a device has confirmed");
    says(pair, "beta dies", "by external/ipmi (line 9), then meatware (line 10), at once");
    says(pair, "beta dies", "hb_takeover --confirm-fenced beta");
    says(pair, cut, "alpha fences first, and beta would 7s later: alpha survives");
}

// Why: the node that runs more survives, whatever the order of ha.cf.
TEST(CheckStory, TheNodeWithMoreGroupsFencesFirst) {
    Pair pair;
    pair.ha_cf("stonith_host * meatware alpha beta\nfence_delay 7");
    pair.haresources("beta 192.0.2.10/24/eth0\nbeta 192.0.2.11/24/eth0\n");
    says(pair, cut, "beta fences first, and alpha would 7s later: beta survives");
    says(pair, "alpha dies", "beta fences alpha by meatware (line 9), 7s later");
    says(pair, "alpha dies", "nothing waits for that, since alpha runs nothing");
    says(pair, "alpha dies", "no group prefers alpha");
    says(pair, "beta dies", "alpha fences beta by meatware (line 9), 14s later");
}

// Why: each node goes by its own lines.
TEST(CheckStory, ADeviceOfOneNodeIsTold) {
    Pair pair;
    pair.ha_cf("stonith_host beta meatware alpha");
    says(pair, "alpha dies", "beta fences alpha by meatware (line 9)");
    says(pair, "beta dies", "nothing proves that beta is down");
    says(pair, cut, "beta fences alpha and runs everything");
}

// Why: an arbiter costs a deadtime, and promises less than a device.
TEST(CheckStory, TheArbiterIsTold) {
    Pair pair;
    pair.ha_cf("ping 192.0.2.9\narbiter ping 192.0.2.9");
    says(pair, "alpha dies", "beta waits for another 10s and goes on if it hears ping 192.0.2.9");
    says(pair, cut, "the node that hears ping 192.0.2.9 runs everything");
    says(pair, cut, "if both hear it, both run everything");
}

// Why: the sentence that sells a fencing device.
TEST(CheckStory, ASplitBrainIsTold) {
    Pair pair;
    says(pair, cut, "both run every group");
    EXPECT_EQ(told(pair, cut).find("disk"), std::string::npos);
    pair.haresources("alpha Filesystem::/dev/sdb1::/srv\n");
    says(pair, cut, "the disks of Filesystem::/dev/sdb1::/srv are in use on both nodes");
}

// Why: with one line there is no "one of them".
TEST(CheckStory, OneLineOfSeveralMovesNothing) {
    Pair pair;
    says(pair, "one of bcast eth1 and serial /dev/ttyS0 is cut", "nothing moves");
    pair.exchange("serial /dev/ttyS0\n", "");
    for (const Failure& failure : pair.report().failures) EXPECT_NE(failure.id, "line_cut");
}

// Why: a hanging daemon is the case a watchdog is for.
TEST(CheckStory, AHangingDaemonIsTold) {
    const char* const hangs = "heartbeatd hangs, or is killed, and its machine lives";
    Pair pair;
    says(pair, hangs, "a watchdog line would");
    pair.ha_cf("stonith_host * meatware alpha beta");
    says(pair, hangs, "the other node fences it");
    pair.ha_cf("watchdog /dev/watchdog");
    says(pair, hangs, "the watchdog /dev/watchdog resets the machine");
}

// Why: time-outs are the administrator's to choose.
TEST(CheckStory, ScriptsThatFailAreTold) {
    Pair pair;
    pair.ha_cf("start_timeout 90\nstop_timeout 30\nstop_retries 3");
    says(pair, "a script does not start, or not within 90s", "goes to the other node");
    says(pair, "a script does not stop, or not within 30s", "tried 3 more times, then the machine");
}

// Why: without ipfail a ping node is an ornament.
TEST(CheckStory, PingNodesAreTold) {
    const char* const lost = "a node no longer hears 192.0.2.9";
    Pair pair;
    pair.ha_cf("ping 192.0.2.9");
    says(pair, lost, "nothing moves (a respawn line of ipfail would)");
    pair.ha_cf("respawn hacluster /usr/lib/heartbeat/ipfail");
    says(pair, lost, "its groups go to the other node if that one hears more");
}

// Why: what follows from a broken file would be a guess.
TEST(CheckStory, NothingIsToldOfABrokenFile) {
    Pair pair;
    pair.ha_cf("deadtime x");
    EXPECT_TRUE(pair.report().failures.empty());
    EXPECT_EQ(pair.report().protection, "");
}

// Why: a new pair without groups has nothing to lose.
TEST(CheckStory, NothingIsToldWhereNothingRuns) {
    Pair pair;
    pair.haresources("# nothing yet\n");
    EXPECT_EQ(pair.found(), Found{});
    EXPECT_TRUE(pair.report().failures.empty());
}

// Why: with three nodes it depends on who is left.
TEST(CheckStory, NothingIsToldOfThreeNodes) {
    Pair pair;
    pair.exchange("node alpha beta", "node alpha beta gamma");
    EXPECT_TRUE(pair.report().failures.empty());
    EXPECT_NE(pair.report().protection, "");
}

}  // namespace
}  // namespace hb::check
