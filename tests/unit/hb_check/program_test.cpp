// hb_check as a program: what it is silent about, what it asks the machine and the other node.
#include <netinet/in.h>
#include <sys/socket.h>

#include "unit/hb_check/machine.hpp"

namespace hb::hb_check_test {
namespace {

using Found = std::set<std::string>;

// Why: what it says of a good pair nobody reads twice.
TEST(HbCheck, IsSilentOnAGoodPair) {
    const Machine machine;
    EXPECT_EQ(machine.found({}), Found{});
    EXPECT_EQ(machine.found({"--files-only"}), Found{});
    EXPECT_EQ(machine.found({"--peer", machine.at("/peer")}), Found{});
    std::filesystem::remove(machine.at("/peer/authkeys"));
    EXPECT_EQ(machine.found({"--peer", machine.at("/peer")}), Found{});
    std::filesystem::remove(machine.at("/etc/ha.d/authkeys"));
    EXPECT_EQ(machine.found({"--files-only"}), Found{"authkeys:0 config_error"});
}

// Why: most people start from the samples; they need a key of their own, and nothing else.
TEST(HbCheck, IsSilentOnTheSamples) {
    const Machine machine;
    for (const char* name : {"ha.cf", "authkeys", "haresources"}) {
        std::ifstream file(std::string(HB_SOURCE_DIR) + "/ha.d/" + name);
        machine.write(std::string("/samples/") + name, {std::istreambuf_iterator<char>(file), {}},
                      0600);
    }
    machine.exchange("/samples/authkeys", "#1 sha256 A-KEY-OF-YOUR-OWN",
                     "1 sha256 qEd3VOHt0ZkQ1lZbNlFvcGz6");
    for (const char* node : {"alpha", "beta"}) {
        const auto end =
            machine.run({"--config-dir", machine.at("/samples"), "--node", node, "--brief"});
        EXPECT_EQ(end.output, std::string(node) + " (files only): nothing wrong, nothing risky\n");
        EXPECT_EQ(end.status, 0);
    }
}

// Why: it must find the port taken before heartbeatd does.
TEST(HbCheck, FindsThePortOfAnotherProgram) {
    const int other = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    socklen_t size = sizeof address;
    ASSERT_EQ(::bind(other, reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(::getsockname(other, reinterpret_cast<sockaddr*>(&address), &size), 0);
    const Machine machine;
    machine.exchange("/etc/ha.d/ha.cf", "bcast",
                     "udpport " + std::to_string(ntohs(address.sin_port)) + "\nbcast");
    EXPECT_EQ(machine.found({}), Found{"ha.cf:8 port_taken"});
    ::close(other);
    EXPECT_EQ(machine.found({}), Found{});
}

// Why: a script that came without its mode.
TEST(HbCheck, LooksAtTheModesOfScripts) {
    const Machine machine;
    ::chmod(machine.at("/etc/init.d/apache2").c_str(), 0644);
    EXPECT_EQ(machine.found({}), Found{"haresources:1 script_not_executable"});
    ::chmod(machine.at("/etc/init.d/apache2").c_str(), 0777);
    if (::geteuid() == 0) {
        EXPECT_EQ(machine.found({}), Found{"haresources:1 script_open"});
    }
}

// Why: two ways to be started at boot.
TEST(HbCheck, LooksAtWhatBootStarts) {
    const Machine machine;
    std::filesystem::create_directories(machine.at("/etc/rc2.d"));
    std::filesystem::create_symlink("../init.d/apache2", machine.at("/etc/rc2.d/S01apache2"));
    EXPECT_EQ(machine.found({}), Found{"haresources:1 script_boots"});
    std::filesystem::remove_all(machine.at("/etc/rc2.d"));
    EXPECT_EQ(machine.found({}), Found{});
    const std::string wants = "/etc/systemd/system/multi-user.target.wants";
    std::filesystem::create_directories(machine.at(wants));
    std::filesystem::create_symlink("/lib/systemd/system/apache2.service",
                                    machine.at(wants + "/apache2.service"));
    EXPECT_EQ(machine.found({}), Found{"haresources:1 script_boots"});
}

// Why: authkeys that others may read is refused by the daemon as well.
TEST(HbCheck, LooksAtTheModeOfAuthkeys) {
    const Machine machine;
    ::chmod(machine.at("/etc/ha.d/authkeys").c_str(), 0644);
    EXPECT_EQ(machine.found({}), Found{"authkeys:0 config_error"});
}

// Why: scripts are only run when asked for, and only what does not run is stopped.
TEST(HbCheck, TriesStopsOnlyWhenAsked) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root may try";
    const Machine machine;
    const std::string log = machine.at("/ran");
    machine.write("/etc/init.d/apache2",
                  "#!/bin/sh\necho $1 >>" + log +
                      "\n[ $1 != status ] || { echo stopped; exit 3; }\n"
                      "[ $(grep -c stop " +
                      log + ") -lt 2 ] || { echo no pid file >&2; exit 7; }\n",
                  0755);
    machine.write("/etc/ha.d/resource.d/IPaddr",
                  "#!/bin/sh\necho IPaddr $2 >>" + log + "\n[ $2 != status ] || echo running\n",
                  0755);
    EXPECT_EQ(machine.found({}), Found{});
    EXPECT_EQ(machine.read("/ran"), "");
    EXPECT_EQ(machine.found({"--try-stop"}), Found{"haresources:1 stop_fails"});
    EXPECT_EQ(machine.read("/ran"), "status\nstop\nstop\nIPaddr status\n");
    const auto end = machine.run({"--root", machine.at(""), "--try-stop", "--brief"});
    EXPECT_NE(end.output.find("apache2 does not stop twice (exit status 7"), std::string::npos)
        << end.output;
}

class HbCheckOverSsh : public testing::Test {
protected:
    HbCheckOverSsh() { ssh("cat \"$1\" | sed \"s|^cd '/etc/ha.d'|cd '$HB_PEER'|\""); }
    // `change`: makes of the script that is to run over there what runs here.
    void ssh(const std::string& change) {
        machine.write("/bin/ssh",
                      "#!/bin/sh\necho \"$*\" >" + machine.at("/asked") +
                          "\nfor last; do :; done\nprintf %s \"$last\" >" + machine.at("/script") +
                          "\nset -- " + machine.at("/script") + "\nexec sh -c \"$(" + change +
                          ")\"\n",
                      0755);
    }
    Machine machine;
};

// Why: what is compared must be what is there.
TEST_F(HbCheckOverSsh, FetchesTheOtherNodesFiles) {
    EXPECT_EQ(machine.found({"--peer", "ssh:root@beta"}), Found{});
    EXPECT_NE(machine.read("/asked").find("-o BatchMode=yes"), std::string::npos);
    EXPECT_NE(machine.read("/asked").find("-- root@beta cd '/etc/ha.d'"), std::string::npos);
    machine.exchange("/peer/haresources", "apache2", "mysql");
    EXPECT_EQ(machine.found({"--peer", "ssh:root@beta"}), Found{"haresources:1 peer_groups"});
    ::chmod(machine.at("/peer/authkeys").c_str(), 0644);
    EXPECT_TRUE(machine.found({"--peer", "ssh:beta"}).contains("authkeys:0 peer_error"));
    std::filesystem::remove(machine.at("/peer/authkeys"));
    EXPECT_TRUE(machine.found({"--peer", "ssh:beta"}).contains("authkeys:0 peer_error"));
}

// Why: only then both clocks are at hand.
TEST_F(HbCheckOverSsh, ComparesTheClocks) {
    ssh("sed \"s|^cd '/etc/ha.d'|cd '$HB_PEER'|; s|date +%s|echo \\$((\\$(date +%s) + 1000))|\" "
        "\"$1\"");
    EXPECT_EQ(machine.found({"--peer", "ssh:beta"}), Found{"clock_apart"});
}

// Why: what cannot be compared must not look fine.
TEST_F(HbCheckOverSsh, SaysThatItCouldNotCompare) {
    ssh("echo 'echo Connection refused >&2; exit 255'");
    EXPECT_EQ(machine.found({"--peer", "ssh:beta"}), Found{"peer_unread"});
    const auto end = machine.run({"--root", machine.at(""), "--peer", "ssh:beta", "--brief"});
    EXPECT_NE(end.output.find("ssh beta: exit status 255: Connection refused"), std::string::npos)
        << end.output;
    ssh("echo 'echo Welcome to beta; uname -n; date +%s; echo end'");
    EXPECT_EQ(machine.found({"--peer", "ssh:beta"}), Found{"peer_unread"});
    EXPECT_EQ(machine.found({"--peer", machine.at("/nosuch")}), Found{"peer_unread"});
}

// Why: a slip must not look like a check.
TEST(HbCheck, AWrongOptionIsNoCheck) {
    const Machine machine;
    const std::vector<std::vector<std::string>> wrong = {{"--nosuch"},
                                                         {"extra"},
                                                         {"--measure", "0"},
                                                         {"--peer", "ssh:"},
                                                         {"--peer", "ssh:-oProxyCommand=x"},
                                                         {"--config-dir", "ha.d"},
                                                         {"--root", "x"},
                                                         {"--node", ""},
                                                         {"--files-only", "--try-stop"}};
    for (const auto& options : wrong) EXPECT_EQ(machine.run(options).status, 3) << options[0];
    EXPECT_EQ(machine.run({"--help"}).status, 0);
    EXPECT_EQ(machine.run({"--version"}).output.substr(0, 9), "hb_check ");
}

// Why: deadtime is chosen by this figure, before there is a daemon that knows it.
TEST(HbCheck, MeasuresHowLateTheMachineIs) {
    const Machine machine;
    EXPECT_TRUE(machine.json({"--root", machine.at("")})["lateness_ms"].is_null());
    const auto measured = machine.json({"--root", machine.at(""), "--measure", "1"});
    EXPECT_TRUE(measured["lateness_ms"].is_number());
    EXPECT_EQ(measured["lateness_from"], "measured for 1s");
}

}  // namespace
}  // namespace hb::hb_check_test
