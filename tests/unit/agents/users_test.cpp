// Who keeps a mount busy, in a /proc of the test's own: four processes, two mount namespaces.
#include "agents/users.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace hb::agents {
namespace {

namespace fs = std::filesystem;

const std::string our_mounts =
    "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
    "40 22 8:17 / /srv/www rw - ext4 /dev/sdb1 rw\n";
const std::string with_a_copy = our_mounts + "41 22 8:17 /part /copy rw - ext4 /dev/sdb1 rw\n";

class UsersTest : public testing::Test {
protected:
    UsersTest() {
        std::string name = (fs::temp_directory_path() / "hb-users-XXXXXX").string();
        root = ::mkdtemp(name.data());
        proc = root + "/proc";
        space("self", "ours", our_mounts);
    }
    ~UsersTest() override {
        std::error_code ignored;
        fs::remove_all(root, ignored);
    }
    void write(const std::string& path, const std::string& text) const {
        fs::create_directories(fs::path(proc + "/" + path).parent_path());
        std::ofstream(proc + "/" + path, std::ios::binary) << text;
    }
    void link(const std::string& path, const std::string& target) const {
        const fs::path at = proc + "/" + path;
        fs::create_directories(at.parent_path());
        fs::remove(at);
        fs::create_symlink(target, at);
    }
    void space(const std::string& process, const std::string& name,
               const std::string& mounts) const {
        link(process + "/ns/mnt", "mnt:[" + name + "]");
        write(process + "/mountinfo", mounts);
    }
    // A process that uses nothing of interest.
    void runs(int pid, unsigned flags = 0x400040) const {
        const std::string id = std::to_string(pid);
        write(id + "/stat", id + " (a) b ( c) S 1 " + id + " 5 0 -1 " + std::to_string(flags) +
                                " 0 0 0 0 0 0 0 0 20 0 1 0 7700 1 1\n");
        link(id + "/cwd", "/");
        link(id + "/root", "/");
        link(id + "/exe", "/usr/bin/sleep");
        link(id + "/ns/mnt", "mnt:[ours]");
        write(id + "/maps",
              "55d0-55d1 r-xp 00000000 08:01 99    /usr/bin/sleep\n7ff0-7ff1 rw-p 0 00:00 0 "
              "[stack]\n");
        opens(pid, 0, "/dev/null", 30);
        opens(pid, 1, "pipe:[4711]", 14);
    }
    void opens(int pid, int fd, const std::string& path, int mount) const {
        const std::string id = std::to_string(pid);
        link(id + "/fd/" + std::to_string(fd), path);
        write(id + "/fdinfo/" + std::to_string(fd),
              "pos:\t0\nflags:\t0100000\nmnt_id:\t" + std::to_string(mount) + "\nino:\t9\n");
    }
    std::vector<pid_t> users(const Target& target) const {
        std::vector<pid_t> out;
        for (const Process& one : users_of(target, proc)) out.push_back(one.id);
        return out;
    }

