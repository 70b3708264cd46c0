// The two tables: claims on the groups of a peer, tenures of our own groups.
#include <gtest/gtest.h>

#include <algorithm>

#include "resource/claim.hpp"
#include "resource/plan.hpp"
#include "resource/tenure.hpp"

namespace hb::resource {
namespace {

constexpr int tenure_inputs = static_cast<int>(TenureInput::operator_reset) + 1;
constexpr int claim_inputs = static_cast<int>(ClaimInput::returned_new_life) + 1;

// Why: remote nodes cause any input in any state; each must have an answer, and what makes no
// sense must change nothing.
TEST(Tables, AreTotalAndNonsenseChangesNothing) {
    for (const Tenure state : every_tenure) {
        for (int i = 0; i < tenure_inputs; ++i) {
            const TenureStep step = advance(state, static_cast<TenureInput>(i));
            if (step.action == TenureAction::log_only) {
                EXPECT_EQ(step.next, state);
            }
        }
    }
    for (const Claim state : {Claim::alive, Claim::fencing, Claim::cleared, Claim::blocked}) {
        for (int i = 0; i < claim_inputs; ++i) {
            const ClaimStep step = advance(state, static_cast<ClaimInput>(i));
            if (step.action == ClaimAction::log_only) {
                EXPECT_EQ(step.next, state);
            }
        }
    }
}

// Why: the rule that keeps data whole: from a dead owner to its groups there is no way but these.
TEST(Claim, OnlyAnOwnersProofClearsIt) {
    ASSERT_EQ(advance(Claim::alive, ClaimInput::died_owning).next, Claim::fencing);
    for (int i = 0; i < claim_inputs; ++i) {
        const auto input = static_cast<ClaimInput>(i);
        const bool clears = advance(Claim::fencing, input).next == Claim::cleared;
        const bool proof = input == ClaimInput::fence_confirmed ||
                           input == ClaimInput::operator_confirmed ||
                           input == ClaimInput::arbiter_heard || input == ClaimInput::no_device;
        EXPECT_EQ(clears, proof) << i;
    }
}

struct ClaimRow {
    ClaimInput input;
    ClaimStep alive, fencing, cleared, blocked;

