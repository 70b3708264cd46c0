// The directives of ha.cf that take a whole line (config.md 4, stonith.md 1). All belong to later
// parts: checked for form, then answered with `not supported yet`. Users, files and plug-ins are
// the machine's.
#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/ha_cf_parse.hpp"

namespace hb::config {
namespace {

constexpr std::size_t client_bytes_max = 31;  // config.md 4.1
constexpr std::size_t user_bytes_max = 63;    // config.md 4.2

// All of them say what is wrong, or "".

std::string mistake_of_apiauth(Parsing& parsing, const std::vector<std::string>& parts, int line) {
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
    const auto [first, is_new] = parsing.api_clients.emplace(parts[0], line);
    if (is_new) return "";
    return "a second line for this client, the first is line " + std::to_string(first->second) +
           ", expected one";
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

std::string mistake_of_stonith(const std::vector<std::string>& parts) {
    return parts.size() < 2 ? "expected TYPE FILE" : "";
}

// A line for another host is not looked at, as in 3.0.6.
std::string mistake_of_stonith_host(const Parsing& parsing, const std::vector<std::string>& parts) {
    if (parts.empty()) return "expected HOST TYPE PARAMETERS...";
    if (parts[0] != "*" && lower(parts[0]) != parsing.machine.node_name) return "";
    if (parts.size() < 2) return "expected TYPE and its parameters behind the host";
    if (parts[1] == "null" && parts.size() < 3)
        return "expected the hosts that null can reset behind it";
    return "";
}

std::string mistake_of(Parsing& parsing, const std::string& name,
                       const std::vector<std::string>& parts, int line) {
    if (name == "apiauth") return mistake_of_apiauth(parsing, parts, line);
    if (name == "respawn" || name == "failfast") return mistake_of_respawn(parts);
    if (name == "stonith") return mistake_of_stonith(parts);
    if (name == "stonith_host") return mistake_of_stonith_host(parsing, parts);
    return "Heartbeat 3.0.6 refuses this directive wherever it stands, expected no such line";
}

}  // namespace

void parse_whole_line(Parsing& parsing, const Directive& directive, std::string_view rest,
                      int line) {
    const std::vector<std::string> parts = words(rest);
    const std::string wrong = mistake_of(parsing, directive.name, parts, line);
    const std::string shown = directive.name + (parts.empty() ? "" : " " + printable(parts[0], 80));
    if (!wrong.empty()) {
        parsing.error(directive, line, shown + ": " + wrong);
        return;
    }
    const bool program = directive.name == "respawn" || directive.name == "failfast";
    const bool fencing = directive.name.starts_with("stonith");
    parsing.report.unsupported(
        line, (program ? directive.name + " " + printable(rest, 80) : shown) +
                  (program   ? ": not supported yet, the program is not started"
                   : fencing ? ": not supported yet, a dead node is taken over without fencing"
                             : ": not supported yet, the line has no effect"));
}

}  // namespace hb::config
