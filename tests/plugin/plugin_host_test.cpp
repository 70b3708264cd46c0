// Fencing plugins, good and bad: what their ends mean (heartbeat-plugin(3)). A wrong `confirmed`
// would start a service twice.
#include "plugin_host.hpp"

#include "zoo_fixture.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

class PluginHostTest : public testing::Test {
protected:
    PluginAnswer call(PluginCall order) {
        const std::size_t before = answers.size();
        if (order.job == JobId{}) order.job = JobId{before + 1};
        host.run(std::move(order));
        EXPECT_TRUE(run_until(loop, [&] { return answers.size() > before; }));
        return answers.empty() ? PluginAnswer{} : answers.back();
    }
    PluginAnswer call(const std::string& plugin, wire::helper_frame::Fields config = {},
                      Duration timeout = 20s) {
        return call({{}, plugin, std::move(config), "reset", "beta", timeout});
    }
    boost::asio::io_context loop;
    Launcher launcher{loop};
    KeptLog log;
    std::vector<PluginAnswer> answers;
    Paths paths{zoo_paths()};
    PluginHost host{loop, launcher, paths,
                    [this](PluginAnswer answer) { answers.push_back(std::move(answer)); },
                    log.ear()};
};

// Why: the one way to a yes, with everything that has to reach the plugin.
TEST_F(PluginHostTest, ConfirmsWhatTheDeviceConfirms) {
    const auto answer = call("zoo_good_fence", {{"knows", "beta"}, {"password", "secret"}}, 15s);
    EXPECT_EQ(answer.done.job, JobId{1});
    EXPECT_EQ(answer.done.result, FenceResult::confirmed);
    EXPECT_FALSE(answer.broken);
    EXPECT_TRUE(log.has("plugin zoo_good_fence: reset beta within 15000 ms"));
    EXPECT_FALSE(log.has("secret"));
    EXPECT_EQ(host.unfinished(), 0U);
}

// Why: an operator must read why, and it is worth another try.
TEST_F(PluginHostTest, PassesOnARefusalWithTheDevicesWords) {
    const auto unknown_node = call("zoo_good_fence", {{"knows", "gamma"}});
    EXPECT_EQ(unknown_node.done.result, FenceResult::refused);
    EXPECT_EQ(unknown_node.done.words, "no outlet has this node");
    EXPECT_FALSE(unknown_node.broken);
    EXPECT_EQ(call("zoo_good_fence", {{"nonsense", "1"}}).done.result, FenceResult::refused);
}

// Why: a probe shows a dead device before it is needed.
TEST_F(PluginHostTest, ProbesWithoutShooting) {
    const auto answer = call({{}, "zoo_good_fence", {{"knows", "x"}}, "probe", "", 10s});
    EXPECT_EQ(answer.done.result, FenceResult::confirmed);
    EXPECT_FALSE(log.has("reset"));
    EXPECT_EQ(call({{}, "zoo_good_fence", {}, "explode", "beta", 10s}).done.result,
              FenceResult::refused);
}

// Why: nothing of these ever runs, so the device is to be shown as broken.
TEST_F(PluginHostTest, CallsBrokenWhatCannotBeLoaded) {
    for (const char* name :
         {"zoo_no_symbol", "zoo_wrong_abi", "zoo_wrong_kind", "zoo_short_size", "zoo_null_ops",
          "zoo_null_fence", "zoo_good_watch", "not_there", "../../etc/passwd", ""}) {
        const auto answer = call(name);
        EXPECT_EQ(answer.done.result, FenceResult::refused) << name;
        EXPECT_TRUE(answer.broken) << name;
        EXPECT_NE(answer.done.words, "") << name;
    }
    EXPECT_TRUE(log.has("was built for interface 99, expected 1"));
    EXPECT_TRUE(log.has("does not export hb_plugin_entry"));
}

// Why: whoever can write the file would run as root.
TEST_F(PluginHostTest, LoadsNothingThatOthersMayWrite) {
    ZooFolder zoo;
    const std::string path = zoo.copy("zoo_good_fence", "mine");
    paths = zoo.paths();
    KeptLog words;
    PluginHost own(
        loop, launcher, paths,
        [this](PluginAnswer answer) { answers.push_back(std::move(answer)); }, words.ear());
    const auto result = [&](mode_t mode) {
        const std::size_t before = answers.size();
        ::chmod(path.c_str(), mode);
        own.run({JobId{1}, "mine", {{"knows", "beta"}}, "reset", "beta", 20s});
        EXPECT_TRUE(run_until(loop, [&] { return answers.size() > before; }));
        return answers.back();
    };
    EXPECT_EQ(result(0755).done.result, FenceResult::confirmed);
    EXPECT_TRUE(result(0775).broken);
    EXPECT_TRUE(result(0757).broken);
    EXPECT_TRUE(words.has("others than its owner may write it"));
    ::chmod(paths.plugin_dir.c_str(), 0777);
    EXPECT_TRUE(result(0755).broken);
}

