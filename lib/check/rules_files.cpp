// What the three files say by themselves, beyond the mistakes that their parsers find.
#include <algorithm>
#include <map>
#include <set>

#include "base/text.hpp"
#include "check/rules.hpp"
#include "core/protection.hpp"

namespace hb::check {
namespace {

using config::Medium;
using config::MediumKind;

std::string joined(const std::vector<std::string>& items) { return config::listed(items, "and"); }

// What would have to break for this line to be silent.
std::string wire_of(const Medium& medium, const Facts* facts) {
    if (facts != nullptr) {
        for (const InterfaceFact& each : facts->interfaces) {
            if (each.name == medium.device && !each.wire.empty()) return each.wire;
        }
    }
    if (medium.kind == MediumKind::serial) return medium.device;
    return medium.device.substr(0, medium.device.find_first_of(".:"));
}

void check_lines(const Subject& subject, Findings& out) {
    const config::HaCf& ha_cf = subject.own.ha_cf;
    std::vector<std::string> lines;
    std::set<std::string> wires;
    int first = 0;
    for (const Medium& medium : ha_cf.media) {
        if (!config::leads_to_nodes(medium.kind)) continue;
        lines.push_back(medium_text(medium));
        wires.insert(wire_of(medium, subject.facts));
        if (first == 0) first = medium.line;
    }
    if (ha_cf.nodes.size() < 2 || lines.empty() || wires.size() > 1) return;
    const Place place{subject.own.files.ha_cf.name, first};
    out.push_back(lines.size() == 1 ? make_finding(FindingId::line_single, place, {lines[0]})
                                    : make_finding(FindingId::line_same_wire, place,
                                                   {joined(lines), printable(*wires.begin())}));
}

void check_timers(const Subject& subject, Findings& out) {
    const config::HaCf& ha_cf = subject.own.ha_cf;
    constexpr int few = 4;
    if (ha_cf.deadtime < ha_cf.keepalive * few) {
        out.push_back(
            make_finding(FindingId::deadtime_tight,
                         {subject.own.files.ha_cf.name, subject.own.line_of("deadtime")},
                         {show(ha_cf.deadtime), std::to_string(ha_cf.deadtime / ha_cf.keepalive),
                          show(ha_cf.keepalive)}));
    }
    if (ha_cf.stop_retries <= 0 && ha_cf.manage_resources) {
        out.push_back(
            make_finding(FindingId::stop_endless,
                         {subject.own.files.ha_cf.name, subject.own.line_of("stop_retries")}, {}));
    }
}

std::string left_protection(const config::HaCf& ha_cf) {
    std::vector<std::string> there;
    if (!ha_cf.arbiter.names.empty()) there.push_back("an arbiter");
    if (!ha_cf.watchdog.empty()) there.push_back("a watchdog");
    if (there.empty()) return "nothing proves that the other node is down";
    return joined(there) + " only, which prove" + (there.size() == 1 ? "s" : "") +
           " nothing when the other machine hangs";
}

void check_fencing(const Subject& subject, Findings& out) {
    const config::HaCf& own = subject.own.ha_cf;
    const std::string& file = subject.own.files.ha_cf.name;
    for (const config::FenceDevice& device : own.devices) {
        const bool pretends = device.type.plugin == "null";
        const bool weak = device.type.plugin == "ssh" || device.type.type == "external/ssh" ||
                          device.type.type == "ssh";
        if (!pretends && !weak) continue;
        const FindingId id = pretends ? FindingId::device_pretends : FindingId::device_weak;
        out.push_back(make_finding(id, {file, device.line}, {printable(device.shown, 80)}));
    }
    if (own.devices.empty() && own.nodes.size() > 1) {
        const auto keys = core::groups_with_disks(subject.own.groups);
        for (const config::ResourceGroup& group : subject.own.groups) {
            if (std::find(keys.begin(), keys.end(), group.key) == keys.end()) continue;
            out.push_back(make_finding(
                FindingId::disk_unprotected, {subject.own.files.haresources.name, group.line},
                {"group " + printable(group.key, 80), left_protection(own)}));
        }
    }
    const Side& other = subject.other;
    if (other.node.empty() || !other.sound(other.files.ha_cf)) return;
    if (own.devices.empty() == other.ha_cf.devices.empty()) return;
    const bool here = !own.devices.empty();
    out.push_back(
        make_finding(FindingId::device_one_sided, {file, here ? own.devices.front().line : 0},
                     {here ? subject.own.node : other.node, here ? other.node : subject.own.node}));
}

// Of a ping line, as addresses where they are known.
std::vector<std::string> addresses_of(const Medium& medium, const Facts* facts) {
    std::vector<std::string> hosts = medium.hosts;
    if (medium.kind == MediumKind::ping) hosts.push_back(medium.address);
    std::vector<std::string> out = hosts;
    if (facts == nullptr) return out;
    for (const std::string& host : hosts) {
        const auto found = facts->names.find(host);
        if (found == facts->names.end()) continue;
        out.insert(out.end(), found->second.begin(), found->second.end());
    }
    return out;
}

bool is_own(const std::string& address, const Facts* facts) {
    if (facts == nullptr) return false;
    return std::any_of(facts->interfaces.begin(), facts->interfaces.end(),
                       [&](const InterfaceFact& each) {
                           return std::any_of(each.addresses.begin(), each.addresses.end(),
                                              [&](const Ip4& ip) { return ip.address == address; });
                       });
}

void check_pings(const Subject& subject, Findings& out) {
    std::set<std::string> peers;
    for (const Medium& medium : subject.own.ha_cf.media) {
        if (medium.kind != MediumKind::ucast || is_own(medium.address, subject.facts)) continue;
        peers.insert(medium.address);
    }
    for (const Medium& medium : subject.own.ha_cf.media) {
        if (!config::is_ping(medium.kind)) continue;
        for (const std::string& address : addresses_of(medium, subject.facts)) {
            if (!peers.contains(address)) continue;
            out.push_back(make_finding(FindingId::ping_is_peer,
                                       {subject.own.files.ha_cf.name, medium.line},
                                       {printable(address, 80)}));
            break;
        }
    }
}

void check_keys(const Subject& subject, Findings& out) {
    const FileCopy& file = subject.own.files.authkeys;
    if (!subject.own.sound(file)) return;
    const auto& key = subject.own.keys.by_index[subject.own.keys.signing];
    if (!key || key->method == "crc") return;  // the parser warns of crc, and of short ones
    const std::string number = std::to_string(subject.own.keys.signing);
    constexpr std::string_view known[] = {"A-KEY-OF-YOUR-OWN", "HI!", "Hello!"};
    if (std::find(std::begin(known), std::end(known), key->text) != std::end(known)) {
        out.push_back(make_finding(FindingId::key_known, {file.name, key->line}, {number}));
    }
}

void check_addresses(const Subject& subject, Findings& out) {
    std::map<std::string, int> lines;
    for (const config::ResourceGroup& group : subject.own.groups) {
        for (const config::Member& member : group.members) {
            const auto found = address_of(member);
            if (!found) continue;
            const auto [first, is_new] = lines.emplace(found->address, group.line);
            if (is_new || first->second == group.line) continue;
            out.push_back(make_finding(FindingId::address_twice,
                                       {subject.own.files.haresources.name, group.line},
                                       {found->address, std::to_string(first->second)}));
        }
    }
}

}  // namespace

std::optional<std::uint32_t> ip4_number(std::string_view text) {
    const auto parts = words(text, ".");
    constexpr std::size_t bytes = 4;
    constexpr std::uint64_t byte_max = 255;
    if (parts.size() != bytes || text.starts_with('.') || text.ends_with('.')) return std::nullopt;
    std::uint32_t number = 0;
    for (const std::string& part : parts) {
        const auto value = parse_dec(part);
        if (!value || *value > byte_max) return std::nullopt;
        number = number << 8U | static_cast<std::uint32_t>(*value);
    }
    return number;
}

std::optional<AddressMember> address_of(const config::Member& member) {
    if ((member.type != "IPaddr" && member.type != "IPaddr2") || member.arguments.empty()) {
        return std::nullopt;
    }
    const std::string& text =
        member.type == "IPaddr" && member.token.find("::") == std::string::npos
            ? member.token
            : member.arguments.front();
    const auto parts = words(text, "/");
    if (parts.empty() || !ip4_number(parts.front())) return std::nullopt;
    AddressMember out{parts.front(), ""};
    // ADDRESS/NETMASK/INTERFACE/BROADCAST, where a part may be missing: an interface has letters.
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const bool named = std::any_of(parts[i].begin(), parts[i].end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        });
        if (named) out.interface = parts[i].substr(0, parts[i].find(':'));
    }
    return out;
}

void check_files(const Subject& subject, Findings& out) {
    check_keys(subject, out);
    if (subject.own.sound(subject.own.files.haresources)) check_addresses(subject, out);
    if (!subject.own.sound(subject.own.files.ha_cf)) return;
    if (subject.own.ha_cf.nodes.size() == 1) {
        out.push_back(make_finding(FindingId::node_alone,
                                   {subject.own.files.ha_cf.name, subject.own.line_of("node")},
                                   {subject.own.node}));
    }
    check_lines(subject, out);
    check_timers(subject, out);
    check_fencing(subject, out);
    check_pings(subject, out);
}

}  // namespace hb::check
