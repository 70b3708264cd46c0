// Who is named in the log when an address was taken away: from a /proc and /run of the test's own.
#include "agents/suspects.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace hb::agents {
namespace {

class SuspectsTest : public testing::Test {
protected:
    SuspectsTest() {
        std::string name = (std::filesystem::temp_directory_path() / "hb-suspects-XXXXXX").string();
        root = ::mkdtemp(name.data());
    }
    ~SuspectsTest() override {
        std::error_code ignored;
        std::filesystem::remove_all(root, ignored);
    }
    void write(const std::string& path, const std::string& text) const {
        std::filesystem::create_directories(std::filesystem::path(root + path).parent_path());
        std::ofstream(root + path, std::ios::binary) << text;
    }
    void runs(int pid, const std::string& name, const std::string& arguments = "") const {
        write("/proc/" + std::to_string(pid) + "/comm", name + "\n");
        write("/proc/" + std::to_string(pid) + "/cmdline", arguments);
    }
    std::string who() const { return who_could_take(3, "eth1", root); }

    std::string root;
};

// Why: an operator looks first for the program that believes the interface to be its own.
TEST_F(SuspectsTest, TheProgramThatManagesTheInterfaceIsNamed) {
    runs(7, "bash");
    runs(8, "NetworkManager");
    runs(9, "systemd-network");
    write("/run/NetworkManager/devices/3", "[device]\nmanaged=true\n");
    write("/run/systemd/netif/links/3", "ADMIN_STATE=unmanaged\n");
    EXPECT_EQ(who(), "NetworkManager, which manages eth1");
    write("/run/NetworkManager/devices/3", "[device]\nmanaged=false\n");
    EXPECT_EQ(who(), "an administrator");
    write("/run/systemd/netif/links/3", "ADMIN_STATE=configured\n");
    EXPECT_EQ(who(), "systemd-networkd, which manages eth1");
}

TEST_F(SuspectsTest, WithoutItsStateAProgramThatRunsIsNamed) {
    EXPECT_EQ(who(), "an administrator");
    runs(9, "systemd-network");
    write("/run/systemd/netif/links/4", "ADMIN_STATE=configured\n");
    EXPECT_EQ(who(), "systemd-networkd, which runs here, or an administrator");
}

// Why: a client of DHCP says on its command line whose addresses it cares for.
TEST_F(SuspectsTest, ADhcpClientIsKnownByItsArguments) {
    using namespace std::string_literals;
    runs(9, "dhclient", "dhclient\0-4\0eth1\0"s);
    runs(10, "dhclient", "dhclient\0-6\0eth1\0"s);
    EXPECT_EQ(who(), "dhclient, which manages eth1");
    runs(9, "dhclient", "dhclient\0eth10\0"s);
    std::filesystem::remove_all(root + "/proc/10");
    EXPECT_EQ(who(), "dhclient, which runs here, or an administrator");
}

}  // namespace
}  // namespace hb::agents
