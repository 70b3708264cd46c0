// See text.hpp.
#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace hb {

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

std::vector<std::string> words(std::string_view text, std::string_view separators) {
    std::vector<std::string> out;
    std::size_t at = 0;
    while ((at = text.find_first_not_of(separators, at)) != std::string_view::npos) {
        const std::size_t end = std::min(text.find_first_of(separators, at), text.size());
        out.emplace_back(text.substr(at, end - at));
        at = end;
    }
    return out;
}

static char lower_char(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower_char);
    return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower_char(x) == lower_char(y); });
}

static std::optional<std::uint64_t> parse_number(std::string_view text, int base) noexcept {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    if (error != std::errc{} || stop != end || text.empty()) return std::nullopt;
    return value;
}

std::optional<std::uint64_t> parse_dec(std::string_view text) noexcept {
    return parse_number(text, 10);
}

std::optional<std::uint64_t> parse_hex(std::string_view text) noexcept {
    return parse_number(text, 16);
}

std::string to_hex(std::uint64_t value) {
    char buffer[16];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, 16).ptr;
    return {buffer, end};
}

std::optional<Duration> parse_time(std::string_view text) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    const std::string_view number = text.substr(0, digits);
    const std::string_view unit = text.substr(digits);
    double value = 0;
    const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), value,
                                               std::chars_format::fixed);
    if (number.empty() || error != std::errc{} || stop != number.data() + number.size()) {
        return std::nullopt;
    }
    double ms_per_unit = 1000;
    if (unit.starts_with("ms")) {
        ms_per_unit = 1;
    } else if (unit.starts_with("us")) {
        ms_per_unit = 0.001;
    } else if (!unit.empty()) {
        return std::nullopt;
    }
    const double ms = std::round(value * ms_per_unit);
    if (ms > 1e12) return std::nullopt;  // thirty years; keeps nanoseconds inside 64 bits
    return std::chrono::milliseconds{static_cast<std::int64_t>(ms)};
}

std::string show(Duration d) {
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(d).count();
    if (us % 1000000 == 0) return std::to_string(us / 1000000) + "s";
    if (us % 1000 == 0 || us > 1000000) return std::to_string(us / 1000) + "ms";
    return std::to_string(us) + "us";
}

std::string printable(std::string_view text, std::size_t bytes_max) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const char c : text.substr(0, bytes_max)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 32 && byte < 127) {
            out += c;
        } else {
            out += "\\x";
            out += digits[byte >> 4U];
            out += digits[byte & 15U];
        }
    }
    if (text.size() > bytes_max) out += "...";
    return out;
}

}  // namespace hb
