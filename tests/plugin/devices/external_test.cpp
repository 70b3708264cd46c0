// external.so and scripts of cluster-glue's protocol: a wrong yes would start a service twice.
#include "device_fixture.hpp"

namespace hb::fence {
namespace {

// Writes what it is asked into `asked`, and does what the parameter `mood` says.
const char* const script = R"(#!/bin/sh
here=${0%/external/*}
echo "$* [$hostname] [$HA_LOGTAG] [${#password}]" >>$here/asked
case $1 in
getconfignames) echo "hostname password mood"; exit 0 ;;
getinfo-xml) echo '<parameters><parameter name="hostname" required="1"/>
<parameter name="password" required="1"/><parameter name="mood" required="0"/>
<parameter name="extra" required="0"/></parameters>'; exit 0 ;;
getinfo-*) echo "about $1"; exit 0 ;;
gethosts) [ "$mood" = mute ] && exit 1; echo "$hostname gamma"; exit 0 ;;
status) [ "$mood" = dead ] && { echo "cannot log in with $password" >&2; exit 1; }; exit 0 ;;
esac
case $mood in
no) echo "refused for $password" >&2; exit 1 ;;
off-only) [ "$1" = reset ] && exit 1; exit 0 ;;
hangs) sleep 600 ;;
crashes) kill -SEGV $$ ;;
esac
exit 0
)";

class ExternalTest : public DeviceTest {
protected:
    ExternalTest() {
        write("external/switch", script);
        load("external");
    }
    Config config(const std::string& mood) {
        return {{"type", "switch"}, {"hostname", "beta"}, {"password", "hunter2"}, {"mood", mood}};
    }
};

TEST_F(ExternalTest, RunsTheScriptWithItsParametersInTheEnvironment) {
    EXPECT_EQ(fence(config("good"), "BETA"), HB_OK) << words;
    EXPECT_NE(read("asked").find("reset beta [beta] [external/switch] [7]\n"), std::string::npos)
        << read("asked");
    EXPECT_EQ(read("asked").find("hunter2"), std::string::npos);  // its arguments are in there
    EXPECT_EQ(fence(config("good"), "beta", HB_FENCE_OFF), HB_OK);
    EXPECT_EQ(fence(config("good"), "beta", HB_FENCE_ON), HB_OK);
    EXPECT_NE(read("asked").find("\noff beta "), std::string::npos);
    EXPECT_NE(read("asked").find("\non beta "), std::string::npos);
    EXPECT_EQ(probe(config("good")), HB_OK);
}

TEST_F(ExternalTest, TakesParametersByPosition) {
    EXPECT_EQ(fence({{"type", "switch"}, {"1", "beta"}, {"2", "hunter2"}, {"3", "good"}}, "beta"),
              HB_OK);
    EXPECT_EQ(open({{"type", "switch"}, {"1", "beta"}}), HB_BAD_CONFIG);
    EXPECT_TRUE(said("parameter password is missing")) << words;
}

TEST_F(ExternalTest, NamesAWrongParameterAtStart) {
    EXPECT_EQ(open({{"type", "switch"}, {"hostname", "beta"}}), HB_BAD_CONFIG);
    EXPECT_TRUE(said("parameter password is missing")) << words;
    Config unknown = config("good");
    unknown.emplace_back("pasword", "x");
    EXPECT_EQ(open(unknown), HB_BAD_CONFIG);
    EXPECT_TRUE(said("parameter pasword is unknown")) << words;
    Config extra = config("good");
    extra.emplace_back("extra", "1");
    EXPECT_EQ(open(extra), HB_OK) << words;
    EXPECT_EQ(open({{"type", "not_there"}}), HB_BAD_CONFIG);
    EXPECT_TRUE(said("parameter type: there is no not_there")) << words;
    EXPECT_EQ(open({}), HB_BAD_CONFIG);
    EXPECT_TRUE(said("parameter type is missing")) << words;
}

// Why: unknown is never a yes.
TEST_F(ExternalTest, ConfirmsNothingThatWasRefusedHungOrCrashed) {
    EXPECT_EQ(fence(config("no"), "beta"), HB_REFUSED);
    EXPECT_EQ(fence(config("hangs"), "beta", HB_FENCE_RESET, 400), HB_TIMED_OUT);
    EXPECT_EQ(fence(config("crashes"), "beta"), HB_INTERNAL);
    EXPECT_TRUE(said("reset: signal 11")) << words;
    EXPECT_EQ(probe(config("dead")), HB_ACCESS);
}

TEST_F(ExternalTest, LogsNoSecret) {
    EXPECT_EQ(fence(config("no"), "beta"), HB_REFUSED);
    EXPECT_TRUE(said("refused for ***")) << words;
    EXPECT_EQ(probe(config("dead")), HB_ACCESS);
    EXPECT_TRUE(said("cannot log in with ***")) << words;
    EXPECT_FALSE(said("hunter2"));
}

// Why: IPMI refuses to reset what has no power; FA #593: the recovery of a dead host stops for it.
TEST_F(ExternalTest, WhatIsOffAlreadyIsConfirmed) {
    EXPECT_EQ(fence(config("off-only"), "beta"), HB_OK) << words;
    EXPECT_TRUE(said("beta was not reset but is switched off")) << words;
    EXPECT_EQ(fence(config("off-only"), "beta", HB_FENCE_ON), HB_OK);
}

TEST_F(ExternalTest, ShootsOnlyWhomTheScriptLists) {
    EXPECT_EQ(fence(config("good"), "delta"), HB_UNKNOWN_NODE);
    EXPECT_TRUE(said("does not list the node delta")) << words;
    EXPECT_EQ(read("asked").find("reset"), std::string::npos);
    EXPECT_EQ(fence(config("mute"), "delta"), HB_OK);  // it cannot say whom it knows
    EXPECT_EQ(hosts(config("good")), HB_OK);
    EXPECT_EQ(told, "host=beta\nhost=gamma\n");
}

TEST_F(ExternalTest, DescribesWhatIsThere) {
    EXPECT_EQ(describe(nullptr), HB_OK);
    EXPECT_NE(("\n" + told).find("\ntype=switch\n"), std::string::npos) << told;
    EXPECT_EQ(describe("switch"), HB_OK);
    EXPECT_NE(told.find("param=hostname\nparam=password\nparam=mood\n"), std::string::npos);
    EXPECT_NE(told.find("description=about getinfo-devdescr\n"), std::string::npos);
    EXPECT_EQ(describe("not_there"), HB_BAD_CONFIG);
}

// Why: it would run as root.
TEST_F(ExternalTest, RunsNoScriptThatOthersMayWrite) {
    write("external/open", script, 0777);
    EXPECT_EQ(open({{"type", "open"}, {"hostname", "beta"}, {"password", "x"}}), HB_BAD_CONFIG);
    EXPECT_TRUE(said("may be written by others")) << words;
}

}  // namespace
}  // namespace hb::fence
