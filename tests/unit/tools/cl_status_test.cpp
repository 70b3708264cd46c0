// cl_status prints and exits as that of Heartbeat 3.0.6 (resources.md 7.1, clientapi.md 11.1).
#include <gtest/gtest.h>

#include <map>

#include "base/text.hpp"
#include "cl_status_commands.hpp"
#include "cl_status_words.hpp"
#include "unit/tools/night.hpp"

namespace hb::tools {
namespace {

using Answer = std::vector<std::pair<const char*, std::string>>;

// Answers `request` or `request node...` as it was told; everything else is refused.
struct FakeDaemon final : Daemon {
    Result<std::vector<wire::Message>> ask(std::string_view request, const Fields& fields,
                                           Duration patience) override {
        std::string key(request);
        for (const auto& [name, value] : fields) key += " " + value;
        asked.push_back(key + (patience > Duration::zero() ? " within " + show(patience) : ""));
        if (broken) return fail(Errc::io, "the daemon has closed the connection");
        const auto found = answers.find(key);
        if (found == answers.end()) return fail(Errc::not_found, reason);
        std::vector<wire::Message> out;
        for (const Answer& answer : found->second) {
            out.push_back(wire::make_message("hbapi-resp"));
            for (const auto& [name, value] : answer) out.back().set(name, value);
        }
        return out;
    }
    const wire::Message& welcome() const override { return welcome_message; }
    void pause(Duration) override {
        ++pauses;
        if (pauses == 3) reason = "";
    }

