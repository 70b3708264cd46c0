// The directives of ha.cf that take a whole line (config.md 4), but for arbiter and those of
// fencing. Users, groups and files are the machine's.
#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/ha_cf_parse.hpp"

namespace hb::config {

bool Program::operator==(const Program& other) const {
    return kind == other.kind && user == other.user && command == other.command;
}

std::string_view program_word(ProgramKind kind) noexcept {
    return kind == ProgramKind::respawn ? "respawn" : "failfast";
}

bool is_ipfail(std::string_view path) noexcept {
    return path.substr(path.find_last_of('/') + 1) == "ipfail";
}

bool is_dopd(std::string_view path) noexcept {
    return path.substr(path.find_last_of('/') + 1) == "dopd";
}

bool selects_plugin(std::string_view path) noexcept { return is_ipfail(path) || is_dopd(path); }

namespace {

constexpr std::size_t client_bytes_max = 31;  // config.md 4.1
constexpr std::size_t user_bytes_max = 63;    // config.md 4.2

// All of them say what is wrong, or "".

std::string mistake_of_apiauth(Parsing& parsing, const std::vector<std::string>& parts) {
    if (parts.size() < 2) return "expected CLIENT, then uid=LIST or gid=LIST or both";
    if (parts[0].size() > client_bytes_max) {
        return "the client's name is too long, expected at most " +
               std::to_string(client_bytes_max) + " bytes";
    }
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const std::size_t sign = parts[i].find('=');
        const std::string keyword = parts[i].substr(0, sign);
        if ((keyword != "uid" && keyword != "gid") || sign == std::string::npos ||
            words(parts[i].substr(sign + 1), ",").empty()) {
            return quoted(parts[i]) + " is not known, expected uid=LIST or gid=LIST";
        }
    }
    const auto& rules = parsing.cf.api_auth;
    const auto first = std::find_if(rules.begin(), rules.end(),
                                    [&](const ApiAuth& rule) { return rule.client == parts[0]; });
    if (first != rules.end()) {
        return "a second line for this client, the first is line " + std::to_string(first->line) +
               ", expected one";
    }
    if (rules.size() >= limits::api_rules_max) {
        return "too many lines, expected at most " + std::to_string(limits::api_rules_max);
    }
    return "";
}

// `parts` passed the check above.
void add_rule(Parsing& parsing, const std::vector<std::string>& parts, int line) {
    ApiAuth rule{parts[0], {}, {}, line};
    for (std::size_t i = 1; i < parts.size(); ++i) {
        auto& list = parts[i].starts_with("uid=") ? rule.users : rule.groups;
        for (std::string& name : words(parts[i].substr(4), ",")) list.push_back(std::move(name));
    }
    parsing.cf.api_auth.push_back(std::move(rule));
}

std::string mistake_of_respawn(const std::vector<std::string>& parts) {
    if (parts.size() < 2) return "expected USER PATH, then arguments";
    if (parts[0].size() > user_bytes_max) {
        return "the user's name is too long, expected at most " + std::to_string(user_bytes_max) +
               " bytes";
    }
    if (!parts[1].starts_with('/')) {
        return quoted(parts[1]) + " is no absolute path, expected one that begins with /";
    }
    return "";
}

// `rest`: USER PATH ARGUMENTS, which passed the check above.
void add_program(Parsing& parsing, const Directive& directive,
                 const std::vector<std::string>& parts, std::string_view rest, int line) {
    const ProgramKind kind =
        directive.name == "failfast" ? ProgramKind::failfast : ProgramKind::respawn;
    Program program{kind, parts[0], parts[1], std::string(trim(rest.substr(parts[0].size()))),
                    line};
    std::vector<Program>& programs = parsing.cf.programs;
    const std::string shown = directive.name + " " + printable(rest, 80);
    if (std::find(programs.begin(), programs.end(), program) != programs.end()) {
        parsing.report.warning(line, shown + ": stands twice, it is started once");
    } else if (rest.find('\0') != std::string_view::npos) {
        parsing.error(directive, line, shown + ": holds a zero byte, expected text");
    } else if (programs.size() >= limits::programs_max) {
        parsing.error(directive, line,
                      shown + ": too many programs, expected at most " +
                          std::to_string(limits::programs_max));
    } else {
        programs.push_back(std::move(program));
    }
}

std::string mistake_of(Parsing& parsing, const std::string& name,
                       const std::vector<std::string>& parts) {
    if (name == "apiauth") return mistake_of_apiauth(parsing, parts);
    if (name == "respawn" || name == "failfast") return mistake_of_respawn(parts);
    return "Heartbeat 3.0.6 refuses this directive wherever it stands, expected no such line";
}

}  // namespace

void parse_whole_line(Parsing& parsing, const Directive& directive, std::string_view rest,
                      int line) {
    const std::vector<std::string> parts = words(rest);
    const std::string wrong = mistake_of(parsing, directive.name, parts);
    const std::string shown = directive.name + (parts.empty() ? "" : " " + printable(parts[0], 80));
    if (!wrong.empty()) {
        parsing.error(directive, line, shown + ": " + wrong);
        return;
    }
    if (directive.name == "respawn" || directive.name == "failfast") {
        add_program(parsing, directive, parts, rest, line);
        return;
    }
    add_rule(parsing, parts, line);
}

std::vector<ApiAuth> with_built_in_rules(const std::vector<ApiAuth>& lines, bool pacemaker) {
    // config.md 4.1
    std::vector<ApiAuth> built_in{{"ipfail", {"hacluster"}, {}, 0},
                                  {"ccm", {"hacluster"}, {}, 0},
                                  {"ping", {}, {"haclient"}, 0},
                                  {"lha-snmpagent", {"root"}, {}, 0},
                                  {"anon", {"root"}, {"haclient"}, 0}};
    if (pacemaker) {
        for (const char* client : {"cib", "crmd", "attrd"}) {
            built_in.push_back({client, {"hacluster"}, {}, 0});
        }
        for (const char* client : {"stonithd", "stonith-ng", "pingd"}) {
            built_in.push_back({client, {"root"}, {}, 0});
        }
    }
    std::vector<ApiAuth> rules = lines;
    for (ApiAuth& rule : built_in) {
        const bool given = std::any_of(lines.begin(), lines.end(), [&](const ApiAuth& line) {
            return line.client == rule.client;
        });
        if (!given) rules.push_back(std::move(rule));
    }
    return rules;
}

}  // namespace hb::config
