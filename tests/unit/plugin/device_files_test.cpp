// Which programs are run as root, and what is remembered of them.
#include "plugin/device_files.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "heartbeat/plugin.hpp"

namespace hb::fence {
namespace {

class DeviceFiles : public testing::Test {
protected:
    DeviceFiles() {
        std::array<char, 32> name{"/tmp/hb_devices_XXXXXX"};
        folder = ::mkdtemp(name.data());
    }
    ~DeviceFiles() override { std::filesystem::remove_all(folder); }
    std::string script(const std::string& name, mode_t mode = 0755) {
        const std::string path = folder + "/" + name;
        std::ofstream(path) << "#!/bin/sh\n";
        ::chmod(path.c_str(), mode);
        return path;
    }
    std::string found(const std::string& name, bool links = false) {
        try {
            return find_program({"/no/such/folder", folder}, name, links);
        } catch (const plugin::Refusal& refused) {
            EXPECT_EQ(refused.rc(), HB_BAD_CONFIG);
            return refused.what();
        }
    }
    std::string folder;
};

TEST_F(DeviceFiles, FindsTheFirstOfThatName) {
    const std::string path = script("good");
    EXPECT_EQ(found("good"), path);
    EXPECT_EQ(found("other"), "parameter type: there is no other in /no/such/folder or " + folder);
    EXPECT_NE(found("../" + folder.substr(5) + "/good").find("there is no"), std::string::npos);
}

// Why: whoever may write it would be root on the day of the outage.
TEST_F(DeviceFiles, RunsNothingThatOthersMayWrite) {
    script("shared", 0775);
    script("open", 0757);
    script("plain", 0644);
    ASSERT_EQ(::symlink(script("good").c_str(), (folder + "/link").c_str()), 0);
    ::mkdir((folder + "/folder").c_str(), 0755);
    EXPECT_NE(found("shared").find("may be written by others"), std::string::npos);
    EXPECT_NE(found("open").find("may be written by others"), std::string::npos);
    EXPECT_NE(found("plain").find("is not executable"), std::string::npos);
    EXPECT_NE(found("link").find("is no regular file"), std::string::npos);
    EXPECT_EQ(found("link", true), folder + "/link");
    EXPECT_EQ(list_programs({folder}, "", false), (Folders{"good"}));
    EXPECT_EQ(list_programs({folder, folder}, "", true), (Folders{"good", "link"}));
    EXPECT_EQ(list_programs({folder}, "go", true), (Folders{"good"}));
    EXPECT_EQ(list_programs({"/no/such/folder"}, "", true), Folders{});
}

TEST_F(DeviceFiles, RemembersUntilTheProgramChanges) {
    const std::string path = script("good");
    int asked = 0;
    const auto ask = [&] {
        return remembered(folder + "/memory", path, "getinfo-xml",
                          [&] { return "answer " + std::to_string(++asked); });
    };
    EXPECT_EQ(ask(), "answer 1");
    EXPECT_EQ(ask(), "answer 1");
    std::ofstream(path, std::ios::app) << "# newer\n";
    EXPECT_EQ(ask(), "answer 2");
    EXPECT_EQ(ask(), "answer 2");
}

// Why: an answer that could not be had, or could be anybody's, is asked for again.
TEST_F(DeviceFiles, RemembersNeitherNothingNorWhatOthersWrote) {
    const std::string path = script("good");
    int asked = 0;
    const auto ask = [&](const std::string& answer) {
        return remembered(folder + "/memory", path, "x", [&] {
            ++asked;
            return answer;
        });
    };
    EXPECT_EQ(ask(""), "");
    EXPECT_EQ(ask("yes"), "yes");
    EXPECT_EQ(asked, 2);
    for (const auto& entry : std::filesystem::directory_iterator(folder + "/memory")) {
        ::chmod(entry.path().c_str(), 0666);
    }
    EXPECT_EQ(ask("new"), "new");
    EXPECT_EQ(remembered("/no/such/folder", path, "x", [] { return std::string("y"); }), "y");
}

}  // namespace
}  // namespace hb::fence
