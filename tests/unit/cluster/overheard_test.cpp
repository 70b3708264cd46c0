// What an engine lets listeners of its own node hear, and what it never sends.
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "base/prng.hpp"
#include "unit/cluster/lab.hpp"

namespace hb::cluster {
namespace {

using lab::Lab;
using namespace std::chrono_literals;
using Ears = Engine::Ears;
using Overhears = std::vector<std::string>;

EngineConfig with_two_links(bool serial) {
    EngineConfig c = lab::config();
    c.links.push_back({LinkId{1}, "line", serial});
    return c;
}

// Acknowledgements of ours come when the dice of the engine say so.
Overhears overheard_by(Engine& engine) {
    static constexpr const char* kinds[] = {"unchanged ", "dropped ", "duplicate ", "protocol "};
    Overhears out;
    for (const Overheard& one : engine.take_overheard()) {
        out.push_back(kinds[static_cast<std::size_t>(one.kind)] + std::string(one.message.type()) +
                      " of " + std::string(one.message.source()));
    }
    std::erase(out, "protocol NS_ackmsg of alpha");
    return out;
}

// Why: the classes of `setfilter` (clientapi.md 6.2), each from the packet that is of that class.
TEST(Overheard, EachPacketThatChangesNothingHasItsClass) {
    Lab lab(with_two_links(false));
    lab.bring_up();
    lab.engine.listen(Ears::curious);
    lab.give(lab.status("active", 4));  // news
    EXPECT_EQ(overheard_by(lab.engine), Overhears{});
    lab.give(lab.status("active", 5));
    EXPECT_EQ(overheard_by(lab.engine), Overhears{"unchanged status of beta"});
    lab.give(lab.status("active", 5), LinkId{1});
    EXPECT_EQ(overheard_by(lab.engine), Overhears{"duplicate status of beta"});
    lab.give(lab.status("active", 4), LinkId{1});
    EXPECT_EQ(overheard_by(lab.engine), Overhears{"dropped status of beta"});
    wire::Message old = lab.typed("hello", 9);
    old.set("hg", "1");
    lab.give(old);
    EXPECT_EQ(overheard_by(lab.engine), Overhears{"dropped hello of beta"});
    wire::Message ack = lab.typed("NS_ackmsg", 0);
    ack.set("dest", "alpha");
    ack.set("ackseq", "1");
    lab.give(ack);
    EXPECT_EQ(overheard_by(lab.engine), Overhears{"protocol NS_ackmsg of beta"});
    lab.give(lab.typed("reqnodes", 6));
    const Overhears asked = overheard_by(lab.engine);
    ASSERT_FALSE(asked.empty());
    EXPECT_EQ(asked.front(), "protocol reqnodes of beta");
    EXPECT_EQ(asked.back(), "protocol repnodes of alpha");
    lab.engine.send_status(lab.clock(), lab.out);
    EXPECT_EQ(overheard_by(lab.engine), Overhears{"unchanged status of alpha"});
}

// Why: a copy of every packet is not for a node on which nobody looks.
TEST(Overheard, NothingIsKeptForNobody) {
    Lab lab;
    lab.bring_up();
    for (const Ears ears : {Ears::none, Ears::clients}) {
        lab.engine.listen(ears);
        lab.give(lab.status("active", 4));
        lab.give(lab.status("active", 4));
        EXPECT_EQ(overheard_by(lab.engine), Overhears{});
    }
    lab.engine.listen(Ears::curious);
    lab.give(lab.status("active", 4));
    lab.engine.listen(Ears::none);
    EXPECT_EQ(overheard_by(lab.engine), Overhears{});
}

// Why: clientapi.md 9: a leave that overtakes what was said before it makes the library throw that
// away.
TEST(Overheard, AClientsLeaveWaitsForWhatItSaid) {
    Lab lab;
    lab.bring_up();
    lab.engine.listen(Ears::clients);
    wire::Message leave = lab.typed("hbapi-clstat", 5);
    leave.set("st", "leave");
    lab.give(leave);
    EXPECT_EQ(lab.told<Delivered>().size(), 0U);
    lab.give(lab.typed("hello", 4));
    const auto told = lab.told<Delivered>();
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[0].message.type(), "hello");
    EXPECT_EQ(told[1].message.type(), "hbapi-clstat");
}

// Why: it went out on the first link, could not be written for the serial one, and its number was
// given to the next message: peers took that for a repeat and never read it.
TEST(Overheard, sec_WhatOneLinkCannotCarryGoesOverNone) {
    Lab lab(with_two_links(true));
    lab.bring_up();
    const auto before = lab.engine.last_sent();
    // Packed it fits a datagram, but no text.
    wire::Message message = wire::make_message("hello");
    message.set_binary("large", Bytes(250'000, 'x'));
    std::size_t frames = 0;
    EXPECT_EQ(lab.engine.say(lab.clock(), message, lab.out), std::nullopt);
    for (const Effect& effect : lab.out) frames += std::holds_alternative<SendFrame>(effect);
    EXPECT_EQ(frames, 0U);
    EXPECT_EQ(lab.engine.last_sent(), before);
    lab.forget();
    wire::Message odd = wire::make_message("hello");
    odd.set("(1)name", "fits no text");
    EXPECT_EQ(lab.engine.say(lab.clock(), odd, lab.out), std::nullopt);
    EXPECT_EQ(lab.said().size(), 0U);
}

// Why: a datagram that is too large is lost on every line, and each peer asks for it for ten
// seconds.
TEST(Overheard, sec_WhatFitsNoDatagramIsNotSent) {
    Lab lab;
    lab.bring_up();
    std::string noise;
    Prng dice(7);
    while (noise.size() < limits::udp_bytes_max) noise += static_cast<char>(' ' + dice.below(90));
    wire::Message message = wire::make_message("hello");
    message.set("large", noise + noise);
    EXPECT_EQ(lab.engine.say(lab.clock(), message, lab.out), std::nullopt);
    EXPECT_EQ(lab.said().size(), 0U);
    EXPECT_EQ(lab.logged(LogId::message_too_large), 1U);
    message.set("large", std::string(2 * limits::udp_bytes_max, 'x'));
    EXPECT_TRUE(lab.engine.say(lab.clock(), message, lab.out));
    ASSERT_EQ(lab.said("hello").size(), 1U);
    EXPECT_EQ(lab.said("hello")[0].get("large").size(), 2 * limits::udp_bytes_max);
}

}  // namespace
}  // namespace hb::cluster
