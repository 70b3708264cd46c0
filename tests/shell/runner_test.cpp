// The loop around a node: order of effects, input before timers, punctual wake-ups. The node here
// is a recording stand-in; the real one is tested in tests/scenario.
#include "runner.hpp"

#include <gtest/gtest.h>

#include "loop.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

struct FakeNode final : Node {
    void start(Now, Effects& out) override { out = on_start; }
    void step(Now now, const Event& event, Effects& out) override {
        seen.push_back(event);
        times.push_back(now.mono);
        if (std::holds_alternative<Wakeup>(event)) deadline = never;
        if (on_step) on_step(event, out);
    }
    Instant next_deadline() const override { return deadline; }
    core::Pulse pulse() const override { return beats; }

    core::Pulse beats;
    Effects on_start;
    std::function<void(const Event&, Effects&)> on_step;
    std::vector<Event> seen;
    std::vector<Instant> times;
    Instant deadline{never};
};

struct FakeHands final : Hands {
    void run_agent(const RunAgent& call) override {
        done.push_back("run " + call.call.type);
        if (answer) answer(call);
    }
    void agents_given() override { done.push_back("agents given"); }
    void fence(const FenceNode&) override { done.push_back("fence"); }
    void kill_job(JobId) override { done.push_back("kill"); }
    void announce_again(const AnnounceAgain&) override { done.push_back("announce"); }
    void run_hook(const RunHook& hook) override { done.push_back("hook " + hook.type); }
    void tell_plugin(const TellPlugin& news) override { done.push_back("tell " + news.plugin); }
    void client(const Notify& order) override { done.push_back("notify " + order.frame); }
    void client(const TellStatus&) override { done.push_back("tell status"); }
    void client(const EndClient&) override { done.push_back("end client"); }
    void client(const ClientQueue&) override { done.push_back("client queue"); }
    void client(const PauseClients&) override { done.push_back("pause clients"); }
    void log(const LogLine& line) override { done.push_back("log " + log_text(line)); }
    void self_fence(const std::string& reason) override { done.push_back("fence " + reason); }
    void finished() override {
        done.push_back("finished");
        if (stop) stop();
    }
    void communication_up() override { done.push_back("up"); }
    void heartbeat(Instant, std::uint64_t frames_left) override {
        done.push_back("beat " + std::to_string(frames_left));
    }
    void note(Now, const Event&) override { ++noted; }
    void housekeeping() override {}

    std::vector<std::string> done;
    std::function<void(const RunAgent&)> answer;
    std::function<void()> stop;
    int noted{};
};

// Has `arrived` frames that nobody has told the loop of.
struct FakeMedium final : Medium {
    explicit FakeMedium(std::vector<std::string>& log) : done(log) {}
    void open(OnFrame on_frame, OnState on_state) override {
        frame = std::move(on_frame);
        on_state(LinkId{0}, true);
    }
    void send(ByteView bytes) override {
        done.push_back("send " + Bytes(bytes));
        ++sent;
    }
    std::uint64_t frames_left() const noexcept override { return sent; }
    void drain() override {
        for (; arrived > 0; --arrived) frame(LinkId{0}, "x");
    }
    void tick() override {}
    void interface_changed(std::string_view) override {}

    std::vector<std::string>& done;
    OnFrame frame;
    int arrived{};
    std::uint64_t sent{};
};

struct RunnerTest : testing::Test {
    RunnerTest() : runner(loop, clock, node, hands) {
        auto made = std::make_unique<FakeMedium>(hands.done);
        medium = made.get();
        runner.add(std::move(made));
        hands.stop = [this] { loop.stop(); };
    }
    void run_until_finished() {
        ASSERT_TRUE(runner.start(clock.both()));
        loop.run();
    }
    static void finish_at_wakeup(const Event& event, Effects& out) {
        if (std::holds_alternative<Wakeup>(event)) out.push_back(Finished{});
    }

    Loop loop;
    Clock clock;
    FakeNode node;
    FakeHands hands;
    Runner runner;
    FakeMedium* medium{};
};

