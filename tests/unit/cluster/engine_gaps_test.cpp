// How our engine keeps a peer's messages in order over gaps: what waits, what is asked for again,
// and when a number is given up (wire.md 5.4, 5.5).
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "unit/cluster/lab.hpp"

namespace hb::cluster::lab {
namespace {

// Why: five types decide who holds what: they must come as they were sent.
TEST(EngineGaps, ResourceTypesWaitForTheGapBelowThem) {
    Lab lab;
    lab.bring_up();
    for (const auto& [type, seq] :
         std::vector<std::pair<std::string, std::uint64_t>>{{"shutdone", 6},
                                                            {"foo", 7},
                                                            {"resource", 8},
                                                            {"ask_resources", 9},
                                                            {"hb_takeover", 10},
                                                            {"starting", 11}}) {
        lab.give(lab.typed(type, seq));
    }
    EXPECT_EQ(lab.delivered(), "foo ");
    lab.give(lab.typed("resource", 5));
    EXPECT_EQ(lab.delivered(), "foo ") << "number 4 is missing still";
    lab.give(lab.typed("bar", 4));
    EXPECT_EQ(lab.delivered(),
              "foo bar resource shutdone resource ask_resources hb_takeover starting ");
    lab.give(lab.typed("resource", 5));
    EXPECT_EQ(lab.told<Delivered>().size(), 8U) << "each once";
}

// Why: what the peer cannot repeat must not hold the rest back; whoever the refusal was for.
TEST(EngineGaps, ARefusalReleasesWhatWaited) {
    Lab lab;
    lab.bring_up();
    lab.give(lab.typed("resource", 26 + 4));
    for (std::uint64_t n = 4; n < 29; ++n) lab.give(lab.typed("foo", n));
    EXPECT_EQ(lab.told<Delivered>().size(), 25U);
    wire::Message nak = wire::make_message("NS_nak_rexmit");
    nak.set("firstseq", "1d");
    nak.set("dest", "gamma");
    nak.set("info", "seqno too low");
    lab.give(lab.beta(nak, 0));
    EXPECT_EQ(lab.told<Delivered>().back().message.type(), "resource");
    EXPECT_EQ(lab.logged(LogId::nak_received), 1U);
    lab.give(lab.beta(nak, 0));
    EXPECT_EQ(lab.logged(LogId::nak_received), 1U);
}

// Why: a 3.0.6 that was started again takes an acknowledgement of its life before for one of this
// life and never repeats what it covers: its reports waited without end (simulator, seed 27783).
TEST(EngineGaps, ARealNodeThatNeverRepeatsIsReadAfterTenSeconds) {
    Lab lab;
    lab.bring_up();
    const auto beats = [&](std::uint64_t from, std::uint64_t to) {
        for (std::uint64_t n = from; n <= to; ++n) {
            lab.give(lab.status("up", n));
            lab.pass(1s);
        }
    };
    lab.give(lab.typed("resource", 5));
    beats(6, 14);
    EXPECT_EQ(lab.delivered(), "");
    beats(15, 17);
    EXPECT_EQ(lab.delivered(), "resource ");
    EXPECT_EQ(lab.logged(LogId::packet_given_up), 1U);
    lab.forget();
    lab.give(lab.typed("resource", 19));
    beats(20, 21);
    EXPECT_EQ(lab.delivered(), "resource ") << "the next one waits a second only";
    lab.give(lab.typed("resource", 23));
    lab.pass(500ms);
    lab.give(lab.status("up", 22));
    lab.give(lab.typed("resource", 25));
    beats(26, 29);
    EXPECT_EQ(lab.delivered(), "resource resource ") << "it answered: it is asked as before";
}

// Why: a daemon of ours repeats as long as it is asked; over a bad line that may take its time.
TEST(EngineGaps, OneOfOursIsAskedUntilItAnswers) {
    Lab lab;
    lab.bring_up();
    lab.beta_generation = 8;
    std::uint64_t number = 1;
    const auto beat = [&] {
        wire::Message status = lab.status("up", number++);
        status.set(capabilities_field, capabilities_value);
        lab.give(status);
        lab.pass(1s);
    };
    beat();
    ++number;
    lab.forget();
    lab.give(lab.typed("resource", number++));
    for (int second = 0; second < 60; ++second) beat();
    EXPECT_EQ(lab.delivered(), "");
    EXPECT_GT(lab.said("NS_rexmit").size(), 200U);
}

// Why: a peer that dies over a gap has left all the same if it said so. The rest rests on what is
// missing: a `done` without its report had groups started a second time (simulator).
TEST(EngineGaps, OfWhatWaitsBehindAGapADeathReleasesTheLastWordOnly) {
    Lab lab;
    lab.bring_up();
    lab.give(lab.typed("ask_resources", 5));
    lab.give(lab.typed("shutdone", 6));
    EXPECT_EQ(lab.delivered(), "");
    lab.pass(10s);
    ASSERT_GE(lab.up.size(), 2U);
    EXPECT_EQ(lab.delivered(), "shutdone ");
    EXPECT_TRUE(std::holds_alternative<Delivered>(lab.up[0]));
    EXPECT_TRUE(std::holds_alternative<PeerDead>(lab.up[1]));
}

// Why: memory is bounded even if a gap is never filled.
TEST(EngineGaps, HeldMessagesAreBoundedThenDelivered) {
    Lab lab;
    lab.bring_up();
    for (std::uint64_t n = 5; n < 5 + limits::held_messages_max; ++n) {
        lab.give(lab.typed("resource", n));
    }
    EXPECT_TRUE(lab.told<Delivered>().empty());
    lab.give(lab.typed("resource", 5 + limits::held_messages_max));
    ASSERT_EQ(lab.told<Delivered>().size(), 1U);
    EXPECT_EQ(lab.told<Delivered>()[0].message.get("seq"), "5");
}

// Why: more than 250 in a row are not asked for; the count starts anew and life goes on.
TEST(EngineGaps, TooManyLostAreGivenUp) {
    Lab lab;
    lab.bring_up();
    lab.give(lab.typed("resource", 5));
    lab.give(lab.status("up", 1000));
    EXPECT_EQ(lab.logged(LogId::lost_a_lot), 1U);
    EXPECT_EQ(lab.delivered(), "resource ");
    lab.forget();
    lab.pass(1s);
    EXPECT_TRUE(lab.said("NS_rexmit").empty());
}

// Why: a link that loses every second packet for a night must not fill the log: the first loss is
// told at once, those of a minute in one line with their number.
TEST(EngineGaps, LossesAreToldOnceAMinute) {
    Lab lab;
    lab.bring_up();
    lab.forget();
    std::uint64_t number = 4;
    lab.give(lab.status("up", number));
    for (int second = 0; second < 119; ++second) {
        number += 2;
        lab.give(lab.status("up", number));
        lab.pass(500ms);
        lab.give(lab.status("up", number - 1));
        lab.pass(500ms);
    }
    EXPECT_EQ(lab.logged(LogId::packets_lost), 2U);
    EXPECT_EQ(lab.logged(LogId::packets_repaired), 1U);
}

}  // namespace
}  // namespace hb::cluster::lab
