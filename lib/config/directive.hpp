// The table of ha.cf directives as data, and what a single value may look like. What values mean
// together is ha_cf's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"

namespace hb::config {

// How the rest of a line is read (config.md 1.1).
enum class Kind {
    boolean,  // words; the last one counts (so up to `path`)
    time,
    number,
    choice,           // one of the words of `range`
    choice_any_case,  // same, in any case
    text,
    path,         // absolute
    nodes,        // words, all count
    environment,  // words NAME=VALUE, all count
    media_words,  // one link a word
    medium,       // one link a line
    line,         // its own parser
};

enum class Support { works, later, idle };
enum class Record { never, given, always, computed };

struct Directive {
    std::string name;
    Kind kind{};
    std::string unit, fallback, range;
    Support support{};
    Record record{};
    std::string help;
};

// All of directives.def, in its order.
const std::vector<Directive>& directives();
// Nothing when there is no directive of that name.
const Directive* find_directive(std::string_view name);

// true on yes y 1, false off no n 0, in any case.
std::optional<bool> parse_boolean(std::string_view text);
// What atoi makes of it, as in 3.0.6: trailing garbage is ignored, too large is the largest.
// Nothing when it does not begin with a number.
std::optional<long long> leading_number(std::string_view text);
// "1500ms".
std::string ms_text(Duration d);

// What is wrong with `value` for a directive of kind boolean to path, as `"2s" is no time, expected
// ...`, or "" if it fits.
std::string mistake_of(const Directive& directive, std::string_view value);

}  // namespace hb::config
