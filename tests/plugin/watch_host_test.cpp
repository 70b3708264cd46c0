// Watching plugins, good and bad: told, heard, replaced, cut off, stopped in order.
#include "watch_host.hpp"

#include <pwd.h>

#include "zoo_fixture.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;
using wire::helper_frame::Fields;

std::string value_of(const Fields& fields, const std::string& name) {
    for (const auto& [known, value] : fields) {
        if (known == name) return value;
    }
    return "(none)";
}

class WatchHostTest : public testing::Test {
protected:
    WatchHost& host() {
        if (!host_) {
            host_ = std::make_unique<WatchHost>(
                loop, launcher, paths,
                WatchHooks{[this](const std::string& plugin, bool running) {
                               states.push_back((running ? "+" : "-") + plugin);
                           },
                           [this](const std::string&, Fields request) {
                               requests.push_back(std::move(request));
                           },
                           log.ear()},
                settings);
        }
        return *host_;
    }
    bool wait_states(std::size_t count) {
        return run_until(loop, [&] { return states.size() >= count; });
    }
    bool wait_log(LogId id, std::size_t count = 1) {
        return run_until(loop, [&] { return log.count(id) >= count; });
    }
    // Runs, and is told the first event.
    void release(const std::string& beast) {
        host().configure({{beast, "", {}}});
        ASSERT_TRUE(wait_states(1));
        host().tell(beast, {{"t", "start"}});
    }
    void quick(Duration answer) { settings = {answer / 2, answer, 20ms, 80ms, 1h}; }
    boost::asio::io_context loop;
    Launcher launcher{loop};
    Paths paths{zoo_paths()};
    KeptLog log;
    std::vector<std::string> states;
    std::vector<Fields> requests;
    WatchSettings settings;

private:
    std::unique_ptr<WatchHost> host_;
};

// Why: the whole round: an event goes in, a request comes out, and time passes for the plugin.
TEST_F(WatchHostTest, TellsEventsAndHearsRequests) {
    host().tell("zoo_good_watch", {{"t", "lost"}});
    host().configure({{"zoo_good_watch", "", {}}});
    ASSERT_TRUE(wait_states(1));
    EXPECT_EQ(states[0], "+zoo_good_watch");
    const Fields event{{"t", "ping_count"}, {"n", "2"}, {"n", "\xc3\xa4 b\n"}, {"wake_ms", "1"}};
    host().tell("zoo_good_watch", event);
    ASSERT_TRUE(run_until(loop, [&] { return requests.size() >= 2; }));
    Fields echo = event;
    echo.emplace_back("from", "echo");
    EXPECT_EQ(requests[0], echo);
    EXPECT_EQ(value_of(requests[1], "t"), "timer");
    EXPECT_TRUE(log.has("plugin zoo_good_watch: echo is here"));
}

// Why: a plugin must have no more rights than its line in ha.cf says, and see no secret of ours.
TEST_F(WatchHostTest, RunsAsItsUserWithoutPrivileges) {
    ZooFolder zoo;
    zoo.copy("zoo_good_watch", "who");
    paths = zoo.paths();
    const passwd* nobody = ::getpwnam("nobody");
    ASSERT_NE(nobody, nullptr);
    const bool root = ::geteuid() == 0;
    host().configure({{"who", "no-such-user-here", {{"password", "secret"}}}});
    ASSERT_TRUE(wait_states(1));
    host().tell("who", {{"t", "who"}});
    ASSERT_TRUE(run_until(loop, [&] { return !requests.empty(); }));
    EXPECT_EQ(value_of(requests[0], "uid"), std::to_string(root ? nobody->pw_uid : ::geteuid()));
    EXPECT_EQ(value_of(requests[0], "group"), "1");
    EXPECT_EQ(value_of(requests[0], "no_new_privs"), "1");
    EXPECT_EQ(value_of(requests[0], "core"), "0");
    EXPECT_EQ(value_of(requests[0], "environment"),
              "PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 ");
    EXPECT_EQ(log.has("there is no user no-such-user-here: runs as nobody"), root);
}

