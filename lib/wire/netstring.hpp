// The form of UDP and ICMP: `###\n` fields `%%%\n` (wire.md 1.2). Every bounds check of that form
// lives here. Signatures are the signer's.
#pragma once

#include "base/result.hpp"
#include "wire/message.hpp"

namespace hb::wire::netstring {

// `auth`, unless empty: the value of a last field of that name, which `message` itself has not.
// Errors: too_large (passes limits::message_uncompressed_bytes_max), malformed (empty name, `=` in
// a name, NUL in a string).
Result<Bytes> encode(const Message& message, ByteView auth = {});

// `body` is the whole of `###\n`..`%%%\n` and nothing behind it. Errors: malformed, too_large.
Result<Message> decode(ByteView body);

// A packet cut into its signed body (`###\n` to the newline after the last `%%%`) and what stands
// in its signature netstring (`INDEX DIGEST`). Bytes after that netstring are ignored, as by real
// nodes. Reads no field. Errors: malformed.
struct Packet {
    ByteView body;
    ByteView signature;
};
Result<Packet> cut(ByteView packet);

}  // namespace hb::wire::netstring
