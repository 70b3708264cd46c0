// Base64 as in text-form messages (wire.md 1.3): standard alphabet, padded, no line breaks.
// Private to lib/wire.
#pragma once

#include <optional>

#include "base/ids.hpp"

namespace hb::wire {

Bytes to_base64(ByteView bytes);
// Nothing unless `text` is exactly what to_base64 gives for some bytes.
std::optional<Bytes> from_base64(ByteView text);

}  // namespace hb::wire
