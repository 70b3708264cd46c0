// The arbiter line of ha.cf (ours): `arbiter ping NAME... [reboot]`.
#include <algorithm>

#include "base/text.hpp"
#include "config/ha_cf_parse.hpp"

namespace hb::config {
namespace {

constexpr std::string_view form = "expected `arbiter ping NAME...`, and perhaps `reboot` behind it";

std::vector<std::string> ping_names(const HaCf& cf) {
    std::vector<std::string> names;
    for (const Medium& medium : cf.media) {
        if (is_ping(medium.kind)) names.push_back(lower(medium.name));
    }
    return names;
}

}  // namespace

std::string arbiter_text(const ArbiterLine& arbiter) {
    if (arbiter.names.empty()) return "";
    std::string text = "ping";
    for (const std::string& name : arbiter.names) text += " " + name;
    return text + (arbiter.reboot ? " reboot" : "");
}

void parse_arbiter(Parsing& parsing, const Directive& directive, std::string_view rest, int line) {
    std::vector<std::string> parts = words(rest);
    ArbiterLine& arbiter = parsing.cf.arbiter;
    if (arbiter.line != 0) {
        parsing.error(directive, line,
                      "arbiter: a second line, the first is line " + std::to_string(arbiter.line) +
                          ", expected one");
        return;
    }
    arbiter.line = line;
    if (parts.empty() || parts[0] != "ping") {
        const std::string shown = parts.empty() ? "" : " " + printable(parts[0], 80);
        parsing.error(directive, line, "arbiter" + shown + ": " + std::string(form));
        return;
    }
    parts.erase(parts.begin());
    if (!parts.empty() && parts.back() == "reboot") {
        arbiter.reboot = true;
        parts.pop_back();
    }
    if (parts.empty()) {
        parsing.error(directive, line, "arbiter ping: no ping node, " + std::string(form));
        return;
    }
    for (const std::string& part : parts) {
        const std::string name = lower(part);
        if (std::find(arbiter.names.begin(), arbiter.names.end(), name) != arbiter.names.end()) {
            parsing.report.warning(
                line, "arbiter ping " + printable(name, 80) + ": named twice, once is enough");
            continue;
        }
        arbiter.names.push_back(name);
    }
}

void check_arbiter(const Parsing& parsing) {
    const HaCf& cf = parsing.cf;
    if (cf.arbiter.names.empty() || parsing.is_broken("arbiter")) return;
    const std::vector<std::string> known = ping_names(cf);
    for (const std::string& name : cf.arbiter.names) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        const std::string expected =
            known.empty() ? "a ping, ping6 or ping_group line for it" : listed(known);
        parsing.report.error(cf.arbiter.line, "arbiter ping " + printable(name, 80) +
                                                  ": no ping node of this file, expected " +
                                                  expected);
    }
    if (cf.nodes.size() != 2 && !parsing.is_broken("node")) {
        parsing.report.error(cf.arbiter.line, "arbiter: this cluster has " +
                                                  std::to_string(cf.nodes.size()) +
                                                  " nodes, expected two");
    }
}

}  // namespace hb::config
