// One node of ours and one stand-in of a real Heartbeat 3.0.6, each on either machine and with each
// failback policy, without loss: at the end every group runs exactly once, and never on both.
#include <gtest/gtest.h>

#include "scenario/real_story.hpp"

namespace hb::test {
namespace {

using config::Failback;

// Who runs the stand-in, and the policy of both.
struct Mix {
    bool alpha_real;
    Failback failback;
};

class NodeMixed : public testing::TestWithParam<Mix> {
protected:
    static sim::Options options() {
        return real_options(GetParam().failback, GetParam().alpha_real, !GetParam().alpha_real);
    }
    static bool legacy() { return GetParam().failback == Failback::legacy; }

    // Runs on in small steps, so that no moment of sharing is missed.
    void run(Duration span) {
        for (Duration passed{}; passed < span; passed += 10ms) {
            story.run(10ms);
            for (const char* member : {"g0m0", "g1m0"}) {
                const bool shared =
                    story.n1().running.contains(member) && story.n2().running.contains(member);
                if (shared && times_shared++ == 0) ADD_FAILURE() << member << " runs twice";
            }
        }
    }
    void expect_rest() {
        for (const char* member : {"g0m0", "g1m0"}) {
            EXPECT_EQ(story.n1().running.count(member) + story.n2().running.count(member), 1U)
                << member;
        }
        for (const sim::Machine* machine : {&story.n1(), &story.n2()}) {
            EXPECT_NE(story.holdings(*machine), "transition") << machine->index;
        }
    }
    void boot() {
        story.world().power_on(story.n1());
        story.world().power_on(story.n2());
        run(25s);
    }

    RealStory story{options()};
    int times_shared{0};
};

// Why: the usual start of a rolling upgrade's cluster.
TEST_P(NodeMixed, BootTogether) {
    boot();
    expect_rest();
    EXPECT_TRUE(story.n1().running.contains("g0m0"));
    EXPECT_TRUE(story.n2().running.contains("g1m0"));
}

// Why: each is served alone by the other, then joined by it, before and after the real node's T_L.
TEST_P(NodeMixed, EachBootsAloneAndTheOtherJoins) {
    for (const bool n1_first : {true, false}) {
        for (const Duration later : {7s, 11s, 30s}) {
            RealStory fresh(options());
            sim::Machine& first = n1_first ? fresh.n1() : fresh.n2();
            sim::Machine& second = n1_first ? fresh.n2() : fresh.n1();
            fresh.world().power_on(first);
            fresh.run(later);
            EXPECT_EQ(first.running.size(), 2U);
            fresh.world().power_on(second);
            fresh.run(30s);
            EXPECT_EQ(first.running.size() + second.running.size(), 2U);
            const bool comes_home = GetParam().failback != Failback::off;
            EXPECT_EQ(second.running.size(), comes_home ? 1U : 0U) << n1_first;
            EXPECT_NE(fresh.holdings(first), "transition");
            EXPECT_NE(fresh.holdings(second), "transition");
        }
    }
}

// Why: every command of an administrator, on each of the two machines.
TEST_P(NodeMixed, CommandsOfEachClassFromBothSides) {
    if (legacy()) GTEST_SKIP() << "there are no hand-overs in legacy mode";
    for (const bool on_n1 : {true, false}) {
        for (const bool standby : {true, false}) {
            for (const char* word : {"all", "local", "foreign", "failback"}) {
                SCOPED_TRACE(std::string(on_n1 ? "n1 " : "n2 ") +
                             (standby ? "standby " : "takeover ") + word);
                RealStory fresh(options());
                fresh.boot_both();
                sim::Machine& machine = on_n1 ? fresh.n1() : fresh.n2();
                fresh.world().command(machine, standby, word);
                fresh.run(20s);
                EXPECT_EQ(fresh.n1().running.size() + fresh.n2().running.size(), 2U);
                EXPECT_NE(fresh.holdings(fresh.n1()), "transition");
                EXPECT_NE(fresh.holdings(fresh.n2()), "transition");
                EXPECT_EQ(fresh.world().violation(), "");
                if (std::string_view(word) == "all") {
                    EXPECT_EQ(machine.running.size(), standby ? 0U : 2U);
                }
            }
        }
    }
}

// Why: a stop hands over at once in both directions, and the stopped one comes back (the world
// starts it again).
TEST_P(NodeMixed, OrderlyStopOfEach) {
    boot();
    for (sim::Machine* machine : {&story.n1(), &story.n2()}) {
        sim::Machine& other = machine == &story.n1() ? story.n2() : story.n1();
        story.world().stop(*machine);
        run(1500ms);
        EXPECT_EQ(other.running.size(), 2U) << machine->index;
        run(45s);
        expect_rest();
    }
}

// Why: a crash is taken over after deadtime, and the crashed one comes back.
TEST_P(NodeMixed, CrashAndReturnOfEach) {
    boot();
    for (sim::Machine* machine : {&story.n1(), &story.n2()}) {
        sim::Machine& other = machine == &story.n1() ? story.n2() : story.n1();
        story.world().power_off(*machine);
        run(5s);
        EXPECT_EQ(other.running.size(), 2U) << machine->index;
        story.world().power_on(*machine);
        run(45s);
        expect_rest();
    }
}

INSTANTIATE_TEST_SUITE_P(Mixes, NodeMixed,
                         testing::Values(Mix{true, Failback::on}, Mix{true, Failback::off},
                                         Mix{true, Failback::legacy}, Mix{false, Failback::on},
                                         Mix{false, Failback::off}, Mix{false, Failback::legacy}),
                         [](const testing::TestParamInfo<Mix>& mix) {
                             const std::string policy =
                                 mix.param.failback == Failback::on    ? "FailbackOn"
                                 : mix.param.failback == Failback::off ? "FailbackOff"
                                                                       : "Legacy";
                             return (mix.param.alpha_real ? "RealAlpha" : "RealBeta") + policy;
                         });

}  // namespace
}  // namespace hb::test
