// The netstring form: what is accepted, what is refused, and where its bounds are.
#include "wire/netstring.hpp"

#include <gtest/gtest.h>

#include "unit/wire/known.hpp"

namespace hb::wire {
namespace {

Errc refusal(ByteView body) {
    const auto message = netstring::decode(body);
    EXPECT_FALSE(message) << body;
    return message ? Errc::not_found : message.error().code;
}
Errc encode_refusal(const Message& message) {
    const auto bytes = netstring::encode(message);
    EXPECT_FALSE(bytes);
    return bytes ? Errc::not_found : bytes.error().code;
}

// Why: the order of fields and repeated names are part of the signed bytes.
TEST(Netstring, KeepsOrderAndRepeatedNames) {
    const ByteView body = "###\n5:(0)=,%%%\n";
    EXPECT_EQ(refusal(body), Errc::malformed);
    const ByteView repeated = "###\n6:(0)b=1,6:(0)a=2,6:(0)b=3,5:(1)b=,%%%\n";
    const auto message = netstring::decode(repeated);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->get("b"), "1");
    EXPECT_EQ(message->fields.size(), 4U);
    EXPECT_EQ(*netstring::encode(*message), repeated);
}

// Why: a value may look like the end of a message, as A13's nested ones do.
TEST(Netstring, ReadsValuesThatHoldItsOwnBrackets) {
    Message message = make_message("x");
    message.set("v", "###\n%%%\n42:1 abc,=");
    const auto body = netstring::encode(message);
    ASSERT_TRUE(body);
    EXPECT_EQ(*netstring::decode(*body), message);
}

// Why: real receivers take these (wire.md 1.2), so somebody may send them.
TEST(Netstring, ToleratesWhatRealNodesTolerate) {
    EXPECT_EQ(netstring::decode("###\n006:(0)a=b,%%%\n")->get("a"), "b");
    EXPECT_EQ(netstring::decode("###\n6 bytes:(0)a=b,%%%\n")->get("a"), "b");
    EXPECT_EQ(netstring::decode("###\n5:(0)a=,%%%\n")->has("a"), true);
}

// Why: a real 3.0.6 aborts on some of these before it looks at the signature.
TEST(Netstring, RefusesMalformedFields) {
    for (const ByteView body : {"",
                                "###\n",
                                "###",
                                "%%%\n",
                                "###\n%%%",
                                "###\n%%%\n ",
                                "###\n%%%\n%%%\n",
                                "###\n0:,%%%\n",
                                "###\n3:(0),%%%\n",
                                "###\n4:(0)a,%%%\n",
                                "###\n4:(0)=,%%%\n",
                                "###\n6:(6)a=b,%%%\n",
                                "###\n6:(x)a=b,%%%\n",
                                "###\n6:[0]a=b,%%%\n",
                                "###\n3:a=b,%%%\n",
                                "###\n7:(0)a=b,%%%\n",
                                "###\n5:(0)a=b,%%%\n",
                                "###\n6:(0)a=b%%%\n",
                                "###\n:(0)a=b,%%%\n",
                                "###\n-6:(0)a=b,%%%\n",
                                "###\n6(0)a=b,%%%\n",
                                "###\n6x7:(0)a=b,%%%\n",
                                "###\n18446744073709551622:(0)a=b,%%%\n",
                                "###\n99999999999999999999999:(0)a=b,%%%\n",
                                "###\n6:(2)a=b,%%%\n",
                                "###\n14:(2)a=###\n%%%\n ,%%%\n",
                                "###\n6:(3)a=b,%%%\n",
                                "###\n7:(3)a=0:,%%%\n",
                                "###\n8:(3)a=1:b,%%%\n"}) {
        EXPECT_EQ(refusal(body), Errc::malformed) << body;
    }
    using namespace std::string_view_literals;
    EXPECT_EQ(refusal("###\n7:(0)a=b\0,%%%\n"sv), Errc::malformed);
    EXPECT_EQ(refusal("###\n7:(0)a\0=b,%%%\n"sv), Errc::malformed);
}

// Why: lists of one name are one list (wire.md 1.5).
TEST(Netstring, JoinsListsOfOneName) {
    const auto message = netstring::decode("###\n9:(3)l=1:a,,6:(0)x=y,9:(3)l=1:b,,%%%\n");
    ASSERT_TRUE(message);
    ASSERT_EQ(message->fields.size(), 2U);
    EXPECT_EQ(message->find("l")->list, (std::vector<std::string>{"a", "b"}));
}

// Why: recursion on bytes from outside must end at a depth that we chose.
TEST(Netstring, NestsToItsBoundAndNoFurther) {
    const Message deepest = known::nest(limits::message_depth_max, "y");
    const auto body = netstring::encode(deepest);
    ASSERT_TRUE(body);
    EXPECT_EQ(*netstring::decode(*body), deepest);
    EXPECT_EQ(encode_refusal(known::nest(limits::message_depth_max + 1, "y")), Errc::malformed);
    const std::string around = "(2)in=" + *body;
    EXPECT_EQ(refusal("###\n" + std::to_string(around.size()) + ':' + around + ",%%%\n"),
              Errc::malformed);
}

std::string body_of(std::size_t fields) {
    std::string out = "###\n";
    for (std::size_t i = 0; i < fields; ++i) out += "5:(0)a=,";
    return out + "%%%\n";
}

// Why: each field takes much more memory than bytes on the wire.
TEST(Netstring, BoundsTheNumberOfFields) {
    EXPECT_TRUE(netstring::decode(body_of(limits::message_fields_max)));
    EXPECT_EQ(refusal(body_of(limits::message_fields_max + 1)), Errc::too_large);
    const std::string full = "(2)s=" + body_of(limits::message_fields_max);
    std::string out = "###\n";
    for (std::size_t i = 0; i * limits::message_fields_max < limits::message_fields_total_max;
         ++i) {
        out += std::to_string(full.size()) + ':' + full + ',';
    }
    EXPECT_EQ(refusal(out + "%%%\n"), Errc::too_large);
    Message wide;
    wide.fields.resize(limits::message_fields_max + 1, Field{"a", {}, {}, {}, nullptr});
    EXPECT_EQ(encode_refusal(wide), Errc::too_large);
}

// Why: see the bound in limits.hpp; real nodes read lists into a buffer of that size.
TEST(Netstring, BoundsLists) {
    Message message;
    message.set_list("l", {std::string(limits::packed_list_bytes_max - 6, 'x')});
    ASSERT_TRUE(netstring::encode(message));
    message.set_list("l", {std::string(limits::packed_list_bytes_max - 5, 'x')});
    EXPECT_EQ(encode_refusal(message), Errc::too_large);
    message.set_list("l", {""});
    EXPECT_EQ(encode_refusal(message), Errc::malformed);
    std::string list = "(3)l=";
    for (std::size_t i = 0; i <= limits::list_elements_max; ++i) list += "1:a,";
    EXPECT_EQ(refusal("###\n" + std::to_string(list.size()) + ':' + list + ",%%%\n"),
              Errc::too_large);
}

// Why: nothing that we send may be malformed: it would make a real node abort.
TEST(Netstring, RefusesToWriteWhatNobodyCanRead) {
    using namespace std::string_view_literals;
    Message message;
    message.set("", "x");
    EXPECT_EQ(encode_refusal(message), Errc::malformed);
    message = Message{};
    message.set("a=b", "x");
    EXPECT_EQ(encode_refusal(message), Errc::malformed);
    message = Message{};
    message.set("a", "x\0y"sv);
    EXPECT_EQ(encode_refusal(message), Errc::malformed);
    message.set("a", std::string(limits::message_uncompressed_bytes_max, 'x'));
    EXPECT_EQ(encode_refusal(message), Errc::too_large);
    EXPECT_EQ(refusal(std::string(limits::message_uncompressed_bytes_max + 1, '#')),
              Errc::too_large);
}

// Why: a value may hold `%%%` and even something like a signature; the last one counts.
TEST(Cut, TakesTheLastEndThatASignatureFollows) {
    const ByteView packet = "###\n12:(0)a=%%%\n3:1 a,%%%\n3:1 b,%%%\ntail";
    const auto parts = netstring::cut(packet);
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->body, "###\n12:(0)a=%%%\n3:1 a,%%%\n");
    EXPECT_EQ(parts->signature, "1 b");
}

