// Two engines under everything at once, by seed: loss, repeats, overtaking, cuts, pauses, crashes,
// replays, and signed nonsense. What must always hold is checked after each run.
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>

#include "base/text.hpp"
#include "scenario/engine_pair.hpp"

namespace hb::test {
namespace {

using namespace std::chrono_literals;

constexpr int seeds = 100;

// One random thing happens.
void disturb(EnginePair& pair, Prng& dice, std::vector<Bytes>& recorded) {
    const std::size_t node = dice.below(2);
    switch (dice.below(12)) {
        case 0:
            pair.cut(true);
            break;
        case 1:
        case 2:
            pair.cut(false);
            break;
        case 3:
            pair.mute(node, dice.chance(50));
            break;
        case 4:
            if (dice.chance(30)) pair.crash(node);
            break;
        case 5:
            if (!pair.running(node)) pair.boot(node);
            break;
        case 6:
            if (pair.running(node)) pair.pause(node);
            break;
        case 7:
            if (pair.running(node) && pair.paused(node)) pair.resume(node);
            break;
        case 8:
            pair.set_loss(static_cast<unsigned>(dice.below(40)));
            break;
        case 9:
            for (const SentFrame& frame : pair.sent) recorded.push_back(frame.bytes);
            pair.sent.clear();
            break;
        default:
            if (recorded.empty() || !pair.running(node) || pair.paused(node)) break;
            pair.give(node, LinkId{0}, recorded[dice.below(recorded.size())]);
    }
}

void talk(EnginePair& pair, Prng& dice) {
    for (const std::size_t node : {0U, 1U}) {
        if (!pair.running(node) || pair.paused(node) || !dice.chance(60)) continue;
        pair.send(node, wire::make_message(dice.chance(50) ? "resource" : "foo"));
    }
}

// Every message once; the five types in their sender's order; deaths and returns in turn.
void check_notices(const EnginePair& pair, std::size_t node) {
    std::set<std::tuple<std::uint64_t, std::string, std::uint64_t>> seen;
    std::map<std::pair<std::uint64_t, std::string>, std::uint64_t> newest;
    std::uint64_t life = 0;
    bool up = false;
    for (const auto& one : pair.notices(node)) {
        if (one.life != life) up = false;
        life = one.life;
        if (const auto* came = std::get_if<cluster::PeerUp>(&one.notice)) {
            EXPECT_TRUE(!up || came->restarted) << "up while up";
            up = true;
        } else if (std::holds_alternative<cluster::PeerDead>(one.notice)) {
            up = false;
        } else if (const auto* got = std::get_if<cluster::Delivered>(&one.notice)) {
            EXPECT_TRUE(up) << "a message of nobody";
            const std::string generation(got->message.get("hg"));
            const std::uint64_t number = got->message.hex("seq").value();
            EXPECT_TRUE(seen.insert({life, generation, number}).second) << "twice: " << number;
            if (got->message.type() != "resource") continue;
            std::uint64_t& last = newest[{life, generation}];
            EXPECT_GT(number, last) << "out of order";
            last = number;
        }
    }
}

// Why: what no single test foresees. A seed that fails becomes a scenario of its own.
TEST(EngineChaos, InvariantsHoldAndPeaceReturns) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        PairOptions options;
        options.keepalive = 200ms;
        options.deadtime = 2s;
        options.warntime = 1s;
        options.initdead = 4s;
        options.seed = seed;
        options.links = 1 + seed % 2;
        options.jitter = std::chrono::milliseconds(seed % 3 * 20);
        options.repeat_percent = 5;
        EnginePair pair(options);
        Prng dice(seed);
        std::vector<Bytes> recorded;
        pair.boot(0);
        pair.run_for(Duration{dice.below(3000) * 1000000});
        pair.boot(1);
        for (int step = 0; step < 100; ++step) {
            if (dice.chance(40)) disturb(pair, dice, recorded);
            talk(pair, dice);
            pair.run_for(Duration{dice.below(400) * 1000000});
        }
        pair.set_loss(0);
        pair.cut(false);
        for (const std::size_t node : {0U, 1U}) {
            pair.mute(node, false);
            if (!pair.running(node)) pair.boot(node);
            if (pair.paused(node)) pair.resume(node);
        }
        pair.run_for(5s);
        for (const std::size_t node : {0U, 1U}) {
            EXPECT_TRUE(pair.comm_up(node)) << node;
            EXPECT_TRUE(pair.engine(node).alive(options.names[1 - node])) << node;
            check_notices(pair, node);
        }
        if (testing::Test::HasFailure()) {
            for (const std::string& line : pair.trace) std::puts(line.c_str());
            return;
        }
    }
}

// A message that is signed with our key and otherwise drawn.
wire::Message nonsense(Prng& dice) {
    constexpr std::string_view types[] = {"status",    "resource", "NS_rexmit",    "NS_nak_rexmit",
                                          "NS_ackmsg", "NS_st",    "reqnodes",     "repnodes",
                                          "shutdone",  "foo",      "NS_",          "delnode",
                                          "",          "starting", "query-cstatus"};
    constexpr std::string_view names[] = {"dest",    "st",      "dt",       "protocol", "firstseq",
                                          "lastseq", "ackseq",  "nodelist", "info",     "ld",
                                          "cn",      "hb_caps", "from_id"};
    constexpr std::string_view values[] = {"alpha",
                                           "beta",
                                           "0",
                                           "1",
                                           "5",
                                           "ffffffffffffffff",
                                           "18446744073709551615",
                                           "dead",
                                           "up",
                                           "active",
                                           "init",
                                           " ",
                                           "",
                                           "alpha beta ",
                                           "-1",
                                           "x=y\n"};
    const auto draw = [&](const auto& list) { return list[dice.below(std::size(list))]; };
    wire::Message m = wire::make_message(draw(types));
    for (std::uint64_t i = dice.below(5); i > 0; --i) m.set(draw(names), draw(values));
    m.set("src", dice.chance(90) ? "beta" : draw(values));
    if (dice.chance(80)) m.set_binary("srcuuid", std::string(16, dice.chance(80) ? 'B' : 'A'));
    if (dice.chance(10)) m.set_binary("destuuid", std::string(16, dice.chance(50) ? 'A' : '\0'));
    if (dice.chance(80)) m.set("seq", dice.chance(90) ? to_hex(dice.below(2000)) : draw(values));
    if (dice.chance(90)) m.set("hg", dice.chance(95) ? to_hex(41 + dice.below(3)) : draw(values));
    if (dice.chance(95)) m.set("ts", "6b02c65a");
    return m;
}

// Why: a peer with our key may be broken or taken over; it may confuse, but not crash or exhaust.
TEST(EngineChaos, SignedNonsenseIsSurvivedAndBounded) {
    const wire::Signer signer(EnginePair::keys());
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        PairOptions options;
        options.seed = seed;
        EnginePair pair(options);
        Prng dice(seed);
        pair.boot(0);
        for (int i = 0; i < 3000; ++i) {
            const auto frame = signer.seal_netstring(nonsense(dice), wire::InnerAuth::absent);
            const std::size_t spoken = pair.sent.size();
            if (frame) pair.give(0, LinkId{0}, *frame);
            ASSERT_LE(pair.sent.size(), spoken + 60) << "one packet in, a flood out";
            if (i % 20 == 0) pair.run_for(100ms);
        }
        pair.run_for(1s);
        EXPECT_GT(pair.engine(0).next_deadline(), pair.now());
    }
}

}  // namespace
}  // namespace hb::test
