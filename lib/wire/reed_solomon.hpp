// Reed-Solomon code over bytes: check bytes that find and mend damage in a short block. What a
// block stands for is not known here.
#pragma once

#include <optional>

#include "base/ids.hpp"

namespace hb::wire::reed_solomon {

// Mends up to half as many damaged bytes, wherever they are, check bytes included.
inline constexpr std::size_t check_bytes = 16;
inline constexpr std::size_t block_bytes_max = 255 - check_bytes;

// The check bytes for `block`. REQUIRES: block.size() <= block_bytes_max.
Bytes check(ByteView block);

// Mends `block` in place by its `check` bytes. Returns how many bytes of the two were damaged;
// nothing, and the block as it was, when there were too many.
// REQUIRES: sizes as for check().
std::optional<std::size_t> mend(Bytes& block, ByteView check);

}  // namespace hb::wire::reed_solomon