// Why: real receivers ignore what follows, and a NUL often does.
TEST(Cut, IgnoresBytesBehindTheSignature) {
    using namespace std::string_view_literals;
    for (const ByteView packet :
         {"###\n%%%\n3:1 a,\0"sv, "###\n%%%\n3:1 a,garbage"sv, "###\n%%%\n003:1 a,%%%\n%%%\n1"sv}) {
        const auto parts = netstring::cut(packet);
        ASSERT_TRUE(parts) << packet;
        EXPECT_EQ(parts->signature, "1 a");
        EXPECT_EQ(parts->body, "###\n%%%\n");
    }
}

// Why: no signature, no packet.
TEST(Cut, RefusesAPacketWithoutSignature) {
    for (const ByteView packet : {"", "###\n", "###\n%%%\n", "%%%\n3:1 a,", "###\n%%%\n3:1 a",
                                  "###\n%%%\n2:1a,", "###\n%%%\n3:x a,", "###\n%%%\n2:1 ,",
                                  "###\n%%%\n 3:1 a,", "##%%%\n3:1 a,", "###\n%%%\n2: a,"}) {
        const auto parts = netstring::cut(packet);
        ASSERT_FALSE(parts) << packet;
        EXPECT_EQ(parts.error().code, Errc::malformed);
    }
}

}  // namespace
}  // namespace hb::wire
