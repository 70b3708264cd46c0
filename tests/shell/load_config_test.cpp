// Loading: all mistakes of all three files at once, and what only this machine can tell.
#include "load_config.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include "base/text.hpp"
#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

class LoadConfigTest : public testing::Test {
protected:
    LoadConfigTest() {
        folder.write("etc/ha.d/nodeinfo", "Alpha extra\nsecond\n");
        ha_cf("ucast lo 127.0.0.1\n");
        folder.write("etc/ha.d/authkeys", "auth 1\n1 sha1 secret-enough\n", 0600);
        folder.write("etc/ha.d/haresources", "alpha IPaddr::10.0.0.9\n");
        folder.script("etc/ha.d/resource.d/IPaddr", "");
    }
    void ha_cf(const std::string& media) {
        folder.write("etc/ha.d/ha.cf", "logfacility local0\nkeepalive 1\ndeadtime 10\n" + media +
                                           "auto_failback on\nnode alpha beta\n");
    }
    LoadedConfig load(bool manage = true) { return load_config(folder.paths(), manage); }
    static std::string all(const std::vector<config::Diagnostic>& found) {
        std::string out;
        for (const auto& one : found) out += one.shown() + "\n";
        return out;
    }
    TempFolder folder;
};

// Why: the least that must work.
TEST_F(LoadConfigTest, LoadsARightConfiguration) {
    const LoadedConfig loaded = load();
    EXPECT_EQ(loaded.exit_status, 0) << all(loaded.found.errors);
    EXPECT_TRUE(loaded.found.warnings.empty()) << all(loaded.found.warnings);
    EXPECT_EQ(loaded.node_name, "alpha");
    EXPECT_EQ(loaded.ha_cf.nodes, (std::vector<std::string>{"alpha", "beta"}));
    ASSERT_EQ(loaded.groups.size(), 1U);
    EXPECT_EQ(loaded.keys.signing, 1U);
}

// Why: nodeinfo is optional; without it the node is called as `uname -n` says, in lower case.
TEST_F(LoadConfigTest, AsksTheSystemForTheNodeName) {
    std::filesystem::remove(folder.paths().nodeinfo());
    utsname name{};
    ASSERT_EQ(::uname(&name), 0);
    EXPECT_EQ(local_node_name(folder.paths()), lower(name.nodename));
}

// Why: one mistake per attempt makes a night long (3.0.6 stops at the first file).
TEST_F(LoadConfigTest, NamesTheMistakesOfAllThreeFilesAtOnce) {
    ha_cf("ucast lo 127.0.0.1\nkeepalive 2s\n");
    folder.write("etc/ha.d/authkeys", "auth 1\n1 rot13 secret\n", 0600);
    folder.write("etc/ha.d/haresources", "gamma IPaddr::10.0.0.9\n");
    const LoadedConfig loaded = load();
    EXPECT_EQ(loaded.exit_status, 6);
    const std::string errors = all(loaded.found.errors);
    EXPECT_NE(errors.find("ha.cf:5: "), std::string::npos) << errors;
    EXPECT_NE(errors.find("authkeys:2: "), std::string::npos) << errors;
    EXPECT_NE(errors.find("haresources:1: "), std::string::npos) << errors;
}

// Why: a key that others can read is no key.
TEST_F(LoadConfigTest, LooksAtTheModeOfAuthkeys) {
    folder.write("etc/ha.d/authkeys", "auth 1\n1 sha1 secret-enough\n", 0644);
    EXPECT_EQ(load().exit_status, 6);
}

// Why: the file of a device holds a password, and is looked for beside ha.cf.
TEST_F(LoadConfigTest, ReadsTheFileOfAFencingDevice) {
    ha_cf("ucast lo 127.0.0.1\nstonith external/x switch\n");
    const std::string path = folder.write("etc/ha.d/switch", "# c\nbeta secret word\n", 0600);
    const LoadedConfig loaded = load();
    EXPECT_EQ(loaded.exit_status, 0) << all(loaded.found.errors);
    EXPECT_TRUE(loaded.found.warnings.empty()) << all(loaded.found.warnings);
    ASSERT_EQ(loaded.ha_cf.devices.size(), 1U);
    EXPECT_EQ(loaded.ha_cf.devices[0].parameters,
              (config::FenceParameters{{"1", "beta"}, {"2", "secret"}, {"3", "word"}}));

    ::chmod(path.c_str(), 0644);
    EXPECT_EQ(all(load().found.warnings),
              path +
                  ": others than its owner may use it, expected mode 0600, since it may hold a "
                  "password\n");
    std::filesystem::remove(path);
    const LoadedConfig without = load();
    EXPECT_EQ(without.exit_status, 6);
    EXPECT_NE(all(without.found.errors)
                  .find("ha.cf:5: stonith external/x: " + path +
                        ": No such file or directory, expected a file with "
                        "its parameters\n"),
              std::string::npos)
        << all(without.found.errors);
}

// Why: a missing file is the first mistake of every beginner.
TEST_F(LoadConfigTest, NamesMissingFiles) {
    std::filesystem::remove(folder.paths().ha_cf());
    std::filesystem::remove(folder.paths().authkeys());
    const LoadedConfig loaded = load();
    EXPECT_EQ(loaded.exit_status, 6);
    EXPECT_EQ(loaded.found.errors.size(), 2U) << all(loaded.found.errors);
    EXPECT_NE(all(loaded.found.errors).find("No such file"), std::string::npos);
}

