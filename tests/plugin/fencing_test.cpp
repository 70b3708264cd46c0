// The fencing devices of ha.cf at work: a shot's way to its plugin, the looks at the devices before
// they are needed, and what is kept for people.
#include "fencing.hpp"

#include "clock.hpp"
#include "fence_check.hpp"
#include "zoo_fixture.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

config::FenceDevice device(const std::string& plugin, int line,
                           config::FenceParameters parameters = {}) {
    return {plugin, {plugin, {}}, {}, std::move(parameters), line};
}

class FencingTest : public testing::Test {
protected:
    FencingTest() {
        const std::filesystem::path plugins = folder.at("plugins");
        std::filesystem::create_directories(plugins / "stonith");
        for (const char* animal : {"good_fence", "fence_hangs", "fence_crashes"}) {
            folder.write(std::string("plugins/stonith/") + animal + ".so",
                         text_of(std::string(HB_PLUGIN_DIR "/zoo_") + animal + ".so"), 0755);
        }
        ::chmod((plugins / "stonith").c_str(), 0755);
        paths = folder.paths();
        paths.plugin_dir = plugins.string();
        paths.plugin_helper = HB_PLUGIN_HELPER;
        std::filesystem::create_directories(paths.state_dir);
        std::filesystem::create_directories(paths.run_dir);
        begin();
    }
    void begin() {
        fencing.emplace(
            loop, launcher, paths, [this](FenceDone done) { answers.push_back(std::move(done)); },
            log.ear());
    }
    FenceDone shoot(const std::string& name, Duration timeout = 20s) {
        const std::size_t before = answers.size();
        fencing->shoot({JobId{before + 1}, "beta", name, timeout});
        EXPECT_EQ(answers.size(), before);  // never from within
        EXPECT_TRUE(run_until(loop, [&] { return answers.size() > before; }));
        return answers.empty() ? FenceDone{} : answers.back();
    }
    // A second passes, and what it caused is done.
    void tick_until(const std::function<bool()>& happened) {
        for (int i = 0; i < 20 && !happened(); ++i) {
            now = now + 1s;
            fencing->tick(now, 1764500000);
            run_until(loop, happened, 500ms);
        }
        EXPECT_TRUE(happened());
    }
    std::size_t lines_of_history() const {
        const std::string text = text_of(paths.fence_history());
        return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    }

    TempFolder folder;
    Paths paths;
    boost::asio::io_context loop;
    Launcher launcher{loop};
    KeptLog log;
    std::vector<FenceDone> answers;
    std::optional<Fencing> fencing;
    Instant now{1000s};
};

// Why: the one way from an order to a yes: the device by its name, its parameters, the node.
TEST_F(FencingTest, AShotGoesToTheDeviceOfThatName) {
    fencing->configure({device("fence_crashes", 7),
                        device("good_fence", 8, {{"knows", "beta"}, {"password", "secret"}})});
    EXPECT_EQ(shoot("good_fence (line 8)").result, FenceResult::confirmed);
    EXPECT_EQ(shoot("fence_crashes (line 7)").result, FenceResult::unknown);
    const FenceDone none = shoot("good_fence (line 9)");
    EXPECT_EQ(none.result, FenceResult::refused);
    EXPECT_FALSE(log.has("secret"));
}

// Why: a device that hangs must not hold up the next one, nor live on after its order.
TEST_F(FencingTest, AShotThatIsCalledOffIsEndedAndUnknown) {
    fencing->configure({device("fence_hangs", 7)});
    fencing->shoot({JobId{1}, "beta", "fence_hangs (line 7)", 60s});
    fencing->kill(JobId{99});  // a script's
    run_until(
        loop, [] { return false; }, 300ms);
    EXPECT_TRUE(answers.empty());
    fencing->kill(JobId{1});
    ASSERT_TRUE(run_until(loop, [&] { return !answers.empty(); }));
    EXPECT_EQ(answers[0].result, FenceResult::unknown);
}