// Why: "say before you do" only holds when effects are carried out in the order of the core.
TEST_F(RunnerTest, CarriesEffectsOutInOrder) {
    node.on_start.push_back(SendFrame{LinkId{0}, "taking"});
    node.on_start.push_back(RunAgent{JobId{1}, {"IPaddr", {"10.0.0.9"}, ScriptAction::start}, 1s});
    node.on_start.push_back(RunHook{"status", {}});
    node.on_start.push_back(KillJob{JobId{1}});
    node.on_start.push_back(SelfFence{"stop failed"});
    node.on_start.push_back(log_line(LogId::version, "4"));
    node.on_start.push_back(Finished{});
    run_until_finished();
    EXPECT_EQ(hands.done, (std::vector<std::string>{"send taking", "run IPaddr", "agents given",
                                                    "hook status", "kill", "fence stop failed",
                                                    "log heartbeat: version 4", "finished"}));
}

// Why: a process that was stopped must read its peers' heartbeats before it counts their silence.
TEST_F(RunnerTest, DrainsTheLinksBeforeTheWakeup) {
    node.deadline = Instant{};
    medium->arrived = 3;
    node.on_step = finish_at_wakeup;
    run_until_finished();
    std::vector<std::size_t> kinds;
    for (const Event& event : node.seen) kinds.push_back(event.index());
    const std::size_t frame = Event(FrameIn{}).index();
    const std::size_t link = Event(LinkChanged{}).index();
    std::erase(kinds, link);
    EXPECT_EQ(kinds, (std::vector<std::size_t>{frame, frame, frame, Event(Wakeup{}).index()}));
    EXPECT_EQ(hands.noted, static_cast<int>(node.seen.size()));
}

// Why: an answer that came back inside perform() would run the core while its effects are open.
TEST_F(RunnerTest, AnswersOfEffectsComeOnALaterTurn) {
    node.on_start.push_back(RunAgent{JobId{7}, {"Delay", {}, ScriptAction::stop}, 1s});
    node.on_start.push_back(SendFrame{LinkId{0}, "after"});
    hands.answer = [this](const RunAgent& call) {
        runner.post(ScriptDone{call.job, ScriptEnd::exited, 0, "", 0s});
        hands.done.push_back("posted");
    };
    node.on_step = [this](const Event& event, Effects& out) {
        if (!std::holds_alternative<ScriptDone>(event)) return;
        hands.done.push_back("answer");
        out.push_back(Finished{});
    };
    run_until_finished();
    EXPECT_EQ(hands.done, (std::vector<std::string>{"run Delay", "posted", "agents given",
                                                    "send after", "answer", "finished"}));
}

// Why: the watchdog is fed by heartbeats that left; programs start once, when communication is up.
TEST_F(RunnerTest, TellsOfHeartbeatsAndOfCommunication) {
    node.deadline = Instant{};
    node.on_start.push_back(SendFrame{LinkId{0}, "init"});
    node.beats = {1, false};
    node.on_step = [this](const Event& event, Effects& out) {
        if (!std::holds_alternative<Wakeup>(event)) return;
        node.beats = {2, true};
        out.push_back(SendFrame{LinkId{0}, "beat"});
        runner.post(Surroundings{"1"});
        finish_at_wakeup(event, out);
    };
    hands.stop = [this] { loop.post([this] { loop.stop(); }); };
    run_until_finished();
    EXPECT_EQ(hands.done, (std::vector<std::string>{"send init", "beat 1", "send beat", "finished",
                                                    "up", "beat 2"}));
}

// Why: deadtime is kept to the millisecond; a timer that rounds would break it. The upper bound is
// ten times wider than what is expected, for a loaded machine.
TEST_F(RunnerTest, WakesAtTheDeadlineNotBefore) {
    const Instant asked = clock.now() + 20ms;
    node.deadline = asked;
    node.on_step = finish_at_wakeup;
    run_until_finished();
    ASSERT_FALSE(node.times.empty());
    EXPECT_GE(node.times.back(), asked);
    EXPECT_LT(node.times.back() - asked, 100ms);
}

// Why: a deadline that the core moves forward must replace the timer that was set for the old one.
TEST_F(RunnerTest, AnEarlierDeadlineReplacesALaterOne) {
    node.deadline = clock.now() + 1h;
    node.on_step = [this](const Event& event, Effects& out) {
        if (std::holds_alternative<LinkChanged>(event)) node.deadline = Instant{};
        finish_at_wakeup(event, out);
    };
    run_until_finished();
    EXPECT_EQ(hands.done, (std::vector<std::string>{"finished"}));
}

}  // namespace
}  // namespace hb::shell
