// Whole-message compression by zlib and bzip2. The only room that knows these libraries.
#include "wire/compress.hpp"

#include <bzlib.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/limits.hpp"
#include "wire/netstring.hpp"
#include "wire/text_form.hpp"

namespace hb::wire {

static constexpr std::string_view payload_field = "_compressed_payload";
static constexpr std::string_view algorithm_field = "_compression_algorithm";
static constexpr std::size_t out_max = limits::message_uncompressed_bytes_max;

static std::string_view algorithm_name(Compression method) noexcept {
    switch (method) {
        case Compression::zlib:
            return "zlib";
        case Compression::bz2:
            return "bz2";
    }
    return "unknown";
}

static std::optional<Compression> algorithm_named(std::string_view name) noexcept {
    for (const Compression method : {Compression::zlib, Compression::bz2}) {
        if (algorithm_name(method) == name) return method;
    }
    return std::nullopt;
}

static Result<Bytes> compress_zlib(ByteView bytes) {
    uLongf size = compressBound(bytes.size());
    Bytes out(size, '\0');
    if (::compress(reinterpret_cast<Bytef*>(out.data()), &size,
                   reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()) != Z_OK) {
        return fail(Errc::io, "zlib could not compress");
    }
    out.resize(size);
    return out;
}

static Result<Bytes> compress_bz2(ByteView bytes) {
    // The room that the manual of bzip2 asks for: one percent and 600 bytes more than the input.
    auto size = static_cast<unsigned>(bytes.size() + bytes.size() / 100 + 601);
    Bytes out(size, '\0');
    constexpr int block_size_100k = 1;  // as real nodes
    Bytes in(bytes);                    // the library wants it writable
    if (BZ2_bzBuffToBuffCompress(out.data(), &size, in.data(), static_cast<unsigned>(in.size()),
                                 block_size_100k, 0, 0) != BZ_OK) {
        return fail(Errc::io, "bzip2 could not compress");
    }
    out.resize(size);
    return out;
}

Result<Bytes> compress(ByteView bytes, Compression method) {
    if (bytes.size() > out_max) return fail(Errc::too_large, "a message is too large");
    switch (method) {
        case Compression::zlib:
            return compress_zlib(bytes);
        case Compression::bz2:
            return compress_bz2(bytes);
    }
    return fail(Errc::io, "no such compression");
}

// Both libraries fill a piece at a time, so that a small message never takes the room of the
// largest and a bomb stops at the bound.
using Piece = std::array<char, 16384>;
enum class Step { more, ended, broken };

// `next(piece, filled)` decompresses up to one piece.
template <class Next>
static Result<Bytes> collect(Next next) {
    Bytes out;
    Piece piece;
    while (true) {
        std::size_t filled = 0;
        const Step step = next(piece, filled);
        if (step == Step::broken) return fail(Errc::malformed, "compressed data is broken");
        if (filled > out_max - out.size()) {
            return fail(Errc::too_large, "compressed data stands for too many bytes");
        }
        out.append(piece.data(), filled);
        if (step == Step::ended) return out;
        // No end, and nothing came out: the data was cut short.
        if (filled == 0) return fail(Errc::malformed, "compressed data ends too early");
    }
}

static Result<Bytes> decompress_zlib(ByteView bytes) {
    z_stream stream{};
    if (inflateInit(&stream) != Z_OK) return fail(Errc::io, "zlib refuses to start");
    Bytes in(bytes);
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    auto out = collect([&stream](Piece& piece, std::size_t& filled) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        const int result = inflate(&stream, Z_NO_FLUSH);
        filled = piece.size() - stream.avail_out;
        if (result == Z_STREAM_END) return Step::ended;
        return result == Z_OK || result == Z_BUF_ERROR ? Step::more : Step::broken;
    });
    inflateEnd(&stream);
    return out;
}

static Result<Bytes> decompress_bz2(ByteView bytes) {
    bz_stream stream{};
    if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK) {
        return fail(Errc::io, "bzip2 refuses to start");
    }
    Bytes in(bytes);
    stream.next_in = in.data();
    stream.avail_in = static_cast<unsigned>(in.size());
    auto out = collect([&stream](Piece& piece, std::size_t& filled) {
        stream.next_out = piece.data();
        stream.avail_out = static_cast<unsigned>(piece.size());
        const int result = BZ2_bzDecompress(&stream);
        filled = piece.size() - stream.avail_out;
        if (result == BZ_STREAM_END) return Step::ended;
        return result == BZ_OK ? Step::more : Step::broken;
    });
    BZ2_bzDecompressEnd(&stream);
    return out;
}

Result<Bytes> decompress(ByteView bytes, Compression method) {
    if (bytes.size() > out_max) return fail(Errc::too_large, "compressed data is too large");
    switch (method) {
        case Compression::zlib:
            return decompress_zlib(bytes);
        case Compression::bz2:
            return decompress_bz2(bytes);
    }
    return fail(Errc::malformed, "no such compression");
}

Result<Message> wrap_compressed(ByteView whole, Compression method) {
    const auto payload = compress(whole, method);
    if (!payload) return tl::unexpected(payload.error());
    Message wrapper;
    wrapper.set_binary(payload_field, *payload);
    wrapper.set(algorithm_field, algorithm_name(method));
    return wrapper;
}

bool is_compressed(const Message& message) noexcept {
    const Field* payload = message.find(payload_field);
    return payload != nullptr && payload->type == FieldType::binary;
}

Result<Message> unwrap_compressed(const Message& wrapper) {
    if (!is_compressed(wrapper)) return fail(Errc::malformed, "a message is not compressed");
    const auto method = algorithm_named(wrapper.get(algorithm_field));
    if (!method) return fail(Errc::unsupported, "a message is compressed in an unknown way");
    const auto whole = decompress(wrapper.binary(payload_field), *method);
    if (!whole) return tl::unexpected(whole.error());
    auto inside =
        whole->starts_with("###\n") ? netstring::decode(*whole) : text_form::decode(*whole);
    // One compressed message may grow by a bounded factor; a chain of them would not.
    if (inside && is_compressed(*inside)) {
        return fail(Errc::malformed, "a compressed message holds another one");
    }
    return inside;
}

}  // namespace hb::wire
