// See ha_cf.hpp. Here: lines, directives and their values, one by one.
#include "config/ha_cf.hpp"

#include <algorithm>
#include <limits>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/ha_cf_parse.hpp"

namespace hb::config {

constexpr std::string_view token_separators = " \t\r\n\f\v,";

bool Medium::operator==(const Medium& other) const {
    return kind == other.kind && name == other.name && device == other.device &&
           address == other.address && hosts == other.hosts && port == other.port &&
           ttl == other.ttl && loop == other.loop && baud == other.baud;
}

void Parsing::error(const Directive& directive, int line, const std::string& text) {
    broken.insert(directive.name);
    report.error(line, text);
}

std::string Parsing::text_of(std::string_view name) const {
    const auto found = given.find(name);
    if (found != given.end()) return found->second.text;
    const Directive* directive = find_directive(name);
    HB_CHECK(directive != nullptr);
    return directive->fallback;
}

int Parsing::line_of(std::string_view name) const {
    const auto found = given.find(name);
    return found == given.end() ? 0 : found->second.line;
}

Duration Parsing::time_of(std::string_view name) const {
    const auto time = parse_time(text_of(name));
    HB_CHECK(time.has_value());
    return *time;
}

bool Parsing::boolean_of(std::string_view name) const {
    const auto value = parse_boolean(text_of(name));
    HB_CHECK(value.has_value());
    return *value;
}

unsigned Parsing::number_of(std::string_view name) const {
    const auto value = leading_number(text_of(name));
    HB_CHECK(value.has_value());
    constexpr long long most = std::numeric_limits<unsigned>::max();
    return static_cast<unsigned>(std::clamp<long long>(*value, 0, most));
}

static void add_node(Parsing& parsing, const Directive& directive, const std::string& word,
                     int line) {
    const std::string name = lower(word);
    if (name.size() > limits::node_name_bytes_max) {
        parsing.error(directive, line,
                      "node " + quoted(word) + ": the name is too long, expected at most " +
                          std::to_string(limits::node_name_bytes_max) + " bytes");
        return;
    }
    if (printable(name, name.size()) != name) {
        parsing.error(directive, line,
                      "node " + quoted(word) + ": expected a name as uname -n shows it");
        return;
    }
    if (parsing.first_node_line == 0) parsing.first_node_line = line;
    std::vector<std::string>& nodes = parsing.cf.nodes;
    if (std::find(nodes.begin(), nodes.end(), name) != nodes.end()) {
        parsing.report.warning(line, "node " + quoted(name) + " is named twice, once is enough");
        return;
    }
    nodes.push_back(name);
    parsing.cf.listed.push_back(name);
}

static void add_environment(Parsing& parsing, const std::string& word, int line) {
    const std::size_t sign = word.find('=');
    const std::string name = word.substr(0, sign);
    const std::string value = sign == std::string::npos ? "" : word.substr(sign + 1);
    if (sign == std::string::npos) {
        parsing.report.warning(
            line, "env " + quoted(word) + ": no value, taken as empty, expected " + "NAME=VALUE");
    }
    if (name.empty()) {
        parsing.report.warning(line,
                               "env " + quoted(word) + ": no name, ignored, expected NAME=VALUE");
        return;
    }
    parsing.cf.env.emplace_back(name, value);
}

// nice_failback only says that an auto_failback line before it is `off`, or else `legacy`.
static void obsolete_failback(Parsing& parsing, int line) {
    const auto before = parsing.given.find("auto_failback");
    const bool was_set = before != parsing.given.end() && before->second.text != "legacy";
    const std::string means = was_set ? "off" : "legacy";
    parsing.given["auto_failback"] = {means, line};
    parsing.report.warning(line, "nice_failback is obsolete and means auto_failback " + means +
                                     " here, write `auto_failback on` or `off` instead");
}

// These may stand in one line only (config.md 2).
static bool only_once(const std::string& name) {
    return name == "watchdog" || name == "baud" || name == "pacemaker";
}

static void hint_at_garbage(Parsing& parsing, const Directive& directive, const std::string& word,
                            int line) {
    if (directive.kind != Kind::number || parse_dec(word)) return;
    parsing.report.warning(line, directive.name + " " + word + ": read as " +
                                     std::to_string(*leading_number(word)) + ", as in 3.0.6");
}

static void tell_support(Parsing& parsing, const Directive& directive, const std::string& word,
                         int line) {
    if (directive.support == Support::works) return;
    // The fallback, or a `no`, asks for nothing.
    if (word == directive.fallback || parse_boolean(word) == false) return;
    if (directive.name == "pacemaker" || directive.name == "crm") {
        parsing.report.unsupported(line,
                                   directive.name + " " + word +
                                       ": Pacemaker is not started by this version; resources "
                                       "are left alone and haresources is not used");
        return;
    }
    const std::string what = directive.name + (word.empty() ? "" : " " + word) + ": ";
    parsing.report.unsupported(line, what + (directive.support == Support::later
                                                 ? "not supported yet, the line has no effect"
                                                 : "accepted, has no effect in this version"));
}

static void add_scalar(Parsing& parsing, const Directive& directive, const std::string& word,
                       int line) {
    const std::string wrong = mistake_of(directive, word);
    if (!wrong.empty()) {
        parsing.error(directive, line, directive.name + " " + printable(word, 80) + ": " + wrong);
        return;
    }
    hint_at_garbage(parsing, directive, word, line);
    if (directive.name == "nice_failback") {
        obsolete_failback(parsing, line);
        return;
    }
    parsing.given[directive.name == "crm" ? "pacemaker" : directive.name] = {word, line};
}

static void parse_words(Parsing& parsing, const Directive& directive, std::string_view rest,
                        int line) {
    const std::vector<std::string> all = words(rest, token_separators);
    const std::string stored = directive.name == "crm" ? "pacemaker" : directive.name;
    if (!all.empty() && only_once(stored) && parsing.was_given(stored)) {
        parsing.error(directive, line,
                      directive.name + ": a second line, the first is line " +
                          std::to_string(parsing.line_of(stored)) + ", expected one");
        return;
    }
    for (const std::string& word : all) {
        if (directive.kind == Kind::nodes) {
            add_node(parsing, directive, word, line);
        } else if (directive.kind == Kind::environment) {
            add_environment(parsing, word, line);
        } else {
            add_scalar(parsing, directive, word, line);
        }
    }
    if (!all.empty() && !parsing.is_broken(directive.name)) {
        tell_support(parsing, directive, all.back(), line);
    }
}

static const std::vector<std::string>& directive_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> out;
        for (const Directive& directive : directives()) out.push_back(directive.name);
        return out;
    }();
    return names;
}

