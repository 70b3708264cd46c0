// Vectors A1 to A19 of wire.md: packets of the real 3.0.6, byte for byte.
#include <gtest/gtest.h>

#include "unit/wire/known.hpp"
#include "wire/compress.hpp"
#include "wire/netstring.hpp"
#include "wire/text_form.hpp"

namespace hb::wire {
namespace {

class RealPacket : public testing::TestWithParam<known::Vector> {};

// Why: one byte of difference and a mixed cluster falls apart.
TEST_P(RealPacket, OpensWithTheKeyOfItsIndex) {
    const Bytes packet = known::bytes_of(GetParam());
    if (GetParam().bytes != 0) {
        ASSERT_EQ(packet.size(), GetParam().bytes);
    }
    const auto message = Signer(known::keys()).open(packet);
    ASSERT_TRUE(message) << message.error().what;
    EXPECT_EQ(message->type(), GetParam().type);
}

// Why: our own signatures, inner and outer, must be those that a real node would have made.
TEST_P(RealPacket, IsWhatWeWouldHaveSent) {
    const auto& vector = GetParam();
    const Bytes packet = known::bytes_of(vector);
    const Signer signer(known::keys(vector.key));
    auto message = signer.open(packet);
    ASSERT_TRUE(message);
    const auto same_again = [&]() -> Result<Bytes> {
        message->erase("auth");
        if (vector.number == 18) {
            return signer.seal_compressed(*message, InnerAuth::present, Compression::bz2);
        }
        if (packet.starts_with(">>>")) return signer.seal_text(*message);
        return signer.seal_netstring(*message, vector.inner);
    }();
    ASSERT_TRUE(same_again) << same_again.error().what;
    EXPECT_EQ(*same_again, packet);
}

// Why: a real node drops a packet whose signature is wrong, and so must we, whatever was changed.
TEST_P(RealPacket, IsRefusedWithAnyByteChanged) {
    const Bytes packet = known::bytes_of(GetParam());
    const Signer signer(known::keys());
    for (std::size_t at = 0; at < packet.size(); ++at) {
        Bytes changed = packet;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        EXPECT_FALSE(signer.open(changed)) << "byte " << at;
    }
}

// Why: a packet that lost its end must neither crash us nor pass.
TEST_P(RealPacket, NeverOpensWhenCutShort) {
    const Bytes packet = known::bytes_of(GetParam());
    const Signer signer(known::keys());
    for (std::size_t size = 0; size < packet.size(); ++size) {
        EXPECT_FALSE(signer.open(packet.substr(0, size))) << "cut at " << size;
    }
}

INSTANTIATE_TEST_SUITE_P(Wire, RealPacket, testing::ValuesIn(known::vectors()),
                         [](const auto& given) {
                             return "A" + std::to_string(given.param.number);
                         });

Message opened(int number) {
    auto message = Signer(known::keys()).open(known::vector_bytes(number));
    EXPECT_TRUE(message);
    return message ? *message : Message{};
}

// Why: wire.md spells the inner signature's text out, so its bytes are checked on their own.
TEST(InnerSignature, CoversTheCanonicalLines) {
    const auto lines = text_form::signed_lines(opened(1));
    ASSERT_TRUE(lines);
    EXPECT_EQ(*lines,
              "t=status\nst=init\ndt=1b58\nprotocol=1\nsrc=alpha\n"
              "(1)srcuuid=QUJDREVGR0hJSktMTU5PUA==\nseq=1\nhg=2a\nts=6b02c65a\n"
              "ld=1.02 0.74 0.43 1/180 13\nttl=3\n");
}

// Why: A13 is the one packet with every type; a misread type would go unseen by a round trip.
TEST(RealPacketContent, HasEveryFieldType) {
    const Message message = opened(13);
    ASSERT_NE(message.find("s"), nullptr);
    ASSERT_EQ(message.find("s")->type, FieldType::nested);
    const Message& outer = *message.find("s")->nested;
    EXPECT_EQ(outer.get("a"), "b");
    ASSERT_NE(outer.find("in"), nullptr);
    EXPECT_EQ(outer.find("in")->nested->get("x"), "y\nz");
    EXPECT_EQ(message.find("l")->list, (std::vector<std::string>{"abc", "defg"}));
    EXPECT_EQ(message.binary("bin"), ByteView("\0\1\2\3", 4));
    EXPECT_EQ(message.get("nl"), "one\ntwo");
}

// Why: the payload of A18 is described in words; they are checked here.
TEST(RealPacketContent, CompressedMessageIsTheOneDescribed) {
    const Bytes packet = known::vector_bytes(18);
    const auto parts = netstring::cut(packet);
    ASSERT_TRUE(parts);
    const auto wrapper = netstring::decode(parts->body);
    ASSERT_TRUE(wrapper);
    ASSERT_EQ(wrapper->fields.size(), 2U);
    EXPECT_TRUE(is_compressed(*wrapper));
    const auto text = decompress(wrapper->binary("_compressed_payload"), Compression::bz2);
    ASSERT_TRUE(text);
    EXPECT_EQ(text->size(), 2834U);
    EXPECT_TRUE(text->ends_with(ByteView("<<<\n\0", 5)));
    const Message message = opened(18);
    for (int field = 0; field < 6; ++field) {
        std::string expected;
        for (int i = 0; i < 40; ++i) expected += "abcdefgh00" + std::to_string(field);
        EXPECT_EQ(message.get("f" + std::to_string(field)), expected);
    }
    EXPECT_EQ(message.get("auth"), "1 50c3cd6bd40604e1755df15cf85eaa17b099ad3f");
}

// Why: numbers mean time-outs and sequence; hex and decimal must not be mixed up.
TEST(RealPacketContent, HasNumbersInHexAndDecimal) {
    const Message status = opened(1);
    EXPECT_EQ(status.hex("dt"), 7000U);
    EXPECT_EQ(status.hex("hg"), 42U);
    EXPECT_EQ(status.dec("ttl"), 3U);
    EXPECT_EQ(opened(10).hex("seq"), 30U);
    EXPECT_EQ(opened(8).dec("firstseq"), 5U);
    EXPECT_EQ(status.binary("srcuuid"), "ABCDEFGHIJKLMNOP");
}

}  // namespace
}  // namespace hb::wire
