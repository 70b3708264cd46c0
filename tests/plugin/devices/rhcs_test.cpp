// rhcs.so and fence agents: a wrong yes would start a service twice.
#include "device_fixture.hpp"

namespace hb::fence {
namespace {

// As Debian's agents: parameters on stdin, 0 is a yes, status 2 is off. Its mood is in a parameter.
const char* const agent = R"(#!/bin/sh
here=${0%/rhcs/*}
case $* in '-o metadata')
cat <<END
<?xml version="1.0" ?>
<resource-agent name="fence_x" shortdesc="Fence agent for X"><longdesc>text</longdesc>
<vendor-url>http://x</vendor-url><parameters>
<parameter name="action" required="1"><content type="string"/></parameter>
<parameter name="ip" required="1" obsoletes="ipaddr"><content type="string"/></parameter>
<parameter name="ipaddr" required="1" deprecated="1"><content type="string"/></parameter>
<parameter name="password" required="0"><content type="string"/></parameter>
<parameter name="mood" required="0"><content type="string"/></parameter>
<parameter name="power_wait" required="0"><content type="second"/></parameter>
<parameter name="plug" required="1" obsoletes="port"><content type="string"/></parameter>
<parameter name="port" required="1" deprecated="1"><content type="string"/></parameter>
</parameters><actions><action name="on"/><action name="off"/>REBOOT<action name="status"/>
</actions></resource-agent>
END
echo "a warning" >&2; exit 0 ;;
esac
echo "arguments $#" >>$here/asked
while read line; do
    echo "$line" >>$here/asked
    case $line in
    action=*) action=${line#*=} ;;
    mood=*) mood=${line#*=} ;;
    password=*) password=${line#*=} ;;
    esac
done
case $mood-$action in
off-reboot | off-off) exit 1 ;;
off-status) echo "Status: OFF"; exit 2 ;;
*-status) echo "Status: ON"; exit 0 ;;
odd-*) [ $action = off ] && exit 2; exit 1 ;;
no-*) echo "no, $password" >&2; exit 1 ;;
hangs-*) sleep 600 ;;
crashes-*) kill -SEGV $$ ;;
once-on) exit 1 ;;
esac
exit 0
)";

class RhcsTest : public DeviceTest {
protected:
    RhcsTest() {
        put("<action name=\"reboot\"/>");
        load("rhcs");
    }
    void put(const std::string& reboot) {
        std::string text = agent;
        text.replace(text.find("REBOOT"), 6, reboot);
        write("rhcs/fence_x", text);
    }
    Config config(const std::string& mood) {
        return {{"type", "fence_x"}, {"ip", "10.0.0.9"}, {"password", "hunter2"}, {"mood", mood}};
    }
};

TEST_F(RhcsTest, SendsParametersOnStdinOnly) {
    EXPECT_EQ(fence(config("good"), "BETA"), HB_OK) << words;
    EXPECT_EQ(read("asked"),
              "arguments 0\naction=reboot\nip=10.0.0.9\npassword=hunter2\nmood=good\nplug=beta\n");
    EXPECT_EQ(probe(config("good")), HB_OK);
    EXPECT_NE(read("asked").find("action=monitor\nip=10.0.0.9\npassword=hunter2\nmood=good\n"),
              std::string::npos);
}

TEST_F(RhcsTest, FindsTheOutletOfANode) {
    Config mapped = config("good");
    mapped.emplace_back("host_map", "alpha:1,Beta:2");
    EXPECT_EQ(fence(mapped, "beta"), HB_OK);
    EXPECT_NE(read("asked").find("\nplug=2\n"), std::string::npos);
    EXPECT_EQ(fence(mapped, "gamma"), HB_UNKNOWN_NODE);
    EXPECT_EQ(hosts(mapped), HB_OK);
    EXPECT_EQ(told, "host=alpha\nhost=beta\n");
    Config fixed = config("good");
    fixed.emplace_back("plug", "7");
    EXPECT_EQ(fence(fixed, "gamma"), HB_OK);
    EXPECT_NE(read("asked").find("\nplug=7\n"), std::string::npos);
    EXPECT_EQ(read("asked").find("plug=gamma"), std::string::npos);
    Config listed = config("good");
    listed.emplace_back("hostlist", "beta");
    EXPECT_EQ(fence(listed, "beta"), HB_OK);
    EXPECT_EQ(fence(listed, "alpha"), HB_UNKNOWN_NODE);
    Config broken = config("good");
    broken.emplace_back("host_map", "beta");
    EXPECT_EQ(open(broken), HB_BAD_CONFIG);
    EXPECT_TRUE(said("parameter host_map is wrong")) << words;
}

TEST_F(RhcsTest, NamesAWrongParameterAtStart) {
    EXPECT_EQ(open({{"type", "fence_x"}}), HB_BAD_CONFIG);
    EXPECT_TRUE(said("parameter ip is missing")) << words;
    EXPECT_EQ(open({{"type", "fence_x"}, {"ipaddr", "1"}}), HB_OK) << words;
    EXPECT_EQ(open({{"type", "fence_x"}, {"ip", "1"}, {"power_wait", "long"}}), HB_BAD_CONFIG);
    EXPECT_TRUE(said("parameter power_wait is wrong, expected a number")) << words;
    EXPECT_EQ(open({{"type", "fence_x"}, {"ip", "1"}, {"action", "on"}}), HB_BAD_CONFIG);
    EXPECT_TRUE(said("parameter action is unknown")) << words;
    EXPECT_EQ(open({{"type", "fence_x"}, {"1", "10.0.0.9"}}), HB_BAD_CONFIG);
    EXPECT_EQ(open({{"type", "fence_nothing"}, {"ip", "1"}}), HB_BAD_CONFIG);
    EXPECT_TRUE(said("parameter type: there is no fence_nothing")) << words;
}

TEST_F(RhcsTest, RefusesAnAgentWithoutMetadata) {
    write("rhcs/fence_y", "#!/bin/sh\necho usage\nexit 1\n");
    EXPECT_EQ(open({{"type", "fence_y"}, {"ip", "1"}}), HB_BAD_CONFIG);
    EXPECT_TRUE(said("parameter type: it is no fence agent")) << words;
}

// Why: unknown is never a yes. `odd` has the exit status of `off`, which also means `wrong call`.
TEST_F(RhcsTest, ConfirmsNothingThatWasRefusedHungOrCrashed) {
    EXPECT_EQ(fence(config("no"), "beta"), HB_REFUSED);
    EXPECT_EQ(fence(config("odd"), "beta"), HB_REFUSED);
    EXPECT_EQ(fence(config("odd"), "beta", HB_FENCE_OFF), HB_REFUSED);
    EXPECT_EQ(fence(config("hangs"), "beta", HB_FENCE_RESET, 1500), HB_TIMED_OUT);
    EXPECT_EQ(fence(config("crashes"), "beta"), HB_INTERNAL);
    EXPECT_EQ(probe(config("no")), HB_ACCESS);
    EXPECT_TRUE(said("monitor: exit status 1: no, ***")) << words;
}

// Why: FA #593: the power cycle of a host without power fails, and the recovery stops for it.
TEST_F(RhcsTest, WhatIsOffAlreadyIsConfirmed) {
    EXPECT_EQ(fence(config("off"), "beta"), HB_OK) << words;
    EXPECT_TRUE(said("beta is without power")) << words;
    EXPECT_EQ(fence(config("off"), "beta", HB_FENCE_OFF), HB_OK);
}

// Why: an agent that cannot reboot can still cut the power; that it comes back is not what counts.
TEST_F(RhcsTest, SwitchesOffAndOnWhatCannotReboot) {
    put("");
    EXPECT_EQ(fence(config("good"), "beta"), HB_OK);
    EXPECT_NE(read("asked").find("action=off\n"), std::string::npos);
    EXPECT_NE(read("asked").find("action=on\n"), std::string::npos);
    EXPECT_EQ(fence(config("once"), "beta"), HB_OK);
    EXPECT_TRUE(said("on: exit status 1")) << words;
}

TEST_F(RhcsTest, DescribesWhatIsThere) {
    EXPECT_EQ(describe(nullptr), HB_OK);
    EXPECT_NE(("\n" + told).find("\ntype=fence_x\n"), std::string::npos);
    EXPECT_EQ(describe("fence_x"), HB_OK);
    EXPECT_EQ(told.substr(0, told.find("param=mood")), "param=ip\nparam=ipaddr\nparam=password\n");
    EXPECT_NE(
        told.find("device=Fence agent for X\ndescription=text\nurl=http://x\nxml=<parameters>"),
        std::string::npos)
        << told;
    EXPECT_EQ(describe("fence_nothing"), HB_BAD_CONFIG);
}

}  // namespace
}  // namespace hb::fence
