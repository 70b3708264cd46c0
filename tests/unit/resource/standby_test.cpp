// The hand-over's own state: whose letter counts in which phase, and what ends it.
#include "resource/standby.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/limits.hpp"

namespace hb::resource {
namespace {

using namespace std::chrono_literals;
using Phase = Standby::Phase;
using Verdict = Standby::Verdict;

// One side of a hand-over with beta, both at rest, and what it said so far.
class HandOver : public testing::Test {
protected:
    Verdict hears(const std::string& info, const std::string& cls = "local",
                  const NodeName& from = "beta") {
        return letter(from, {{"rsc_hold", cls}, {"info", info}});
    }
    Verdict letter(const NodeName& from, std::vector<std::pair<std::string, std::string>> fields) {
        const Letter heard{"ask_resources", std::move(fields)};
        return standby_.letter(now_, from, heard, situation_, out_);
    }
    void ask(Holding give = Holding::local) {
        standby_.ask(now_, "beta", give, situation_.peer_ours, out_);
    }
    // We asked and beta agreed: our groups are being released.
    void give() {
        ask();
        ASSERT_EQ(hears("other"), Verdict::release);
    }
    // Beta asked, we agreed, and it has released its groups.
    void acquire() {
        ASSERT_EQ(hears("me"), Verdict::nothing);
        ASSERT_EQ(hears("done"), Verdict::acquire);
    }
    bool wake() { return standby_.wakeup(now_, out_); }

    // `local other`: class and info of the last letter said.
    std::string last_said() const {
        for (auto wish = out_.rbegin(); wish != out_.rend(); ++wish) {
            const auto* said = std::get_if<Letter>(&*wish);
            if (said == nullptr) continue;
            return std::string(said->get("rsc_hold")) + " " + std::string(said->get("info"));
        }
        return {};
    }
    auto logged(LogId id) const {
        return std::count_if(out_.begin(), out_.end(), [id](const Wish& wish) {
            const auto* effect = std::get_if<Effect>(&wish);
            const auto* line = effect == nullptr ? nullptr : std::get_if<LogLine>(effect);
            return line != nullptr && line->id == id;
        });
    }