    std::map<std::string, std::vector<Answer>> answers;
    wire::Message welcome_message;
    std::string reason = "EINVAL";
    bool broken{};
    int pauses{};
    std::vector<std::string> asked;
};

// What 3.0.6 prints and how it ends is written down as `status|text`.
struct ClStatus : testing::Test {
    ClStatus() {
        daemon.welcome_message.set("hbversion", "3.0.6 (x)");
        daemon.welcome_message.set("pacemaker", "false");
        daemon.welcome_message.set("deadtime", "1770");
        daemon.welcome_message.set("keepalive", "3e8");
        daemon.welcome_message.set("node", "c1");
        daemon.answers = {{"nodelist",
                           {{{"node", "c1"}, {"nodetype", "normal"}, {"st", "active"}},
                            {{"node", "c2"}, {"nodetype", "normal"}, {"st", "dead"}},
                            {{"node", "10.0.0.1"}, {"nodetype", "ping"}, {"st", "ping"}}}},
                          {"iflist c1",
                           {{{"ifname", "eth0"}, {"st", "up"}},
                            {{"ifname", "eth1"}, {"st", "dead"}},
                            {{"ifname", "eth0"}, {"st", "dead"}}}},
                          {"iflist c2", {{{"ifname", "eth0"}, {"st", "dead"}}}},
                          {"iflist 10.0.0.1", {{{"ifname", "10.0.0.1"}, {"st", "up"}}}},
                          {"nodestatus c1", {{{"st", "active"}}}},
                          {"nodestatus c2", {{{"st", "dead"}}}},
                          {"nodestatus 10.0.0.1", {{{"st", "ping"}}}},
                          {"nodestatus c3", {{{"st", "up"}}}},
                          {"nodestatus c4", {{{"st", "init"}}}},
                          {"nodetype c1", {{{"nodetype", "normal"}}}},
                          {"nodeweight c1", {{{"weight", "100"}}}},
                          {"nodesite c1", {{{"site", ""}}}},
                          {"ifstatus c1 eth0", {{{"st", "up"}}}},
                          {"ifstatus c1 eth1", {{{"st", "dead"}}}},
                          {"clientstatus c1 ipfail", {{{"cs", "online"}}}},
                          {"clientstatus c1 dopd", {{{"cs", "offline"}}}},
                          {"clientstatus c1 came", {{{"cs", "join"}}}},
                          {"clientstatus c1 went", {{{"cs", "leave"}}}},
                          {"clientstatus c1 odd", {{{"cs", "asleep"}}}},
                          {"getrsc", {{{"rsc_hold", "local"}}}},
                          {"getparm keepalive", {{{"pvalue", "200ms"}}}},
                          {"getparm watchdog", {{}}}};
    }
    std::string run(const std::string& line) {
        const auto all = words(line);
        const Outcome outcome = run_command(all[0], {all.begin() + 1, all.end()}, daemon);
        complaint = outcome.err;
        return std::to_string(outcome.status) + "|" + outcome.out;
    }
    FakeDaemon daemon;
    std::string complaint;
};

// Why: monitoring reads these lines and these numbers.
TEST_F(ClStatus, SaysWhatOldMonitoringReads) {
    const std::pair<const char*, const char*> cases[] = {
        {"hbstatus", "0|Heartbeat is running on this machine.\n"},
        {"hbstatus -v",
         "0|version:\t3.0.6 (x)\nmanaged by:\t\"haresources\"\n"
         "\n10.0.0.1\tping\t(nodetype: ping)\n\t10.0.0.1\tup\n"
         "\nc2\tdead\t(nodetype: normal)\n\teth0\tdead\n"
         "\nc1\tactive\t(nodetype: normal)\n\teth1\tdead\n\teth0\tup\n"},
        {"hbstatus -mv",
         "0|Heartbeat version 3.0.6 (x)\nResources controlled by \"haresources\"\n"
         "The nodes are as follow:\n"
         "\n10.0.0.1\tping\t(nodetype: ping)\n"
         "\tthis node has the following heartbeat links:\n\t10.0.0.1\tup\n"
         "\nc2\tdead\t(nodetype: normal)\n"
         "\tthis node has the following heartbeat links:\n\teth0\tdead\n"
         "\nc1\tactive\t(nodetype: normal)\n"
         "\tthis node has the following heartbeat links:\n\teth1\tdead\n\teth0\tup\n"},
        {"listnodes -np", "0|10.0.0.1\nc2\nc1\n"},
        {"test", "0|Dead time: 6000\n keeplive time: 1000\n mynodeid: c1\n rsc: local\n"},
        {"listnodes", "0|10.0.0.1\nc2\nc1\n"},
        {"listnodes -n", "0|c2\nc1\n"},
        {"listnodes -p", "0|10.0.0.1\n"},
        {"listnodes -m -p", "0|The nodes are as follow:\n10.0.0.1\n"},
        {"nodestatus c1", "0|active\n"},
        {"nodestatus c2", "1|dead\n"},
        {"nodestatus 10.0.0.1", "0|ping\n"},
        {"nodestatus c3", "0|up\n"},
        {"nodestatus c4", "1|init\n"},
        {"nodestatus -m c2", "1|The cluster node c2 is dead\n"},
        {"nodetype c1", "0|normal\n"},
        {"nodetype -m c1", "0|The node c1's type: normal\n"},
        {"nodeweight c1", "0|100\n"},
        {"nodeweight c1 -m", "0|The weight of the cluster node c1 is 100\n"},
        {"nodesite c1", "0|\n"},
        {"nodesite -m c1", "0|The site of the cluster node c1 is \n"},
        {"listhblinks c1", "0|\teth1\n\teth0\n"},
        {"listhblinks -v c1", "0|\teth1\tdead\n\teth0\tup\n"},
        {"listhblinks -m c2", "0|\tthis node has the following heartbeat links:\n\teth0\n"},
        {"hblinkstatus c1 eth0", "0|up\n"},
        {"hblinkstatus c1 eth1", "1|dead\n"},
        {"hblinkstatus -m c1 eth1", "1|The node c1's heartbeat link eth1 is dead\n"},
        {"clientstatus c1 ipfail", "0|online\n"},
        {"clientstatus c1 dopd 3000", "1|offline\n"},
        {"clientstatus c1 came", "2|join\n"},
        {"clientstatus c1 went", "3|leave\n"},
        {"clientstatus c1 odd", "13|asleep\n"},
        {"rscstatus", "0|local\n"},
        {"rscstatus -m surplus", "0|This node is holding local resources.\n"},
        {"hbparameter -p keepalive", "0|200ms\n"},
        {"hbparameter -mpkeepalive", "0|Heartbeat parameter keepalive's value: 200ms\n"},
        {"hbparameter -p hbversion", "0|3.0.6 (x)\n"},
        {"hbparameter -p watchdog", "1|"},
    };
    for (const auto& [line, expected] : cases) {
        EXPECT_EQ(run(line), expected) << line;
        EXPECT_EQ(complaint, "") << line;
    }
}

// Why: an alarm script tells `no` from `you asked wrong` by the number.
TEST_F(ClStatus, EndsAsBeforeWhenAskedWrong) {
    const std::pair<const char*, const char*> cases[] = {
        {"nodestatus nobody", "Error. May be due to incorrect node name (EINVAL)"},
        {"nodeweight nobody", "Error. Maybe due to incorrect node name. (EINVAL)"},
        {"nodesite nobody", "Error. Maybe due to incorrect node name. (EINVAL)"},
        {"nodetype ping", "Error. May be due to incorrect node name (EINVAL)"},
        {"nodestatus", "Not enough parameters."},
        {"nodesite -m", "Not enough parameters."},
        {"listhblinks", "No enough parameter."},
        {"hblinkstatus c1", "No enough parameter."},
        {"clientstatus c1", "No enough parameter."},
        {"clientstatus c1 ipfail soon", "expected a time in milliseconds, 0 to 60000"},
        {"clientstatus c1 ipfail 60001", "expected a time in milliseconds, 0 to 60000"},
        {"hbparameter", "expected -p NAME"},
        {"hbparameter -p", "expected a value behind -p"},
        {"nodestatus -x c1", "unknown option -x"},
        {"hbstatus --json", "unknown option --json"},
    };
    for (const auto& [line, words] : cases) {
        EXPECT_EQ(run(line), "11|") << line;
        EXPECT_EQ(complaint, "cl_status: " + std::string(words) + "\n") << line;
    }
    for (const char* line : {"listhblinks nobody", "hblinkstatus c1 eth9", "hblinkstatus no eth0",
                             "clientstatus nobody ipfail"}) {
        EXPECT_EQ(run(line), "13|") << line;
        EXPECT_NE(complaint, "") << line;
    }
    for (const char* name : {"parameter", "", "-m", "hbstatus "}) EXPECT_FALSE(is_command(name));
}

// Why: a daemon that goes away is no wrong node name.
TEST_F(ClStatus, WithoutAnAnswerThereIsNoOpinion) {
    daemon.broken = true;
    for (const char* line :
         {"listnodes", "nodestatus c1", "nodesite c1", "listhblinks c1", "hblinkstatus c1 eth0",
          "clientstatus c1 ipfail", "rscstatus", "hbparameter -p keepalive", "status"}) {
        EXPECT_EQ(run(line), "13|") << line;
        EXPECT_EQ(complaint, "cl_status: the daemon has closed the connection\n") << line;
    }
}

// Why: remote programs may be slow, and 500 ms is what 3.0.6 gives them.
TEST_F(ClStatus, AClientOfAnotherNodeGetsItsTime) {
    run("clientstatus c1 ipfail");
    run("clientstatus c1 ipfail 3000");
    EXPECT_EQ(daemon.asked, (std::vector<std::string>{"clientstatus c1 ipfail within 500ms",
                                                      "clientstatus c1 ipfail within 3s"}));
}

// Why: a 3.0.6 under Pacemaker is not asked what it holds.
TEST_F(ClStatus, UnderPacemakerNothingIsHeld) {
    daemon.welcome_message.set("pacemaker", "No");
    EXPECT_EQ(run("rscstatus"), "0|local\n");
    daemon.asked.clear();
    daemon.welcome_message.set("pacemaker", "respawn");
    EXPECT_EQ(run("rscstatus"), "1|");
    EXPECT_EQ(daemon.asked, std::vector<std::string>{});
    EXPECT_NE(run("hbstatus -v").find("managed by:\tpacemaker\t(respawn)\n"), std::string::npos);
}

// Why: whoever listens at the socket may be anybody, and a terminal obeys control bytes.
TEST_F(ClStatus, NothingOfTheDaemonReachesTheTerminalRaw) {
    const std::string bad = "\x1b[2J\n" + std::string(10'000, 'x');
    daemon.welcome_message.set("hbversion", bad);
    for (auto& [request, answers] : daemon.answers) {
        for (Answer& answer : answers) {
            for (auto& [name, value] : answer) value = bad;
        }
    }
    daemon.answers["iflist " + bad] = {{{"ifname", bad}, {"st", bad}}};
    daemon.answers["hbstatus"] = {{{"status", bad}}};
    for (const char* line :
         {"hbstatus -v", "listnodes -v", "nodestatus -m c1", "nodetype c1", "nodeweight c1",
          "nodesite c1", "listhblinks -v c1", "hblinkstatus c1 eth0", "clientstatus c1 ipfail",
          "rscstatus", "hbparameter -p keepalive", "status", "status --json"}) {
        const std::string said = run(line) + complaint;
        EXPECT_EQ(said.find('\x1b'), std::string::npos) << line;
        EXPECT_LT(said.size(), 80'000U) << line;
    }
    daemon.reason = bad;
    EXPECT_EQ(run("nodestatus nobody"), "11|");
    EXPECT_EQ(complaint.find('\x1b'), std::string::npos);
}

// Why: the exit status alone tells a watcher whether to wake somebody.
TEST_F(ClStatus, TheWholeStatusEndsByTheWorstProblem) {
    const auto given = [this](const shell::StatusReport& report) {
        daemon.answers["hbstatus"] = {{{"status", shell::status_text(report, 100'000)}}};
        return run("status");
    };
    shell::StatusReport report = test::day();
    EXPECT_EQ(given(report).substr(0, 24), "0|alpha: all is well\n\ngr");
    report.node.ping_nodes[0].state = "dead";
    EXPECT_EQ(given(report).substr(0, 2), "2|");
    EXPECT_EQ(given(test::night()).substr(0, 2), "3|");
    EXPECT_EQ(run("status --json").substr(0, 4), "3|{\n");
    EXPECT_EQ(run("status -j").substr(0, 4), "3|{\n");
}

// Why: two watchers at the same moment are no error; a 3.0.6 has no such thing.
TEST_F(ClStatus, TheWholeStatusIsAskedForAgainWhenTheDaemonIsBusy) {
    daemon.reason = "EAGAIN";
    EXPECT_EQ(run("status"), "13|");
    EXPECT_EQ(daemon.asked.size(), 4U);
    EXPECT_NE(complaint.find("3.0.6 or older"), std::string::npos);
}

// Why: `stopped` must not be said of a daemon that could not be asked.
TEST_F(ClStatus, SaysWhyNobodySignedOn) {
    const Error stopped{Errc::not_found, "/x: No such file or directory"};
    EXPECT_EQ(without_daemon("hbstatus", stopped).out, "Heartbeat is stopped on this machine.\n");
    EXPECT_EQ(without_daemon("hbstatus", stopped).status, 1);
    const Outcome other = without_daemon("rscstatus", stopped);
    EXPECT_EQ(std::to_string(other.status) + other.out, "1");
    EXPECT_NE(other.err.find("Cannot signon with heartbeat\n"), std::string::npos);
    const Outcome denied = without_daemon("hbstatus", {Errc::permission, "/x: Permission denied"});
    EXPECT_EQ(std::to_string(denied.status) + denied.out, "13");
    EXPECT_NE(denied.err.find("sg haclient -c 'cl_status hbstatus"), std::string::npos);
}

// Why: options stand where people put them, as getopt() has taught them.
TEST(ClStatusWords, OptionsStandAnywhere) {
    const auto read = read_words({"c1", "-mv", "--", "-n"}, "mvn");
    ASSERT_TRUE(read.has_value());
    EXPECT_TRUE(read->sentences && read->verbose);
    EXPECT_FALSE(read->normal_only);
    EXPECT_EQ(read->rest, (std::vector<std::string>{"c1", "-n"}));
    EXPECT_EQ(read_words({"-p", "-v"}, "p:v")->parameter, "-v");
    EXPECT_EQ(read_words({"-"}, "v")->rest, std::vector<std::string>{"-"});
    for (const char* bad : {"-:", "-vx", "--v", "--json"}) {
        EXPECT_FALSE(read_words({bad}, "vp:").has_value()) << bad;
    }
}

}  // namespace
}  // namespace hb::tools