// Why: ipfail must come back by itself, and a crash loop must not eat the machine.
TEST_F(WatchHostTest, StartsADeadOneAgainWithGrowingPauses) {
    quick(5s);
    for (const char* beast : {"zoo_watch_crashes", "zoo_watch_throws", "zoo_watch_exits"}) {
        states.clear();
        log.lines.clear();
        release(beast);
        for (std::size_t round = 1; round < 5; ++round) {
            ASSERT_TRUE(wait_states(2 * round + 1)) << beast;
            host().tell(beast, {{"t", "start"}});
        }
        ASSERT_TRUE(wait_log(LogId::plugin_ended, 5));
        EXPECT_EQ(states[1], "-" + std::string(beast));
        EXPECT_EQ(states[2], "+" + std::string(beast));
        EXPECT_TRUE(log.has("is started again in 20 ms"));
        EXPECT_TRUE(log.has("is started again in 40 ms"));
        EXPECT_TRUE(log.has("is started again in 80 ms"));
        EXPECT_FALSE(log.has("is started again in 160 ms"));
    }
}

// Why: what C++ throws is the plugin's own mistake; it starts from nothing.
TEST_F(WatchHostTest, ReplacesOneThatFailsInside) {
    quick(5s);
    host().configure({{"zoo_good_watch", "", {}}});
    ASSERT_TRUE(wait_states(1));
    host().tell("zoo_good_watch", {{"wake_ms", "nonsense"}});
    ASSERT_TRUE(wait_states(3));
    EXPECT_TRUE(log.has("plugin zoo_good_watch: stoll"));
    EXPECT_TRUE(log.has("plugin zoo_good_watch ended (status 7)"));
}

TEST_F(WatchHostTest, ReplacesAHungOne) {
    quick(300ms);
    release("zoo_watch_hangs");
    ASSERT_TRUE(wait_states(3));
    EXPECT_EQ(log.count(LogId::plugin_hung), 1U);
    EXPECT_EQ(states[1], "-zoo_watch_hangs");
    EXPECT_EQ(states[2], "+zoo_watch_hangs");
}

// Why: what it does not take must not pile up until its answer is due.
TEST_F(WatchHostTest, ReplacesOneThatLetsEventsPileUp) {
    settings = {60s, 60s, 20ms, 80ms, 1h};
    release("zoo_watch_hangs");
    const std::string large(30000, 'x');
    for (int i = 0; i < 40; ++i) host().tell("zoo_watch_hangs", {{"t", large}});
    ASSERT_TRUE(wait_states(3));
    EXPECT_EQ(log.count(LogId::plugin_hung), 1U);
}

// Why: a healthy one that has nothing to do answers questions, and is left alone.
TEST_F(WatchHostTest, LeavesAnIdleOneAlone) {
    settings = {20ms, 5s, 20ms, 80ms, 1h};
    host().configure({{"zoo_good_watch", "", {}}});
    ASSERT_TRUE(wait_states(1));
    EXPECT_FALSE(run_until(
        loop, [&] { return states.size() > 1; }, 300ms));
    EXPECT_EQ(log.count(LogId::plugin_hung), 0U);
}

// Why: it would do the same again; the operator must act, and a reload is enough.
TEST_F(WatchHostTest, CutsOffAFloodingOneUntilTheNextReload) {
    quick(5s);
    release("zoo_watch_floods");
    ASSERT_TRUE(wait_states(2));
    EXPECT_EQ(log.count(LogId::plugin_cut_off), 1U);
    EXPECT_LE(requests.size(), limits::helper_request_burst + limits::helper_requests_per_second);
    EXPECT_FALSE(run_until(
        loop, [&] { return states.size() > 2; }, 300ms));
    EXPECT_TRUE(log.has("reload heartbeatd (SIGHUP)"));
    host().configure({{"zoo_watch_floods", "", {}}});
    ASSERT_TRUE(wait_states(3));
}

