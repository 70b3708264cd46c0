// See check.hpp. Here: the mistakes that parsing found, and the order of the rules.
#include "check/check.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "check/rules.hpp"

namespace hb::check {
namespace {

using config::Topic;

// As an error, or as a warning.
FindingId id_of(Topic topic, bool error) {
    switch (topic) {
        case Topic::file:
            return error ? FindingId::config_error : FindingId::config_warning;
        case Topic::interface:
            return FindingId::interface_missing;
        case Topic::serial_device:
            return FindingId::serial_missing;
        case Topic::host:
            return FindingId::host_unknown;
        case Topic::script:
            return FindingId::script_missing;
        case Topic::device_file:
            return FindingId::device_file_open;
        case Topic::device:
            return error ? FindingId::device_refused : FindingId::device_silent;
    }
    return FindingId::config_error;
}

void add_diagnostics(const Side& side, Findings& out) {
    const auto add = [&](const config::Diagnostic& each, FindingId id) {
        out.push_back(make_finding(id, {each.file, each.line}, {each.text}));
    };
    for (const auto& each : side.found.errors) add(each, id_of(each.topic, true));
    for (const auto& each : side.found.warnings) {
        // The facts of scripts say more.
        if (each.topic != Topic::script) add(each, id_of(each.topic, false));
    }
    for (const auto& each : side.found.unsupported) add(each, FindingId::unsupported);
}

bool is_filesystem(const config::Member& member) {
    return member.type == "Filesystem" && !member.arguments.empty();
}

}  // namespace

std::string other_node(const Side& side) {
    std::string other;
    for (const std::string& node : side.ha_cf.nodes) {
        if (node == side.node) continue;
        if (!other.empty()) return "";
        other = node;
    }
    return other;
}

std::vector<std::string> names_of(const Side& side) {
    std::set<std::string> names;
    for (const config::Medium& medium : side.ha_cf.media) {
        if (medium.kind == config::MediumKind::ping) names.insert(medium.address);
        if (medium.kind == config::MediumKind::ping_group) {
            names.insert(medium.hosts.begin(), medium.hosts.end());
        }
    }
    return {names.begin(), names.end()};
}

std::vector<std::string> paths_of(const Side& side) {
    std::set<std::string> paths;
    if (!side.ha_cf.watchdog.empty()) paths.insert(side.ha_cf.watchdog);
    for (const config::ResourceGroup& group : side.groups) {
        for (const config::Member& member : group.members) {
            if (!is_filesystem(member)) continue;
            if (member.arguments[0].starts_with("/dev/")) paths.insert(member.arguments[0]);
            if (member.arguments.size() > 1) paths.insert(member.arguments[1]);
        }
    }
    return {paths.begin(), paths.end()};
}

std::vector<unsigned> ports_of(const config::HaCf& ha_cf) {
    std::set<unsigned> ports;
    for (const config::Medium& medium : ha_cf.media) {
        if (config::leads_to_nodes(medium.kind) && medium.port != 0) ports.insert(medium.port);
    }
    return {ports.begin(), ports.end()};
}

Findings check(const Subject& subject) {
    Findings out;
    add_diagnostics(subject.own, out);
    check_files(subject, out);
    if (subject.facts != nullptr) {
        check_machine(subject, out);
        check_resources(subject, out);
    }
    if (subject.peer != nullptr) check_peer(subject, out);
    sort(out);
    return out;
}

}  // namespace hb::check
