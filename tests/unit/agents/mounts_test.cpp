// The kernel's table of mounts and paths beside it: no test here needs a mount.
#include "agents/mounts.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace hb::agents {
namespace {

constexpr std::string_view machine =
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "23 22 0:21 / /proc rw shared:12 - proc proc rw\n"
    "40 22 8:17 / /srv/www rw,noatime shared:20 master:3 - ext4 /dev/sdb1 rw\n"
    "41 40 0:50 / /srv/www/a\\040b\\134c rw - tmpfs t rw\n"
    "42 22 8:17 /part /copy rw - ext4 /dev/sdb1 rw\n"
    "43 40 8:33 / /srv/www rw - xfs /dev/sdc1 rw\n";

// Why: a mount point with a blank in its name could never be seen as mounted.
TEST(Mounts, PointsAreReadWithoutTheKernelsEscapes) {
    const MountTable table = parse_mounts(machine);
    ASSERT_EQ(table.size(), 6U);
    EXPECT_EQ(table[3].point, "/srv/www/a b\\c");
    EXPECT_TRUE(is_mounted(table, "/srv/www/a b\\c"));
    EXPECT_FALSE(is_mounted(table, "/srv/ww"));
    EXPECT_EQ(table[4].device, "8:17");
    EXPECT_EQ(table[4].id, 42U);
}

// Why: only three octal digits are an escape of the kernel's.
TEST(Mounts, WhatIsNoEscapeStays) {
    EXPECT_EQ(unescaped("a\\040\\011\\012b"), "a \t\nb");
    EXPECT_EQ(unescaped("\\04"), "\\04");
    EXPECT_EQ(unescaped("\\048"), "\\048");
    EXPECT_EQ(unescaped("\\777"), "\\777");
    EXPECT_EQ(unescaped("a\\"), "a\\");
    EXPECT_EQ(unescaped("\\134040"), "\\040");
}

// Why: what the kernel may write one day must not be taken for a mount, nor end the daemon.
TEST(Mounts, LinesThatAreNoneAreLeftOut) {
    EXPECT_TRUE(parse_mounts("").empty());
    EXPECT_TRUE(parse_mounts("22 1\n\nx 1 8:1 / /a\n22 1 8-1 / /a\n22 1 8:1 / a\n").empty());
    EXPECT_EQ(parse_mounts("22 1 8:1 / /a").size(), 1U);
}

// Why: with two at one place a program uses the one on top.
TEST(Mounts, AFileIsOnTheDeepestMountAndOnTheLastOfAPlace) {
    const MountTable table = parse_mounts(machine);
    EXPECT_EQ(mount_of(table, "/srv/www/index")->id, 43U);
    EXPECT_EQ(mount_of(table, "/srv/www")->id, 43U);
    EXPECT_EQ(mount_of(table, "/srv/www2/index")->id, 22U);
    EXPECT_EQ(mount_of(table, "/srv/www/a b\\c/d")->id, 41U);
    EXPECT_EQ(mount_of({}, "/srv"), nullptr);
    EXPECT_TRUE(is_below("/srv", "/"));
    EXPECT_FALSE(is_below("/", "/"));
    EXPECT_FALSE(is_below("/srv", "/srv"));
}

TEST(Mounts, PathsAreMadeTidy) {
    EXPECT_EQ(tidy_path("//srv///www//"), "/srv/www");
    EXPECT_EQ(tidy_path("///"), "/");
    EXPECT_EQ(tidy_path("/srv"), "/srv");
}

class RealPath : public testing::Test {
protected:
    RealPath() {
        std::string name = (std::filesystem::temp_directory_path() / "hb-mounts-XXXXXX").string();
        root = ::mkdtemp(name.data());
        root = std::filesystem::canonical(root).string();
        std::filesystem::create_directories(root + "/real/deep");
    }
    ~RealPath() override {
        std::error_code ignored;
        std::filesystem::remove_all(root, ignored);
    }
    void link(const std::string& target, const std::string& name) const {
        std::filesystem::create_symlink(target, root + "/" + name);
    }
    std::string real(const std::string& name, const MountTable& table = {}) const {
        return real_path(root + "/" + name, table);
    }
    std::string root;
};

// Why: the kernel's table names the real folder.
TEST_F(RealPath, LinksAreFollowed) {
    link("real", "relative");
    link(root + "/relative/deep", "absolute");
    link("../real/../real/./deep", "real/back");
    EXPECT_EQ(real("relative"), root + "/real");
    EXPECT_EQ(real("absolute/none/x"), root + "/real/deep/none/x");
    EXPECT_EQ(real("real/back"), root + "/real/deep");
    EXPECT_EQ(real("none/../real"), root + "/real");
    EXPECT_EQ(real_path("/../..", {}), "/");
}

TEST_F(RealPath, ACircleLeadsNowhere) {
    link("b", "a");
    link("a", "b");
    EXPECT_EQ(real("a"), "");
}

// Why: a look at a mount point asks its server, which may have died. A link stands for it here: it
// would be followed if it were looked at.
TEST_F(RealPath, AMountPointIsNotLookedAt) {
    link("real", "mounted");
    const MountTable table = {{50, "0:44", root + "/mounted"}};
    EXPECT_EQ(real("mounted", table), root + "/mounted");
    EXPECT_EQ(real("mounted/deep", table), root + "/mounted/deep");
}

}  // namespace
}  // namespace hb::agents
