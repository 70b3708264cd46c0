// See json.hpp.
#include "base/json.hpp"

namespace hb {

namespace {

// How many bytes of well-formed UTF-8 (RFC 3629) for one character stand in front; 0: none do.
std::size_t utf8_length(std::string_view text) noexcept {
    const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    const std::size_t length = first < 0x80   ? 1
                               : first < 0xc2 ? 0
                               : first < 0xe0 ? 2
                               : first < 0xf0 ? 3
                               : first < 0xf5 ? 4
                                              : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U) return 0;
    }
    if (length < 3) return length;
    const unsigned second = byte(1);
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool surrogate = first == 0xed && second > 0x9f;
    const bool too_high = first == 0xf4 && second > 0x8f;
    return overlong || surrogate || too_high ? 0 : length;
}

}  // namespace

void JsonWriter::add(std::string_view value) {
    text_ += '"';
    while (!value.empty()) {
        const char c = value.front();
        const auto byte = static_cast<unsigned char>(c);
        const std::size_t length = utf8_length(value);
        if (c == '"' || c == '\\') {
            text_ += '\\';
            text_ += c;
        } else if (byte < 0x20 || byte == 0x7f) {
            constexpr std::string_view digits = "0123456789abcdef";
            text_ += "\\u00";
            text_ += digits[byte >> 4U];
            text_ += digits[byte & 0xfU];
        } else if (length == 0) {
            text_ += "\\ufffd";  // the sign for what cannot be shown
        } else {
            text_ += value.substr(0, length);
        }
        value.remove_prefix(length == 0 ? 1 : length);
    }
    text_ += '"';
}

}  // namespace hb