    void expect() const {
        EXPECT_EQ(advance(Claim::alive, input), alive) << static_cast<int>(input);
        EXPECT_EQ(advance(Claim::fencing, input), fencing) << static_cast<int>(input);
        EXPECT_EQ(advance(Claim::cleared, input), cleared) << static_cast<int>(input);
        EXPECT_EQ(advance(Claim::blocked, input), blocked) << static_cast<int>(input);
    }
};

// Why: the whole table, pair by pair: a step that is changed unseen is a double start or an outage.
TEST(Claim, AnswersEachInputInEachStateAsDesigned) {
    using enum ClaimInput;
    using Do = ClaimAction;
    constexpr auto alive = Claim::alive, fencing = Claim::fencing, cleared = Claim::cleared,
                   blocked = Claim::blocked;
    const ClaimRow rows[] = {
        {died_owning,
         {fencing, Do::shoot},
         {fencing, Do::log_only},
         {cleared, Do::nothing},
         {blocked, Do::log_only}},
        {died_empty,
         {cleared, Do::take},
         {fencing, Do::log_only},
         {cleared, Do::nothing},
         {blocked, Do::log_only}},
        {left_in_order,
         {cleared, Do::take},
         {fencing, Do::log_only},
         {cleared, Do::nothing},
         {blocked, Do::log_only}},
        {fence_confirmed,
         {alive, Do::log_only},
         {cleared, Do::take},
         {cleared, Do::log_only},
         {cleared, Do::take}},
        {fence_not_confirmed,
         {alive, Do::log_only},
         {fencing, Do::shoot},
         {cleared, Do::log_only},
         {blocked, Do::log_only}},
        {fence_given_up,
         {alive, Do::log_only},
         {blocked, Do::alarm},
         {cleared, Do::log_only},
         {blocked, Do::log_only}},
        {no_device,
         {alive, Do::log_only},
         {cleared, Do::take},
         {cleared, Do::nothing},
         {blocked, Do::log_only}},
        {operator_confirmed,
         {alive, Do::log_only},
         {cleared, Do::take},
         {cleared, Do::log_only},
         {cleared, Do::take}},
        {arbiter_heard,
         {alive, Do::log_only},
         {cleared, Do::take},
         {cleared, Do::log_only},
         {blocked, Do::log_only}},
        {reloaded,
         {alive, Do::log_only},
         {fencing, Do::log_only},
         {cleared, Do::log_only},
         {fencing, Do::shoot}},
        {returned_same_life,
         {alive, Do::nothing},
         {alive, Do::call_off},
         {alive, Do::nothing},
         {alive, Do::nothing}},
        {returned_new_life,
         {alive, Do::nothing},
         {alive, Do::call_off},
         {alive, Do::nothing},
         {alive, Do::nothing}},
    };
    static_assert(std::size(rows) == claim_inputs);
    for (const ClaimRow& row : rows) row.expect();
}

// Why: a group that could not be stopped runs; no message may make this node think otherwise.
TEST(Tenure, StuckIsLeftByNothing) {
    for (int i = 0; i < tenure_inputs; ++i) {
        EXPECT_EQ(advance(Tenure::stuck, static_cast<TenureInput>(i)).next, Tenure::stuck);
    }
}

// Why: a start must come after a cleared claim, never straight from a wish.
TEST(Tenure, NothingStartsWithoutAClearedClaim) {
    for (const Tenure state : every_tenure) {
        for (int i = 0; i < tenure_inputs; ++i) {
            const TenureStep step = advance(state, static_cast<TenureInput>(i));
            if (step.action != TenureAction::start) continue;
            EXPECT_EQ(state, Tenure::waiting_for_claim);
            EXPECT_EQ(static_cast<TenureInput>(i), TenureInput::claim_cleared);
        }
    }
}

View two_nodes() {
    View view;
    view.self = "alpha";
    view.nodes = {"alpha", "beta"};
    view.alive = {"alpha", "beta"};
    view.groups = {{"web", "alpha"}, {"db", "beta"}};
    return view;
}

// Why: a wish for a group that a live peer holds would be a double start.
TEST(Plan, NeverTakesWhatALivePeerHolds) {
    View view = two_nodes();
    EXPECT_EQ(groups_to_take(view), (std::vector<std::string>{"web"}));
    view.holder["web"] = "beta";
    EXPECT_TRUE(groups_to_take(view).empty());
}

// Why: both nodes compute the plan apart; if nobody holds a group exactly one may want it.
TEST(Plan, ExactlyOneNodeWantsAFreeGroup) {
    for (int mask = 0; mask < 16; ++mask) {
        View alpha = two_nodes(), beta = two_nodes();
        beta.self = "beta";
        for (int g = 0; g < 2; ++g) {
            const std::string key = g == 0 ? "web" : "db";
            if (mask & (1 << g)) {
                alpha.groups[static_cast<std::size_t>(g)].failed_here = true;
                beta.failed["alpha"].insert(key);
            }
            if (mask & (4 << g)) {
                beta.groups[static_cast<std::size_t>(g)].failed_here = true;
                alpha.failed["beta"].insert(key);
            }
        }
        for (const std::string key : {"web", "db"}) {
            const auto a = groups_to_take(alpha), b = groups_to_take(beta);
            const auto wants =
                std::count(a.begin(), a.end(), key) + std::count(b.begin(), b.end(), key);
            const int g = key == "web" ? 0 : 1;
            const bool failed_on_both = (mask & (1 << g)) && (mask & (4 << g));
            EXPECT_EQ(wants, failed_on_both ? 0 : 1) << mask << key;
        }
    }
}

// Why: a 3.0.6 that has settled leaves a free group alone for ever (its bug B5); it may still hold.
TEST(Plan, TakesWhatAPassiveNodeLeavesAlone) {
    View view = two_nodes();
    view.passive = {"beta"};
    EXPECT_EQ(groups_to_take(view), (std::vector<std::string>{"web", "db"}));
    view.holder["db"] = "beta";
    EXPECT_EQ(groups_to_take(view), (std::vector<std::string>{"web"}));
    view.self = "beta";
    view.passive = {"alpha"};
    view.holder.clear();
    EXPECT_EQ(groups_to_take(view), (std::vector<std::string>{"web", "db"}));
}

// Why: two holders after a partition must agree without another word.
TEST(Plan, KeeperIsTheSameFromBothSides) {
    const std::vector<NodeName> nodes{"alpha", "beta"};
    for (const char* preferred : {"alpha", "beta", "gamma"}) {
        EXPECT_EQ(keeper("alpha", "beta", preferred, nodes),
                  keeper("beta", "alpha", preferred, nodes));
    }
    EXPECT_EQ(keeper("beta", "alpha", "beta", nodes), "beta");
}

// Why: a third node in front of both in the file has no part in their quarrel, and two files that
// lack both names must still name one keeper.
TEST(Plan, KeeperIsAlwaysOneOfTheTwo) {
    EXPECT_EQ(keeper("beta", "alpha", "delta", {"gamma", "beta", "alpha"}), "beta");
    EXPECT_EQ(keeper("beta", "alpha", "delta", {"gamma"}), "alpha");
    EXPECT_EQ(keeper("alpha", "beta", "delta", {}), "alpha");
}

}  // namespace
}  // namespace hb::resource
