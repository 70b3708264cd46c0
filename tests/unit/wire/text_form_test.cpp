// The text form: escapes, nesting, tolerance, and what it refuses.
#include "wire/text_form.hpp"

#include <gtest/gtest.h>

#include "unit/wire/known.hpp"
#include "wire/base64.hpp"

namespace hb::wire {
namespace {

using namespace std::string_view_literals;

Errc refusal(ByteView text) {
    const auto message = text_form::decode(text);
    EXPECT_FALSE(message) << text;
    return message ? Errc::not_found : message.error().code;
}
Errc encode_refusal(const Message& message) {
    const auto bytes = text_form::encode(message);
    EXPECT_FALSE(bytes);
    return bytes ? Errc::not_found : bytes.error().code;
}
Message with(Field field) {
    Message message;
    message.fields.push_back(std::move(field));
    return message;
}

// Why: the example of wire.md 1.4, seen on a real wire.
TEST(TextForm, NestsAsTheSpecificationShows) {
    Message inner;
    inner.set("x", "y\nz");
    Message outer;
    outer.set("a", "b");
    outer.fields.push_back(
        Field{"in", FieldType::nested, {}, {}, std::make_shared<const Message>(inner)});
    const Message message =
        with(Field{"s", FieldType::nested, {}, {}, std::make_shared<const Message>(outer)});
    const auto text = text_form::encode(message);
    ASSERT_TRUE(text);
    EXPECT_EQ(*text,
              ">>>\n(2)s=>>>\x14"
              "a=b\x14(2)in=>>>\x15x=y\x13z\x15<<<\x15\x14<<<\x14\n<<<\n");
    EXPECT_EQ(*text_form::decode(*text), message);
}

// Why: sixteen levels use sixteen different bytes, two runs of them (wire.md 1.4).
TEST(TextForm, NestsToItsBoundAndNoFurther) {
    const Message deepest = known::nest(limits::message_depth_max, "a\nb");
    const auto text = text_form::encode(deepest);
    ASSERT_TRUE(text);
    EXPECT_EQ(*text_form::decode(*text), deepest);
    EXPECT_NE(text->find("deep=a\x13"
                         "b\x12"),
              Bytes::npos);  // containing depth 15: byte 18
    EXPECT_EQ(encode_refusal(known::nest(limits::message_depth_max + 1, "x")), Errc::malformed);
}

// Why: a byte that ends lines further out would tear the message apart there.
TEST(TextForm, RefusesAByteThatEndsLinesAtItsDepth) {
    EXPECT_TRUE(text_form::encode(known::nest(0, "\x14")));
    EXPECT_EQ(encode_refusal(known::nest(1, "\x14")), Errc::malformed);
    EXPECT_TRUE(text_form::encode(known::nest(1, "\x15")));
    EXPECT_EQ(encode_refusal(known::nest(2, "\x15")), Errc::malformed);
    EXPECT_EQ(encode_refusal(known::nest(2, "\x14")), Errc::malformed);
    EXPECT_TRUE(text_form::encode(known::nest(12, "\x0f")));
    EXPECT_EQ(encode_refusal(known::nest(13, "\x0f")), Errc::malformed);
}

// Why: wire.md 1.4: 0x13 has no escape of its own and comes out as newline.
TEST(TextForm, TurnsTheEscapeByteIntoNewline) {
    EXPECT_EQ(text_form::decode(">>>\na=x\x13y\n<<<\n")->get("a"), "x\ny");
    Message message;
    message.set("a", "x\ny");
    EXPECT_EQ(*text_form::encode(message), ">>>\na=x\x13y\n<<<\n");
}

// Why: real parsers take these, and real writers send some of them.
TEST(TextForm, ToleratesWhatRealNodesTolerate) {
    for (const ByteView text : {">>>\n\n\na=b\n\n<<<\n"sv, ">>>\na=b\n<<<\n\0"sv, ">>>\na=b\n\0"sv,
                                ">>>\na=b\n\0<<<\nx=y"sv, ">>>\na=b\n<<<\n\0rest"sv}) {
        const auto message = text_form::decode(text);
        ASSERT_TRUE(message) << text;
        EXPECT_EQ(message->fields.size(), 1U);
        EXPECT_EQ(message->get("a"), "b");
    }
    EXPECT_TRUE(text_form::decode(">>>\na=\n<<<\n")->has("a"));
    EXPECT_EQ(text_form::decode(">>>\na=b=c\n<<<\n")->get("a"), "b=c");
}

// Why: a text message is read before its signature is known, so that all of this comes from anyone.
TEST(TextForm, RefusesMalformedLines) {
    for (const ByteView text : {""sv,
                                ">>>"sv,
                                ">>>\n"sv,
                                ">>>\na=b"sv,
                                ">>>\na=b\n"sv,
                                ">>>\na=b\n<<<"sv,
                                ">>>\nab\n<<<\n"sv,
                                ">>>\n=b\n<<<\n"sv,
                                ">>>\n(0)a=b\n<<<\n"sv,
                                ">>>\n(5)a=b\n<<<\n"sv,
                                ">>>\n(9)a=b\n<<<\n"sv,
                                ">>>\n(1a=b\n<<<\n"sv,
                                ">>>\n(\n<<<\n"sv,
                                ">>>\n(a)=b\n<<<\n"sv,
                                ">>>\n(1)(1)a=\n<<<\n"sv,
                                ">>>\na=b\0\n<<<\n"sv,
                                ">>>\na=b\n<<<\nx=y\n"sv,
                                ">>>\n(1)a=QQ\n<<<\n"sv,
                                ">>>\n(1)a=Q===\n<<<\n"sv,
                                ">>>\n(1)a=QR==\n<<<\n"sv,
                                ">>>\n(1)a=QQ==QQ==\n<<<\n"sv,
                                ">>>\n(1)a=QU-D\n<<<\n"sv,
                                ">>>\n(1)a=====\n<<<\n"sv,
                                ">>>\n(3)a=x\n<<<\n"sv,
                                ">>>\n(2)a=b\n<<<\n"sv,
                                ">>>\n(2)a=>>>\x14\n<<<\n"sv,
                                ">>>\n(2)a=>>>\x14<<<\x14x\n<<<\n"sv}) {
        EXPECT_EQ(refusal(text), Errc::malformed) << text;
    }
}

// Why: the same bounds as in the netstring form; these come before any signature.
TEST(TextForm, BoundsSizeFieldsAndDepth) {
    const auto lines = [](std::size_t count) {
        std::string out = ">>>\n";
        for (std::size_t i = 0; i < count; ++i) out += "a=\n";
        return out + "<<<\n";
    };
    EXPECT_TRUE(text_form::decode(lines(limits::message_fields_max)));
    EXPECT_EQ(refusal(lines(limits::message_fields_max + 1)), Errc::too_large);
    EXPECT_EQ(refusal(std::string(limits::message_uncompressed_bytes_max + 1, '>')),
              Errc::too_large);
    Message message;
    message.set("a", std::string(limits::message_uncompressed_bytes_max, 'x'));
    EXPECT_EQ(encode_refusal(message), Errc::too_large);
}

// Why: a line that is read otherwise than it was meant would carry a signature that fits.
TEST(TextForm, RefusesToWriteWhatWouldBeReadOtherwise) {
    for (const auto name : {"", "a=b", "(1)a", "a\nb"}) {
        Message message;
        message.set(name, "x");
        EXPECT_EQ(encode_refusal(message), Errc::malformed) << name;
    }
    Message message;
    message.set("a", "x\0y"sv);
    EXPECT_EQ(encode_refusal(message), Errc::malformed);
    message = Message{};
    message.set_list("l", {"a\nb"});
    EXPECT_EQ(encode_refusal(message), Errc::malformed);
    const auto inside = std::make_shared<const Message>();
    EXPECT_EQ(encode_refusal(with(Field{"s", FieldType::nested_to_compress, {}, {}, inside})),
              Errc::malformed);
}

// Why: the signature must cover every field but the one that holds it, nested ones included.
TEST(TextForm, SignsAllLinesButAuth) {
    Message inner;
    inner.set("auth", "stays");
    Message message = make_message("x");
    message.set("auth", "1 abc");
    message.fields.push_back(
        Field{"s", FieldType::nested, {}, {}, std::make_shared<const Message>(inner)});
    EXPECT_EQ(*text_form::signed_lines(message),
              "t=x\n(2)s=>>>\x14"
              "auth=stays\x14<<<\x14\n");
}

// Why: RFC 4648, section 10.
TEST(Base64, HasTheVectorsOfItsStandard) {
    const std::vector<std::pair<ByteView, ByteView>> vectors{{"", ""},
                                                             {"f", "Zg=="},
                                                             {"fo", "Zm8="},
                                                             {"foo", "Zm9v"},
                                                             {"foob", "Zm9vYg=="},
                                                             {"fooba", "Zm9vYmE="},
                                                             {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : vectors) {
        EXPECT_EQ(to_base64(bytes), text);
        EXPECT_EQ(from_base64(text), bytes);
    }
}

}  // namespace
}  // namespace hb::wire
