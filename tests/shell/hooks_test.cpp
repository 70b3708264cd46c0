// The rc.d queue: administrators' scripts run as before, Heartbeat's own names do not.
#include "hooks.hpp"

#include "base/limits.hpp"
#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

class HooksTest : public testing::Test {
protected:
    // Appends to `out` in the folder.
    void hook(const std::string& name, const std::string& body) {
        folder.script("etc/ha.d/rc.d/" + name, "exec >> " + folder.at("out") + "\n" + body);
    }
    void configure() {
        settings.environment = {"PATH=/usr/bin:/bin", "HA_CURHOST=n1"};
        hooks.configure(settings);
    }
    void offer(const std::string& type,
               std::vector<std::pair<std::string, std::string>> fields = {}) {
        hooks.run({type, std::move(fields)});
    }
    std::string out_when_idle() {
        EXPECT_TRUE(run_until(loop, [this] { return hooks.unfinished() == 0; }));
        return text_of(folder.at("out"));
    }
    TempFolder folder;
    boost::asio::io_context loop;
    Launcher launcher{loop};
    HookSettings settings{.environment = {}, .log_file = "", .timeout = 5s};
    std::vector<std::string> log;
    Hooks hooks{loop, launcher, folder.paths(),
                [this](const LogLine& line) { log.push_back(log_text(line)); }};
};

// Why: this is how people hang mail and SNMP traps on cluster events (resources.md 3.1).
TEST_F(HooksTest, RunsTheScriptOfAType) {
    hook("Ifstat", "echo $# $1 $HA_node $HA_CURHOST $HA_NICEFAILBACK");
    configure();
    offer("Ifstat", {{"t", "Ifstat"}, {"node", "n2"}, {"CURHOST", "evil"}});
    offer("ifstat");  // names are exact
    offer("../rc.d/Ifstat");
    EXPECT_EQ(out_when_idle(), "1 ifstat n2 n1 yes\n");
    EXPECT_EQ(log,
              std::vector<std::string>{"Running " + folder.at("etc/ha.d/rc.d/Ifstat") + " ifstat"});
}

// Why: on an upgraded node they are still there and would start every group twice.
TEST_F(HooksTest, NeverRunsHeartbeatsOwnNames) {
    for (const char* name :
         {"status", "ip-request", "ip-request-resp", "hb_takeover", "ask_resources"}) {
        hook(name, "echo " + std::string(name));
    }
    hook("mine", "echo mine");
    configure();
    EXPECT_EQ(log.size(), 5U) << "each differs from what Debian shipped";
    EXPECT_NE(log.front().find("rc.d/ask_resources is not run"), std::string::npos);
    for (const char* name :
         {"status", "ip-request", "ip-request-resp", "hb_takeover", "ask_resources", "mine"}) {
        offer(name);
    }
    EXPECT_EQ(out_when_idle(), "mine\n");
}

// Why: `rc_d_all yes` is the way out for whoever extended one of them.
TEST_F(HooksTest, RunsThemWhenTheAdministratorInsists) {
    hook("status", "echo $HA_src was ${HA_OSTATUS-unknown} is $HA_st");
    settings.run_all = true;
    settings.managed = false;
    configure();
    EXPECT_TRUE(log.empty());
    offer("status", {{"src", "n2"}, {"st", "active"}});
    offer("status", {{"src", "n2"}, {"st", "dead"}});
    EXPECT_EQ(out_when_idle(), "n2 was unknown is active\nn2 was active is dead\n");
}

// Why: events tell a story; two scripts at once would tell it out of order.
TEST_F(HooksTest, RunsOneAtATimeInOrder) {
    hook("first", "echo begin; sleep 0.2; echo end");
    hook("second", "echo second");
    configure();
    offer("first");
    offer("second");
    EXPECT_EQ(out_when_idle(), "begin\nend\nsecond\n");
}

// Why: in 3.0.6 one hanging script blocked all later ones for ever.
TEST_F(HooksTest, EndsAHangingScriptAndGoesOn) {
    hook("hangs", "sleep 60");
    hook("fails", "exit 3");
    hook("last", "echo last");
    settings.timeout = 200ms;
    configure();
    for (const char* name : {"hangs", "fails", "last"}) offer(name);
    EXPECT_EQ(out_when_idle(), "last\n");
    const std::string all = log.at(0) + "\n" + log.at(1) + "\n" + log.at(2) + "\n" + log.at(3);
    EXPECT_NE(all.find("hangs ended with its time-out"), std::string::npos) << all;
    EXPECT_NE(all.find("fails ended with status 3"), std::string::npos) << all;
}

// Why: messages may come faster than scripts run; memory must not grow.
TEST_F(HooksTest, DropsWhatDoesNotFitTheQueue) {
    hook("note", "echo x");
    configure();
    for (std::size_t i = 0; i < limits::hook_queue_max + 11; ++i) offer("note");
    EXPECT_EQ(hooks.unfinished(), limits::hook_queue_max + 1);
    EXPECT_EQ(log.size(), 10U);
    EXPECT_NE(log.front().find("queue of rc.d scripts is full"), std::string::npos);
}

// Why: 3.0.6's own files must not be called changed (hashes of Debian's package).
TEST(HeartbeatHooks, AreKnownByName) {
    EXPECT_TRUE(is_heartbeat_hook("status"));
    EXPECT_TRUE(is_heartbeat_hook("HB_takeover"));
    EXPECT_FALSE(is_heartbeat_hook("ifstat"));
    EXPECT_FALSE(is_heartbeat_hook(""));
}

}  // namespace
}  // namespace hb::shell
