// Compression: there and back, broken data, and bombs.
#include "wire/compress.hpp"

#include <gtest/gtest.h>

#include "unit/wire/known.hpp"
#include "wire/netstring.hpp"

namespace hb::wire {
namespace {

class Compressed : public testing::TestWithParam<Compression> {};

// Why: sizes around the piece that is filled at a time, and the largest message there is.
TEST_P(Compressed, ComesBackAtEverySize) {
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{16383}, std::size_t{16384},
          std::size_t{16385}, std::size_t{100000}, limits::message_uncompressed_bytes_max}) {
        Bytes bytes(size, 'x');
        for (std::size_t i = 0; i < size; i += 7) bytes[i] = static_cast<char>(i * i >> 3U);
        const auto packed = compress(bytes, GetParam());
        ASSERT_TRUE(packed) << size;
        EXPECT_EQ(decompress(*packed, GetParam()), bytes) << size;
    }
}

// Why: the bound is the largest message there is; it must fit, and nothing larger may go in.
TEST_P(Compressed, TakesNoMoreThanTheLargestMessage) {
    const Bytes largest(limits::message_uncompressed_bytes_max, 'x');
    EXPECT_TRUE(compress(largest, GetParam()));
    EXPECT_EQ(compress(largest + 'x', GetParam()).error().code, Errc::too_large);
}

// Why: what is cut short or broken must end as an error, not as half a message or an endless loop.
TEST_P(Compressed, RefusesBrokenData) {
    const Bytes bytes = "the same words again and again and again and again";
    const Bytes packed = *compress(bytes, GetParam());
    for (std::size_t size = 0; size < packed.size(); ++size) {
        const auto out = decompress(ByteView(packed).substr(0, size), GetParam());
        ASSERT_FALSE(out) << size;
        EXPECT_EQ(out.error().code, Errc::malformed);
    }
    Bytes changed = packed;
    changed[packed.size() / 2] = static_cast<char>(~changed[packed.size() / 2]);
    EXPECT_NE(decompress(changed, GetParam()), bytes);
    EXPECT_FALSE(decompress("no compressed data", GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Wire, Compressed, testing::Values(Compression::zlib, Compression::bz2),
                         [](const auto& given) {
                             return std::string(given.param == Compression::zlib ? "zlib" : "bz2");
                         });

// Why: a few bytes may stand for gigabytes (here: 64 MiB of one letter); the bound must stop them
// while they grow.
TEST(Bomb, OfZlibStopsAtTheBound) {
    const Bytes packed = known::file(std::string(HB_TEST_DATA) + "/data/wire/bomb_zlib.bin");
    EXPECT_EQ(decompress(packed, Compression::zlib).error().code, Errc::too_large);
}
TEST(Bomb, OfBz2StopsAtTheBound) {
    const Bytes packed = known::file(std::string(HB_TEST_DATA) + "/data/wire/bomb_bz2.bin");
    EXPECT_EQ(decompress(packed, Compression::bz2).error().code, Errc::too_large);
}

// Why: the name in the packet chooses, whatever we are configured for.
TEST(Wrapper, NamesItsAlgorithm) {
    const Bytes whole = *netstring::encode(make_message("x"));
    for (const auto& [method, name] :
         {std::pair{Compression::zlib, "zlib"}, std::pair{Compression::bz2, "bz2"}}) {
        auto wrapper = wrap_compressed(whole, method);
        ASSERT_TRUE(wrapper);
        EXPECT_TRUE(is_compressed(*wrapper));
        EXPECT_EQ(wrapper->get("_compression_algorithm"), name);
        EXPECT_EQ(unwrap_compressed(*wrapper), make_message("x"));
        wrapper->set("_compression_algorithm", "lzma");
        EXPECT_EQ(unwrap_compressed(*wrapper).error().code, Errc::unsupported);
    }
}

// Why: a compressed field of a client (wire.md 1.8 a) is passed on, not opened.
TEST(Wrapper, IsNotTakenForACompressedField) {
    Message message = make_message("client");
    message.fields.push_back(Field{"data", FieldType::compressed, "packed", {}, nullptr});
    message.set("_compression_algorithm", "zlib");
    EXPECT_FALSE(is_compressed(message));
    EXPECT_EQ(unwrap_compressed(message).error().code, Errc::malformed);
}

}  // namespace
}  // namespace hb::wire