    std::string root, proc;
    const Target disk{{40, "8:17", "/srv/www"}, true};
    const Target place{{40, "8:17", "/srv/www"}, false};
    using Pids = std::vector<pid_t>;
};

// Why: each of these keeps a mount busy.
TEST_F(UsersTest, AFolderAFileAProgramAndMemoryAreUse) {
    for (int pid = 10; pid < 17; ++pid) runs(pid);
    link("10/cwd", "/srv/www");
    link("11/root", "/srv/www/jail");
    link("12/exe", "/srv/www/bin/x (deleted)");
    opens(13, 7, "/srv/www/log", 40);
    write("14/maps", "7f00-7f01 r--s 00000000 08:11 12    /srv/www/a b\n");
    link("15/cwd", "/srv/www2");
    opens(16, 7, "/srv/www", 22);  // by that name something that lies beneath the mount
    EXPECT_EQ(users(disk), (Pids{10, 11, 12, 13, 14}));
    EXPECT_EQ(users(place), (Pids{10, 11, 12, 13, 14}));
}

// Why: the device 08:11 of a map is hexadecimal, the numbers of the table are not.
TEST_F(UsersTest, AnotherDeviceInMemoryIsNoUse) {
    runs(10);
    write("10/maps", "7f00-7f01 r--s 00000000 08:17 12    /elsewhere\n7f02-7f03 rw-p 0 00:00 0\n");
    EXPECT_EQ(users(disk), Pids{});
    write("10/maps", "7f00-7f01 r--s 00000000 08:11 12    /any/name\n");
    EXPECT_EQ(users(disk), Pids{10});
}

// Why: users of the source of a bind mount, the whole machine maybe, must live.
TEST_F(UsersTest, OfABindMountOnlyItsOwnPlaceCounts) {
    write("self/mountinfo", with_a_copy);
    for (int pid = 10; pid < 14; ++pid) runs(pid);
    link("10/cwd", "/srv/www/part");
    opens(11, 7, "/srv/www/part/log", 40);
    link("12/cwd", "/copy");
    write("13/maps", "7f00-7f01 r--s 00000000 08:11 12    /copy/lib\n");
    EXPECT_EQ(users({{41, "8:17", "/copy"}, false}), (Pids{12, 13}));
    EXPECT_EQ(users(place), (Pids{10, 11}));
}

// Why: a process in a container that shows our disk under another name keeps it busy as well.
TEST_F(UsersTest, OtherMountNamespacesAreLookedInto) {
    for (int pid = 10; pid < 15; ++pid) runs(pid);
    const std::string theirs =
        "72 1 0:60 / / rw - overlay o rw\n73 72 8:17 / /data rw - ext4 /dev/sdb1 rw\n"
        "74 72 8:33 / /srv/www rw - ext4 /dev/sdc1 rw\n";
    for (const char* const pid : {"10", "11", "12", "13"}) space(pid, "theirs", theirs);
    link("10/cwd", "/data/x");
    link("11/cwd", "/srv/www");  // theirs, another disk
    opens(12, 7, "/data/log", 73);
    opens(13, 7, "/srv/www/log", 40);  // handed over by one of us
    opens(14, 7, "/data/log", 73);     // of that name here: nothing of ours
    EXPECT_EQ(users(disk), (Pids{10, 12, 13}));
    EXPECT_EQ(users(place), Pids{13});
}

// Why: its table leaves out what lies above its root, its links do not.
TEST_F(UsersTest, AProcessInAnotherRootIsUnderstood) {
    runs(10);
    link("10/root", "/jail");
    space("10", "theirs",
          "80 1 8:1 / / rw - ext4 /dev/sda1 rw\n81 80 8:17 / /data rw - ext4 d rw\n");
    link("10/cwd", "/jail/data/x");
    EXPECT_EQ(users(disk), Pids{10});
    link("10/cwd", "/data/x");
    EXPECT_EQ(users(disk), Pids{});
}

TEST_F(UsersTest, ThreadsOfTheKernelAndTheDeadAreLeftOut) {
    runs(10, 0x208040);
    link("10/cwd", "/srv/www");
    runs(11);
    link("11/cwd", "/srv/www");
    fs::remove(proc + "/11/stat");
    fs::create_directories(proc + "/12");
    EXPECT_EQ(users(disk), Pids{});
}

TEST_F(UsersTest, AProcessIsReadWhateverItsName) {
    runs(10);
    const auto process = read_process(10, proc);
    ASSERT_TRUE(process);
    EXPECT_EQ(process->name, "a) b ( c");
    EXPECT_EQ(process->parent, 1);
    EXPECT_EQ(process->group, 10);
    EXPECT_EQ(process->started, 7700U);
    EXPECT_FALSE(process->of_kernel);
    write("10/stat", "10 (x) S 1 2\n");
    EXPECT_FALSE(read_process(10, proc));
    write("10/stat", "");
    EXPECT_FALSE(read_process(10, proc));
}

// Why: /proc may be hidden from us, or not be mounted.
TEST_F(UsersTest, WithoutAProcNobodyIsFound) {
    EXPECT_TRUE(users_of(disk, root + "/none").empty());
    EXPECT_TRUE(loops_on(disk, root + "/none", root + "/none").empty());
    write("../block/loop3/loop/backing_file", "/srv/www/image\n");
    EXPECT_TRUE(loops_on(disk, root + "/none", root + "/block").empty());
}

// Why: nobody who is asked to end can let go of such a file; people must hear of it.
TEST_F(UsersTest, LoopDevicesWithAFileOnItAreNamed) {
    write("../block/loop3/loop/backing_file", "/srv/www/image\n");
    write("../block/loop4/loop/backing_file", "/var/image\n");
    write("../block/sda/size", "1\n");
    EXPECT_EQ(loops_on(disk, proc, root + "/block"),
              std::vector<std::string>{"/dev/loop3 (/srv/www/image)"});
}

// Why: a stop that ended the daemon would end every service of the node.
TEST(Spared, OurselvesThoseAboveUsAndOurHelpers) {
    const auto process = [](pid_t id, pid_t parent, pid_t group) {
        return Process{id, parent, group, 1, "x", false};
    };
    constexpr pid_t other = 1 << 23;  // above what the kernel gives
    const Spared spared(true);
    EXPECT_TRUE(spared.spares(process(1, 0, 1)));
    EXPECT_TRUE(spared.spares(process(::getpid(), ::getppid(), other)));
    EXPECT_TRUE(spared.spares(process(::getppid(), 1, other)));
    EXPECT_TRUE(spared.spares(process(other, 1, ::getpgrp())));
    EXPECT_FALSE(Spared(false).spares(process(other, 1, ::getpgrp())));
    EXPECT_TRUE(Spared(false).spares(process(::getppid(), 1, ::getpgrp())));
    EXPECT_TRUE(spared.spares({other, 2, 0, 1, "kworker", true}));
    EXPECT_FALSE(spared.spares(process(other, 1, other)));
    EXPECT_FALSE(spared.spares(process(other, ::getpid(), other)));
}

TEST(Spared, AHelperIsKnownByItsProgram) {
    std::string name = (fs::temp_directory_path() / "hb-spared-XXXXXX").string();
    const std::string proc = ::mkdtemp(name.data());
    fs::create_directories(proc + "/10");
    fs::create_symlink("/usr/libexec/heartbeat/heartbeat-plugin-helper", proc + "/10/exe");
    const Spared spared(false, proc);
    EXPECT_TRUE(spared.spares({10, ::getpid(), 10, 1, "heartbeat-plugi", false}));
    EXPECT_FALSE(spared.spares({10, 2, 10, 1, "heartbeat-plugi", false}));
    fs::remove_all(proc);
}

}  // namespace
}  // namespace hb::agents
