// Fencing devices as heartbeatd uses them: through the helper, with its limits and its log.
#include <fstream>
#include <optional>

#include "plugin_host.hpp"
#include "zoo_fixture.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

class DeviceHostTest : public testing::Test {
protected:
    FenceDone call(const std::string& plugin, wire::helper_frame::Fields config, Duration timeout) {
        Paths paths = zoo_paths();
        paths.plugin_dir = folder.path();
        folder.write(plugin + ".so", text_of(HB_PLUGIN_DIR "/stonith/" + plugin + ".so"), 0755);
        ::chmod(folder.path().c_str(), 0755);
        std::optional<PluginAnswer> answer;
        PluginHost host(
            loop, launcher, paths, [&](PluginAnswer got) { answer = std::move(got); }, log.ear());
        host.run({JobId{1}, plugin, std::move(config), "reset", "beta", timeout});
        EXPECT_TRUE(run_until(
            loop, [&] { return answer.has_value(); }, 60s));
        return answer ? answer->done : FenceDone{};
    }
    TempFolder folder;
    boost::asio::io_context loop;
    Launcher launcher{loop};
    KeptLog log;
};

constexpr const char* script =
    "case $1 in getconfignames) echo host password mood ;; gethosts) echo beta ;;\n"
    "reset) [ $mood = slow ] && { sleep 600 & echo $! >${0%/*}/left; wait; }\n"
    "  echo \"told $password\" >&2; [ $mood = good ] ;;\n*) exit 1 ;; esac";

TEST_F(DeviceHostTest, AConfirmedShotGoesThroughTheHelper) {
    folder.script("external/switch", script);
    const auto done =
        call("external", {{"type", "switch"}, {"1", "beta"}, {"2", "hunter2"}, {"3", "good"}}, 50s);
    EXPECT_EQ(done.result, FenceResult::confirmed) << done.words;
}

TEST_F(DeviceHostTest, ARefusalHasTheDevicesWordsButNoSecret) {
    folder.script("external/switch", script);
    const auto done =
        call("external", {{"type", "switch"}, {"1", "beta"}, {"2", "hunter2"}, {"3", "bad"}}, 50s);
    EXPECT_EQ(done.result, FenceResult::refused);
    EXPECT_TRUE(log.has("told ***"));
    EXPECT_FALSE(log.has("hunter2"));
    EXPECT_EQ(done.words.find("hunter2"), std::string::npos);
}

// Why: what a script has begun must not shoot when nobody waits any more.
TEST_F(DeviceHostTest, AScriptThatHangsConfirmsNothingAndEnds) {
    folder.script("external/switch", script);
    const auto done =
        call("external", {{"type", "switch"}, {"1", "beta"}, {"2", "x"}, {"3", "slow"}}, 4s);
    EXPECT_NE(done.result, FenceResult::confirmed);
    std::ifstream left(folder.at("external/left"));
    long pid = 0;
    if (!(left >> pid)) return;  // it had not come so far
    const Stranger stranger(loop, pid);
    EXPECT_TRUE(run_until(
        loop, [&] { return stranger.ended(); }, 30s));
}

TEST_F(DeviceHostTest, AWrongParameterIsTold) {
    const auto done = call("null", {{"hosts", "beta"}}, 50s);
    EXPECT_EQ(done.result, FenceResult::refused);
    EXPECT_EQ(done.words, "parameter hosts is unknown, expected some of: hostlist");
}

}  // namespace
}  // namespace hb::shell