// Why: init scripts tell "not allowed" (4) from "not configured" (6).
TEST_F(LoadConfigTest, TellsAnUnreadableFileByItsExitStatus) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
    std::filesystem::permissions(folder.path(), std::filesystem::perms{0755});
    folder.write("etc/ha.d/ha.cf", "", 0000);
    ASSERT_EQ(::seteuid(65534), 0);
    const int status = load().exit_status;
    ASSERT_EQ(::seteuid(0), 0);
    EXPECT_EQ(status, 4);
}

// Why: an interface may come later (a dock, a bridge, a VLAN): a hint, no refusal.
TEST_F(LoadConfigTest, WarnsOfAnInterfaceThatIsNotThere) {
    ha_cf("bcast nosuchif\nucast lo 127.0.0.1\n");
    const LoadedConfig loaded = load();
    EXPECT_EQ(loaded.exit_status, 0) << all(loaded.found.errors);
    EXPECT_NE(all(loaded.found.warnings).find("ha.cf:4: interface nosuchif"), std::string::npos)
        << all(loaded.found.warnings);
}

// Why: an adapter may be plugged in later; a disk or a file in its place is a slip of the pen.
TEST_F(LoadConfigTest, LooksAtSerialDevices) {
    ha_cf("serial /dev/nosuch\n");
    const LoadedConfig absent = load();
    EXPECT_EQ(absent.exit_status, 0) << all(absent.found.errors);
    EXPECT_NE(all(absent.found.warnings).find("ha.cf:4: serial /dev/nosuch: No such file"),
              std::string::npos)
        << all(absent.found.warnings);
    ha_cf("serial " + folder.paths().authkeys() + "\n");
    const LoadedConfig file = load();
    EXPECT_EQ(file.exit_status, 6);
    EXPECT_NE(all(file.found.errors).find("authkeys: is no character device, expected a serial"),
              std::string::npos)
        << all(file.found.errors);
}

// Why: names are resolved once, at load: later the name server may be what this cluster serves.
TEST_F(LoadConfigTest, ResolvesHostsOfUcastLines) {
    ha_cf("ucast lo localhost\n");
    const LoadedConfig right = load();
    EXPECT_EQ(right.exit_status, 0) << all(right.found.errors);
    EXPECT_EQ(right.ha_cf.media.at(0).address, "127.0.0.1");
    ha_cf("ucast lo nosuch.host.invalid\n");
    const LoadedConfig wrong = load();
    EXPECT_EQ(wrong.exit_status, 6);
    EXPECT_NE(all(wrong.found.errors).find("ha.cf:4: host nosuch.host.invalid"), std::string::npos)
        << all(wrong.found.errors);
}

// Why: 3.0.6 refuses these too, but does not say which line; an old line with ipfail needs no file.
TEST_F(LoadConfigTest, ChecksUsersAndFilesOfPrograms) {
    const std::string program = folder.script("opt/good", "");
    const std::string text = folder.write("opt/text", "");
    ha_cf("ucast lo 127.0.0.1\nrespawn root " + program +
          " x\nrespawn nosuchuser /usr/lib64/heartbeat/ipfail\n");
    EXPECT_EQ(load().exit_status, 0) << all(load().found.errors);
    ha_cf("ucast lo 127.0.0.1\nrespawn nosuchuser " + program + "\nfailfast root /no/such\n" +
          "respawn root " + text + "\nrespawn root " + folder.path() + "\n");
    const LoadedConfig loaded = load();
    EXPECT_EQ(loaded.exit_status, 6);
    const std::string errors = all(loaded.found.errors);
    for (const std::string& one :
         {std::string("ha.cf:5: respawn: there is no user nosuchuser, expected"),
          std::string("ha.cf:6: failfast: /no/such: No such file or directory, expected"),
          "ha.cf:7: respawn: " + text + ": it is not executable, expected",
          "ha.cf:8: respawn: " + folder.path() + ": it is no file, expected"}) {
        EXPECT_NE(errors.find(one), std::string::npos) << one << "\n" << errors;
    }
}

// Why: found at the takeover it would be found at night.
TEST_F(LoadConfigTest, WarnsOnceOfAScriptThatIsNowhere) {
    folder.write("etc/ha.d/haresources", "alpha IPaddr::10.0.0.9 httpd\nbeta httpd::x\n");
    const LoadedConfig loaded = load();
    EXPECT_EQ(loaded.exit_status, 0);
    ASSERT_EQ(loaded.found.warnings.size(), 1U) << all(loaded.found.warnings);
    EXPECT_NE(loaded.found.warnings[0].shown().find("haresources:1: no script for resource type "
                                                    "httpd"),
              std::string::npos);
}

// Why: with -M another manager is in charge, and the file may be absent.
TEST_F(LoadConfigTest, LeavesHaresourcesAloneWithoutManagement) {
    std::filesystem::remove(folder.paths().haresources());
    EXPECT_EQ(load(false).exit_status, 0);
    EXPECT_EQ(load(true).exit_status, 6);
}

// Why: a log or a disk image in place of a configuration must not fill the memory.
TEST_F(LoadConfigTest, RefusesAnEndlessFile) {
    std::filesystem::remove(folder.paths().haresources());
    std::filesystem::create_symlink("/dev/zero", folder.paths().haresources());
    EXPECT_EQ(load().exit_status, 6);
}

}  // namespace
}  // namespace hb::shell
