// Lines that work in one direction only: who tells whom, and when it is said.
#include "cluster/one_way.hpp"

#include <gtest/gtest.h>

#include "lab.hpp"

namespace hb::cluster {
namespace {

using namespace lab;

EngineConfig two_lines() {
    EngineConfig c = config();
    c.links = {{LinkId{0}, "eth0", false}, {LinkId{1}, "eth1", false}};
    for (LinkSpec& link : c.links) link.expected = true;
    return c;
}

// A heartbeat of a daemon of ours over one of our lines; there it has that number.
void beat(Lab& node, std::uint64_t seq, LinkId over, const char* number, const char* heard,
          const char* word = "active") {
    wire::Message m = node.status(word, seq);
    m.set(capabilities_field, capabilities_value);
    if (heard != nullptr) m.set(heard_field, heard);
    m.set(link_field, number);
    node.give(m, over);
}

// Beta's heartbeats for a while, over those of our lines.
void beats(Lab& node, std::uint64_t& seq, int many, std::vector<unsigned> over, const char* heard) {
    for (int i = 0; i < many; ++i) {
        node.pass(1s);
        ++seq;
        for (const unsigned line : over) {
            const std::string number = std::to_string(7 - line);
            beat(node, seq, LinkId{static_cast<std::uint16_t>(line)}, number.c_str(), heard);
        }
    }
}

std::string last_list(const Lab& node) {
    const auto said = node.said("status");
    return said.empty() ? "" : std::string(said.back().get(heard_field));
}

// Why: the words come from a peer; nothing in them may be believed that is not a number of a line.
TEST(OneWay, ReadsOnlyWhatConcernsUsAndFits) {
    EXPECT_FALSE(read_heard("", "alpha"));
    EXPECT_FALSE(read_heard("beta:0 gamma:1", "alpha"));
    EXPECT_FALSE(read_heard("alpha:0,x", "alpha"));
    EXPECT_FALSE(read_heard("alpha:64", "alpha"));
    EXPECT_FALSE(read_heard("alpha:0 " + std::string(limits::heard_field_bytes_max, 'x'), "alpha"));
    const auto none = read_heard("beta:1 alpha:", "alpha");
    ASSERT_TRUE(none);
    EXPECT_FALSE(none->anything());
    const auto some = read_heard("alpha:3,0,?", "alpha");
    ASSERT_TRUE(some);
    EXPECT_EQ(some->lines, (std::set<std::size_t>{0, 3}));
    EXPECT_TRUE(some->unnamed);
}

// Why: lines have other names on the other node; only its own number means something to it.
TEST(OneWay, NamesWhatItHearsByTheNumbersOfThePeer) {
    Lab node(two_lines());
    node.bring_up();
    beat(node, 4, LinkId{0}, "7", "alpha:0,1");
    node.pass(1s);
    EXPECT_EQ(last_list(node), "beta:7");
    beat(node, 5, LinkId{1}, "6", "alpha:0,1");
    node.pass(1s);
    EXPECT_EQ(last_list(node), "beta:6,7");
}

// Why: each status must tell over which of our lines it goes; else the peer cannot name it.
TEST(OneWay, EachStatusSaysOverWhichLineItGoes) {
    Lab node(two_lines());
    node.start();
    std::set<std::string> numbers;
    for (const Effect& effect : node.out) {
        const auto* frame = std::get_if<SendFrame>(&effect);
        if (frame == nullptr) continue;
        const wire::Message m = node.signer.open(frame->bytes).value();
        EXPECT_EQ(m.get(link_field), std::to_string(static_cast<unsigned>(frame->link)));
        numbers.insert(std::string(m.get(link_field)));
    }
    EXPECT_EQ(numbers, (std::set<std::string>{"0", "1"}));
}

// Why: a transmitter that is broken is seen by nobody but the other node, which has to say so.
TEST(OneWay, ALineOverWhichThePeerDoesNotHearUsIsNamedOnceAndItsEndToo) {
    Lab node(two_lines());
    node.bring_up();
    std::uint64_t seq = 3;
    beats(node, seq, 4, {0, 1}, "alpha:0");
    EXPECT_EQ(node.logged(LogId::link_not_heard_by), 0U) << "the two sides may notice apart";
    beats(node, seq, 100, {0, 1}, "alpha:0");
    EXPECT_EQ(node.logged(LogId::link_not_heard_by), 1U);
    EXPECT_EQ(node.logged(LogId::link_both_ways), 0U);
    beats(node, seq, 3, {0, 1}, "alpha:0,1");
    EXPECT_EQ(node.logged(LogId::link_both_ways), 1U);
}

// Why: the other half: we are deaf on a line on which it hears us.
TEST(OneWay, ALineOverWhichOnlyWeAreHeardIsNamed) {
    Lab node(two_lines());
    node.bring_up();
    std::uint64_t seq = 3;
    beats(node, seq, 30, {0}, "alpha:0,1");
    EXPECT_EQ(node.logged(LogId::link_heard_by_only), 1U);
    EXPECT_EQ(node.logged(LogId::link_not_heard_by), 0U);
}

// Why: a line that is cut on both sides is dead, and nothing else.
TEST(OneWay, ALineThatIsCutBothWaysIsNotOneWay) {
    Lab node(two_lines());
    node.bring_up();
    std::uint64_t seq = 3;
    beats(node, seq, 10, {0, 1}, "alpha:0,1");
    beats(node, seq, 5, {0}, "alpha:0,1");  // the peer notices later
    beats(node, seq, 30, {0}, "alpha:0");
    EXPECT_EQ(node.logged(LogId::link_dead), 1U);
    EXPECT_EQ(node.logged(LogId::link_heard_by_only) + node.logged(LogId::link_not_heard_by), 0U);
}

// Why: a Heartbeat 3.0.6 has no such field; nothing may be claimed of what it hears.
TEST(OneWay, NothingIsClaimedOfAPeerThatDoesNotTell) {
    Lab node(two_lines());
    node.bring_up();
    for (std::uint64_t seq = 4; seq < 40; ++seq) {
        node.give(node.status("active", seq), LinkId{0});
        node.pass(1s);
    }
    EXPECT_EQ(node.logged(LogId::link_heard_by_only) + node.logged(LogId::link_not_heard_by), 0U);
    EXPECT_TRUE(node.told<HeardBy>().empty());
}

// Why: who is not heard at all must know it: the other node takes its groups.
TEST(OneWay, TellsWhenThePeerHearsUsNowhere) {
    Lab node(two_lines());
    node.bring_up();
    std::uint64_t seq = 3;
    beats(node, seq, 2, {0}, "alpha:0");
    EXPECT_TRUE(node.told<HeardBy>().empty());
    beats(node, seq, 2, {0}, "alpha:");
    ASSERT_EQ(node.told<HeardBy>().size(), 1U);
    EXPECT_FALSE(node.told<HeardBy>()[0].anywhere);
    beats(node, seq, 2, {0}, "alpha:?");
    ASSERT_EQ(node.told<HeardBy>().size(), 2U);
    EXPECT_TRUE(node.told<HeardBy>()[1].anywhere);
}

// Why: a young peer needs time to hear us; one that still does not after all that time is deaf,
// and will take our groups as soon as it is active (simulator, seed 36993).
TEST(OneWay, AYoungPeerIsDeafWhenItsLineIsCalledOneWay) {
    Lab node(two_lines());
    node.bring_up();
    for (std::uint64_t seq = 4; node.logged(LogId::link_not_heard_by) == 0; ++seq) {
        ASSERT_LT(seq, 60U);
        EXPECT_TRUE(node.told<HeardBy>().empty());
        node.pass(1s);
        beat(node, seq, LinkId{0}, "7", "alpha:", "up");
    }
    node.pass(1s);
    beat(node, 60, LinkId{0}, "7", "alpha:", "up");
    ASSERT_EQ(node.told<HeardBy>().size(), 1U);
    EXPECT_FALSE(node.told<HeardBy>()[0].anywhere);
}

// Why: the kernel spreads the packets of one peer over the sockets of several ucast lines; one of
// them would be called dead whenever the peer's port changes.
TEST(OneWay, UcastLinesOfOneDeviceAreOneLine) {
    EngineConfig c = two_lines();
    c.links[1].shares = LinkId{0};
    Lab node(c);
    node.bring_up();
    std::uint64_t seq = 3;
    beats(node, seq, 10, {1}, "alpha:0");
    beats(node, seq, 30, {0}, "alpha:0");
    EXPECT_EQ(node.logged(LogId::link_dead) + node.logged(LogId::link_never_up), 0U);
    EXPECT_EQ(node.logged(LogId::link_heard_by_only) + node.logged(LogId::link_not_heard_by), 0U);
    const auto links = node.engine.peers()[0].links;
    EXPECT_TRUE(links[0].up && links[1].up);
}

// --- what is said of links that are dead for long ---

// A pair that speaks every ten minutes, so that days are short.
struct Days : Lab {
    Days() : Lab(slow()) {
        bring_up();
        give(status("active", ++seq, "36ee80"));
        forget();
    }
    static EngineConfig slow() {
        EngineConfig c = two_lines();
        c.keepalive = 10min;
        c.deadtime = c.initdead = 1h;
        c.warntime = 30min;
        return c;
    }
    void live(Duration span, std::vector<std::uint16_t> over) {
        for (const Instant end = now + span; now < end;) {
            pass(10min);
            ++seq;
            for (const std::uint16_t line : over)
                give(status("active", seq, "36ee80"), LinkId{line});
        }
    }
    std::uint64_t seq{3};
};

// Why: a cable that was never plugged in is found at the next fault, when it is too late.
TEST(Links, ALineThatWasNeverUpIsToldOnceAndThenEachDay) {
    Days node;
    node.live(2h, {0});
    EXPECT_EQ(node.logged(LogId::link_never_up), 1U);
    EXPECT_EQ(node.logged(LogId::link_still_dead), 0U);
    node.live(49h, {0});
    EXPECT_EQ(node.logged(LogId::link_never_up), 1U);
    EXPECT_EQ(node.logged(LogId::link_still_dead), 2U);
    EXPECT_EQ(node.logged(LogId::link_dead), 0U);
}

// Why: an alarm each day is read; one each second is filtered.
TEST(Links, ADeadLineIsWarnedOfOnceAndAlarmedEachDayUntilItIsUp) {
    Days node;
    node.live(2h, {0, 1});
    node.live(26h, {0});
    EXPECT_EQ(node.logged(LogId::link_dead), 1U);
    EXPECT_EQ(node.logged(LogId::link_still_dead), 1U);
    const auto view = node.engine.peers()[0].links[1];
    ASSERT_TRUE(view.age);
    EXPECT_GE(*view.age, 25h);
    node.live(26h, {0, 1});
    EXPECT_EQ(node.logged(LogId::link_still_dead), 1U);
}

// Why: with the peer gone altogether there is nothing that works, and other lines have said so.
TEST(Links, NoAlarmForLinksToANodeThatIsDead) {
    Days node;
    node.live(2h, {0, 1});
    node.pass(50h);
    EXPECT_EQ(node.logged(LogId::peer_dead), 1U);
    EXPECT_EQ(node.logged(LogId::link_still_dead), 0U);
}

}  // namespace
}  // namespace hb::cluster
