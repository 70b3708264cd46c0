// RunAgent and KillJob: one answer per job, whatever happens.
#include "script_runner.hpp"

#include <signal.h>

#include "base/limits.hpp"
#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

class ScriptRunnerTest : public testing::Test {
protected:
    ScriptRunnerTest() { runner.surroundings({"PATH=/usr/bin:/bin", "HA_CURHOST=n"}, ""); }
    void run(std::uint64_t job, const std::string& type, ScriptAction action,
             Duration timeout = 5s) {
        runner.run({JobId{job}, {type, {"10.0.0.1"}, action}, timeout});
    }
    bool wait_for(std::size_t answers) {
        return run_until(loop, [&] { return done.size() >= answers; });
    }
    TempFolder folder;
    boost::asio::io_context loop;
    Launcher launcher{loop};
    std::vector<ScriptDone> done;
    std::vector<std::string> log;
    ScriptRunner runner{loop, launcher, folder.paths(),
                        [this](ScriptDone result) { done.push_back(std::move(result)); },
                        [this](const LogLine& line) { log.push_back(log_text(line)); }};
};

// Why: the core decides by this output; the log has 3.0.6's words for what moves a service.
TEST_F(ScriptRunnerTest, AnswersAndLogsStartsButNotStatus) {
    const std::string path =
        folder.script("etc/ha.d/resource.d/IPaddr", "echo \"$2 on $HA_CURHOST\"");
    run(1, "IPaddr", ScriptAction::status);
    ASSERT_TRUE(wait_for(1));
    EXPECT_EQ(done[0].job, JobId{1});
    EXPECT_EQ(done[0].end, ScriptEnd::exited);
    EXPECT_EQ(done[0].output, "status on n\n");
    EXPECT_TRUE(log.empty());
    run(2, "IPaddr", ScriptAction::start);
    ASSERT_TRUE(wait_for(2));
    EXPECT_EQ(log, std::vector<std::string>{"Running " + path + " 10.0.0.1 start"});
    EXPECT_EQ(runner.unfinished(), 0U);
}

// Why: a unit prints nothing readable; its exit status becomes the word that decides.
TEST_F(ScriptRunnerTest, TurnsAUnitsExitStatusIntoAWord) {
    folder.write("etc/systemd/system/web.service", "[Service]\n");
    folder.script("bin/systemctl", "[ \"$1\" = is-active ] && exit 0");
    folder.write("etc/systemd/system/db.service", "[Service]\n");
    run(1, "web", ScriptAction::status);
    ASSERT_TRUE(wait_for(1));
    EXPECT_EQ(done[0].output, "running");
    folder.script("bin/systemctl", "exit 3");
    run(2, "db", ScriptAction::status);
    ASSERT_TRUE(wait_for(2));
    EXPECT_EQ(done[1].output, "stopped");
}

// Why: the core waits for an answer to every job, and only one.
TEST_F(ScriptRunnerTest, AnswersOnceWhateverHappens) {
    folder.script("etc/ha.d/resource.d/hangs", "sleep 60");
    folder.script("etc/ha.d/resource.d/dies", "kill -9 $$");
    folder.write("etc/ha.d/resource.d/nonsense", "no program", 0755);
    folder.write("etc/ha.d/resource.d/broken", "#!/no/such/shell\n", 0755);
    run(1, "missing", ScriptAction::start);
    run(2, "hangs", ScriptAction::start, 300ms);
    run(3, "dies", ScriptAction::start);
    run(4, "broken", ScriptAction::start);
    run(5, "hangs", ScriptAction::start);
    runner.kill(JobId{5});
    runner.kill(JobId{99});
    run(6, "../../../bin/true", ScriptAction::start);
    run(7, "nonsense", ScriptAction::start);
    ASSERT_TRUE(wait_for(7));
    EXPECT_FALSE(run_until(
        loop, [this] { return done.size() > 7; }, 100ms));
    std::map<JobId, ScriptEnd> ends;
    for (const ScriptDone& one : done) ends[one.job] = one.end;
    EXPECT_EQ(ends[JobId{1}], ScriptEnd::missing);
    EXPECT_EQ(ends[JobId{2}], ScriptEnd::timed_out);
    EXPECT_EQ(ends[JobId{3}], ScriptEnd::signalled);
    EXPECT_EQ(ends[JobId{4}], ScriptEnd::not_started);
    EXPECT_EQ(ends[JobId{5}], ScriptEnd::signalled);
    EXPECT_EQ(ends[JobId{6}], ScriptEnd::missing);
    EXPECT_EQ(ends[JobId{7}], ScriptEnd::not_started);
}

// Why: three hundred groups must neither fork the machine to death nor be forgotten.
TEST_F(ScriptRunnerTest, QueuesWhatIsTooMuchAtOnce) {
    folder.script("etc/ha.d/resource.d/quick", "exit 0");
    for (std::uint64_t i = 0; i < limits::children_max; ++i) {
        run(100 + i, "missing", ScriptAction::start);
    }
    run(1, "quick", ScriptAction::start);
    run(2, "quick", ScriptAction::start);
    runner.kill(JobId{2});  // waits still
    ASSERT_TRUE(wait_for(limits::children_max + 2));
    for (const ScriptDone& one : done) {
        if (one.job == JobId{1}) {
            EXPECT_EQ(one.end, ScriptEnd::exited);
        }
        if (one.job == JobId{2}) {
            EXPECT_EQ(one.end, ScriptEnd::signalled);
            EXPECT_EQ(one.took, Duration::zero());
        }
    }
}

// Why: the daemon's end must not be told to whoever is gone.
TEST_F(ScriptRunnerTest, IsSilentWhenItsOwnerGoes) {
    folder.script("etc/ha.d/resource.d/slow", "sleep 0.1");
    int told = 0;
    {
        ScriptRunner brief(
            loop, launcher, folder.paths(), [&told](const ScriptDone&) { ++told; },
            [&told](const LogLine&) { ++told; });
        brief.run({JobId{1}, {"slow", {}, ScriptAction::start}, 5s});
    }
    run(2, "slow", ScriptAction::start);
    ASSERT_TRUE(wait_for(1));
    EXPECT_EQ(told, 0);
}

}  // namespace
}  // namespace hb::shell
