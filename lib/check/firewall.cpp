// See firewall.hpp.
#include "check/firewall.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"

namespace hb::check {
namespace {

bool has(const std::vector<std::string>& line, std::string_view word) {
    return std::find(line.begin(), line.end(), word) != line.end();
}

// "694", "600-700" or a service's name.
bool covers(const std::string& text, unsigned port) {
    if (text == "ha-cluster") return true;
    const std::size_t dash = text.find('-');
    const auto low = parse_dec(text.substr(0, dash));
    const auto high = dash == std::string::npos ? low : parse_dec(text.substr(dash + 1));
    return low && high && *low <= port && port <= *high;
}

// The words behind `name`: one, or those of a set in braces. Nothing when it is not there.
std::optional<std::vector<std::string>> values_of(const std::vector<std::string>& line,
                                                  std::string_view name) {
    auto at = std::find(line.begin(), line.end(), name);
    if (at == line.end() || ++at == line.end()) return std::nullopt;
    if (*at != "{") return std::vector<std::string>{*at};
    return std::vector<std::string>(at + 1, std::find(at, line.end(), "}"));
}

std::string unquoted(std::string text) {
    std::erase(text, '"');
    return text;
}

// Can this accepting rule be meant for our packets?
bool lets_in(const std::vector<std::string>& line, unsigned port,
             const std::vector<std::string>& devices) {
    for (const char* interface : {"iifname", "iif"}) {
        const auto names = values_of(line, interface);
        if (!names) continue;
        const bool ours = std::any_of(names->begin(), names->end(), [&](const std::string& name) {
            return std::find(devices.begin(), devices.end(), unquoted(name)) != devices.end();
        });
        // A sign like != or a pattern is not understood, so it counts.
        const bool clear = !names->empty() && names->front() != "!=" &&
                           unquoted(names->front()).find('*') == std::string::npos;
        if (clear && !ours) return false;
    }
    // Answers to what we sent: heartbeats are none.
    if (has(line, "state") && !has(line, "new") && !has(line, "untracked")) return false;
    for (const char* protocol : {"tcp", "icmp", "icmpv6", "ip6"}) {
        if (has(line, protocol)) return false;
    }
    const auto ports = values_of(line, "dport");
    if (!ports) return !has(line, "sport");
    return std::any_of(ports->begin(), ports->end(), [&](const std::string& text) {
        return covers(text, port) || text.starts_with('@') || text == "!=";
    });
}

}  // namespace

bool drops_port(std::string_view ruleset, unsigned port, const std::vector<std::string>& devices) {
    bool drops = false;
    bool accepts = false;
    for (const std::string& text : words(ruleset, "\n")) {
        const std::vector<std::string> line = words(text, " \t\r,;");
        if (has(line, "hook") && has(line, "input") && has(line, "policy")) {
            drops = drops || has(line, "drop");
        } else if (has(line, "accept") && !has(line, "policy")) {
            accepts = accepts || lets_in(line, port, devices);
        }
    }
    return drops && !accepts;
}

}  // namespace hb::check
