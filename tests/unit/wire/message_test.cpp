// Fields of a message: look-up, change, numbers.
#include "wire/message.hpp"

#include <gtest/gtest.h>

namespace hb::wire {
namespace {

// Why: wire.md 3: a field that is there is overwritten in its place, a new one goes last.
TEST(Message, OverwritesInPlaceAndAppendsAtTheEnd) {
    Message message = make_message("status");
    message.set("src", "alpha");
    message.set("t", "starting");
    message.set_binary("srcuuid", "0123456789abcdef");
    ASSERT_EQ(message.fields.size(), 3U);
    EXPECT_EQ(message.fields[0].name, "t");
    EXPECT_EQ(message.type(), "starting");
    EXPECT_EQ(message.fields[2].name, "srcuuid");
    message.set("srcuuid", "text");
    EXPECT_EQ(message.binary("srcuuid"), "");
    EXPECT_EQ(message.get("srcuuid"), "text");
}

// Why: a name may repeat; everybody looks at the first (wire.md 1).
TEST(Message, FindsTheFirstOfAName) {
    Message message;
    message.fields.push_back(Field{"a", FieldType::string, "1", {}, nullptr});
    message.fields.push_back(Field{"a", FieldType::string, "2", {}, nullptr});
    EXPECT_EQ(message.get("a"), "1");
    message.set("a", "3");
    EXPECT_EQ(message.fields[1].value, "2");
    message.erase("a");
    EXPECT_FALSE(message.has("a"));
}

// Why: a field of another type must not be read as a word.
TEST(Message, GivesValuesOfTheAskedTypeOnly) {
    Message message;
    message.set_binary("bin", "word");
    message.set("text", "word");
    message.set_list("list", {"a"});
    EXPECT_EQ(message.get("bin"), "");
    EXPECT_EQ(message.binary("text"), "");
    EXPECT_EQ(message.get("list"), "");
    EXPECT_TRUE(message.has("list"));
    EXPECT_EQ(message.source(), "");
    EXPECT_EQ(message.dest(), "");
}

// Why: numbers of a packet decide about life and death; half a number is none.
TEST(Message, ReadsWholeNumbersOnly) {
    Message message;
    const auto hex = [&](std::string_view text) {
        message.set("n", text);
        return message.hex("n");
    };
    EXPECT_EQ(hex("1b58"), 7000U);
    EXPECT_EQ(hex("FFFFFFFFFFFFFFFF"), 0xffffffffffffffffU);
    for (const auto text : {"", "g", "1b58 ", "-1", "00000000000000001"}) {
        EXPECT_EQ(hex(text), std::nullopt) << text;
    }
    message.set("n", "12");
    EXPECT_EQ(message.dec("n"), 12U);
    message.set("n", "1a");
    EXPECT_EQ(message.dec("n"), std::nullopt);
    EXPECT_EQ(message.dec("absent"), std::nullopt);
}

// Why: messages are compared in tests and by the engine; what lies inside counts.
TEST(Message, ComparesNestedMessagesByContent) {
    const auto around = [](std::string_view type) {
        Message message;
        message.fields.push_back(Field{
            "in", FieldType::nested, {}, {}, std::make_shared<const Message>(make_message(type))});
        return message;
    };
    EXPECT_EQ(around("a"), around("a"));
    EXPECT_NE(around("a"), around("b"));
}

}  // namespace
}  // namespace hb::wire