    Instant now_{100s};
    Standby standby_;
    Standby::Situation situation_{true, true, true, true};
    Wishes out_;
};

// --- letters that cannot be meant ---

// Why: a class of a later version, or a damaged word, must not move any group.
TEST_F(HandOver, AnUnknownClassMovesNothing) {
    for (const char* word : {"most", "none", "", "LOCAL"}) {
        EXPECT_EQ(hears("me", word), Verdict::nothing) << word;
    }
    EXPECT_TRUE(standby_.idle());
    EXPECT_EQ(logged(LogId::bad_class), 4);
    EXPECT_EQ(last_said(), "");
}

// Why: an old node that names no class means everything (resources.md 4.6).
TEST_F(HandOver, ARequestWithoutAClassMeansEverything) {
    EXPECT_EQ(letter("beta", {{"info", "me"}}), Verdict::nothing);
    EXPECT_EQ(standby_.given_class(), Holding::all);
    EXPECT_EQ(last_said(), "all other");
}

// Why: a word that is not of the protocol is told to the operator, in any phase.
TEST_F(HandOver, AnUnknownWordIsToldAndChangesNothing) {
    EXPECT_EQ(hears("perhaps"), Verdict::nothing);
    EXPECT_TRUE(standby_.idle());
    give();
    EXPECT_EQ(hears("perhaps"), Verdict::nothing);
    EXPECT_EQ(standby_.phase(), Phase::giving);
    EXPECT_EQ(logged(LogId::standby_bad), 2);
}

// Why: a third node must not break into a hand-over of two.
TEST_F(HandOver, AThirdNodeIsNotListenedTo) {
    ask();
    EXPECT_EQ(hears("me", "local", "gamma"), Verdict::nothing);
    EXPECT_EQ(logged(LogId::standby_busy), 1);
    EXPECT_EQ(hears("other", "local", "gamma"), Verdict::nothing);
    EXPECT_EQ(standby_.phase(), Phase::asked);
    ASSERT_EQ(hears("other"), Verdict::release);
    standby_.released(now_, true, out_);
    EXPECT_EQ(hears("done", "local", "gamma"), Verdict::nothing);
    EXPECT_EQ(standby_.phase(), Phase::given);
    EXPECT_EQ(hears("done"), Verdict::finished);
}

// Why: the same where beta gives: a `done` of another node would start groups that still run.
TEST_F(HandOver, ADoneOfAThirdNodeStartsNothing) {
    ASSERT_EQ(hears("me"), Verdict::nothing);
    EXPECT_EQ(hears("done", "local", "gamma"), Verdict::nothing);
    EXPECT_EQ(standby_.phase(), Phase::agreed);
    EXPECT_EQ(standby_.peer(), "beta");
}

// Why: a `done` of a hand-over that ended here long ago must not start groups a second time.
TEST_F(HandOver, ADoneThatNobodyWaitsForStartsNothing) {
    EXPECT_EQ(hears("done"), Verdict::nothing);
    ask();
    EXPECT_EQ(hears("done"), Verdict::nothing);
    EXPECT_EQ(standby_.phase(), Phase::asked);
    EXPECT_EQ(logged(LogId::standby_bad), 2);
}

// --- who may be asked ---

// Why: groups that move have no owner to hand them over; the operator reads which side it was.
TEST_F(HandOver, ARequestIsRefusedWhileEitherSideMovesGroups) {
    situation_.peer_stable = false;
    EXPECT_EQ(hears("me"), Verdict::nothing);
    EXPECT_EQ(logged(LogId::standby_flux_other), 1);
    situation_.peer_stable = true;
    situation_.self_stable = false;
    EXPECT_EQ(hears("me"), Verdict::nothing);
    EXPECT_EQ(logged(LogId::standby_flux_own), 1);
    EXPECT_TRUE(standby_.idle());
    EXPECT_EQ(last_said(), "");
}

// Why: beta is committed by its `other`, even when we gave up on our own `me` in the meantime.
TEST_F(HandOver, ALateAgreementIsCarriedOut) {
    ask();
    now_ = now_ + limits::standby_answer;
    EXPECT_TRUE(wake());
    EXPECT_EQ(logged(LogId::standby_no_reply), 1);
    EXPECT_EQ(hears("other"), Verdict::release);
    EXPECT_EQ(standby_.phase(), Phase::giving);
}

// Why: but not while our groups move for another reason: they have no steady state to give.
TEST_F(HandOver, ALateAgreementIsRefusedWhileOurGroupsMove) {
    situation_.self_stable = false;
    EXPECT_EQ(hears("other"), Verdict::nothing);
    EXPECT_TRUE(standby_.idle());
    EXPECT_EQ(logged(LogId::standby_bad), 1);
}

// Why: an agreement that comes twice must not release what the first one already did.
TEST_F(HandOver, ASecondAgreementReleasesNothing) {
    give();
    EXPECT_EQ(hears("other"), Verdict::nothing);
    EXPECT_EQ(logged(LogId::standby_bad), 1);
}

// Why: of two of ours whose requests cross the first of ha.cf must give, on both.
TEST_F(HandOver, OfTwoRequestsThatCrossTheFirstNodesWins) {
    ask();
    EXPECT_EQ(hears("me"), Verdict::nothing);
    EXPECT_EQ(standby_.phase(), Phase::asked);
    EXPECT_EQ(logged(LogId::standby_busy), 1);
    standby_.cancel(out_);
    situation_.self_first = false;
    ask();
    EXPECT_EQ(hears("me", "foreign"), Verdict::nothing);
    EXPECT_EQ(standby_.phase(), Phase::agreed);
    EXPECT_EQ(last_said(), "foreign other");
}

// --- what ends it ---

// Why: scripts have time-outs of their own; a hand-over that ended first would leave the groups in
// the hands of nobody.
TEST_F(HandOver, ReleasesAndStartsAreNotCutShort) {
    give();
    now_ = now_ + limits::standby_phase;
    EXPECT_FALSE(wake());
    EXPECT_EQ(standby_.phase(), Phase::giving);
    EXPECT_GT(standby_.next_deadline(), now_);
    standby_.cancel(out_);
    acquire();
    now_ = now_ + limits::standby_phase;
    EXPECT_FALSE(wake());
    EXPECT_EQ(standby_.phase(), Phase::acquiring);
    EXPECT_GT(standby_.next_deadline(), now_);
    EXPECT_EQ(logged(LogId::standby_no_reply), 0);
}

// Why: a timer that fires early must not end a hand-over.
TEST_F(HandOver, AnEarlyWakeupEndsNothing) {
    ask();
    now_ = now_ + (limits::standby_answer - 1ms);
    EXPECT_FALSE(wake());
    EXPECT_EQ(standby_.phase(), Phase::asked);
}

// Why: nothing to cancel must not be told to an operator as a cancelled hand-over.
TEST_F(HandOver, WithoutAHandOverThereIsNothingToCancel) {
    EXPECT_FALSE(standby_.cancel(out_));
    EXPECT_EQ(logged(LogId::standby_cancelled), 0);
    ask();
    EXPECT_TRUE(standby_.cancel(out_));
    EXPECT_EQ(logged(LogId::standby_cancelled), 1);
    EXPECT_TRUE(standby_.idle());
}

// Why: the giver's report of its release shows that it is at work: then its scripts may take long.
TEST_F(HandOver, AGiverSeenAtWorkIsWaitedForLonger) {
    ASSERT_EQ(hears("me"), Verdict::nothing);
    const Instant agreed = now_;
    now_ = now_ + 1s;
    standby_.release_seen(now_);
    now_ = agreed + limits::standby_release_seen;
    EXPECT_FALSE(wake());
    EXPECT_EQ(standby_.phase(), Phase::agreed);
}

// Why: the same report in any other phase must not give a peer more time than it has.
TEST_F(HandOver, AReportOfAReleaseDoesNotProlongAQuestion) {
    ask();
    const Instant due = standby_.next_deadline();
    standby_.release_seen(now_);
    EXPECT_EQ(standby_.next_deadline(), due);
}

// Why: a real node says in the middle of a hand-over that it is at rest. Before our groups are
// released that means nothing, and ours must not be left half-way.
TEST_F(HandOver, ARealPeerAtRestDoesNotCutARelease) {
    situation_.peer_ours = false;
    give();
    const Instant due = standby_.next_deadline();
    standby_.real_peer_at_rest(now_, Holding::all);
    EXPECT_EQ(standby_.next_deadline(), due);
    standby_.released(now_, true, out_);
    standby_.real_peer_at_rest(now_, Holding::all);
    EXPECT_EQ(standby_.next_deadline(), now_ + limits::standby_release_seen);
}

// Why: a real node that is at rest again after our `other` may have given the hand-over up; its
// `done` is waited for a moment and not an hour, however busy it was seen before.
TEST_F(HandOver, ARealGiverAtRestIsWaitedForAMoment) {
    situation_.peer_ours = false;
    ASSERT_EQ(hears("me"), Verdict::nothing);
    standby_.release_seen(now_);
    standby_.real_peer_at_rest(now_, Holding::local);
    now_ = now_ + limits::standby_release_seen;
    EXPECT_TRUE(wake());
    EXPECT_TRUE(standby_.idle());
}

// Why: without a hand-over its word is just a report.
TEST_F(HandOver, APeerAtRestWithoutAHandOverSetsNoDeadline) {
    standby_.real_peer_at_rest(now_, Holding::all);
    standby_.peer_at_rest(out_);
    EXPECT_EQ(standby_.next_deadline(), never);
    EXPECT_TRUE(out_.empty());
}

// Why: one of ours that is at rest while we still release has forgotten the hand-over: our `done`
// is said, and nobody waits an hour for its own.
TEST_F(HandOver, APeerThatForgotTheHandOverIsNotWaitedFor) {
    give();
    standby_.peer_at_rest(out_);
    EXPECT_EQ(standby_.phase(), Phase::giving) << "the release goes on";
    standby_.released(now_, true, out_);
    EXPECT_EQ(last_said(), "local done");
    EXPECT_TRUE(standby_.idle());
}

}  // namespace
}  // namespace hb::resource
