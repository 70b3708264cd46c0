// Which group must wait for which: a wrong answer starts a database before its disk is mounted.
#include "resource/dependency.hpp"

#include <gtest/gtest.h>

namespace hb::resource {
namespace {

using config::GroupOrder;
using config::Member;
using config::ResourceGroup;
using Arguments = std::vector<std::string>;

ResourceGroup group(std::vector<Member> members) {
    ResourceGroup out;
    out.members = std::move(members);
    return out;
}

Member member(std::string type, Arguments arguments) {
    return {std::move(type), std::move(arguments), ""};
}

std::vector<Dependency> lean(const std::vector<ResourceGroup>& groups) {
    return dependencies(groups, GroupOrder::parallel);
}

// Why: unrelated groups must start side by side, that is the point of the whole thing.
TEST(Dependency, UnrelatedGroupsDoNotLean) {
    EXPECT_TRUE(lean({group({member("IPaddr", {"10.0.0.1/24/eth0"})}),
                      group({member("Filesystem", {"/dev/sdb1", "/srv", "ext4"})}),
                      group({member("Filesystem", {"/dev/sdb2", "/srv2", "ext4"})})})
                    .empty());
}

// Why: mounting below a directory that is mounted later hides the mount.
TEST(Dependency, AnArgumentBelowAnEarlierMountLeans) {
    const std::vector<Dependency> found =
        lean({group({member("Filesystem", {"/dev/sdb1", "/srv/", "ext4"})}),
              group({member("Filesystem", {"/dev/sdc1", "/srv//data", "ext4"})})});
    EXPECT_EQ(found, (std::vector<Dependency>{{1, 0, "lies below /srv of it"}}));
}

// Why: a script that is given the mounted directory itself needs it just as much.
TEST(Dependency, AnArgumentAtAnEarlierMountLeans) {
    const std::vector<Dependency> found =
        lean({group({member("Filesystem", {"/dev/sdb1", "/srv", "ext4"})}),
              group({member("IPaddr", {"10.0.0.1"}), member("mydb", {"/srv"})})});
    EXPECT_EQ(found, (std::vector<Dependency>{{1, 0, "uses /srv of it"}}));
}

// Why: only later lines lean on earlier ones; that keeps the graph free of circles.
TEST(Dependency, AnEarlierGroupNeverLeansOnALaterOne) {
    EXPECT_TRUE(lean({group({member("mydb", {"/srv/db"})}),
                      group({member("Filesystem", {"/dev/sdb1", "/srv", "ext4"})})})
                    .empty());
}

// Why: two groups with one device collide when they start at once.
TEST(Dependency, TheSameDeviceLeans) {
    const std::vector<Dependency> found =
        lean({group({member("Raid1", {"/etc/raid.conf", "/dev/md0"})}),
              group({member("Filesystem", {"/dev/md0", "/data", "ext4"})})});
    EXPECT_EQ(found, (std::vector<Dependency>{{1, 0, "uses /dev/md0 of it"}}));
}

// Why: devices without a path (network shares, labels, replicated disks) are devices all the same.
TEST(Dependency, DevicesWithoutAPathLean) {
    EXPECT_EQ(lean({group({member("Filesystem", {"-LWEB", "/a", "ext4"})}),
                    group({member("Filesystem", {"-LWEB", "/b", "ext4"})})})
                  .size(),
              1U);
    EXPECT_EQ(
        lean({group({member("drbddisk", {"r0"})}), group({member("drbddisk", {"r0"})})}).size(),
        1U);
    EXPECT_TRUE(
        lean({group({member("drbddisk", {"r0"})}), group({member("LVM", {"r0"})})}).empty());
}

// Why: `tmpfs` is what is mounted and no device that two groups could share.
TEST(Dependency, AKindOfFileSystemIsNoDevice) {
    EXPECT_TRUE(lean({group({member("Filesystem", {"tmpfs", "/a", "tmpfs"})}),
                      group({member("Filesystem", {"tmpfs", "/b", "tmpfs"})})})
                    .empty());
}

// Why: a logical volume is not there before its volume group is activated.
TEST(Dependency, AVolumeLeansOnItsVolumeGroup) {
    const std::vector<Dependency> found =
        lean({group({member("LVM", {"vg-0"})}),
              group({member("Filesystem", {"/dev/vg-0/web", "/a", "ext4"})}),
              group({member("Filesystem", {"/dev/mapper/vg--0-db", "/b", "ext4"})}),
              group({member("Filesystem", {"/dev/mapper/vg--0--x-db", "/c", "ext4"})})});
    EXPECT_EQ(found, (std::vector<Dependency>{{1, 0, "uses volume group vg-0 of it"},
                                              {2, 0, "uses volume group vg-0 of it"}}));
}

// Why: both spellings of a volume group stand in haresources files; the group itself may be an
// argument, and a second line may activate it again.
TEST(Dependency, AVolumeGroupIsTheSameHoweverItIsWritten) {
    const std::vector<Dependency> found =
        lean({group({member("LVM", {"/dev/vg0"})}), group({member("LVM", {"vg0"})}),
              group({member("snapshots", {"/dev/vg0"})}),
              group({member("Filesystem", {"/dev/vg0/web", "/a", "ext4"})})});
    const std::string reason = "uses volume group vg0 of it";
    EXPECT_EQ(found, (std::vector<Dependency>{{1, 0, reason},
                                              {2, 0, "uses /dev/vg0 of it"},
                                              {2, 1, reason},
                                              {3, 0, reason},
                                              {3, 1, reason}}));
}

// Why: a disk that has nothing to do with the volume group must not wait for it.
TEST(Dependency, AnotherDeviceDoesNotLeanOnAVolumeGroup) {
    EXPECT_TRUE(lean({group({member("LVM", {"vg0"})}),
                      group({member("Filesystem", {"/dev/sdb1", "/a", "ext4"})}),
                      group({member("Filesystem", {"/dev/vg01/web", "/b", "ext4"})})})
                    .empty());
}

// Why: many scripts are told to log to /dev/null; that ties nothing together.
TEST(Dependency, TheNullDeviceIsNoDevice) {
    EXPECT_TRUE(
        lean({group({member("mydb", {"/dev/null"})}), group({member("myweb", {"/dev/null"})})})
            .empty());
}

// Why: a Filesystem line without its mount point is a mistake of the file; its device still counts.
TEST(Dependency, AFilesystemWithoutAMountPointHasItsDevice) {
    EXPECT_EQ(lean({group({member("Filesystem", {"/dev/sdb1"})}),
                    group({member("Filesystem", {"/dev/sdb1", "/a", "ext4"})})}),
              (std::vector<Dependency>{{1, 0, "uses /dev/sdb1 of it"}}));
}

// Why: everything lies below the root, so a mount there must not tie everything together.
TEST(Dependency, AMountOfTheRootIsIgnored) {
    EXPECT_TRUE(lean({group({member("Filesystem", {"/dev/sdb1", "/", "ext4"})}),
                      group({member("mydb", {"/etc/db.conf"})})})
                    .empty());
}

// Why: who relied on the strict order of 3.0.6 must be able to have it back.
TEST(Dependency, FileOrderChainsAllGroups) {
    const ResourceGroup any = group({member("IPaddr", {"10.0.0.1"})});
    EXPECT_EQ(dependencies({any, any, any}, GroupOrder::file),
              (std::vector<Dependency>{{1, 0, "group_order file"}, {2, 1, "group_order file"}}));
    EXPECT_TRUE(dependencies({}, GroupOrder::file).empty());
}

}  // namespace
}  // namespace hb::resource
