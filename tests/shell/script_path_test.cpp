// Which program runs for a resource type: 3.0.6's order, then systemd units.
#include "script_path.hpp"

#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

using Words = std::vector<std::string>;

class ScriptPathTest : public testing::Test {
protected:
    Words find(const std::string& type, Words arguments = {},
               ScriptAction action = ScriptAction::start) {
        return find_script(paths, AgentCall{type, std::move(arguments), action});
    }
    TempFolder folder;
    Paths paths{folder.paths()};
};

// Why: resource.d goes before init.d (resources.md 1.5), and the action comes last.
TEST_F(ScriptPathTest, PrefersResourceScripts) {
    const std::string init = folder.script("etc/init.d/thing", "");
    EXPECT_EQ(find("thing", {}, ScriptAction::stop), (Words{init, "stop"}));
    const std::string own = folder.script("etc/ha.d/resource.d/thing", "");
    EXPECT_EQ(find("thing", {"10.0.0.1", "x y"}), (Words{own, "10.0.0.1", "x y", "start"}));
}

// Why: a folder or a file without the x bit would fail only at takeover.
TEST_F(ScriptPathTest, TakesOnlyExecutableRegularFiles) {
    folder.write("etc/ha.d/resource.d/thing", "#!/bin/sh\n", 0644);
    std::filesystem::create_directories(folder.at("etc/ha.d/resource.d/folder"));
    EXPECT_TRUE(find("thing").empty());
    EXPECT_TRUE(find("folder").empty());
}

// Why: a type comes from a file that people edit, and from peers of later versions.
TEST_F(ScriptPathTest, NeverLeavesTheFolders) {
    folder.script("etc/ha.d/resource.d/.hidden", "");
    folder.script("etc/ha.d/evil", "");
    for (const char* type : {"", ".", "..", "../evil", ".hidden", "a/b", "a\nb"}) {
        EXPECT_TRUE(find(type).empty()) << type;
    }
}

// Why: services of today have no init script; a unit of that name serves as one.
TEST_F(ScriptPathTest, FallsBackToASystemdUnit) {
    folder.write("lib/systemd/system/web.service", "[Service]\n");
    EXPECT_TRUE(find("web").empty()) << "no systemctl here";
    const std::string tool = folder.script("bin/systemctl", "");
    EXPECT_EQ(find("web"), (Words{tool, "start", "web.service"}));
    EXPECT_EQ(find("web", {"ignored"}, ScriptAction::stop), (Words{tool, "stop", "web.service"}));
    const Words status = find("web", {}, ScriptAction::status);
    EXPECT_EQ(status, (Words{tool, "is-active", "--quiet", "web.service"}));
    EXPECT_TRUE(is_unit_status(status));
    EXPECT_TRUE(find("unknown").empty());
    folder.script("etc/init.d/web", "");
    EXPECT_FALSE(is_unit_status(find("web", {}, ScriptAction::status)));
}

}  // namespace
}  // namespace hb::shell