static void unknown_directive(Parsing& parsing, std::string_view name, int line) {
    if (name == "hbaping") {
        parsing.report.error(line,
                             "hbaping: fibre-channel adapters are not supported as ping nodes, "
                             "expected `ping HOST` or `ping_group NAME HOST...` with the address "
                             "of the switch or of another host that all nodes reach");
        return;
    }
    // Beyond the bound nobody reads the guess, and a long file of noise should not cost time.
    const std::string guess = parsing.report.is_full() ? "" : nearest(name, directive_names());
    parsing.report.error(
        line, "unknown directive " + quoted(name) +
                  (guess.empty() ? ", expected one of ha.cf(5)" : ", expected perhaps " + guess));
}

static void parse_line(Parsing& parsing, const Line& line) {
    const std::string_view text = trim(line.text.substr(0, line.text.find('#')));
    if (text.empty()) return;
    if (text.size() > limits::config_line_bytes_max) {
        parsing.report.error(line.number, "the line is too long, expected at most " +
                                              std::to_string(limits::config_line_bytes_max) +
                                              " bytes");
        return;
    }
    const std::size_t end = std::min(text.find_first_of(" \t\r\f\v"), text.size());
    const std::string_view name = text.substr(0, end);
    const std::string_view rest = trim(text.substr(end));
    const Directive* directive = find_directive(name);
    if (directive == nullptr) {
        unknown_directive(parsing, name, line.number);
    } else if (directive->kind == Kind::media_words || directive->kind == Kind::medium) {
        parse_media_line(parsing, *directive, rest, line.number);
    } else if (directive->name == "arbiter") {
        parse_arbiter(parsing, *directive, rest, line.number);
    } else if (directive->name == "stonith" || directive->name == "stonith_host") {
        parse_fence_line(parsing, *directive, rest, line.number);
    } else if (directive->kind == Kind::line) {
        parse_whole_line(parsing, *directive, rest, line.number);
    } else {
        parse_words(parsing, *directive, rest, line.number);
    }
}

HaCf parse_ha_cf(std::string_view text, const std::string& file, const Machine& machine,
                 Diagnostics& found) {
    HaCf cf;
    Reporter report(file, found);
    Parsing parsing{machine, report, cf};
    for (const Line& line : split_lines(text)) parse_line(parsing, line);
    fill_in(parsing);
    check_together(parsing);
    report.finish();
    return cf;
}

std::vector<std::string> known_names(const HaCf& ha_cf) {
    std::vector<std::string> out = ha_cf.nodes;
    for (const Medium& medium : ha_cf.media) {
        if (is_ping(medium.kind)) out.push_back(lower(medium.name));
    }
    return out;
}

std::vector<DirectiveRow> directive_table() {
    std::vector<DirectiveRow> rows;
    for (const Directive& directive : directives()) {
        std::string help = directive.help;
        if (directive.support == Support::later) help += " (not supported yet)";
        if (directive.support == Support::idle) help += " (no effect)";
        rows.push_back({directive.name, directive.fallback, std::move(help)});
    }
    return rows;
}

}  // namespace hb::config
