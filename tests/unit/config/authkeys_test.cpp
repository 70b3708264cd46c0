// authkeys: every rule of wire.md 2.4. A wrong key file must not start half a cluster.
#include "config/authkeys.hpp"

#include <gtest/gtest.h>

namespace hb::config {
namespace {

struct Keys {
    AuthKeys keys;
    Diagnostics found;
    std::string errors() const {
        std::string out;
        for (const Diagnostic& entry : found.errors) out += entry.shown() + "\n";
        return out;
    }
};

Keys parse(const std::string& text, unsigned mode = 0100600) {
    Keys out;
    out.keys = parse_authkeys(text, mode, "authkeys", out.found);
    return out;
}

// Why: one key signs, all are understood; that is how keys are changed without a stop.
TEST(Authkeys, TakesSeveralKeysAndOneThatSigns) {
    const Keys parsed = parse(
        "# comment\n\nauth 2\n 1 md5 oldsecret\n2 sha1 a#longsecret\n15 sha512 "
        "anothersecret\n3 sha256 yetanother\n");
    EXPECT_EQ(parsed.errors(), "");
    EXPECT_EQ(parsed.keys.signing, 2U);
    EXPECT_EQ(parsed.keys.by_index[1]->method, "md5");
    EXPECT_EQ(parsed.keys.by_index[2]->text, "a#longsecret");
    EXPECT_EQ(parsed.keys.by_index[15]->method, "sha512");
    EXPECT_FALSE(parsed.keys.by_index[0]);
    EXPECT_TRUE(parsed.found.warnings.empty());
}

// Why: who can read the key can command the cluster.
TEST(Authkeys, RefusesAFileThatOthersRead) {
    EXPECT_NE(parse("auth 1\n1 sha1 longsecret\n", 0100640).errors().find("expected mode 0600"),
              std::string::npos);
    EXPECT_FALSE(parse("auth 1\n1 sha1 longsecret\n", 0100604).errors().empty());
    EXPECT_TRUE(parse("auth 1\n1 sha1 longsecret\n", 0100733).errors().empty());
}

// Why: crc is no protection; everybody must be told, each time.
TEST(Authkeys, WarnsOfCrc) {
    const Keys parsed = parse("auth 1\n1 crc\n");
    EXPECT_EQ(parsed.errors(), "");
    ASSERT_EQ(parsed.found.warnings.size(), 1U);
    EXPECT_EQ(parsed.found.warnings[0].line, 2);
}

struct Bad {
    const char* text;
    const char* part;  // of the message
};
void PrintTo(const Bad& bad, std::ostream* out) { *out << testing::PrintToString(bad.text); }
class BadAuthkeys : public testing::TestWithParam<Bad> {};

// Why: 3.0.6 refuses each of these; one mistake is one message.
TEST_P(BadAuthkeys, IsOneError) {
    const Keys parsed = parse(GetParam().text);
    ASSERT_EQ(parsed.found.errors.size(), 1U) << parsed.errors();
    EXPECT_NE(parsed.errors().find(GetParam().part), std::string::npos) << parsed.errors();
}

INSTANTIATE_TEST_SUITE_P(
    Rules, BadAuthkeys,
    testing::Values(
        Bad{"", "authkeys: no auth line"}, Bad{"1 sha1 longsecret\n", "no auth line"},
        Bad{"auth 1\n", "authkeys:1: auth 1: key 1 is not defined"},
        Bad{"auth 1\n2 sha1 longsecret\n", "key 1 is not defined"},
        Bad{"1 sha1 longsecret\nauth 1\n", "authkeys:2: auth 1: stands after its key (line 1)"},
        Bad{"auth 16\n1 sha1 longsecret\n", "authkeys:1: auth: expected exactly one number"},
        Bad{"auth\n1 sha1 longsecret\n", "expected exactly one number"},
        Bad{"authx 3\n3 sha1 longsecret\n", "\"authx\" is no keyword"},
        Bad{"aut 3\n3 sha1 longsecret\n", "\"aut\" is no keyword"},
        Bad{"auth 1\nauth 1\n1 sha1 longsecret\n", "authkeys:2: auth: a second auth line"},
        Bad{"auth 1\n1 sha1\n", "authkeys:2: key 1: sha1 needs a key"},
        Bad{"auth 1\n1 crc key\n", "crc takes no key"},
        Bad{"auth 1\n1 sha1 two words\n", "more than one word"},
        Bad{"auth 1\n1 foo longsecret\n",
            "unknown method \"foo\", expected crc, md5, sha1, sha256 or "},
        Bad{"auth 1\n1\n", "no method"},
        Bad{"auth 1\n1 sha1 longsecret\n16 sha1 longsecret\n", "\"16\" is no key number"},
        Bad{"auth 1\n1 sha1 longsecret\nfoo\n", "authkeys:3: \"foo\" is no key number"},
        Bad{"auth 1\n1 sha1 longsecret\n1 md5 longsecret\n", "is defined twice, first in line 2"}));

// Why: messages go to logs that others read.
TEST(Authkeys, NoMessageShowsAKey) {
    const Keys parsed = parse("auth 1\n1 sha1 hush hush\n1 md5 hush\n1 sha1 hush\n2 crc hush\n");
    EXPECT_FALSE(parsed.found.errors.empty());
    EXPECT_EQ(parsed.errors().find("hush"), std::string::npos) << parsed.errors();
}

}  // namespace
}  // namespace hb::config
