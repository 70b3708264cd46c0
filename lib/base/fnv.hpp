// FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv): a number for a text that stays the
// same on every machine. No proof against somebody who wants two texts to look equal.
#pragma once

#include <cstdint>
#include <string_view>

namespace hb {

inline constexpr std::uint64_t fnv_basis = 0xcbf29ce484222325U;

// Of `text`, behind whatever gave `value`.
constexpr std::uint64_t fnv1a(std::string_view text, std::uint64_t value = fnv_basis) noexcept {
    for (const char c : text) {
        value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    }
    return value;
}

}  // namespace hb
