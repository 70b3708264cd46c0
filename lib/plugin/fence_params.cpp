// See fence_params.hpp.
#include "plugin/fence_params.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"

namespace hb::fence {

namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
    throw plugin::Refusal(HB_BAD_CONFIG, "parameter " + printable(name, 60) + " " + why);
}

std::string joined(const Names& names) {
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
    return out.empty() ? "none" : out;
}

bool is_boolean(const std::string& value) {
    static constexpr std::array<std::string_view, 8> words{"0",   "1",  "true", "false",
                                                           "yes", "no", "on",   "off"};
    return std::find(words.begin(), words.end(), lower(value)) != words.end();
}

// What was expected instead, or "".
std::string wrong_value(const Parameter& parameter, const std::string& value) {
    if (value.find_first_of("\r\n") != std::string::npos) return "one line";
    const bool number = parse_dec(value.starts_with('-') ? value.substr(1) : value).has_value();
    if (parameter.type == "integer" || parameter.type == "second") return number ? "" : "a number";
    if (parameter.type == "boolean") return is_boolean(value) ? "" : "0 or 1";
    if (parameter.type != "select" || parameter.options.empty()) return "";
    const auto& options = parameter.options;
    const bool known = std::find(options.begin(), options.end(), value) != options.end();
    return known ? "" : "one of " + joined(options);
}

// fence agents take either spelling.
std::string one_spelling(std::string name) {
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

bool sounds_secret(const std::string& name) {
    static constexpr std::array<std::string_view, 7> marks{"pass", "secret", "token", "community",
                                                           "key",  "cred",   "cookie"};
    const std::string low = lower(name);
    return std::any_of(marks.begin(), marks.end(), [&low](std::string_view mark) {
        return low.find(mark) != std::string::npos;
    });
}

}  // namespace

std::string take_type(Fields& config) {
    const auto it = std::find_if(config.begin(), config.end(),
                                 [](const auto& field) { return field.first == "type"; });
    if (it == config.end()) refuse("type", "is missing, expected which device it is");
    std::string type = it->second;
    config.erase(it);
    return type;
}

Fields by_name(const Fields& config, const Names& positions) {
    Fields out;
    Names values;
    for (const auto& [name, value] : config) {
        const auto position = parse_dec(name);
        if (!position) {
            out.emplace_back(name, value);
        } else if (*position != values.size() + 1) {
            refuse(name, "is out of order, expected " + std::to_string(values.size() + 1));
        } else if (values.size() == positions.size()) {
            if (positions.empty()) refuse(name, "has no name, expected NAME=VALUE or none");
            values.back() += " " + value;
        } else {
            values.push_back(value);
        }
    }
    if (values.empty()) return out;
    if (values.size() < positions.size()) {
        refuse(positions[values.size()],
               "is missing, expected in this order: " + joined(positions));
    }
    for (std::size_t i = 0; i < values.size(); ++i) out.emplace_back(positions[i], values[i]);
    return out;
}

void check(const Fields& config, const std::vector<Parameter>& known, const Names& supplied) {
    std::set<std::string> given;
    Names names;
    for (const Parameter& parameter : known) names.push_back(parameter.name);
    for (const auto& field : config) {
        const std::string name = one_spelling(field.first);
        const auto it = std::find_if(known.begin(), known.end(), [&name](const auto& parameter) {
            return one_spelling(parameter.name) == name;
        });
        if (it == known.end())
            refuse(field.first, "is unknown, expected some of: " + joined(names));
        if (!given.insert(it->name).second) refuse(field.first, "is given twice");
        const std::string expected = wrong_value(*it, field.second);
        if (!expected.empty()) refuse(field.first, "is wrong, expected " + expected);
    }
    given.insert(supplied.begin(), supplied.end());
    std::set<std::string> old_names;
    for (const Parameter& parameter : known) old_names.insert(parameter.instead);
    for (const Parameter& parameter : known) {
        // An old name is asked for under its new one.
        if (!parameter.required || old_names.contains(parameter.name)) continue;
        if (given.contains(parameter.name) || given.contains(parameter.instead)) continue;
        refuse(parameter.name, "is missing");
    }
}

Fields checked_by_name(const Fields& config, const Names& names) {
    std::vector<Parameter> known;
    for (const std::string& name : names) known.push_back({name, true, {}, {}, {}, {}});
    Fields out = by_name(config, names);
    check(out, known);
    return out;
}

Names host_list(std::string_view text) { return words(text, ", \t\r\n\f\v"); }

bool contains(const Names& hosts, std::string_view node) {
    return std::any_of(hosts.begin(), hosts.end(),
                       [node](const std::string& host) { return equal_ignoring_case(host, node); });
}

std::string without_secrets(std::string text, const Fields& config) {
    static constexpr std::string_view cover = "***";
    for (const auto& [name, value] : config) {
        if (value.empty() || !sounds_secret(name)) continue;
        for (std::size_t at = 0; (at = text.find(value, at)) != std::string::npos;) {
            text.replace(at, value.size(), cover);
            at += cover.size();
        }
    }
    return text;
}

}  // namespace hb::fence
