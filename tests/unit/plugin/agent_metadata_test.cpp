// What agents and scripts say of themselves, with the sins that Debian's commit.
#include "plugin/agent_metadata.hpp"

#include <gtest/gtest.h>

namespace hb::fence {
namespace {

const char* const agent = R"(warning: old python
<?xml version="1.0" ?>
<resource-agent name="fence_x" shortdesc="Fence agent for X" >
<symlink name="fence_y" shortdesc="the same"/>
<longdesc>cuts &amp; more</longdesc>
<vendor-url>http://x.example</vendor-url>
<parameters>
<parameter name="ip" unique="0" required="1" obsoletes="ipaddr"><content type="string"  />
<shortdesc lang="en">IP address</shortdesc></parameter>
<parameter name="method" unique="0" required="0"><content type="select" default="onoff"  >
<option value="onoff" /><option value="cycle" /></content><shortdesc lang="en">How</shortdesc>
</parameter>
</parameters>
<actions><action name="on" automatic="0"/><action name="reboot" /></actions>
</resource-agent>
trailing words <not xml
)";

TEST(AgentMetadata, ReadsWhatIsNeeded) {
    const auto read = parse_metadata(agent);
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->name, "fence_x");
    EXPECT_EQ(read->summary, "Fence agent for X");
    EXPECT_EQ(read->description, "cuts & more");
    EXPECT_EQ(read->url, "http://x.example");
    ASSERT_EQ(read->parameters.size(), 2U);
    EXPECT_TRUE(read->parameters[0].required);
    EXPECT_EQ(read->parameters[0].instead, "ipaddr");
    EXPECT_EQ(read->parameters[0].summary, "IP address");
    EXPECT_EQ(read->parameter("method")->type, "select");
    EXPECT_EQ(read->parameter("method")->options, (Names{"onoff", "cycle"}));
    EXPECT_EQ(read->parameter("nothing"), nullptr);
    EXPECT_TRUE(read->can("reboot"));
    EXPECT_FALSE(read->can("off"));
    EXPECT_TRUE(read->says_required);
}

// Why: an external script gives the inner element alone, and some never say what is required.
TEST(AgentMetadata, ReadsAFragment) {
    const auto read =
        parse_metadata("<parameters><parameter name=\"a\" unique=\"1\"/></parameters>\n");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->parameters.at(0).name, "a");
    EXPECT_FALSE(read->says_required);
}

TEST(AgentMetadata, SaysWhatIsNoXml) {
    for (const char* bad : {"", "usage: fence_x", "<a>", "<a></b>", "<parameters><parameter"}) {
        const auto read = parse_metadata(bad);
        ASSERT_FALSE(read) << bad;
        EXPECT_EQ(read.error().code, Errc::malformed);
        EXPECT_NE(read.error().what.find("of its XML"), std::string::npos);
    }
}

// Why: the answer of a program gone wild must end.
TEST(AgentMetadata, EndsAtTooManyParameters) {
    std::string xml = "<parameters>";
    for (int i = 0; i < 600; ++i) xml += "<parameter name=\"p\"/>";
    EXPECT_FALSE(parse_metadata(xml + "</parameters>"));
}

TEST(AgentMetadata, CutsTheParametersOut) {
    EXPECT_EQ(parameters_element("<a><parameters>\nx</parameters></a>"),
              "<parameters>\nx</parameters>");
    EXPECT_EQ(parameters_element("<a/>"), "");
    EXPECT_EQ(parameters_element("</parameters><parameters>"), "");
}

}  // namespace
}  // namespace hb::fence
