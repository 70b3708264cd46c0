// What our engine makes of a peer's messages: lives, order, deaths, nonsense (wire.md 5.4, 6).
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "unit/cluster/lab.hpp"

namespace hb::cluster::lab {
namespace {

// Why: the manager must know that a restarted peer holds nothing, before its first message.
TEST(EngineHears, ARestartComesBeforeWhatTheNewLifeSays) {
    Lab lab;
    lab.bring_up();
    lab.beta_generation = 8;
    lab.give(lab.status("init", 1));
    lab.give(lab.typed("starting", 2));
    ASSERT_EQ(lab.told<PeerUp>().size(), 1U);
    EXPECT_TRUE(lab.told<PeerUp>()[0].restarted);
    EXPECT_TRUE(lab.told<PeerDead>().empty());
    EXPECT_EQ(lab.delivered(), "starting ");
    EXPECT_EQ(lab.engine.peers()[0].generation, 8U);
}

// Why: the first word of a new life tells whether it started beside us or alone; the life before
// may have ended with the same word.
TEST(EngineHears, TheFirstWordOfANewLifeIsTold) {
    Lab lab;
    lab.bring_up();
    lab.give(lab.status("active", 5));
    lab.forget();
    lab.beta_generation = 8;
    lab.give(lab.status("active", 40));
    ASSERT_EQ(lab.told<PeerStatus>().size(), 1U);
    EXPECT_EQ(lab.told<PeerStatus>()[0].message.get("st"), "active");
}

// Why: a real node in legacy mode says to itself alone that it starts its groups, and runs them.
TEST(EngineHears, AnAnswerToARequestIsReadWhoeverIsMeant) {
    Lab lab;
    lab.bring_up();
    lab.give(lab.status("active", 5));
    lab.forget();
    for (const std::uint64_t number : {6U, 7U}) {
        wire::Message message = lab.typed(number == 6 ? "ip-request-resp" : "ip-request", number);
        message.set("dest", "beta");
        lab.give(message);
    }
    EXPECT_EQ(lab.delivered(), "ip-request-resp ");
}

// Why: statuses of a new life may be lost or overtaken; what it said meanwhile must not be.
TEST(EngineHears, WhatANewLifeSaysWaitsForItsStatus) {
    Lab lab;
    lab.bring_up();
    lab.beta_generation = 8;
    lab.give(lab.typed("resource", 5));
    lab.give(lab.typed("starting", 4));
    EXPECT_EQ(lab.delivered(), "");
    EXPECT_TRUE(lab.told<PeerUp>().empty());
    lab.give(lab.status("active", 7));
    EXPECT_EQ(lab.delivered(), "starting resource ");
    ASSERT_TRUE(std::holds_alternative<PeerUp>(lab.up.at(0)));
    lab.forget();
    lab.pass(250ms);
    ASSERT_EQ(lab.said("NS_rexmit").size(), 1U) << "number 6 is asked for";
    EXPECT_EQ(lab.said("NS_rexmit")[0].get("firstseq"), "6");
}

// Why: an older generation is a recording or a restored disk; 3.0.6 refuses it as well.
TEST(EngineHears, AnOlderGenerationIsRefused) {
    Lab lab;
    lab.bring_up();
    lab.beta_generation = 6;
    for (std::uint64_t n = 10; n < 20; ++n) lab.give(lab.status("dead", n));
    lab.give(lab.typed("resource", 30));
    EXPECT_TRUE(lab.up.empty());
    EXPECT_EQ(lab.logged(LogId::replay_refused), 1U);
    EXPECT_TRUE(lab.engine.alive("beta"));
}

// Why: a dead peer's recordings are not its return; only a newer status is.
TEST(EngineHears, OnlyANewerStatusIsAReturn) {
    Lab lab;
    lab.bring_up();
    lab.pass(5500ms);
    ASSERT_EQ(lab.told<PeerDead>().size(), 1U);
    EXPECT_TRUE(lab.told<PeerDead>()[0].ever_heard);
    lab.forget();
    lab.give(lab.status("up", 2));
    lab.give(lab.typed("resource", 3));
    EXPECT_TRUE(lab.up.empty());
    EXPECT_FALSE(lab.engine.alive("beta"));
    lab.give(lab.typed("resource", 8));
    EXPECT_TRUE(lab.up.empty()) << "it waits for the status";
    lab.give(lab.status("up", 9));
    ASSERT_GE(lab.up.size(), 3U);
    EXPECT_EQ(lab.told<PeerReturned>().size(), 1U);
    ASSERT_EQ(lab.told<PeerUp>().size(), 1U);
    EXPECT_FALSE(lab.told<PeerUp>()[0].restarted);
    EXPECT_EQ(lab.delivered(), "resource ");
    EXPECT_EQ(lab.logged(LogId::peer_returned), 1U);
    EXPECT_EQ(lab.said("status").size(), 1U) << "it hears us at once";
}

// Why: a status that was overtaken by other messages came after the death was declared; taken for a
// return it had all that was heard behind it sent again, and delivered twice (simulator, seed 60).
TEST(EngineHears, AnOvertakenStatusIsNoReturn) {
    Lab lab;
    lab.bring_up();
    for (std::uint64_t number = 5; number <= 8; ++number) lab.give(lab.typed("note", number));
    lab.pass(5500ms);
    ASSERT_EQ(lab.told<PeerDead>().size(), 1U);
    lab.forget();
    lab.give(lab.status("up", 4));
    EXPECT_TRUE(lab.up.empty());
    lab.give(lab.status("up", 10));
    EXPECT_EQ(lab.told<PeerReturned>().size(), 1U);
    lab.give(lab.typed("note", 7));
    lab.pass(400ms);
    EXPECT_TRUE(lab.said("NS_rexmit").empty());
    EXPECT_TRUE(lab.delivered().empty());
}

// Why: `dead` is a word, not a silence.
TEST(EngineHears, AStatusDeadIsADeathAtOnce) {
    Lab lab;
    lab.bring_up();
    lab.give(lab.status("dead", 4));
    EXPECT_EQ(lab.told<PeerDead>().size(), 1U);
    EXPECT_EQ(lab.engine.peers()[0].status, "dead");
    lab.give(lab.status("dead", 5));
    EXPECT_EQ(lab.told<PeerDead>().size(), 1U) << "once";
    EXPECT_TRUE(lab.told<PeerReturned>().empty());
}

// Why: a repeated older status shows life but not the present word.
TEST(EngineHears, ALateStatusDoesNotTurnBackTheWord) {
    Lab lab;
    lab.bring_up();
    lab.give(lab.status("active", 5));
    lab.forget();
    lab.pass(4s);
    lab.give(lab.status("up", 4));
    EXPECT_TRUE(lab.told<PeerStatus>().empty());
    lab.pass(4s);
    EXPECT_TRUE(lab.engine.alive("beta")) << "but it was heard";
}

// Why: signed does not mean sane; nothing of it may change anything, and the log stays short.
TEST(EngineHears, MalformedMessagesAreDroppedAndLoggedOnce) {
    Lab lab;
    lab.bring_up();
    std::vector<wire::Message> bad;
    for (const char* missing : {"t", "src", "ts", "seq", "st"}) {
        bad.push_back(lab.status("active", 4));
        bad.back().erase(missing);
    }
    for (const auto& [field, value] :
         std::vector<std::pair<std::string, std::string>>{{"ts", "0"},
                                                          {"ts", "xyz"},
                                                          {"seq", "0"},
                                                          {"seq", "x"},
                                                          {"seq", "ffffffffffffffff"},
                                                          {"hg", "q"},
                                                          {"src", std::string(100, 'b')},
                                                          {"st", std::string(32, 's')}}) {
        bad.push_back(lab.status("active", 4));
        bad.back().set(field, value);
    }
    for (const wire::Message& message : bad) lab.give(message);
    EXPECT_TRUE(lab.up.empty());
    EXPECT_EQ(lab.logged(LogId::message_malformed), 1U);
    lab.pass(61s);
    EXPECT_EQ(lab.logged(LogId::message_malformed), 2U) << "the rest with a count";
}

// Why: a stranger with our key is a misconfiguration, not a member.
TEST(EngineHears, AStrangerIsDroppedAndLogged) {
    Lab lab;
    lab.bring_up();
    for (std::uint64_t n = 1; n < 100; ++n) {
        wire::Message message = lab.status("up", n);
        message.set("src", "stranger" + std::to_string(n));
        lab.give(message);
    }
    EXPECT_TRUE(lab.up.empty());
    EXPECT_EQ(lab.logged(LogId::unknown_node), 1U);
    EXPECT_EQ(lab.engine.peers().size(), 1U);
}

// Why: kernels loop broadcasts back; a second machine of our name is another matter.
TEST(EngineHears, OurOwnEchoIsSilentOurDoubleIsNot) {
    Lab lab;
    lab.start();
    const Bytes own = std::get<SendFrame>(lab.out.at(1)).bytes;
    lab.forget();
    lab.give(own);
    EXPECT_TRUE(lab.out.empty());
    EXPECT_TRUE(lab.up.empty());
    wire::Message twin = lab.status("up", 1);
    twin.set("src", "alpha");
    lab.give(twin);
    EXPECT_EQ(lab.logged(LogId::own_name_heard), 1U);
    wire::Message clone = twin;
    clone.set_binary("srcuuid", "ABCDEFGHIJKLMNOP");
    clone.set("hg", "2b");
    Lab other;
    other.bring_up();
    other.give(clone);
    EXPECT_EQ(other.logged(LogId::own_name_heard), 1U) << "a copied disk image";
    EXPECT_TRUE(other.up.empty());
}

// Why: a reinstalled peer has a new uuid; a message of its old life must not bring the old one
// back.
TEST(EngineHears, ANewUuidCountsOnlyWithAGoodGeneration) {
    Lab lab;
    lab.bring_up();
    const auto uuid_sent_to_beta = [&] {
        lab.forget();
        wire::Message hello = wire::make_message("foo");
        hello.set("dest", "beta");
        lab.engine.send(lab.clock(), hello, lab.out);
        return std::string(lab.said().at(0).binary("destuuid"));
    };
    wire::Message again = lab.status("init", 1);
    again.set("hg", "8");
    again.set_binary("srcuuid", "0123456789abcdef");
    lab.give(again);
    EXPECT_EQ(uuid_sent_to_beta(), "0123456789abcdef");
    lab.give(lab.status("up", 99));
    EXPECT_EQ(uuid_sent_to_beta(), "0123456789abcdef");
    wire::Message copy = lab.status("up", 2);
    copy.set("hg", "8");
    copy.set_binary("srcuuid", "ABCDEFGHIJKLMNOP");
    lab.give(copy);
    EXPECT_EQ(lab.logged(LogId::uuid_shared), 1U);
    EXPECT_EQ(uuid_sent_to_beta(), "0123456789abcdef");
}

// Why: the standby protocol waits for the peer's acknowledgement.
TEST(EngineHears, KnowsWhatThePeerHasAcknowledged) {
    Lab lab;
    lab.bring_up();
    wire::Message ack = wire::make_message("NS_ackmsg");
    ack.set("dest", "alpha");
    ack.set("ackseq", "3");
    EXPECT_FALSE(lab.engine.acknowledged("beta", 3));
    lab.give(lab.beta(ack, 0));
    EXPECT_TRUE(lab.engine.acknowledged("beta", 3));
    EXPECT_FALSE(lab.engine.acknowledged("beta", 4));
    ack.set("ackseq", "ffff");
    lab.give(lab.beta(ack, 0));
    EXPECT_FALSE(lab.engine.acknowledged("beta", 4));
    EXPECT_EQ(lab.logged(LogId::message_malformed), 1U);
    lab.beta_generation = 8;
    lab.give(lab.status("init", 1));
    EXPECT_FALSE(lab.engine.acknowledged("beta", 3)) << "a new life knows nothing";
}

// Why: nodes are what ha.cf says; a script of old must not change the cluster.
TEST(EngineHears, MembershipMessagesChangeNothing) {
    Lab lab;
    lab.bring_up();
    std::uint64_t seq = 4;
    for (const char* type : {"addnode", "delnode", "setweight", "setsite"}) {
        lab.give(lab.typed(type, seq++));
    }
    EXPECT_EQ(lab.delivered(), "addnode delnode setweight setsite ");
    EXPECT_EQ(lab.logged(LogId::membership_fixed), 1U);
    EXPECT_EQ(lab.engine.peers().size(), 1U);
}

// Why: between two of ours some waits are not needed; a real node has no such field.
TEST(EngineHears, KnowsADaemonOfOurs) {
    Lab lab;
    lab.bring_up();
    EXPECT_FALSE(lab.engine.ours("beta"));
    lab.beta_generation = 8;
    wire::Message status = lab.status("up", 1);
    status.set(capabilities_field, capabilities_value);
    lab.give(status);
    EXPECT_TRUE(lab.engine.ours("beta"));
    EXPECT_TRUE(lab.told<PeerUp>().at(0).ours);
}

// Why: a forged `dt` of centuries must not overflow; a zero must not kill.
TEST(EngineHears, AnAbsurdTimeoutIsCut) {
    Lab lab;
    lab.bring_up();
    lab.give(lab.status("up", 4, "ffffffffffffffff"));
    lab.give(lab.status("up", 5, "0"));
    lab.pass(20s);
    EXPECT_TRUE(lab.engine.alive("beta"));
}

}  // namespace
}  // namespace hb::cluster::lab
