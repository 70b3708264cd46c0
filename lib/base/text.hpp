// Small work on text that every room needs: trim, split, lower case, numbers, durations, quoting.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"

namespace hb {

// Blanks are space, tab, CR, LF, FF, VT, as C's isspace in the C locale.
bool is_blank(char c) noexcept;
std::string_view trim(std::string_view text) noexcept;
// The words of `text`, divided by runs of any of `separators`.
std::vector<std::string> words(std::string_view text, std::string_view separators = " \t\r\n\f\v");
// ASCII only, whatever the locale says.
std::string lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

// All of `text` as an unsigned number; nothing else may stand there.
std::optional<std::uint64_t> parse_dec(std::string_view text) noexcept;
std::optional<std::uint64_t> parse_hex(std::string_view text) noexcept;
std::string to_hex(std::uint64_t value);  // lower case, no zeros in front

// A time value of ha.cf (config.md 1.2): digits and dots, then nothing (seconds), ms, msec, us or
// usec. Rounded to whole milliseconds. Nothing when it is not one.
std::optional<Duration> parse_time(std::string_view text);
// "1s", "250ms", "1.5s": for logs.
std::string show(Duration d);

// `text` for a log line: control bytes and bytes above 126 as \xNN, cut at `bytes_max`.
std::string printable(std::string_view text, std::size_t bytes_max = 200);

}  // namespace hb
