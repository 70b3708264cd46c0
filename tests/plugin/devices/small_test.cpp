// null.so, ssh.so, suicide.so and, where cluster-glue's library is, stonith2.so.
#include <stdlib.h>
#include <unistd.h>

#include "device_fixture.hpp"

// cluster-glue's library never frees what it read of its modules; the helper ends after each call.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:g_malloc\n"; }

namespace hb::fence {
namespace {

using SmallDevice = DeviceTest;

TEST_F(SmallDevice, NullSaysYesToEverything) {
    load("null");
    EXPECT_EQ(fence({{"1", "alpha"}, {"2", "beta"}}, "beta"), HB_OK);
    EXPECT_TRUE(said("nothing was done to beta")) << words;
    EXPECT_EQ(hosts({{"hostlist", "alpha,beta"}}), HB_OK);
    EXPECT_EQ(told, "host=alpha\nhost=beta\n");
    EXPECT_EQ(open({}), HB_BAD_CONFIG);
    EXPECT_TRUE(said("parameter hostlist is missing")) << words;
    EXPECT_EQ(open({{"hosts", "a"}}), HB_BAD_CONFIG);
    EXPECT_TRUE(said("parameter hosts is unknown")) << words;
}

// Why: what it can do, it must not do here. No test may call it for the name of this machine.
TEST_F(SmallDevice, SuicideResetsNobodyElse) {
    load("suicide");
    EXPECT_EQ(fence({}, "no-such-node"), HB_REFUSED);
    EXPECT_TRUE(said("it can only reset ")) << words;
    EXPECT_EQ(fence({}, "no-such-node", HB_FENCE_ON), HB_NOT_SUPPORTED);
    EXPECT_EQ(open({{"x", "1"}}), HB_BAD_CONFIG);
    EXPECT_EQ(hosts({}), HB_OK);
    EXPECT_EQ(told.find("host="), 0U);
}

// `ssh` and `ping` of this test: the first notes what it was told, the second answers as often as
// the file `pings` has lines.
class SshTest : public DeviceTest {
protected:
    SshTest() {
        load("ssh");
        write("bin/ssh", "#!/bin/sh\nfor word; do echo \"[$word]\" >>" + folder +
                             "/asked; done\nexit $(cat " + folder + "/ssh_status)\n");
        write("bin/ping", "#!/bin/sh\n[ -s " + folder + "/pings ] || exit $(cat " + folder +
                              "/ping_status)\nsed -i 1d " + folder + "/pings\nexit 0\n");
        write("ssh_status", "0");
        write("ping_status", "1");
        const char* path = ::getenv("PATH");
        ::setenv("PATH", (folder + "/bin:" + (path == nullptr ? "/usr/bin:/bin" : path)).c_str(),
                 1);
    }
};

TEST_F(SshTest, ConfirmsWhenTheNodeFallsSilent) {
    write("pings", "answers\nanswers\n");
    EXPECT_EQ(fence({{"hostlist", "alpha beta"}}, "Beta"), HB_OK) << words;
    EXPECT_NE(read("asked").find("[--]\n[beta]\n[nohup sh -c 'sleep 2; reboot -nf'"),
              std::string::npos)
        << read("asked");
}

// Why: a broken ping is no silence, a node that answers is not down, and one that was never told so
// may go on.
TEST_F(SshTest, ConfirmsNothingElse) {
    write("ping_status", "2");
    EXPECT_EQ(fence({{"hostlist", "beta"}}, "beta", HB_FENCE_RESET, 700), HB_TIMED_OUT) << words;
    write("ssh_status", "255");
    write("ping_status", "1");
    EXPECT_EQ(fence({{"hostlist", "beta"}}, "beta"), HB_ACCESS);
    EXPECT_TRUE(said("ssh root@beta: exit status 255")) << words;
    EXPECT_EQ(fence({{"hostlist", "beta"}}, "gamma"), HB_UNKNOWN_NODE);
    EXPECT_EQ(fence({{"hostlist", "beta"}}, "beta", HB_FENCE_ON), HB_NOT_SUPPORTED);
}

// Why: the modules of cluster-glue are driven through a library that has no context for its log.
TEST_F(SmallDevice, Stonith2DrivesTheModulesOfClusterGlue) {
    if (::access(HB_PLUGIN_DIR "/stonith/stonith2.so", F_OK) != 0 ||
        ::access("/usr/lib/stonith/plugins/stonith2/null.so", F_OK) != 0) {
        GTEST_SKIP() << "cluster-glue is not here";
    }
    load("stonith2");
    EXPECT_EQ(fence({{"type", "null"}, {"1", "alpha"}, {"2", "beta"}}, "beta"), HB_OK) << words;
    EXPECT_EQ(probe({{"type", "null"}, {"hostlist", "alpha"}}), HB_OK);
    EXPECT_EQ(hosts({{"type", "null"}, {"hostlist", "alpha beta"}}), HB_OK);
    EXPECT_EQ(told, "host=alpha\nhost=beta\n");
    EXPECT_EQ(open({{"type", "apcmaster"}, {"ipaddr", "x"}, {"login", "y"}}), HB_BAD_CONFIG);
    EXPECT_TRUE(said("parameter password is missing")) << words;
    EXPECT_EQ(open({{"type", "null"}, {"hostlist", "a"}, {"more", "b"}}), HB_BAD_CONFIG);
    EXPECT_TRUE(said("parameter more is unknown")) << words;
    EXPECT_EQ(open({{"type", "external"}, {"1", "x"}}), HB_BAD_CONFIG);
    EXPECT_EQ(open({{"type", "no_such_module"}, {"1", "x"}}), HB_BAD_CONFIG);
    EXPECT_TRUE(said("parameter type: cluster-glue has no module no_such_module")) << words;
    EXPECT_EQ(fence({{"type", "suicide"}}, "no-such-node"), HB_REFUSED) << words;
    EXPECT_EQ(describe(nullptr), HB_OK);
    EXPECT_NE(("\n" + told).find("\ntype=apcmaster\n"), std::string::npos);
    EXPECT_EQ(told.find("external"), std::string::npos);
}

}  // namespace
}  // namespace hb::fence
