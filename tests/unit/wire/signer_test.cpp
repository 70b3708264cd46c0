// Digests, keys, and what a signer accepts or refuses.
#include "wire/signer.hpp"

#include <gtest/gtest.h>

#include "unit/wire/known.hpp"
#include "wire/compress.hpp"
#include "wire/netstring.hpp"

namespace hb::wire {
namespace {

Keys one_key(Method method, std::string text, std::size_t index = 1) {
    Keys keys;
    keys.by_index.at(index) = Key{method, std::move(text)};
    keys.signing = index;
    return keys;
}

Errc error_of(const Signer& signer, ByteView packet) {
    const auto message = signer.open(packet);
    EXPECT_FALSE(message);
    return message ? Errc::not_found : message.error().code;
}

// Why: check values of wire.md 2.1; HMAC-SHA256 and -SHA512 from RFC 4231, test case 2.
TEST(Digest, HasTheCheckValuesOfTheSpecification) {
    EXPECT_EQ(crc32("123456789"), 0x765e7680U);
    EXPECT_EQ(crc32(""), 0xffffffffU);
    const auto sign = [](Method method, const std::string& key, ByteView bytes) {
        return Signer(one_key(method, key)).sign(bytes);
    };
    EXPECT_EQ(sign(Method::crc, "", "123456789"), "1 765e7680");
    EXPECT_EQ(sign(Method::sha1, std::string(64, 'k'), "abc"),
              "1 7c44f6972fe89fcc6df413921b6e3616adffa964");
    EXPECT_EQ(sign(Method::sha1, std::string(65, 'k'), "abc"),
              "1 5a862526949f6b70acd6243269508b526c52d2a0");
    EXPECT_EQ(sign(Method::md5, std::string(65, 'k'), "abc"), "1 9088fdf5ffc86746bec9795717fd12ef");
    EXPECT_EQ(sign(Method::sha256, "Jefe", "what do ya want for nothing?"),
              "1 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(sign(Method::sha512, "Jefe", "what do ya want for nothing?"),
              "1 164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
              "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

// Why: the context of a key is used again and again; what it signed before must not show.
TEST(Digest, DoesNotDependOnWhatWasSignedBefore) {
    for (const Method method : {Method::md5, Method::sha1, Method::sha256, Method::sha512}) {
        const Signer used(one_key(method, "SecretKey"));
        const std::string first = used.sign("one");
        EXPECT_NE(used.sign("two"), first);
        EXPECT_TRUE(used.verify("one", first));
        EXPECT_EQ(used.sign("one"), first);
        EXPECT_EQ(Signer(one_key(method, "SecretKey")).sign("one"), first);
    }
}

// Why: crc is printed without zeros in front, so that its digest may be short (wire.md 2.1).
TEST(Digest, OfCrcHasNoZerosInFront) {
    const Signer signer(one_key(Method::crc, ""));
    for (int i = 0; i < 1000; ++i) {
        const std::string bytes = "x" + std::to_string(i);
        if (crc32(bytes) > 0x0fffffffU) continue;
        EXPECT_LT(signer.sign(bytes).size(), std::string("1 12345678").size());
        EXPECT_TRUE(signer.verify(bytes, signer.sign(bytes)));
        return;
    }
    FAIL() << "no small crc was found";
}

// Why: authkeys names methods by these words.
TEST(Method, IsKnownByItsName) {
    for (const auto name : {"crc", "md5", "sha1", "sha256", "sha512"}) {
        const auto method = method_named(name);
        ASSERT_TRUE(method) << name;
        EXPECT_EQ(method_name(*method), name);
        EXPECT_TRUE(method_available(*method));
    }
    EXPECT_FALSE(method_named("SHA1"));
    EXPECT_FALSE(method_named(""));
}

// Why: during a change of keys both old and new packets must pass; only one key signs.
TEST(Signer, VerifiesWithEveryKeyAndSignsWithOne) {
    const Signer old_key(known::keys(1));
    const Signer new_key(known::keys(2));
    EXPECT_TRUE(new_key.verify("bytes", old_key.sign("bytes")));
    EXPECT_TRUE(old_key.verify("bytes", new_key.sign("bytes")));
    EXPECT_TRUE(old_key.sign("bytes").starts_with("1 "));
    EXPECT_TRUE(new_key.sign("bytes").starts_with("2 "));
}

// Why: each way to be wrong is counted by its own class, and none passes.
TEST(Signer, TellsWhyASignatureIsRefused) {
    const Signer signer(known::keys());
    const std::string right = signer.sign("bytes");
    const auto code = [&](const std::string& signature) {
        const auto verdict = signer.verify("bytes", signature);
        return verdict ? Errc::not_found : verdict.error().code;
    };
    EXPECT_TRUE(signer.verify("bytes", right));
    std::string upper = right;
    for (char& c : upper) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
    EXPECT_EQ(code(upper), Errc::bad_signature);
    EXPECT_EQ(code(right + "0"), Errc::bad_signature);
    EXPECT_EQ(code(right.substr(0, right.size() - 1)), Errc::bad_signature);
    EXPECT_EQ(code("1 "), Errc::bad_signature);
    EXPECT_EQ(code("2" + right.substr(1)), Errc::bad_signature);
    EXPECT_EQ(code("5" + right.substr(1)), Errc::unknown_key);
    EXPECT_EQ(code("16" + right.substr(1)), Errc::unknown_key);
    EXPECT_EQ(code("18446744073709551617" + right.substr(1)), Errc::malformed);
    EXPECT_EQ(code("-1" + right.substr(1)), Errc::malformed);
    EXPECT_EQ(code(right.substr(2)), Errc::malformed);
    EXPECT_EQ(code(""), Errc::malformed);
    EXPECT_EQ(code("1 " + std::string(1000, 'a')), Errc::malformed);
}

// Why: the new methods must work as whole packets in both forms, not only as digests.
TEST(Signer, OpensWhatItSealedWithEveryMethod) {
    for (const Method method :
         {Method::crc, Method::md5, Method::sha1, Method::sha256, Method::sha512}) {
        const Signer signer(one_key(method, method == Method::crc ? "" : "SecretKey", 15));
        Message message = make_message("status");
        message.set("src", "alpha");
        for (const auto& packet :
             {signer.seal_netstring(message, InnerAuth::absent),
              signer.seal_netstring(message, InnerAuth::present), signer.seal_text(message)}) {
            ASSERT_TRUE(packet);
            auto back = signer.open(*packet);
            ASSERT_TRUE(back) << back.error().what;
            back->erase("auth");
            EXPECT_EQ(*back, message);
        }
    }
}

// Why: real nodes leave the inner signature out where the text form cannot or need not hold it.
TEST(Signer, LeavesTheInnerSignatureOutOfMessagesWithStructs) {
    const Signer signer(known::keys());
    for (const FieldType type :
         {FieldType::nested, FieldType::compressed, FieldType::nested_to_compress}) {
        Message message = make_message("typed");
        message.fields.push_back(Field{"s", type, {}, {}, std::make_shared<const Message>()});
        const auto packet = signer.seal_netstring(message, InnerAuth::present);
        ASSERT_TRUE(packet);
        EXPECT_FALSE(signer.open(*packet)->has("auth"));
    }
    const auto plain = signer.seal_netstring(make_message("typed"), InnerAuth::present);
    EXPECT_TRUE(signer.open(*plain)->has("auth"));
}

// Why: an attacker may append a whole signed packet's end; only the whole body counts.
TEST(Signer, RefusesAnythingPutInFrontOfASignature) {
    const Signer signer(known::keys());
    const Bytes packet = known::vector_bytes(1);
    EXPECT_EQ(error_of(signer, "###\n3:(0,%%%\n" + packet), Errc::bad_signature);
    EXPECT_EQ(error_of(signer, packet + packet), Errc::bad_signature);
    EXPECT_EQ(error_of(signer, packet + "\n%%%\n42:1 " + std::string(40, 'a') + ','),
              Errc::bad_signature);
}

// Why: these reach the parser before any key does; each must be an ordinary refusal.
TEST(Signer, RefusesWhatIsNoPacket) {
    const Signer signer(known::keys());
    for (const ByteView bytes : {"", "#", "###\n", "%%%\n", "###\n%%%\n", "hello", ">>>\n",
                                 ">>>\n<<<\n", ">>>\nt=x\n<<<\n"}) {
        EXPECT_EQ(error_of(signer, bytes), Errc::malformed) << bytes;
    }
    EXPECT_EQ(error_of(signer, "###\n%%%\n10:7 deadbeef,"), Errc::unknown_key);
    EXPECT_EQ(error_of(signer, Bytes(limits::message_bytes_max + 1, '#')), Errc::too_large);
}

// Why: no field may stand outside of the signature but the one that holds it.
TEST(Signer, RefusesATextMessageWithASecondAuthLine) {
    const Signer signer(known::keys());
    Bytes packet = known::vector_bytes(19);
    const Bytes first = ">>>\n";
    packet.insert(first.size(), "auth=1 0000\n");
    EXPECT_EQ(error_of(signer, packet), Errc::malformed);
}

// Why: real nodes count a NUL in when they hand a text message to UDP (wire.md 1.3).
TEST(Signer, OpensTextWithAndWithoutItsFinalNul) {
    const Signer signer(known::keys());
    EXPECT_TRUE(signer.open(known::vector_bytes(19)));
    EXPECT_TRUE(signer.open(known::vector_bytes(19) + '\0'));
}

// Why: compression hides what is inside from the first look, so that its bounds are seen to hold.
TEST(Signer, UndoesCompressionOnceAndNoMore) {
    const Signer signer(known::keys());
    Message message = make_message("bigtest");
    message.set("x", std::string(5000, 'x'));
    for (const Compression method : {Compression::zlib, Compression::bz2}) {
        for (const InnerAuth inner : {InnerAuth::absent, InnerAuth::present}) {
            const auto packet = signer.seal_compressed(message, inner, method);
            ASSERT_TRUE(packet);
            EXPECT_LT(packet->size(), 400U);
            auto back = signer.open(*packet);
            ASSERT_TRUE(back) << back.error().what;
            EXPECT_EQ(back->has("auth"), inner == InnerAuth::present);
            back->erase("auth");
            EXPECT_EQ(*back, message);
        }
        const auto once = wrap_compressed(*netstring::encode(message), method);
        const auto twice = wrap_compressed(*netstring::encode(*once), method);
        const auto packet = signer.seal_netstring(*twice, InnerAuth::absent);
        EXPECT_EQ(error_of(signer, *packet), Errc::malformed);
    }
}

// Why: real readers take no more, and a packet that nobody reads must be an error at its sender.
TEST(Signer, RefusesToSealMoreThanAReaderTakes) {
    const Signer signer(known::keys());
    Message message = make_message("big");
    message.set("x", std::string(limits::message_bytes_max, 'x'));
    EXPECT_EQ(signer.seal_netstring(message, InnerAuth::absent).error().code, Errc::too_large);
    EXPECT_EQ(signer.seal_text(message).error().code, Errc::too_large);
    EXPECT_TRUE(signer.seal_compressed(message, InnerAuth::present, Compression::zlib));
}

// Why: on a reload the daemon swaps signers; the moved one must carry keys and contexts along.
TEST(Signer, StaysUsableWhenMoved) {
    Signer first(known::keys());
    const std::string signature = first.sign("bytes");
    Signer second(std::move(first));
    EXPECT_EQ(second.sign("bytes"), signature);
    second = Signer(known::keys(2));
    EXPECT_TRUE(second.verify("bytes", signature));
    EXPECT_EQ(second.keys(), known::keys(2));
}

}  // namespace
}  // namespace hb::wire
