// See base64.hpp.
#include "wire/base64.hpp"

#include <array>

namespace hb::wire {

static constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static constexpr unsigned char no_digit = 255;

static constexpr std::array<unsigned char, 256> make_digit_of() {
    std::array<unsigned char, 256> table{};
    for (auto& entry : table) entry = no_digit;
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<unsigned char>(i);
    }
    return table;
}
static constexpr auto digit_of = make_digit_of();

Bytes to_base64(ByteView bytes) {
    Bytes out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const ByteView group = bytes.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            bits = bits << 8U | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            out += i <= group.size() ? alphabet[bits >> (18U - 6U * i) & 63U] : '=';
        }
    }
    return out;
}

std::optional<Bytes> from_base64(ByteView text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t digits = text.size();
    for (int i = 0; i < 2 && digits > 0 && text[digits - 1] == '='; ++i) --digits;
    Bytes out;
    out.reserve(digits * 3 / 4);
    std::uint32_t bits = 0;
    unsigned held = 0;  // bits not yet written
    for (const char c : text.substr(0, digits)) {
        const unsigned char digit = digit_of[static_cast<unsigned char>(c)];
        if (digit == no_digit) return std::nullopt;
        bits = (bits << 6U | digit) & 0xffffU;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out += static_cast<char>(bits >> held & 0xffU);
        }
    }
    // Bits left over must be zero, else two texts would stand for the same bytes.
    if ((bits & ((1U << held) - 1U)) != 0) return std::nullopt;
    return out;
}

}  // namespace hb::wire
