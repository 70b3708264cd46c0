// The engine at its edges: links that are not there, names that are nobody's, requests that ask for
// nothing, messages of forms that few send.
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "base/prng.hpp"
#include "unit/cluster/lab.hpp"
#include "unit/wire/known.hpp"

namespace hb::cluster::lab {
namespace {

// Why: a frame of a link that a newer ha.cf had must not be counted for another.
TEST(EngineEdges, WhatComesFromALinkThatIsNotThereIsIgnored) {
    Lab lab;
    lab.start();
    lab.forget();
    lab.give(lab.status("up", 1), LinkId{1});
    lab.engine.link_changed(lab.clock(), LinkId{1}, true, lab.out);
    EXPECT_TRUE(lab.up.empty());
    EXPECT_TRUE(lab.out.empty());
}

// Why: a link may open, and packets may come, before the daemon has said its first word.
TEST(EngineEdges, BeforeTheStartNothingIsSaid) {
    Lab lab;
    lab.engine.link_changed(lab.clock(), LinkId{0}, true, lab.out);
    lab.engine.wakeup(lab.clock(), lab.out, lab.up);
    EXPECT_EQ(lab.engine.next_deadline(), lab.now);
    lab.now = lab.now + 60s;
    lab.give(lab.typed("NS_st", 0));
    EXPECT_TRUE(lab.said().empty());
    EXPECT_TRUE(lab.told<StalledUs>().empty());
}

// Why: a reload that changes no timer and no key is no news for anybody; one before the first word
// must not make it.
TEST(EngineEdges, AReloadWithoutNewsIsSilent) {
    Lab lab;
    EngineConfig next = config();
    next.deadtime = 4s;
    lab.engine.reconfigure(lab.clock(), next, lab.out);
    EXPECT_TRUE(lab.out.empty());
    lab.start();
    lab.forget();
    next.log_badpack = false;
    lab.engine.reconfigure(lab.clock(), next, lab.out);
    EXPECT_TRUE(lab.out.empty());
}

// Why: a loose plug is told at a bounded rate, and the last line must be true: here it is out.
TEST(EngineEdges, AFlappingLinkEndsInTheLogAsWhatItIs) {
    EngineConfig two_links = config();
    two_links.links.push_back({LinkId{1}, "eth1", false});
    two_links.deadtime = 1s;
    Lab lab(two_links);
    lab.bring_up();
    std::uint64_t number = 3;
    const auto beat = [&](bool on_both) {
        const wire::Message status = lab.status("active", ++number, "3e8");
        lab.give(status);
        if (on_both) lab.give(status, LinkId{1});
        lab.pass(500ms);
    };
    for (int i = 0; i < 130; ++i) beat(true);  // the first minute is over
    for (int i = 0; i < 24; ++i) beat(i % 4 == 3);
    for (int i = 0; i < 4; ++i) beat(false);
    EXPECT_FALSE(lab.engine.peers()[0].links[1].up);
    EXPECT_EQ(lab.logged(LogId::link_dead), 2U) << "two of the four lines of a minute";
    for (int i = 0; i < 120; ++i) beat(false);
    EXPECT_EQ(lab.logged(LogId::link_dead), 3U);
}

// Why: a machine without /proc/loadavg still needs a value in `ld`, and a long one must not grow.
TEST(EngineEdges, TheLoadHasAValueAndABound) {
    Lab lab;
    lab.start();
    for (const auto& [given, shown] :
         {std::pair{std::string(), std::string("n/a")},
          std::pair{std::string(500, '9'), std::string(limits::load_bytes_max, '9')}}) {
        lab.forget();
        lab.engine.load(given);
        lab.engine.send_status(lab.clock(), lab.out);
        EXPECT_EQ(lab.said("status").at(0).get("ld"), shown);
    }
}

// Why: the manager asks about itself and about names of haresources that are no node.
TEST(EngineEdges, KnowsItselfAndNoStranger) {
    Lab lab;
    EXPECT_TRUE(lab.engine.alive("alpha"));
    EXPECT_TRUE(lab.engine.ours("alpha"));
    EXPECT_FALSE(lab.engine.alive("stranger"));
    EXPECT_FALSE(lab.engine.ours("stranger"));
    EXPECT_FALSE(lab.engine.acknowledged("stranger", 0));
    EXPECT_FALSE(lab.engine.acknowledged("beta", 1));
}

// Why: two nodes with the same peers but another order or more of them are no cluster; a list of
// any length must be judged without harm.
TEST(EngineEdges, AnEndlessNodeListIsToldOnce) {
    Lab lab;
    lab.bring_up();
    wire::Message list = lab.typed("repnodes", 4);
    std::string names;
    while (names.size() <= limits::node_list_bytes_max) names += "alpha beta ";
    list.set("nodelist", names);
    lab.give(list);
    EXPECT_EQ(lab.logged(LogId::node_list_differs), 1U);
}

// Why: `log_badpack off` is how people silence a foreign cluster on their network.
TEST(EngineEdges, BadPacketsAreSilentOnRequest) {
    EngineConfig quiet = config();
    quiet.log_badpack = false;
    Lab lab(quiet);
    lab.start();
    lab.forget();
    lab.give(Bytes("nonsense"));
    EXPECT_TRUE(lab.out.empty());
}

// Why: a packet that stands for more bytes than a message may have is told as what it is.
TEST(EngineEdges, AMessageThatUnpacksTooLargeIsNamed) {
    Lab lab;
    lab.start();
    lab.forget();
    wire::Message bomb;
    bomb.set_binary("_compressed_payload",
                    wire::known::file(HB_TEST_DATA "/data/wire/bomb_zlib.bin"));
    bomb.set("_compression_algorithm", "zlib");
    lab.give(bomb);
    ASSERT_EQ(lab.logged(LogId::bad_packets), 1U);
    EXPECT_NE(log_text(std::get<LogLine>(lab.out.at(0))).find("too large"), std::string::npos);
}

// Why: a request that names no number of ours must cost nothing.
TEST(EngineEdges, ARequestForNothingIsIgnored) {
    Lab lab;
    lab.bring_up();
    for (const auto& [first, last] :
         {std::pair{"0", "3"}, std::pair{"3", "2"}, std::pair{"x", "2"}, std::pair{"1", ""}}) {
        wire::Message request = lab.typed("NS_rexmit", 0);
        request.set("dest", "alpha");
        request.set("firstseq", first);
        request.set("lastseq", last);
        lab.give(request);
        EXPECT_TRUE(lab.out.empty()) << first << " to " << last;
    }
}

// Why: a peer that asks for lost numbers as fast as it can must not make us speak as fast.
TEST(EngineEdges, RefusalsAreBoundedUntilThePauseIsOver) {
    Lab lab;
    lab.bring_up();
    for (std::size_t i = 0; i < 2 * limits::history_messages; ++i) {
        lab.engine.send(lab.clock(), wire::make_message("foo"), lab.out);
    }
    wire::Message request = lab.typed("NS_rexmit", 0);
    request.set("dest", "alpha");
    request.set("firstseq", "1");
    request.set("lastseq", "400");
    lab.forget();
    for (int i = 0; i < 20; ++i) lab.give(request);
    EXPECT_EQ(lab.said("NS_nak_rexmit").size(), limits::resend_per_request);
    lab.now = lab.now + 250ms;
    lab.give(request);
    EXPECT_EQ(lab.said("NS_nak_rexmit").size(), 2 * limits::resend_per_request);
}

// Why: with two links each message of a new life comes twice while it waits for its status.
TEST(EngineEdges, WhatWaitsForAStatusIsReadOnceAndOnlyByWhomItConcerns) {
    EngineConfig two_links = config();
    two_links.links.push_back({LinkId{1}, "eth1", false});
    two_links.nodes.emplace_back("gamma");
    Lab lab(two_links);
    lab.start();
    lab.give(lab.status("up", 1));
    lab.beta_generation = 8;
    wire::Message for_gamma = lab.typed("starting", 4);
    for_gamma.set("dest", "gamma");
    for (const LinkId link : {LinkId{0}, LinkId{1}}) {
        lab.give(lab.typed("starting", 3), link);
        lab.give(for_gamma, link);
    }
    lab.give(lab.status("up", 5));
    EXPECT_EQ(lab.delivered(), "starting ");
}

// Why: resource types wait behind a gap in memory that has a bound in bytes, whatever they hold.
TEST(EngineEdges, HeldMessagesAreMeasuredWithListsAndMessagesInside) {
    Lab lab;
    lab.bring_up();
    auto inside = std::make_shared<wire::Message>(wire::make_message("inside"));
    inside->set("large", Bytes(20'000, 'x'));
    std::uint64_t number = 5;  // 4 is missing
    for (; lab.delivered().empty() && number < 5 + limits::held_messages_max; ++number) {
        wire::Message large = lab.typed("resource", number);
        large.set_list("list", {Bytes(500, 'y'), Bytes(400, 'z')});
        large.fields.push_back({"in", wire::FieldType::nested, {}, {}, inside});
        lab.give(large);
    }
    EXPECT_LT(number, 5 + limits::held_messages_max / 2) << "the bytes count, not only the number";
}

// Why: a control message that a client made comes with its own idea of who speaks.
TEST(EngineEdges, AControlMessageKeepsTheFieldsItHas) {
    Lab lab;
    wire::Message own = wire::make_message("NS_st");
    own.set("src", "elsewhere");
    own.set_binary("srcuuid", "0123456789abcdef");
    own.set_binary("destuuid", "fedcba9876543210");
    own.set("dest", "beta");
    own.set("ttl", "9");
    EXPECT_EQ(lab.engine.send(lab.clock(), own, lab.out), 0U);
    const wire::Message sent = lab.said().at(0);
    EXPECT_EQ(sent.get("src"), "elsewhere");
    EXPECT_EQ(sent.binary("srcuuid"), "0123456789abcdef");
    EXPECT_EQ(sent.binary("destuuid"), "fedcba9876543210");
    EXPECT_EQ(sent.get("ttl"), "9");
    EXPECT_FALSE(sent.has("seq"));
}

// Why: 3.0.6 adds the name to a uuid and the uuid to a name, and neither to what it does not know.
TEST(EngineEdges, AMessageForNobodyKnownGoesOutAsItIs) {
    Lab lab;
    lab.bring_up();
    wire::Message message = wire::make_message("foo");
    message.set("dest", "stranger");
    lab.engine.send(lab.clock(), message, lab.out);
    EXPECT_FALSE(lab.said("foo").at(0).has("destuuid"));
    message.erase("dest");
    message.set_binary("destuuid", "abcdefghijklmnop");
    lab.engine.send(lab.clock(), message, lab.out);
    EXPECT_EQ(lab.said("foo").at(1).get("dest"), "beta");
}

// Why: a clock that was never set must not make peers refuse us.
TEST(EngineEdges, AClockAtZeroIsSentAsOne) {
    Lab lab;
    lab.engine.send(Now{lab.now, 0}, wire::make_message("foo"), lab.out);
    EXPECT_EQ(lab.said("foo").at(0).get("ts"), "1");
}

EngineConfig compressing(wire::InnerAuth inner) {
    EngineConfig c = config();
    c.traditional_compression = true;
    c.inner_auth = inner;
    return c;
}

// Why: a message with a message inside has no text form that 3.0.6 would send compressed; a small
// one is not compressed at all.
TEST(EngineEdges, CompressesAMessageInAMessageInItsOwnForm) {
    for (const auto type : {wire::FieldType::nested, wire::FieldType::compressed,
                            wire::FieldType::nested_to_compress}) {
        Lab lab(compressing(wire::InnerAuth::present));
        wire::Message message = wire::make_message("foo");
        lab.engine.send(lab.clock(), message, lab.out);
        EXPECT_EQ(std::get<SendFrame>(lab.out.at(0)).bytes.find("_compressed"), Bytes::npos);
        lab.forget();
        message.set("long", Bytes(5000, 'x'));
        auto inside = std::make_shared<wire::Message>(wire::make_message("inside"));
        message.fields.push_back({"in", type, "raw", {}, inside});
        lab.engine.send(lab.clock(), message, lab.out);
        EXPECT_LT(std::get<SendFrame>(lab.out.at(0)).bytes.size(), 1000U);
        EXPECT_EQ(lab.said("foo").at(0).get("long").size(), 5000U);
    }
}

// Why: what no compression brings below the bound is refused in words, and its number stays free.
TEST(EngineEdges, AMessageThatStaysTooLargeIsRefused) {
    for (const auto inner : {wire::InnerAuth::present, wire::InnerAuth::absent}) {
        EngineConfig c = compressing(inner);
        c.traditional_compression = false;  // compressed all the same, since it does not fit
        Lab lab(c);
        Prng prng(1);
        Bytes noise(limits::message_bytes_max + 50'000, '\0');
        for (char& byte : noise) byte = static_cast<char>(prng.next());
        wire::Message message = wire::make_message("foo");
        message.set_binary("noise", noise);
        EXPECT_EQ(lab.engine.send(lab.clock(), message, lab.out), 0U);
        EXPECT_EQ(lab.logged(LogId::message_too_large), 1U);
        EXPECT_TRUE(lab.said().empty());

        lab.forget();
        message.set_binary("noise", Bytes(limits::message_bytes_max + 50'000, '\0'));
        EXPECT_EQ(lab.engine.send(lab.clock(), message, lab.out), 1U);
        EXPECT_EQ(lab.said("foo").size(), 1U);
    }
}

// Why: a message too large in every form must be refused, not cut.
TEST(EngineEdges, AMessageTooLargeToBeWrittenIsRefused) {
    Lab lab(compressing(wire::InnerAuth::absent));
    wire::Message message = wire::make_message("foo");
    message.set("x", Bytes(limits::message_uncompressed_bytes_max + 1, 'x'));
    EXPECT_EQ(lab.engine.send(lab.clock(), message, lab.out), 0U);
    EXPECT_EQ(lab.logged(LogId::message_too_large), 1U);
}

}  // namespace
}  // namespace hb::cluster::lab