// Why: a broken device is found out while it is not needed; what works again is said as well.
TEST_F(FencingTest, EveryDeviceIsLookedAtAtStartAndEachHour) {
    fencing->configure({device("good_fence", 7, {{"knows", "beta"}}),
                        device("good_fence", 8, {{"nonsense", "1"}}), device("not_there", 9)});
    tick_until([&] { return log.count(LogId::device_fails) == 2; });
    EXPECT_EQ(log.count(LogId::device_works), 1U);
    EXPECT_TRUE(log.has("Fencing device not_there (line 9) does not work: refused: "));
    EXPECT_TRUE(log.has("No such file"));
    tick_until([&] { return fencing_report(paths).find("line 9): FAILS") != std::string::npos; });
    EXPECT_NE(fencing_report(paths).find("good_fence (line 7): answers ("), std::string::npos);

    now = now + 59min;
    fencing->tick(now, 1764500000);
    run_until(
        loop, [] { return false; }, 100ms);
    EXPECT_EQ(log.count(LogId::device_fails), 2U);
    now = now + 1min;
    tick_until([&] { return log.count(LogId::device_fails) == 4; });

    std::filesystem::copy_file(folder.at("plugins/stonith/good_fence.so"),
                               folder.at("plugins/stonith/not_there.so"));
    fencing->configure({device("not_there", 9, {{"knows", "beta"}})});  // a reload
    tick_until([&] { return log.count(LogId::device_back) == 1; });
}

// Why: most devices let one in at a time; a look must not cost the shot its place.
TEST_F(FencingTest, AShotEndsALookAndTheLookComesAgain) {
    fencing->configure({device("good_fence", 8, {{"knows", "beta"}})});
    fencing->tick(now, 1764500000);  // the look begins
    EXPECT_EQ(shoot("good_fence (line 8)").result, FenceResult::confirmed);
    EXPECT_EQ(log.count(LogId::device_fails), 0U);
    tick_until([&] { return log.count(LogId::device_works) == 1; });
}

// Why: what was shot last week, by what and how fast, is asked after the daemon was updated.
TEST_F(FencingTest, TheHistoryOutlivesTheDaemonAndIsBounded) {
    fencing->configure({device("good_fence", 8, {{"knows", "beta"}})});
    fencing->tick(now, 1764500000);
    shoot("good_fence (line 8)");
    shoot("nothing (line 1)");
    tick_until([&] { return lines_of_history() == 2; });
    const std::string text = text_of(paths.fence_history());
    EXPECT_TRUE(
        text.starts_with("2025-11-30T10:53:20Z beta [good_fence (line 8)] confirmed after "))
        << text;
    EXPECT_NE(text.find("] refused after 0 ms: "), std::string::npos) << text;
    EXPECT_NE(fencing_report(paths).find("resets of other nodes"), std::string::npos);

    std::string many;
    for (std::size_t i = 0; i < limits::fence_history_lines; ++i) many += "old\n";
    folder.write("var/lib/heartbeat/fence_history", many);
    shoot("good_fence (line 8)");
    fencing.reset();  // the end of the daemon writes what is left
    EXPECT_EQ(lines_of_history(), limits::fence_history_lines);
    EXPECT_TRUE(text_of(paths.fence_history()).find("confirmed") != std::string::npos);
}

// Why: a missing parameter is told at start, with its place, and not in the night of the failure.
TEST_F(FencingTest, WhatAPluginRefusesIsAnErrorOfTheStart) {
    LoadedConfig config;
    config.ha_cf.devices = {device("good_fence", 7, {{"knows", "beta"}}),
                            device("good_fence", 8, {{"nonsense", "1"}}), device("not_there", 9),
                            device("fence_crashes", 10)};
    check_devices(paths, config);
    std::string errors, warnings;
    for (const auto& one : config.found.errors) errors += one.shown() + "\n";
    for (const auto& one : config.found.warnings) warnings += one.shown() + "\n";
    EXPECT_NE(errors.find("ha.cf:8: fencing device good_fence: unknown parameter\n"),
              std::string::npos)
        << errors;
    EXPECT_NE(errors.find("ha.cf:9: fencing device not_there: "), std::string::npos) << errors;
    EXPECT_EQ(config.found.errors.size(), 2U) << errors;
}

}  // namespace
}  // namespace hb::shell
