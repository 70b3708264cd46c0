// Whole-message compression (`traditional_compression`, wire.md 1.8 b). Decompression is bounded.
#pragma once

#include "base/result.hpp"
#include "wire/message.hpp"

namespace hb::wire {

enum class Compression : std::uint8_t { zlib, bz2 };

// Errors: io (the library refused), too_large.
Result<Bytes> compress(ByteView bytes, Compression method);
// At most limits::message_uncompressed_bytes_max come out. Errors: malformed, too_large.
Result<Bytes> decompress(ByteView bytes, Compression method);

// The two-field message that stands for `whole` (an encoded message). Errors: io, too_large.
Result<Message> wrap_compressed(ByteView whole, Compression method);
// Whether a message is such a wrapper.
bool is_compressed(const Message& message) noexcept;
// The message inside, of either form. Errors: malformed, too_large, unsupported (algorithm).
Result<Message> unwrap_compressed(const Message& wrapper);

}  // namespace hb::wire
