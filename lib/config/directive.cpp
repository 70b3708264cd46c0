// See directive.hpp.
#include "config/directive.hpp"

#include <algorithm>
#include <limits>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/lines.hpp"

namespace hb::config {

const std::vector<Directive>& directives() {
    static const std::vector<Directive> table = {
#define HB_DIRECTIVE(name, kind, unit, fallback, range, support, record, help) \
    {#name, Kind::kind, unit, fallback, range, Support::support, Record::record, help},
#include "config/directives.def"
#undef HB_DIRECTIVE
    };
    return table;
}

const Directive* find_directive(std::string_view name) {
    for (const Directive& directive : directives()) {
        if (directive.name == name) return &directive;
    }
    return nullptr;
}

std::optional<bool> parse_boolean(std::string_view text) {
    const std::string word = lower(text);
    for (const char* yes : {"true", "on", "yes", "y", "1"}) {
        if (word == yes) return true;
    }
    for (const char* no : {"false", "off", "no", "n", "0"}) {
        if (word == no) return false;
    }
    return std::nullopt;
}

std::optional<long long> leading_number(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) return std::nullopt;
    const auto value = parse_dec(text.substr(0, digits));
    constexpr long long largest = std::numeric_limits<long long>::max();
    const bool fits = value && *value <= static_cast<std::uint64_t>(largest);
    const long long number = fits ? static_cast<long long>(*value) : largest;
    return negative ? -number : number;
}

std::string ms_text(Duration d) { return std::to_string(to_ms(d)) + "ms"; }

static constexpr std::string_view boolean_words = "on, yes, true, off, no or false";

static std::string time_mistake(const Directive& directive, std::string_view value) {
    const auto time = parse_time(value);
    if (!time) {
        return quoted(value) +
               " is no time, expected a number of seconds or one with ms or us, for example 2 or "
               "500ms";
    }
    if (directive.range == "> 0" && *time <= Duration::zero()) {
        return quoted(value) + " is out of range, expected more than 0 (at least 1ms)";
    }
    return "";
}

static std::string number_mistake(const Directive& directive, std::string_view value) {
    const std::size_t dots = directive.range.find("..");
    const auto least = leading_number(std::string_view(directive.range).substr(0, dots));
    const auto most = leading_number(std::string_view(directive.range).substr(dots + 2));
    const std::string unit = directive.unit.empty() ? "" : " (" + directive.unit + ")";
    const std::string expected = ", expected a whole number from " +
                                 directive.range.substr(0, dots) + " to " +
                                 directive.range.substr(dots + 2) + unit;
    const auto number = leading_number(value);
    if (!number) return quoted(value) + " is no number" + expected;
    if (*number < *least || *number > *most) return quoted(value) + " is out of range" + expected;
    return "";
}

static std::string choice_mistake(const Directive& directive, std::string_view value) {
    const std::string wanted =
        directive.kind == Kind::choice_any_case ? lower(value) : std::string(value);
    std::vector<std::string> shown;
    for (const std::string& choice : words(directive.range, "|")) {
        if (choice == "boolean") {
            if (parse_boolean(value)) return "";
            shown.insert(shown.end(), {"on", "off"});
        } else {
            if (choice == wanted) return "";
            shown.push_back(choice);
        }
    }
    return quoted(value) + " is not known, expected " + listed(shown);
}

std::string mistake_of(const Directive& directive, std::string_view value) {
    switch (directive.kind) {
        case Kind::boolean:
            if (parse_boolean(value)) return "";
            return quoted(value) + " is neither yes nor no, expected " + std::string(boolean_words);
        case Kind::time:
            return time_mistake(directive, value);
        case Kind::number:
            return number_mistake(directive, value);
        case Kind::choice:
        case Kind::choice_any_case:
            return choice_mistake(directive, value);
        case Kind::path:
            if (value.starts_with('/')) return "";
            return quoted(value) + " is no absolute path, expected one that begins with /";
        case Kind::text:
        case Kind::nodes:
        case Kind::environment:
        case Kind::media_words:
        case Kind::medium:
        case Kind::line:
            return "";
    }
    return "";
}

}  // namespace hb::config
