// A real 3.0.6 node's life, from its capture, through our engine in the place of its peer.
#include <gtest/gtest.h>

#include "unit/cluster/lab.hpp"
#include "unit/wire/capture_reader.hpp"

namespace hb::cluster::lab {
namespace {

EngineConfig in_place_of_beta() {
    EngineConfig c = config();
    c.self = "beta";
    c.self_uuid = uuid_from("abcdefghijklmnop");
    c.generation = 7;
    c.links = {{LinkId{0}, "eth0", false}, {LinkId{1}, "eth1", false}};
    c.keys.by_index[2] = wire::Key{wire::Method::md5, "OtherKey"};
    c.keys.by_index[3] = wire::Key{wire::Method::crc, ""};
    return c;
}

// Why: what a real node sends in a whole life must be understood without a complaint: boot, node
// lists, resources in order, its refusal, its orderly stop.
TEST(EngineCapture, ARealNodesWholeLifeIsUnderstood) {
    Lab lab(in_place_of_beta());
    lab.start();
    const auto payloads = wire::capture::Reader::payloads(HB_TEST_DATA "/data/captures/cap4.pcap");
    for (const auto& payload : payloads) {
        const auto message = lab.signer.open(payload.bytes);
        ASSERT_TRUE(message.has_value());
        if (message->source() != "alpha") continue;
        lab.pass(200ms);
        lab.give(payload.bytes, LinkId{0});
        lab.give(payload.bytes, LinkId{1});
    }
    EXPECT_TRUE(lab.engine.comm_up()) << "its list has our names";
    ASSERT_EQ(lab.told<PeerUp>().size(), 1U);
    EXPECT_FALSE(lab.told<PeerUp>()[0].ours);
    EXPECT_EQ(lab.told<PeerUp>()[0].peer, "alpha");
    std::string words;
    for (const PeerStatus& one : lab.told<PeerStatus>()) {
        words += std::string(one.message.get("st")) + " ";
    }
    EXPECT_EQ(words, "up active ");
    EXPECT_EQ(lab.delivered(),
              "starting resource resource resource ip-request-resp resource resource ask_resources "
              "resource "
              "resource stonith stonith resource shutdone ");
    EXPECT_TRUE(lab.told<PeerDead>().empty());
    EXPECT_EQ(lab.logged(LogId::node_list_differs), 0U);
    for (const Effect& effect : lab.out) {
        const auto* line = std::get_if<LogLine>(&effect);
        if (line == nullptr || line->id != LogId::message_malformed) continue;
        // It acknowledges what the real beta had said by then; we had said less.
        EXPECT_NE(line->arguments.at(1).find("acknowledges"), std::string::npos);
    }
    EXPECT_EQ(lab.logged(LogId::lost_a_lot), 0U);
    EXPECT_EQ(lab.said("repnodes").size(), 2U) << "its question was answered, on both links";
    const auto acks = lab.said("NS_ackmsg");
    EXPECT_EQ(acks.size(), 2U * 7) << "74 messages, every tenth, on both links";
    for (const LinkView& link : std::vector(lab.engine.peers()[0].links)) EXPECT_TRUE(link.up);
}

// Why: the storms of cap1 (847 requests, tampered packets, text forms) must pass without harm.
TEST(EngineCapture, RetransmissionStormsDoNoHarm) {
    for (const char* name : {"cap1", "cap2", "cap5", "cap6", "cap7"}) {
        SCOPED_TRACE(name);
        Lab lab(in_place_of_beta());
        lab.start();
        const auto payloads = wire::capture::Reader::payloads(
            std::string(HB_TEST_DATA "/data/captures/") + name + ".pcap");
        for (const auto& payload : payloads) {
            lab.pass(20ms);
            lab.give(payload.bytes, LinkId{0});
        }
        EXPECT_LT(lab.out.size(), 4 * payloads.size() + 1000);
    }
}

}  // namespace
}  // namespace hb::cluster::lab
