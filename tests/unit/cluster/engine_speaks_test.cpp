// What our engine says, byte for byte where real nodes care (wire.md 3, 4, 8.1, Appendix B).
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "unit/cluster/lab.hpp"
#include "wire/compress.hpp"

namespace hb::cluster::lab {
namespace {

// Why: Appendix B and vector A1: a real peer must find every field where it expects it.
TEST(EngineSpeaks, InitUpUpAtOnceWithTheFieldsOf306) {
    Lab lab;
    lab.engine.load("1.02 0.74 0.43 1/180 13");
    lab.start();
    const auto said = lab.said();
    ASSERT_EQ(said.size(), 3U);
    EXPECT_EQ(shown(said[0]),
              "t=status|st=init|dt=1b58|protocol=1|hb_caps=1|hb_heard=beta:|src=alpha|(srcuuid)|"
              "seq=1|hg=2a|ts=6b02c65a|ld=1.02 0.74 0.43 1/180 13|ttl=3|hb_link=0|");
    EXPECT_EQ(said[1].get("st"), "up");
    EXPECT_EQ(said[2].get("st"), "up");
    EXPECT_EQ(said[2].get("seq"), "3");
    EXPECT_TRUE(said[0].has("auth")) << "msgfmt classic";
}

// Why: five seconds of grace, then the true timeout in a status of its own.
TEST(EngineSpeaks, TheGraceOfTheStartEndsWithAnExtraStatus) {
    Lab lab;
    lab.start();
    lab.pass(4999ms);
    EXPECT_EQ(lab.said().back().get("dt"), "1b58");
    EXPECT_EQ(lab.said().size(), 7U) << "init, up, up and four heartbeats";
    lab.forget();
    lab.pass(1ms);
    ASSERT_EQ(lab.said().size(), 1U);
    EXPECT_EQ(lab.said()[0].get("dt"), "1388");
}

// Why: vectors A4 and A5: the request, then the list with its trailing blank, even before we are
// up.
TEST(EngineSpeaks, AsksForTheNodeListAndAnswersAtOnce) {
    Lab lab;
    lab.start();
    lab.forget();
    lab.give(lab.status("init", 1));
    const auto asked = lab.said("reqnodes");
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(shown(asked[0]),
              "t=reqnodes|dest=beta|(destuuid)|src=alpha|(srcuuid)|seq=4|hg=2a|ts=6b02c65a|ld=n/a|"
              "ttl=3|");
    EXPECT_EQ(asked[0].binary("destuuid"), "abcdefghijklmnop");
    EXPECT_FALSE(lab.engine.comm_up());
    wire::Message question = wire::make_message("reqnodes");
    question.set("dest", "alpha");
    lab.forget();
    lab.give(lab.beta(std::move(question), 2));
    // A 3.0.6 becomes active by the answer, and must have heard a status of ours by then.
    EXPECT_EQ(lab.said().front().type(), "status");
    const auto answered = lab.said("repnodes");
    ASSERT_EQ(answered.size(), 1U);
    EXPECT_EQ(shown(answered[0]),
              "dest=beta|t=repnodes|nodelist=alpha beta |delnodelist= |(destuuid)|src=alpha|"
              "(srcuuid)|seq=6|hg=2a|ts=6b02c65a|ld=n/a|ttl=3|");
}

// Why: a peer without an answer is asked every second; with one we are `active`.
TEST(EngineSpeaks, RepeatsTheRequestUntilAListComes) {
    Lab lab;
    lab.start();
    lab.give(lab.status("up", 1));
    lab.forget();
    lab.pass(2100ms);
    EXPECT_EQ(lab.said("reqnodes").size(), 2U);
    wire::Message list;
    list.set("dest", "alpha");
    list.set("t", "repnodes");
    list.set("nodelist", "alpha beta gamma ");
    list.set("delnodelist", " ");
    lab.forget();
    lab.give(lab.beta(std::move(list), 2));
    EXPECT_TRUE(lab.engine.comm_up());
    EXPECT_EQ(lab.said("status").at(0).get("st"), "active");
    EXPECT_EQ(lab.told<CommUp>().size(), 1U);
    EXPECT_EQ(lab.logged(LogId::node_list_differs), 1U) << "tolerated, but said";
    EXPECT_EQ(lab.engine.peers().size(), 1U);
}

// Why: real nodes pause their clients without these; residue random, none beyond a gap.
TEST(EngineSpeaks, AcknowledgesEveryTenthMessage) {
    Lab lab;
    lab.bring_up();
    for (std::uint64_t n = 4; n <= 33; ++n) lab.give(lab.status("up", n));
    const auto acks = lab.said("NS_ackmsg");
    ASSERT_EQ(acks.size(), 3U);
    EXPECT_EQ(acks[1].hex("ackseq").value() - acks[0].hex("ackseq").value(), 10U);
    EXPECT_EQ(shown(acks[0]), "t=NS_ackmsg|dest=beta|ackseq=" + std::string(acks[0].get("ackseq")) +
                                  "|(destuuid)|src=alpha|(srcuuid)|hg=2a|ts=6b02c65a|ttl=3|");
}

// Why: vectors A8 and A9: the one is decimal, the other hex.
TEST(EngineSpeaks, AsksInDecimalAndRefusesInHex) {
    Lab lab;
    lab.bring_up();
    for (std::uint64_t n = 4; n <= 11; ++n) lab.give(lab.status("up", n));
    lab.give(lab.status("up", 14));
    lab.forget();
    lab.pass(250ms);
    const auto asked = lab.said("NS_rexmit");
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(shown(asked[0]),
              "t=NS_rexmit|dest=beta|firstseq=12|lastseq=13|(destuuid)|src=alpha|(srcuuid)|hg=2a|"
              "ts=6b02c65a|ttl=3|");
    EXPECT_EQ(lab.logged(LogId::packets_lost), 1U);
    while (lab.engine.last_sent() < limits::history_messages + 10) {
        lab.engine.send_status(lab.clock(), lab.out);
    }
    lab.forget();
    wire::Message request = wire::make_message("NS_rexmit");
    request.set("dest", "alpha");
    request.set("firstseq", "10");
    request.set("lastseq", "11");
    lab.give(lab.beta(std::move(request), 0));
    const auto refused = lab.said("NS_nak_rexmit");
    ASSERT_EQ(refused.size(), 1U);
    EXPECT_EQ(shown(refused[0]),
              "t=NS_nak_rexmit|firstseq=a|dest=beta|info=seqno too low|(destuuid)|src=alpha|"
              "(srcuuid)|hg=2a|ts=6b02c65a|ttl=3|");
    EXPECT_EQ(lab.said("status").size(), 1U) << "number 11 is still there";
    EXPECT_EQ(lab.said("status")[0].get("seq"), "b");
}

// Why: an acknowledgement does not say for which of our lives it is. One that was on its way while
// we restarted made us deaf to requests, so a gap stayed open for good (simulator, seed 1828).
TEST(EngineSpeaks, ServesARequestAgainstAnOlderAcknowledgement) {
    Lab lab;
    lab.bring_up();
    wire::Message stale = wire::make_message("NS_ackmsg");
    stale.set("dest", "alpha");
    stale.set("ackseq", "3");
    lab.give(lab.beta(stale, 0));
    lab.forget();
    wire::Message request = wire::make_message("NS_rexmit");
    request.set("dest", "alpha");
    request.set("firstseq", "2");
    request.set("lastseq", "2");
    lab.give(lab.beta(request, 0));
    ASSERT_EQ(lab.said("status").size(), 1U);
    EXPECT_EQ(lab.said("status")[0].get("seq"), "2");
    EXPECT_FALSE(lab.engine.acknowledged("beta", 2));
}

// Why: a 3.0.6 reads messages as they arrive, so an old report that is sent again may pass there
// for the newest: whoever reports must hear of it.
TEST(EngineSpeaks, TellsWhenAReportWasSentAgainAndNotOfAHeartbeat) {
    Lab lab;
    lab.bring_up();
    const std::uint64_t beat = lab.engine.last_sent();
    wire::Message report = wire::make_message("resource");
    report.set("rsc_hold", "none");
    const std::uint64_t number = lab.engine.send(lab.clock(), std::move(report), lab.out);
    const auto ask = [&lab](std::uint64_t n) {
        wire::Message request = wire::make_message("NS_rexmit");
        request.set("dest", "alpha");
        request.set("firstseq", std::to_string(n));
        request.set("lastseq", std::to_string(n));
        lab.give(lab.beta(std::move(request), 0));
    };
    ask(beat);
    EXPECT_TRUE(lab.told<SentAgain>().empty());
    ask(number);
    ASSERT_EQ(lab.told<SentAgain>().size(), 1U);
    EXPECT_EQ(lab.told<SentAgain>()[0].peer, "beta");
}

// Why: what is repeated must be what was said, only signed anew; and it obeys requests to nobody.
TEST(EngineSpeaks, RepeatsAMessageUnchanged) {
    Lab lab;
    lab.start();
    const Bytes first = std::get<SendFrame>(lab.out[1]).bytes;
    lab.forget();
    lab.engine.load("9 9 9 9/9 9");
    wire::Message request = wire::make_message("NS_rexmit");
    request.set("firstseq", "1");
    request.set("lastseq", "1");
    lab.give(lab.beta(request, 0));
    ASSERT_EQ(lab.out.size(), 1U);
    EXPECT_EQ(std::get<SendFrame>(lab.out[0]).bytes, first);
    lab.give(lab.beta(request, 0));
    EXPECT_EQ(lab.out.size(), 1U) << "not again so soon";
    lab.pass(240ms);
    request.set("dest", "gamma");
    lab.give(lab.beta(request, 0));
    EXPECT_EQ(lab.said().size(), 1U) << "and not for somebody else";
}

// Why: the standard fields replace what a script wrote, where it wrote it.
TEST(EngineSpeaks, OverwritesStandardFieldsInPlace) {
    Lab lab;
    lab.bring_up();
    wire::Message message;
    message.set("t", "foo");
    message.set("src", "liar");
    message.set("info", "x");
    message.set_binary("destuuid", "abcdefghijklmnop");
    const auto number = lab.engine.send(lab.clock(), message, lab.out);
    EXPECT_EQ(number, lab.engine.last_sent());
    EXPECT_EQ(shown(lab.said().at(0)),
              "t=foo|src=alpha|info=x|(destuuid)|dest=beta|(srcuuid)|seq=" + to_hex(number) +
                  "|hg=2a|ts=6b02c65a|ld=n/a|ttl=3|");
}

// Why: who is signed on here is not the engine's to know; what asks for it goes up.
TEST(EngineSpeaks, HandsUpAClientQuery) {
    Lab lab;
    lab.bring_up();
    wire::Message query = wire::make_message("query-cstatus");
    query.set("dest", "alpha");
    query.set("cn", "ipfail");
    query.set("from_id", "4711");
    lab.give(lab.beta(std::move(query), 4));
    EXPECT_TRUE(lab.said("respond-cstatus").empty());
    EXPECT_NE(lab.delivered().find("query-cstatus"), std::string::npos) << lab.delivered();
}

// Why: one node without `protocol` switches the whole cluster's acknowledgements off.
TEST(EngineSpeaks, WithoutProtocolAcknowledgementsGoOff) {
    Lab lab;
    lab.start();
    wire::Message old = lab.status("up", 1);
    old.erase("protocol");
    lab.forget();
    lab.give(old);
    EXPECT_EQ(lab.logged(LogId::flow_off), 1U);
    EXPECT_TRUE(lab.engine.comm_up()) << "no node list is asked for";
    EXPECT_EQ(lab.said("reqnodes").size(), 0U);
    for (std::uint64_t n = 2; n <= 30; ++n) lab.give(lab.status("up", n));
    EXPECT_EQ(lab.said("NS_ackmsg").size(), 0U);
    EXPECT_FALSE(lab.said("status").back().has("protocol"));
}

// Why: serial lines carry the text form, UDP the netstring form, of one and the same message.
TEST(EngineSpeaks, EachLinkGetsItsForm) {
    EngineConfig both = config();
    both.links.push_back({LinkId{1}, "/dev/ttyS0", true});
    Lab lab(both);
    lab.start();
    const auto& datagram = std::get<SendFrame>(lab.out[1]);
    const auto& text = std::get<SendFrame>(lab.out[2]);
    EXPECT_TRUE(datagram.bytes.starts_with("###\n"));
    EXPECT_EQ(text.link, LinkId{1});
    EXPECT_TRUE(text.bytes.starts_with(">>>\n"));
    EXPECT_EQ(lab.signer.open(text.bytes)->get("seq"), "1");
}

// Why: a serial line strips the eighth bit and carriage returns; with a signature over them a
// message would never arrive, and its receiver would ask for it for ever.
TEST(EngineSpeaks, WhatALineTakesAwayIsNotSent) {
    EngineConfig both = config();
    both.links.push_back({LinkId{1}, "/dev/ttyS0", true});
    Lab lab(both);
    wire::Message message = wire::make_message("resource");
    message.set("info",
                "gr\xc3\xbc\xc3\x9f"
                "e\r");
    message.set_list("l", {"\xc3\xa4", "plain"});
    lab.engine.send(lab.clock(), message, lab.out);
    const auto& datagram = std::get<SendFrame>(lab.out.at(0)).bytes;
    const auto& text = std::get<SendFrame>(lab.out.at(1)).bytes;
    EXPECT_EQ(lab.signer.open(datagram)->get("info"),
              "gr\xc3\xbc\xc3\x9f"
              "e\r");
    EXPECT_TRUE(
        std::all_of(text.begin(), text.end(), [](char byte) { return byte > 0 && byte != '\r'; }));
    const auto arrived = lab.signer.open(text);
    ASSERT_TRUE(arrived) << "signed as it goes";
    EXPECT_EQ(arrived->get("info"), "gr????e?");
    EXPECT_EQ(arrived->find("l")->list, (std::vector<std::string>{"??", "plain"}));
    EXPECT_EQ(arrived->get("seq"), lab.signer.open(datagram)->get("seq"));
}

// Why: compression is for datagrams; on a line it would only be more bytes (base64).
TEST(EngineSpeaks, ALineCarriesLargeMessagesUncompressed) {
    EngineConfig both = config();
    both.links.push_back({LinkId{1}, "/dev/ttyS0", true});
    both.traditional_compression = true;
    Lab lab(both);
    wire::Message large = wire::make_message("bigtest");
    large.set("f", std::string(3000, 'x'));
    lab.engine.send(lab.clock(), large, lab.out);
    const auto& text = std::get<SendFrame>(lab.out.at(1)).bytes;
    EXPECT_TRUE(text.starts_with(">>>\nt=bigtest\n"));
    EXPECT_EQ(lab.signer.open(text)->get("f").size(), 3000U);
}

// Why: a link that is down takes nothing; when it works again others should hear us at once.
TEST(EngineSpeaks, AnUnusableLinkIsSpared) {
    Lab lab;
    lab.start();
    lab.forget();
    lab.engine.link_changed(lab.clock(), LinkId{0}, false, lab.out);
    lab.pass(3100ms);
    EXPECT_TRUE(lab.said().empty());
    EXPECT_EQ(lab.engine.last_sent(), 6U) << "heartbeats are counted all the same";
    lab.engine.link_changed(lab.clock(), LinkId{0}, true, lab.out);
    EXPECT_EQ(lab.said("status").size(), 1U);
    lab.engine.link_changed(lab.clock(), LinkId{0}, true, lab.out);
    EXPECT_EQ(lab.said("status").size(), 1U) << "at a bounded rate";
}

// Why: `traditional_compression`: large messages travel as the payload of another.
TEST(EngineSpeaks, CompressesLargeMessagesWhenAskedTo) {
    for (const auto inner : {wire::InnerAuth::present, wire::InnerAuth::absent}) {
        EngineConfig compressing = config();
        compressing.traditional_compression = true;
        compressing.compression = wire::Compression::bz2;
        compressing.inner_auth = inner;
        Lab lab(compressing);
        wire::Message large = wire::make_message("bigtest");
        large.set("f", std::string(3000, 'x'));
        lab.engine.send(lab.clock(), large, lab.out);
        const Bytes& packet = std::get<SendFrame>(lab.out.at(0)).bytes;
        EXPECT_LT(packet.size(), 1000U);
        EXPECT_NE(packet.find("_compressed_payload"), Bytes::npos);
        EXPECT_EQ(lab.said().at(0).get("f").size(), 3000U);
        EXPECT_EQ(lab.said().at(0).has("auth"), inner == wire::InnerAuth::present);
    }
}

// Why: what cannot be sent must not leave a hole that peers ask for without end.
TEST(EngineSpeaks, AMessageThatCannotBeSentUsesNoNumber) {
    Lab lab;
    lab.start();
    lab.forget();
    wire::Message bad = wire::make_message("foo");
    bad.set("x", std::string("a\0b", 3));
    EXPECT_EQ(lab.engine.send(lab.clock(), bad, lab.out), 0U);
    EXPECT_EQ(lab.engine.last_sent(), 3U);
    EXPECT_EQ(lab.logged(LogId::message_too_large), 1U);
}

// Why: a local client can ask for it as often as it likes; the log must not grow with it.
TEST(EngineSpeaks, MessagesThatCannotBeSentAreLoggedNowAndThen) {
    Lab lab;
    lab.start();
    lab.forget();
    wire::Message bad = wire::make_message("foo");
    bad.set("x", std::string("a\0b", 3));
    for (int i = 0; i < 100; ++i) lab.engine.send(lab.clock(), bad, lab.out);
    EXPECT_EQ(lab.logged(LogId::message_too_large), 1U);
    lab.pass(limits::bad_packet_log_pause + 1s);
    EXPECT_EQ(lab.logged(LogId::message_too_large), 2U);
}

// Why: SIGHUP: new keys and timers without a new life.
TEST(EngineSpeaks, ReconfiguresInPlace) {
    Lab lab;
    lab.bring_up();
    EngineConfig next = config();
    next.keys = keys("NewKey");
    next.keepalive = 100ms;
    next.deadtime = 3s;
    lab.engine.reconfigure(lab.clock(), next, lab.out);
    lab.signer = wire::Signer(next.keys);
    ASSERT_EQ(lab.said("status").size(), 1U) << "peers learn the new deadtime at once";
    EXPECT_EQ(lab.said("status")[0].get("dt"), "1388");
    lab.forget();
    lab.pass(1s);
    EXPECT_EQ(lab.said("status").size(), 10U);
    lab.give(lab.status("active", 4));
    EXPECT_EQ(lab.told<PeerStatus>().size(), 1U);
}

}  // namespace
}  // namespace hb::cluster::lab
