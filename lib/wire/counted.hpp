// Counted pieces, `LEN:CONTENT,` (wire.md 1.2), and lists packed from them (1.5). Private to
// lib/wire: both forms of a message and the signature netstring are made of these.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "wire/message.hpp"

namespace hb::wire {

// Cuts one piece off the front of `rest` and gives its content. As real nodes do, it takes zeros in
// front of LEN and skips what is no digit between LEN and the colon. Nothing, and `rest` untouched,
// when no whole piece stands there.
std::optional<ByteView> cut_counted(ByteView& rest) noexcept;
void append_count(Bytes& out, std::size_t count);  // `LEN:`
void append_counted(Bytes& out, ByteView content);

// Errors: malformed (empty element, NUL in an element), too_large (limits::list_elements_max).
Result<Bytes> pack_list(const std::vector<std::string>& list);
// Appends the elements of `packed` to `list`. Errors: malformed, too_large.
Result<void> unpack_list(ByteView packed, std::vector<std::string>& list);

}  // namespace hb::wire
