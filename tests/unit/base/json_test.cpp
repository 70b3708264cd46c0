// JSON that we write, and lists that are cut.
#include "base/json.hpp"

#include <gtest/gtest.h>

namespace hb {
namespace {

using namespace std::chrono_literals;

struct Inner {
    std::string name;
    std::optional<Duration> age;
    static void fields(auto& it, auto&& each) {
        each("name", it.name);
        each("age_ms", it.age);
    }
    bool operator==(const Inner&) const = default;
};

struct Outer {
    bool on{};
    std::uint64_t count{};
    std::optional<Inner> one;
    std::vector<Inner> all;
    std::vector<std::string> words;
    static void fields(auto& it, auto&& each) {
        each("on", it.on);
        each("count", it.count);
        each("one", it.one);
        each("all", it.all);
        each("words", it.words);
    }
};

// Why: programs of others read it, and a name may hold anything.
TEST(Json, EveryKindOfMemberIsWritten) {
    const Outer outer{
        true, UINT64_MAX, Inner{"a\"b\\\n\x7f\xe4", 1999us}, {{"x", {}}, {"", 0ms}}, {"y"}};
    EXPECT_EQ(to_json(outer),
              R"({"on":true,"count":18446744073709551615,)"
              R"("one":{"name":"a\"b\\\u000a\u007f\ufffd","age_ms":1},)"
              R"("all":[{"name":"x","age_ms":null},{"name":"","age_ms":0}],"words":["y"]})");
    EXPECT_EQ(to_json(Outer{}), R"({"on":false,"count":0,"one":null,"all":[],"words":[]})");
}

// Why: a mount point may be called so; and half a character would make the whole text unreadable.
TEST(Json, Utf8StaysAndTheRestIsMarked) {
    const auto written = [](const std::string& text) { return to_json(Inner{text, {}}).substr(9); };
    const std::string rest = "\",\"age_ms\":null}";
    for (const char* good :
         {"\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
        EXPECT_EQ(written(good), good + rest);
    }
    for (const char* bad : {"\xc3", "\x80", "\xc0", "\xff"}) {
        EXPECT_EQ(written(bad), "\\ufffd" + rest);
    }
    // Overlong, a surrogate, above U+10FFFF, cut short.
    for (const char* bad : {"\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf0\x9f\x98"}) {
        std::string marks;
        for (const char* c = bad; *c != 0; ++c) marks += "\\ufffd";
        EXPECT_EQ(written(bad), marks + rest) << rest;
    }
}

// Why: what is sent has a bound, and whoever reads it is told what is missing.
TEST(Json, ListsAreCutAndCounted) {
    Outer outer;
    outer.all = {{"a", {}}, {"b", {}}, {"c", {}}};
    outer.words = {"x"};
    EXPECT_EQ(cut_lists(outer, 3), 0U);
    EXPECT_EQ(cut_lists(outer, 1), 2U);
    EXPECT_EQ(outer.all, (std::vector<Inner>{{"a", {}}}));
    EXPECT_EQ(outer.words.size(), 1U);
}

}  // namespace
}  // namespace hb