TEST_F(WatchHostTest, GivesUpWhatCannotBeLoadedUntilTheNextReload) {
    quick(5s);
    std::vector<WatchSpec> specs;
    for (const char* name : {"zoo_no_symbol", "zoo_wrong_abi", "zoo_wrong_kind", "zoo_short_size",
                             "zoo_null_ops", "zoo_good_fence", "not_there", "../escape"}) {
        specs.push_back({name, "", {}});
    }
    specs.push_back({"zoo_good_watch", "", {{"refuse", "yes"}}});
    host().configure(specs);
    ASSERT_TRUE(wait_log(LogId::plugin_given_up, specs.size()));
    EXPECT_FALSE(run_until(
        loop, [&] { return !states.empty(); }, 100ms));
    EXPECT_TRUE(log.has("plugin zoo_good_watch: told to refuse"));
    host().configure(specs);
    ASSERT_TRUE(wait_log(LogId::plugin_given_up, 2 * specs.size()));
}

TEST_F(WatchHostTest, KeepsLittleOfWhatIsPrintedWithoutEnd) {
    quick(20s);
    release("zoo_watch_prints");
    host().tell("zoo_watch_prints", {{"t", "again"}});
    ASSERT_TRUE(wait_log(LogId::plugin_output_full));
    host().configure({});
    ASSERT_TRUE(wait_states(2));
    std::size_t bytes = 0;
    for (const LogLine& line : log.lines) bytes += line.arguments.back().size();
    EXPECT_LT(bytes, limits::helper_output_bytes_max + 300);
}

TEST_F(WatchHostTest, EndsAGrandchildWithItsPlugin) {
    release("zoo_watch_spawns");
    ASSERT_TRUE(run_until(loop, [&] { return log.has("grandchild "); }));
    const Stranger grandchild(loop, log.number_behind("grandchild "));
    EXPECT_FALSE(grandchild.ended());
    host().configure({});
    EXPECT_TRUE(run_until(loop, [&] { return grandchild.ended(); }));
}

// Why: a reload that changes nothing must not make ipfail forget what it knows.
TEST_F(WatchHostTest, KeepsTheUnchangedAcrossAReload) {
    ZooFolder zoo;
    for (const char* name : {"one", "two", "three"}) zoo.copy("zoo_good_watch", name);
    paths = zoo.paths();
    host().configure({{"one", "", {}}, {"two", "", {}}});
    ASSERT_TRUE(wait_states(2));
    host().configure({{"one", "", {}}, {"three", "", {}}});
    ASSERT_TRUE(wait_states(4));
    std::sort(states.begin() + 2, states.end());
    EXPECT_EQ(states[2], "+three");
    EXPECT_EQ(states[3], "-two");
    EXPECT_FALSE(run_until(
        loop, [&] { return states.size() > 4; }, 50ms));
}

// Why: what was begun first may be needed by what came later. A hung one must not keep us.
TEST_F(WatchHostTest, StopsInReverseOrder) {
    ZooFolder zoo;
    for (const char* name : {"one", "two"}) zoo.copy("zoo_good_watch", name);
    zoo.copy("zoo_watch_hangs", "hung");
    paths = zoo.paths();
    host().configure({{"one", "", {}}, {"hung", "", {}}, {"two", "", {}}});
    ASSERT_TRUE(wait_states(3));
    host().tell("hung", {{"t", "start"}});
    bool stopped = false;
    host().stop([&] { stopped = true; });
    EXPECT_FALSE(stopped);
    ASSERT_TRUE(run_until(loop, [&] { return stopped; }));
    std::vector<std::string> farewells;
    for (const LogLine& line : log.lines) {
        if (line.arguments.back() == "echo goes") farewells.push_back(line.arguments.front());
    }
    EXPECT_EQ(farewells, (std::vector<std::string>{"two", "one"}));
}

}  // namespace
}  // namespace hb::shell
