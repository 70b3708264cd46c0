// What the values of ha.cf must be to each other (config.md 6). Each check is silent about what
// follows from a mistake that is named already.
#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/ha_cf_parse.hpp"

namespace hb::config {
namespace {

using namespace std::chrono_literals;

bool any_broken(const Parsing& parsing, const std::vector<std::string_view>& names) {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return parsing.is_broken(name); });
}

// The line of the first of `names` that the file has.
int line_of_first(const Parsing& parsing, const std::vector<std::string_view>& names) {
    for (const std::string_view name : names) {
        if (parsing.was_given(name)) return parsing.line_of(name);
    }
    return 0;
}

std::string two(std::string_view name, Duration value) {
    return std::string(name) + " " + show(value);
}

// `name` (deadtime or deadping) must leave room for two lost heartbeats.
void check_deadtime(const Parsing& parsing, std::string_view name, Duration value) {
    const HaCf& cf = parsing.cf;
    if (any_broken(parsing, {"keepalive", name}) || value > 2 * cf.keepalive) return;
    parsing.report.error(line_of_first(parsing, {name, "keepalive"}),
                         two(name, value) + ": too short for " + two("keepalive", cf.keepalive) +
                             ", expected more than twice keepalive, that is more than " +
                             show(2 * cf.keepalive));
}

void check_initdead(const Parsing& parsing) {
    const HaCf& cf = parsing.cf;
    if (any_broken(parsing, {"deadtime", "initdead"})) return;
    const int line = parsing.line_of("initdead");
    if (cf.initdead < cf.deadtime) {
        parsing.report.error(line, two("initdead", cf.initdead) +
                                       ": shorter than deadtime, expected at least " +
                                       show(cf.deadtime));
    } else if (!cf.arbiter.names.empty() && cf.initdead < cf.deadtime * 2) {
        parsing.report.warning(line, two("initdead", cf.initdead) +
                                         ": expected with an arbiter at least twice deadtime, " +
                                         show(cf.deadtime * 2));
    } else if (cf.initdead < 10s) {
        parsing.report.warning(line, two("initdead", cf.initdead) +
                                         ": a network that comes up slowly makes both nodes start "
                                         "their resources; 10s or more is safer");
    }
}

void check_warntime(const Parsing& parsing) {
    const HaCf& cf = parsing.cf;
    if (!parsing.was_given("warntime") || any_broken(parsing, {"deadtime", "keepalive"})) return;
    const int line = parsing.line_of("warntime");
    if (cf.warntime >= cf.deadtime) {
        parsing.report.warning(line,
                               two("warntime", cf.warntime) +
                                   ": not shorter than deadtime, so no late heartbeat is ever "
                                   "logged");
    } else if (cf.warntime <= cf.keepalive) {
        parsing.report.warning(line, two("warntime", cf.warntime) +
                                         ": not longer than keepalive, so every heartbeat is late");
    }
}

void check_nodes(const Parsing& parsing) {
    // With `autojoin any` nodes introduce themselves.
    if (parsing.is_broken("node") || lower(parsing.text_of("autojoin")) == "any") return;
    const std::vector<std::string>& nodes = parsing.cf.nodes;
    if (nodes.empty()) {
        parsing.report.error(0, "no node line, expected `node NAME NAME`");
        return;
    }
    if (known_names(parsing.cf).size() > limits::nodes_max) {
        parsing.report.error(0, "too many nodes, expected at most " +
                                    std::to_string(limits::nodes_max) + " with ping nodes");
    }
    const std::string& self = parsing.machine.node_name;
    if (std::find(nodes.begin(), nodes.end(), self) == nodes.end()) {
        parsing.report.error(parsing.first_node_line,
                             "node " + listed(nodes, "and") + ": this machine is " + quoted(self) +
                                 " (uname -n), expected it among the nodes");
    }
}

// A ping node speaks under its name: that of a node would be taken for the node's.
void check_ping_names(const Parsing& parsing) {
    const std::vector<std::string>& nodes = parsing.cf.nodes;
    for (const Medium& medium : parsing.cf.media) {
        if (!is_ping(medium.kind)) continue;
        if (std::find(nodes.begin(), nodes.end(), lower(medium.name)) == nodes.end()) continue;
        parsing.report.error(medium.line, std::string(medium_word(medium.kind)) + " " +
                                              medium.name +
                                              ": a node has this name, expected another");
    }
}

void check_media(const Parsing& parsing) {
    const std::vector<Medium>& media = parsing.cf.media;
    for (const Directive& directive : directives()) {
        const bool medium = directive.kind == Kind::media_words || directive.kind == Kind::medium;
        if (medium && parsing.is_broken(directive.name)) return;
    }
    if (media.empty()) {
        parsing.report.error(0, "no media, expected a line like `bcast eth0` or `ucast eth0 HOST`");
        return;
    }
    if (media.size() > limits::links_max) {
        parsing.report.error(media[limits::links_max].line, "too many media, expected at most " +
                                                                std::to_string(limits::links_max));
    }
    // A node that cannot hear anybody takes over everything while its peer runs it, too.
    if (std::none_of(media.begin(), media.end(),
                     [](const Medium& medium) { return leads_to_nodes(medium.kind); })) {
        parsing.report.error(media.front().line,
                             "no medium that leads to the other nodes, expected a bcast, mcast, "
                             "ucast, mcast6, ucast6 "
                             "or serial line as well");
    }
}

