// What dopd decides (ipfail.md 3), and its messages.
#include "plugin/dopd_logic.hpp"

#include <gtest/gtest.h>

#include "plugin/dopd_fields.hpp"

namespace hb::dopd {
namespace {

std::string shown(const Acts& acts) {
    std::string out;
    for (const Act& act : acts) {
        if (!out.empty()) out += "; ";
        if (const auto* reply = std::get_if<Reply>(&act)) {
            out += "reply " + std::to_string(reply->to) + " " + std::to_string(reply->value);
        } else if (const auto* run = std::get_if<Run>(&act)) {
            out += "run " + std::to_string(run->job) + " " + run->resource;
        } else if (const auto* start = std::get_if<SayStart>(&act)) {
            out += "start " + start->node + " " + start->resource;
        } else if (const auto* result = std::get_if<SayResult>(&act)) {
            out += "result " + result->node + " " + result->resource + " " +
                   std::to_string(result->value);
        }
    }
    return out;
}

struct DopdLab {
    DopdLab() { nodes({{"beta", true}, {"gamma", false}}); }
    std::string nodes(std::map<std::string, bool> others) {
        Acts out;
        logic.nodes("alpha", std::move(others), out);
        return shown(out);
    }
    std::string asked(Connection from, const char* peer, const std::string& resource) {
        Acts out;
        logic.asked(from, peer, resource, out);
        return shown(out);
    }
    std::string answered(const char* from, const char* resource, int value) {
        Acts out;
        logic.outdate_rc(from, resource, value, out);
        return shown(out);
    }
    std::string started(const char* from, const std::string& resource) {
        Acts out;
        logic.start_outdate(from, resource, out);
        return shown(out);
    }
    std::string ended(Job job, std::optional<int> status) {
        Acts out;
        logic.ended(job, status, out);
        return shown(out);
    }
    Logic logic;
};

// Why: this is the whole of it, seen from the node that lost its connection.
TEST(Dopd, AsksThePeerAndHandsItsAnswerOn) {
    DopdLab lab;
    EXPECT_EQ(lab.asked(1, "BETA", "r0"), "start beta r0");
    EXPECT_TRUE(lab.logic.waits(1));
    EXPECT_EQ(lab.answered("beta", "r1", 4), "") << "of nobody's resource";
    EXPECT_EQ(lab.answered("gamma", "r0", 4), "") << "it was not asked";
    EXPECT_EQ(lab.answered("Beta", "r0", 4), "reply 1 4");
    EXPECT_FALSE(lab.logic.waits(1));
    EXPECT_EQ(lab.answered("beta", "r0", 4), "") << "once is enough";
}

// Why: DRBD must be told at once when nobody can be asked; it then fences, or waits.
TEST(Dopd, NobodyToAskIsUnreachable) {
    DopdLab lab;
    EXPECT_EQ(lab.asked(1, "gamma", "r0"), "reply 1 5") << "it is dead";
    EXPECT_EQ(lab.asked(1, "alpha", "r0"), "reply 1 5") << "ourselves";
    EXPECT_EQ(lab.asked(1, "10.0.0.1", "r0"), "reply 1 5") << "a ping node or a stranger";
    EXPECT_EQ(Logic().waits(1), false);
    Acts out;
    Logic fresh;
    fresh.asked(1, "beta", "r0", out);
    EXPECT_EQ(shown(out), "reply 1 5") << "the cluster is not there yet";
}

// Why: 3.0.6's dopd leaves DRBD waiting for its own time-out, with its I/O frozen.
TEST(Dopd, APeerThatDiesAnswersNoMore) {
    DopdLab lab;
    EXPECT_EQ(lab.asked(1, "beta", "r0"), "start beta r0");
    EXPECT_EQ(lab.nodes({{"beta", true}, {"gamma", true}}), "");
    EXPECT_EQ(lab.nodes({{"beta", false}, {"gamma", true}}), "reply 1 5");
}

TEST(Dopd, OneRequestPerResource) {
    DopdLab lab;
    EXPECT_EQ(lab.asked(1, "beta", "r0"), "start beta r0");
    EXPECT_EQ(lab.asked(2, "beta", "r0"), "reply 2 21");
    EXPECT_EQ(lab.asked(1, "beta", "r0"), "") << "who repeats itself is answered once";
    EXPECT_EQ(lab.asked(2, "beta", "r1"), "start beta r1");
    lab.logic.closed(1);
    EXPECT_EQ(lab.answered("beta", "r0", 4), "");
    EXPECT_EQ(lab.asked(3, "beta", "r0"), "start beta r0") << "the entry has gone with its client";
    EXPECT_EQ(lab.answered("beta", "r1", 3), "reply 2 3");
}

// Why: the name comes from the network; 3.0.6 gave it to a shell.
TEST(Dopd, ANameThatIsNoneReachesNoProgram) {
    DopdLab lab;
    for (const char* name : {"r0;reboot", "-h", "r 0", "$(id)", "r0\n", "`x`", "r0|x", "\"r0\""}) {
        EXPECT_FALSE(is_resource(name)) << name;
        EXPECT_EQ(lab.asked(1, "beta", name), "reply 1 20") << name;
        EXPECT_EQ(lab.started("beta", name).substr(0, 11), "result beta") << name;
    }
    EXPECT_EQ(lab.started("beta", ""), "");
    EXPECT_FALSE(is_resource(std::string(129, 'r')));
    for (const char* name : {"r0", "mail-data", "a.b_c", "r0/1"}) EXPECT_TRUE(is_resource(name));
}

// Why: DRBD acts by these numbers.
TEST(Dopd, DrbdadmsEndBecomesDrbdsNumber) {
    const std::pair<std::optional<int>, int> ends[] = {{0, 4},  {5, 3},    {17, 6},
                                                       {1, 20}, {127, 20}, {std::nullopt, 20}};
    for (const auto& [status, value] : ends) {
        DopdLab lab;
        EXPECT_EQ(lab.started("beta", "r0"), "run 1 r0");
        EXPECT_EQ(lab.ended(1, status), "result beta r0 " + std::to_string(value));
        EXPECT_EQ(lab.ended(1, status), "") << "an end that nobody awaits";
    }
}

TEST(Dopd, OneChildPerResourceAnswersEverybody) {
    DopdLab lab;
    EXPECT_EQ(lab.started("beta", "r0"), "run 1 r0");
    EXPECT_EQ(lab.started("beta", "r0"), "");
    EXPECT_EQ(lab.started("gamma", "r0"), "");
    EXPECT_EQ(lab.ended(1, 0), "result beta r0 4; result gamma r0 4");
    EXPECT_EQ(lab.started("beta", "r0"), "run 2 r0");
}

// Why: a node with a hundred resources must not start a hundred programs at once.
TEST(Dopd, EightChildrenAtOnceAndABoundedQueue) {
    DopdLab lab;
    std::size_t begun = 0;
    for (std::size_t i = 0; i < jobs_max; ++i) {
        begun += lab.started("beta", "r" + std::to_string(i)).empty() ? 0 : 1;
    }
    EXPECT_EQ(begun, jobs_at_once);
    EXPECT_EQ(lab.started("beta", "more"), "result beta more 20");
    EXPECT_EQ(lab.ended(1, 0), "result beta r0 4; run 9 r8");
    EXPECT_EQ(lab.ended(100, 0), "") << "it has not begun";
    for (std::size_t i = 0; i < waiting_max; ++i) lab.asked(1, "beta", "w" + std::to_string(i));
    EXPECT_EQ(lab.asked(1, "beta", "more"), "reply 1 20");
}

// --- the messages: exactly 3.0.6's fields, in its order ---

std::string shown(const wire::Message& message) {
    std::string out;
    for (const wire::Field& field : message.fields) {
        out += (out.empty() ? "" : " ") + field.name + "=" + field.value;
    }
    return out;
}

TEST(DopdFields, TheQuestionAndTheAnswerOfDrbdPeerOutdater) {
    const wire::Message question = message_of(Question{"beta", "r0"});
    EXPECT_EQ(shown(question),
              "t=outdater src=drbd-peer-outdater outdater_peer=beta outdater_res=r0");
    const auto read = question_of(question);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->peer + " " + read->resource, "beta r0");
    EXPECT_EQ(shown(message_of("alpha", 4)), "t=outdater_rc src=alpha dop_value=4");
    EXPECT_EQ(value_of(message_of("alpha", 21)), 21);
    wire::Message wrong = message_of("alpha", 4);
    for (const char* value : {"", "four", "256", "-1"}) {
        wrong.set("dop_value", value);
        EXPECT_EQ(value_of(wrong), 20) << value;
    }
    EXPECT_EQ(value_of(question), 20);
    EXPECT_FALSE(question_of(wrong));
    EXPECT_FALSE(question_of(wire::make_message("outdater")));
}

std::string requested(const Act& act) {
    std::string out;
    const auto fields = request_of(act);
    if (!fields) return "(none)";
    for (const auto& [name, value] : *fields) {
        out += (out.empty() ? "" : " ") + name + "=" + value;
    }
    return out;
}

TEST(DopdFields, EventsAndRequests) {
    Logic logic;
    Acts out;
    tell(logic, {{"t", "start"}, {"node", "alpha"}, {"alive", "beta"}, {"dead", "gamma"}}, out);
    logic.asked(1, "beta", "r0", out);
    ASSERT_EQ(shown(out), "start beta r0");
    EXPECT_EQ(requested(out[0]), "t=start_outdate dop_res=r0 dest=beta");
    out.clear();
    tell(logic, {{"t", "outdate_rc"}, {"src", "beta"}, {"dop_res", "r0"}, {"dop_value", "x"}}, out);
    EXPECT_EQ(shown(out), "reply 1 20");
    EXPECT_EQ(requested(out[0]), "(none)");
    out.clear();
    tell(logic, {{"t", "start_outdate"}, {"src", "beta"}, {"dop_res", "r1"}}, out);
    EXPECT_EQ(shown(out), "run 1 r1");
    EXPECT_EQ(requested(SayResult{"beta", "r1", 4}),
              "t=outdate_rc dop_value=4 dop_res=r1 dest=beta");
    out.clear();
    tell(logic, {{"t", "nodes"}, {"dead", "beta"}}, out);
    tell(logic, {{"t", "timer"}}, out);
    logic.asked(2, "beta", "r0", out);
    EXPECT_EQ(shown(out), "reply 2 5");
}

}  // namespace
}  // namespace hb::dopd
