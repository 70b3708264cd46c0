// haresources: one parser that takes what the ResourceManager of 3.0.6 takes.
#include "config/haresources.hpp"

#include <gtest/gtest.h>

namespace hb::config {
namespace {

using Strings = std::vector<std::string>;

struct Groups {
    std::vector<ResourceGroup> groups;
    Diagnostics found;
    static std::string shown(const std::vector<Diagnostic>& list) {
        std::string out;
        for (const Diagnostic& entry : list) out += entry.shown() + "\n";
        return out;
    }
    std::string errors() const { return shown(found.errors); }
    std::string warnings() const { return shown(found.warnings); }
};

Groups parse(const std::string& text) {
    Groups out;
    out.groups = parse_haresources(text, "haresources", {"node1", "node2"}, out.found);
    return out;
}

Strings tokens(const ResourceGroup& group) {
    Strings out;
    for (const Member& member : group.members) out.push_back(member.token);
    return out;
}

// Why: the line of every tutorial (issue 2, `Done when` 4); the slash at the end is passed on.
TEST(Haresources, TheTutorialWorksUnchanged) {
    const Groups parsed = parse(
        "node1 IPaddr::10.0.0.200/24/eth0/ Filesystem::/dev/loop1::/webdata::ext4 httpd tomcat\n");
    EXPECT_EQ(parsed.errors() + parsed.warnings(), "");
    ASSERT_EQ(parsed.groups.size(), 1U);
    const ResourceGroup& group = parsed.groups[0];
    EXPECT_EQ(group.node, "node1");
    EXPECT_EQ(group.key, "IPaddr::10.0.0.200/24/eth0/");
    ASSERT_EQ(group.members.size(), 4U);
    EXPECT_EQ(group.members[0].type, "IPaddr");
    EXPECT_EQ(group.members[0].arguments, (Strings{"10.0.0.200/24/eth0/"}));
    EXPECT_EQ(group.members[1].arguments, (Strings{"/dev/loop1", "/webdata", "ext4"}));
    EXPECT_EQ(group.members[2].type, "httpd");
    EXPECT_TRUE(group.members[3].arguments.empty());
}

// Why: a bare address is the shortest and most common group; its key stays as written.
TEST(Haresources, ABareAddressIsAnIPaddr) {
    const Groups parsed = parse("NODE2 10.0.0.1/24/eth0:0 10.0.0.2\n");
    ASSERT_EQ(parsed.groups.size(), 1U);
    EXPECT_EQ(parsed.groups[0].node, "node2");
    EXPECT_EQ(parsed.groups[0].key, "10.0.0.1/24/eth0:0");
    EXPECT_EQ(parsed.groups[0].members[0].type, "IPaddr");
    EXPECT_EQ(parsed.groups[0].members[0].arguments, (Strings{"10.0.0.1/24/eth0:0"}));
    EXPECT_EQ(parsed.groups[0].members[1].arguments, (Strings{"10.0.0.2"}));
}

// Why: scripts count their arguments, and 3.0.6 never gave them empty ones.
TEST(Haresources, EmptyArgumentsVanish) {
    const Groups parsed = parse("node1 Filesystem::/dev/a::/m::::ro x::\n");
    ASSERT_EQ(parsed.groups.size(), 1U) << parsed.errors();
    EXPECT_EQ(parsed.groups[0].members[0].arguments, (Strings{"/dev/a", "/m", "ro"}));
    EXPECT_TRUE(parsed.groups[0].members[1].arguments.empty());
}

TEST(Haresources, CommentsAndBlankLinesAreNothing) {
    const Groups parsed = parse("# all\n\n   \t\n  node1\t10.0.0.1  a # b c\n#node1 10.0.0.2 \\\n");
    EXPECT_EQ(parsed.errors() + parsed.warnings(), "");
    ASSERT_EQ(parsed.groups.size(), 1U);
    EXPECT_EQ(tokens(parsed.groups[0]), (Strings{"10.0.0.1", "a"}));
    EXPECT_EQ(parsed.groups[0].line, 4);
}

TEST(Haresources, ABackslashContinuesTheLine) {
    const Groups parsed = parse("node1 a \\\n  b\\\nc \\\r\n d\nnode2 e\n");
    ASSERT_EQ(parsed.groups.size(), 2U) << parsed.errors();
    EXPECT_EQ(tokens(parsed.groups[0]), (Strings{"a", "bc", "d"}));
    EXPECT_EQ(parsed.groups[1].line, 5);
}

// Why: 3.0.6 makes resources of these words and then waits 10 s for each to stop (bug B8).
TEST(Haresources, ACommentOnAContinuationLineIsAComment) {
    const Groups parsed = parse("node1 a \\\n b # the database\nnode2 c\n");
    ASSERT_EQ(parsed.groups.size(), 2U) << parsed.errors();
    EXPECT_EQ(tokens(parsed.groups[0]), (Strings{"a", "b"}));
}

// Why: 3.0.6 reads on behind it; so a member in the middle can be commented out.
TEST(Haresources, ACommentedMemberDoesNotEndTheGroup) {
    const Groups parsed = parse("node1 a \\\n # b \\\n c\n");
    ASSERT_EQ(parsed.groups.size(), 1U) << parsed.errors();
    EXPECT_EQ(tokens(parsed.groups[0]), (Strings{"a", "c"}));
}

// Why: the comment of a first line swallows its backslash, as in 3.0.6.
TEST(Haresources, ABackslashInTheFirstLinesCommentContinuesNothing) {
    const Groups parsed = parse("node1 a # b \\\nnode2 c\n");
    EXPECT_EQ(parsed.groups.size(), 2U) << parsed.errors();
}

// Why: nobody sees this blank; 3.0.6 made a resource called \ of it.
TEST(Haresources, ABlankBehindTheBackslashIsToldOnce) {
    const Groups parsed = parse("node1 a \\ \n b\n");
    ASSERT_EQ(parsed.found.errors.size(), 1U) << parsed.errors();
    EXPECT_EQ(parsed.found.errors[0].line, 1);
}

// Why: a wrong name would leave the group running nowhere.
TEST(Haresources, AnUnknownNodeIsToldWithTheKnownOnes) {
    const Groups parsed = parse("node1 a\nnode3 b\n");
    EXPECT_EQ(parsed.errors(),
              "haresources:2: unknown node \"node3\", expected a node of ha.cf: node1 or node2\n");
    EXPECT_EQ(parsed.groups.size(), 1U);
}

// Why: when ha.cf names no node, that is the mistake, and not every line here.
TEST(Haresources, WithoutKnownNodesEveryNameWillDo) {
    Diagnostics found;
    EXPECT_EQ(parse_haresources("node3 b\n", "haresources", {}, found).size(), 1U);
    EXPECT_TRUE(found.errors.empty());
}

// Why: 3.0.6 mixes such groups up (bug B16).
TEST(Haresources, AKeyMayBeThereOnce) {
    const Groups parsed = parse("node1 a b\nnode2 c\nnode2 a d\n");
    EXPECT_EQ(parsed.errors(),
              "haresources:3: group \"a\" is there already in line 1, expected another first "
              "resource\n");
    EXPECT_EQ(parsed.groups.size(), 2U);
}

// Why: ours keeps the groups apart, a 3.0.6 peer does not.
TEST(Haresources, AKeyInsideAnotherGroupIsAWarning) {
    const Groups parsed = parse("node1 a b\nnode2 c a\n");
    EXPECT_EQ(parsed.errors(), "");
    EXPECT_NE(parsed.warnings().find("haresources:2: \"a\" is also the first resource of line 1"),
              std::string::npos);
}

TEST(Haresources, ANodeWithoutResourcesIsAWarning) {
    const Groups parsed = parse("node1\n");
    EXPECT_EQ(parsed.errors(), "");
    EXPECT_TRUE(parsed.groups.empty());
    EXPECT_NE(parsed.warnings().find("haresources:1:"), std::string::npos);
}

// Why: file names were expanded by the shell of 3.0.6 and are not here.
TEST(Haresources, PatternsAreWarnedOfAndKept) {
    const Groups parsed = parse("node1 a::/srv/*\n");
    ASSERT_EQ(parsed.groups.size(), 1U);
    EXPECT_EQ(parsed.groups[0].members[0].arguments, (Strings{"/srv/*"}));
    EXPECT_EQ(parsed.found.warnings.size(), 1U);
}

// Why: the name becomes a path and a unit name; it must not leave its directory or be an option.
TEST(Haresources, ATypeMustBeTheNameOfAScript) {
    for (const char* bad : {"../bin/sh", "/bin/sh::x", "-x", "::x", ".hidden", "a\x01z", "\"a"}) {
        const Groups parsed = parse(std::string("node1 ") + bad + "\n");
        EXPECT_EQ(parsed.found.errors.size(), 1U) << bad;
        EXPECT_TRUE(parsed.groups.empty()) << bad;
    }
}

// Why: an empty file is right: a node may have nothing to do.
TEST(Haresources, AnEmptyFileHasNoGroups) {
    EXPECT_EQ(parse("").errors(), "");
    EXPECT_EQ(parse("node1 a \\").groups.size(), 1U);
}

}  // namespace
}  // namespace hb::config