// 3.0.6 opens bcast and ucast with the port known at that line; so do we, to meet it there.
void check_port_order(const Parsing& parsing) {
    for (const Medium& medium : parsing.cf.media) {
        const bool own_port = medium.kind == MediumKind::mcast || medium.kind == MediumKind::mcast6;
        if (own_port || medium.port == 0 || medium.port == parsing.cf.udpport) continue;
        parsing.report.warning(parsing.line_of("udpport"),
                               "udpport " + std::to_string(parsing.cf.udpport) + ": line " +
                                   std::to_string(medium.line) + " (" +
                                   std::string(medium_word(medium.kind)) + " " + medium.name +
                                   ") stands before it and uses port " +
                                   std::to_string(medium.port) + "; put udpport first");
    }
}

void check_baud_order(const Parsing& parsing) {
    const std::string baud = parsing.text_of("baud");
    for (const Medium& medium : parsing.cf.media) {
        if (medium.kind != MediumKind::serial || std::to_string(medium.baud) == baud) continue;
        parsing.report.warning(parsing.line_of("baud"),
                               "baud " + baud + ": line " + std::to_string(medium.line) +
                                   " (serial " + medium.name + ") stands before it and uses " +
                                   std::to_string(medium.baud) + "; put baud first");
    }
}

void check_resources(const Parsing& parsing) {
    const bool haresources = parsing.cf.manage_resources && parsing.machine.manage_resources;
    if (!haresources) return;
    const std::string autojoin = lower(parsing.text_of("autojoin"));
    if (autojoin != "none") {
        parsing.report.error(parsing.line_of("autojoin"),
                             "autojoin " + autojoin +
                                 ": nodes cannot join a cluster with haresources, expected none");
    }
    if (parsing.cf.auto_failback == Failback::legacy && !parsing.is_broken("auto_failback")) {
        parsing.report.warning(parsing.line_of("auto_failback"),
                               "auto_failback legacy is deprecated (it is the default), write "
                               "`auto_failback on` or `auto_failback off`");
    }
}

const Program* ipfail_line(const HaCf& cf) {
    for (const Program& program : cf.programs) {
        if (is_ipfail(program.path)) return &program;
    }
    return nullptr;
}

// Why it cannot run; empty: it can.
std::string ipfail_hindrance(const HaCf& cf) {
    if (!cf.manage_resources) return "it needs resources of haresources";
    if (cf.auto_failback == Failback::legacy) {
        return "it does not run with auto_failback legacy, expected `auto_failback on` or "
               "`auto_failback off`";
    }
    return cf.nodes.size() < 2 ? "it needs a second node" : "";
}

void check_ipfail(const Parsing& parsing) {
    const HaCf& cf = parsing.cf;
    const Program* program = ipfail_line(cf);
    if (program == nullptr || any_broken(parsing, {"auto_failback", "node"})) return;
    const std::string hindrance = ipfail_hindrance(cf);
    if (!hindrance.empty()) {
        parsing.report.warning(program->line, "ipfail is not started: " + hindrance);
        return;
    }
    const bool pings = std::any_of(cf.media.begin(), cf.media.end(),
                                   [](const Medium& medium) { return is_ping(medium.kind); });
    if (!pings) {
        parsing.report.warning(program->line,
                               "ipfail has nothing to compare, expected a line like `ping HOST`, "
                               "the same on both nodes");
    }
    if (cf.nodes.size() > 2) {
        const bool first = cf.nodes.front() == parsing.machine.node_name;
        parsing.report.warning(program->line, "ipfail knows two nodes only: here it speaks to " +
                                                  cf.nodes[first ? 1 : 0]);
    }
}

void check_dopd(const Parsing& parsing) {
    for (const Program& program : parsing.cf.programs) {
        if (!is_dopd(program.path) || any_broken(parsing, {"node"})) continue;
        if (!wants_dopd(parsing.cf)) {
            parsing.report.warning(program.line, "dopd is not started: it needs a second node");
        }
        return;
    }
}

}  // namespace

bool wants_dopd(const HaCf& ha_cf) {
    const auto& programs = ha_cf.programs;
    return ha_cf.nodes.size() >= 2 &&
           std::any_of(programs.begin(), programs.end(),
                       [](const Program& program) { return is_dopd(program.path); });
}

bool wants_ipfail(const HaCf& ha_cf) {
    return ipfail_line(ha_cf) != nullptr && ipfail_hindrance(ha_cf).empty();
}

void check_together(const Parsing& parsing) {
    check_deadtime(parsing, "deadtime", parsing.cf.deadtime);
    if (parsing.was_given("deadping")) {
        check_deadtime(parsing, "deadping", parsing.cf.deadping);
    }
    check_initdead(parsing);
    check_warntime(parsing);
    check_nodes(parsing);
    check_media(parsing);
    check_ping_names(parsing);
    check_port_order(parsing);
    check_baud_order(parsing);
    check_resources(parsing);
    check_arbiter(parsing);
    check_fencing(parsing);
    check_ipfail(parsing);
    check_dopd(parsing);
}

}  // namespace hb::config
