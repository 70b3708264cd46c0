// The page, the JSON and the exit status; the table of findings; the packet filter.
#include <set>

#include "base/json.hpp"
#include "check/firewall.hpp"
#include "unit/check/pair.hpp"

namespace hb::check {
namespace {

using test::Found;
using test::Pair;

Pair spoilt() {
    Pair pair;
    pair.exchange("serial /dev/ttyS0\n", "");
    pair.haresources("alpha 192.0.2.10/24/eth0\nbeta IPaddr2::192.0.2.10\n");
    return pair;
}

// Why: at night only the first lines are read.
TEST(CheckReport, ThePageBeginsWithWhatIsWrong) {
    const std::string page = report_page(spoilt().report(), true);
    EXPECT_TRUE(
        page.starts_with("alpha (files only): 1 wrong, 1 risky\n  WRONG  /a/haresources:2: address "
                         "192.0.2.10 stands"))
        << page;
    EXPECT_NE(page.find("\n         -> leave it in one group"), std::string::npos) << page;
    EXPECT_NE(page.find("\n  risky  /a/ha.cf:7: bcast eth1 is the only line"), std::string::npos);
    EXPECT_EQ(page.find("what happens"), std::string::npos);
}

// Why: and then what the pair does by itself.
TEST(CheckReport, TheWholePageTellsOfProtectionAndFailures) {
    const std::string page = report_page(Pair{}.report(), false);
    EXPECT_TRUE(page.starts_with(
        "alpha (files only): nothing wrong, nothing risky\n\nwhat protects: 2 lines"))
        << page;
    EXPECT_NE(page.find("what happens if\n  alpha dies\n    - beta counts it dead"),
              std::string::npos)
        << page;
}

// Why: whoever measured wants to see the figure, also a good one.
TEST(CheckReport, TheLatenessIsTold) {
    Pair pair;
    EXPECT_EQ(report_page(pair.report(), false).find("lateness"), std::string::npos);
    pair.with_facts();
    EXPECT_NE(
        report_page(pair.report(), false).find("lateness: 20ms at worst (the running daemon)"),
        std::string::npos);
    EXPECT_NE(to_json(pair.report()).find(R"("lateness_ms":20,"lateness_from":"the running)"),
              std::string::npos);
}

// Why: scripts go by it.
TEST(CheckReport, TheExitStatusIsThatOfTheWorst) {
    EXPECT_EQ(exit_status(Pair{}.report()), 0);
    EXPECT_EQ(exit_status(Pair{}.exchange("serial /dev/ttyS0\n", "").report()), 1);
    EXPECT_EQ(exit_status(spoilt().report()), 2);
}

// Why: its names are public.
TEST(CheckReport, TheJsonHasEverything) {
    Pair pair = spoilt();
    pair.with_peer().haresources.text = pair.own.haresources.text;
    const std::string json = to_json(pair.report());
    EXPECT_TRUE(json.starts_with(R"({"format":1,"node":"alpha","peer":"beta","machine":false,)"
                                 R"("verdict":"wrong",)"
                                 R"("findings":[{"id":"address_twice","severity":"wrong",)"
                                 R"("file":"/a/haresources","line":2,"text":"address)"))
        << json;
    EXPECT_NE(json.find(R"("protection":"1 line (bcast eth1), no fencing)"), std::string::npos);
    EXPECT_NE(json.find(R"("failures":[{"id":"node_dies","event":"alpha dies","then":["beta)"),
              std::string::npos)
        << json;
}

// Why: what comes from a file must not reach a terminal as it is.
TEST(CheckReport, NothingOfAFileReachesTheTerminalUnprinted) {
    Pair pair;
    pair.ha_cf("stonith_host * \x1b[31mnull alpha beta\nping \x1b[2J");
    pair.haresources("alpha 192.0.2.10 \x1b[31mx\n");
    pair.with_peer().haresources.text = "alpha \x1b[5mz\n";
    const std::string page = report_page(pair.report(), false);
    EXPECT_EQ(page.find('\x1b'), std::string::npos) << page;
}

// Why: each has words, and a name of its own that scripts can rely on.
TEST(CheckReport, EveryFindingHasWordsAndAName) {
    std::set<std::string> names;
    for (const FindingEntry& entry : finding_catalogue()) {
        EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
        EXPECT_NE(std::string(entry.text), "") << entry.name;
    }
    EXPECT_GE(names.size(), 50U);
    const Finding made = make_finding(FindingId::port_taken, {}, {"694"}, {"694"});
    EXPECT_EQ(made.text.find("?"), std::string::npos) << made.text;
    EXPECT_EQ(make_finding(FindingId::port_taken, {}, {}).text.find("port ?"), 4U);
}

// Why: one mistake, one line.
TEST(CheckReport, WhatWasFoundTwiceAtOnePlaceStandsOnce) {
    Findings findings = {make_finding(FindingId::clock_free, {}, {}),
                         make_finding(FindingId::peer_same_node, {"/a", 2}, {"x"}),
                         make_finding(FindingId::clock_free, {}, {})};
    sort(findings);
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].id, FindingId::peer_same_node);
}

std::string filter(const std::string& rules, const std::string& policy = "drop") {
    return "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; "
           "policy " +
           policy + ";\n" + rules +
           "\t}\n\tchain output {\n\t\ttype filter hook output priority 0; " +
           "policy accept;\n\t}\n}\n";
}

// Why: a false alarm at each check would hide the true ones; in doubt it is silent.
TEST(CheckFirewall, OnlyWhatIsCertainlyDroppedCounts) {
    const auto drops = [](const std::string& rules) {
        return drops_port(filter(rules), 694, {"eth1", "eth2"});
    };
    EXPECT_TRUE(drops(""));
    EXPECT_TRUE(drops("ct state { established, related } accept\n"));
    EXPECT_TRUE(drops("ct state established,related accept\niifname \"lo\" accept\n"));
    EXPECT_TRUE(drops("tcp dport { 22, 694 } accept\nip protocol icmp accept\n"));
    EXPECT_TRUE(drops("udp dport { 53, 5405 } accept\n"));
    EXPECT_TRUE(drops("iifname \"eth0\" udp dport 694 accept\n"));
    EXPECT_FALSE(drops("udp dport 694 accept\n"));
    EXPECT_FALSE(drops("udp dport { 53, 694 } accept\n"));
    EXPECT_FALSE(drops("udp dport 600-700 accept\n"));
    EXPECT_FALSE(drops("udp dport ha-cluster accept\n"));
    EXPECT_FALSE(drops("udp dport @cluster accept\n"));
    EXPECT_FALSE(drops("iifname \"eth2\" accept\n"));
    EXPECT_FALSE(drops("iifname { \"eth0\", \"eth1\" } accept\n"));
    EXPECT_FALSE(drops("iifname \"eth*\" accept\n"));
    EXPECT_FALSE(drops("ip saddr 10.0.0.0/24 counter packets 0 bytes 0 accept\n"));
    EXPECT_FALSE(drops_port("", 694, {}));
    EXPECT_FALSE(drops_port(filter("", "accept"), 694, {}));
}

}  // namespace
}  // namespace hb::check