// Why: unknown is never a yes, and the daemon goes on.
TEST_F(PluginHostTest, KnowsNothingAfterACrashOrAnExit) {
    for (const char* name :
         {"zoo_fence_crashes", "zoo_fence_throws", "zoo_fence_exits", "zoo_fence_floods"}) {
        const auto answer = call(name);
        EXPECT_EQ(answer.done.result, FenceResult::unknown) << name << answer.done.words;
        EXPECT_FALSE(answer.broken) << name;
    }
    EXPECT_EQ(call("zoo_good_fence", {{"knows", "beta"}}).done.result, FenceResult::confirmed);
}

TEST_F(PluginHostTest, KnowsNothingAfterATimeOut) {
    const auto answer = call("zoo_fence_hangs", {}, 300ms);
    EXPECT_EQ(answer.done.result, FenceResult::unknown);
    EXPECT_LT(answer.done.took, 10s);
}

TEST_F(PluginHostTest, EndsACallThatIsNotWantedAnyMore) {
    host.run({JobId{7}, "zoo_fence_hangs", {}, "reset", "beta", 60s});
    host.kill(JobId{99});
    host.kill(JobId{7});
    ASSERT_TRUE(run_until(loop, [&] { return !answers.empty(); }));
    EXPECT_EQ(answers[0].done.result, FenceResult::unknown);
}

// Why: ten megabytes must fill neither the log nor the pipe that the plugin writes to.
TEST_F(PluginHostTest, KeepsLittleOfWhatIsPrintedWithoutEnd) {
    EXPECT_EQ(call("zoo_fence_prints").done.result, FenceResult::confirmed);
    std::size_t bytes = 0;
    for (const LogLine& line : log.lines) bytes += line.arguments.back().size();
    EXPECT_GT(bytes, limits::helper_output_bytes_max / 2);
    EXPECT_LT(bytes, limits::helper_output_bytes_max + 200);
    EXPECT_EQ(log.count(LogId::plugin_output_full), 1U);
    EXPECT_EQ(log.count(LogId::plugin_output_dropped), 1U);
}

// Why: what a plugin leaves behind could shoot later.
TEST_F(PluginHostTest, LeavesNoGrandchild) {
    host.run({JobId{1}, "zoo_fence_spawns", {}, "reset", "beta", 20s});
    ASSERT_TRUE(run_until(loop, [&] { return log.has("grandchild "); }));
    const Stranger grandchild(loop, log.number_behind("grandchild "));
    EXPECT_TRUE(run_until(loop, [&] { return !answers.empty() && grandchild.ended(); }));
    EXPECT_EQ(answers.at(0).done.result, FenceResult::confirmed);
}

// Why: a limit to know. A device that says yes is believed; only the choice of devices helps.
TEST_F(PluginHostTest, BelievesALiar) {
    EXPECT_EQ(call("zoo_fence_lies").done.result, FenceResult::confirmed);
}

// Why: the shot of a daemon that is gone must not fall later.
TEST_F(PluginHostTest, EndsItsHelpersWhenItGoes) {
    int told = 0;
    KeptLog words;
    auto brief = std::make_unique<PluginHost>(
        loop, launcher, paths, [&told](const PluginAnswer&) { ++told; }, words.ear());
    brief->run({JobId{1}, "zoo_fence_spawns", {}, "reset", "beta", 20s});
    brief->run({JobId{2}, "zoo_fence_hangs", {}, "reset", "beta", 20s});
    ASSERT_TRUE(run_until(loop, [&] { return words.has("grandchild "); }));
    const Stranger grandchild(loop, words.number_behind("grandchild "));
    brief.reset();
    EXPECT_TRUE(run_until(loop, [&] { return grandchild.ended(); }));
    EXPECT_LE(told, 1);
}

TEST_F(PluginHostTest, SaysSoWhenTheHelperIsNotInstalled) {
    paths.plugin_helper = "/no/such/helper";
    PluginHost own(
        loop, launcher, paths,
        [this](PluginAnswer answer) { answers.push_back(std::move(answer)); }, log.ear());
    own.run({JobId{1}, "zoo_good_fence", {}, "reset", "beta", 20s});
    ASSERT_TRUE(run_until(loop, [&] { return !answers.empty(); }));
    EXPECT_NE(answers[0].done.result, FenceResult::confirmed);
    EXPECT_NE(answers[0].done.words.find("heartbeat-plugin-helper"), std::string::npos);
}

}  // namespace
}  // namespace hb::shell
