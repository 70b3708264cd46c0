// The form of serial lines, of the FIFO and of old peers: `>>>\n` lines `<<<\n` (wire.md 1.3, 1.4).
#pragma once

#include "base/result.hpp"
#include "wire/message.hpp"

namespace hb::wire::text_form {

// Errors: too_large, malformed (as netstring::encode; also nested deeper than 16, or a value that
// holds the byte that escapes newlines at its depth).
Result<Bytes> encode(const Message& message);

// What the inner signature covers: all lines but those of fields named `auth`, without the
// brackets (wire.md 2.2). Errors: as encode.
Result<Bytes> signed_lines(const Message& message);

// `text` begins with `>>>\n`; a NUL may follow `<<<\n`. Errors: malformed, too_large.
Result<Message> decode(ByteView text);

}  // namespace hb::wire::text_form
