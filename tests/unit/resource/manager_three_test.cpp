// A third node in ha.cf: what it says counts beside a peer that is silent.
#include <gtest/gtest.h>

#include "unit/resource/manager_pair.hpp"

namespace hb::resource {
namespace {

// The manager of alpha beside beta and gamma, of which only the letters exist. Statuses say that
// nothing runs; whatever else is called succeeds.
class BesideTwo : public testing::Test {
protected:
    BesideTwo() {
        manager_.start(now(), out_);
        work();
        for (const char* name : {"beta", "gamma"}) {
            manager_.peer_up(now(), name, false, true, out_);
            manager_.peer_active(now(), name, true, out_);
        }
        manager_.comm_up(now(), out_);
        work();
    }
    // The report of one of ours, as the answer to our last question.
    void reports(const NodeName& name, const std::string& held, const std::string& failed = "") {
        const Letter report{"resource",
                            {{"rsc_hold", held.empty() ? "none" : "local"},
                             {"rtype", "full"},
                             {"isstable", "1"},
                             {"hb_held", held},
                             {"hb_failed", failed},
                             {"hb_answer", "alpha:" + question_}}};
        manager_.letter(now(), name, report, out_);
        work();
    }
    void dies(const NodeName& name) {
        manager_.peer_dead(now(), name, {true}, out_);
        work();
    }
    void operator_confirms(const NodeName& name) {
        manager_.confirm_fenced(now(), name, out_);
        work();
    }
    Tenure tenure(const std::string& key) const {
        for (const GroupView& group : manager_.groups()) {
            if (group.key == key) return group.tenure;
        }
        ADD_FAILURE() << "no group " << key;
        return Tenure::stuck;
    }
    auto logged(LogId id) const { return std::count(logs_.begin(), logs_.end(), id); }
    static ManagerConfig three_nodes() {
        ManagerConfig config = plain_config("alpha", 1, one_each(), config::Failback::off);
        config.nodes = {"alpha", "beta", "gamma"};
        config.fencing = {{{"ipmi 1", 20s}}, 5s};
        return config;
    }
    Now now() const { return {Instant{100s}, 1000}; }

    std::set<std::string> start_fails_, started_;
    Manager manager_{three_nodes(), now()};

private:
    // Answers scripts until none is left. Shots are not answered.
    void work() {
        while (!out_.empty()) {
            const Wishes wishes = std::exchange(out_, {});
            for (const Wish& wish : wishes) note(wish);
        }
    }
    void note(const Wish& wish) {
        if (const auto* said = std::get_if<Letter>(&wish)) {
            if (said->type == "starting") question_ = said->get("hb_ask");
            return;
        }
        const Effect& effect = std::get<Effect>(wish);
        if (const auto* line = std::get_if<LogLine>(&effect)) logs_.push_back(line->id);
        if (const auto* run = std::get_if<RunAgent>(&effect)) {
            const std::string& name = run->call.arguments.front();
            const bool start = run->call.action == ScriptAction::start;
            const bool fails = start && start_fails_.contains(name);
            if (start) started_.insert(name);
            const ScriptDone done{run->job, ScriptEnd::exited, fails ? 1 : 0, "stopped", 1ms};
            manager_.script_done(now(), done, out_);
        }
    }

    Wishes out_;
    std::string question_;
    std::vector<LogId> logs_;
};

// Why: a live node that holds the group never hears of our wish for it, so it does not let go; a
// wish that was kept would leave this node in transition for good, deaf to every hand-over.
TEST_F(BesideTwo, AGroupThatWaitsForAFenceIsLeftToALiveHolder) {
    reports("beta", "svc::b");
    reports("gamma", "");
    dies("beta");
    ASSERT_EQ(tenure("svc::b"), Tenure::waiting_for_claim);
    reports("gamma", "svc::b");
    EXPECT_EQ(logged(LogId::both_own_foreign), 0) << "a wish is no second copy";
    operator_confirms("beta");
    EXPECT_FALSE(started_.contains("b"));
    EXPECT_NE(manager_.holdings(), "transition");
}

// Why: the wish that was given up is no loss: when the holder lets go the group is taken.
TEST_F(BesideTwo, AGroupThatWasLeftToALiveHolderIsTakenWhenItLetsGo) {
    reports("beta", "svc::b");
    reports("gamma", "");
    dies("beta");
    reports("gamma", "svc::b");
    operator_confirms("beta");
    reports("gamma", "");
    EXPECT_EQ(tenure("svc::b"), Tenure::held);
}

// Why: "failed on every node" calls the operator out of bed; one node that has not tried it yet
// will take it.
TEST_F(BesideTwo, AGroupHasFailedEverywhereOnlyWhenEveryNodeSaysSo) {
    start_fails_ = {"a"};
    reports("beta", "svc::b");
    reports("gamma", "");
    ASSERT_EQ(tenure("svc::a"), Tenure::failed_here);
    reports("beta", "svc::b", "svc::a");
    EXPECT_EQ(logged(LogId::group_failed_everywhere), 0);
    reports("gamma", "", "svc::a");
    EXPECT_EQ(logged(LogId::group_failed_everywhere), 1);
    reports("beta", "svc::b");
    reports("beta", "svc::b", "svc::a");
    EXPECT_EQ(logged(LogId::group_failed_everywhere), 2) << "news again";
}

}  // namespace
}  // namespace hb::resource
