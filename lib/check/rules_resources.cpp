// Whether what haresources names can run on this machine, and whether somebody else starts it.
#include <algorithm>

#include "base/text.hpp"
#include "check/rules.hpp"

namespace hb::check {
namespace {

Place place_of(const Subject& subject, const config::ResourceGroup& group) {
    return {subject.own.files.haresources.name, group.line};
}

void check_script(const Subject& subject, const config::ResourceGroup& group,
                  const ScriptFact& script, Findings& out) {
    const Place place = place_of(subject, group);
    const std::string type = printable(script.type, 80);
    const std::string path = printable(script.path);
    switch (script.state) {
        case ScriptState::there:
            break;
        case ScriptState::missing:
            out.push_back(make_finding(FindingId::script_missing, place, {type},
                                       {subject.facts->resource_dir, subject.facts->init_dir}));
            break;
        case ScriptState::not_executable:
            out.push_back(make_finding(FindingId::script_not_executable, place, {path}, {path}));
            break;
        case ScriptState::open:
            out.push_back(make_finding(FindingId::script_open, place, {path}, {path, path}));
            break;
    }
    if (!script.boot_by.empty()) {
        out.push_back(make_finding(FindingId::script_boots, place,
                                   {type, printable(script.boot_by)}, {type}));
    }
}

void check_scripts(const Subject& subject, Findings& out) {
    for (const ScriptFact& script : subject.facts->scripts) {
        for (const config::ResourceGroup& group : subject.own.groups) {
            const bool uses = std::any_of(
                group.members.begin(), group.members.end(),
                [&](const config::Member& member) { return member.type == script.type; });
            if (!uses) continue;
            check_script(subject, group, script, out);
            break;  // once is enough, where it is needed first
        }
    }
}

// Line of fstab that mounts `device` or `directory` at boot; 0: none.
int mounted_at_boot(std::string_view fstab, const std::string& device,
                    const std::string& directory) {
    for (const config::Line& line : config::split_lines(fstab)) {
        const auto parts = words(line.text);
        constexpr std::size_t options = 3;
        if (parts.size() <= options || parts[0].starts_with('#')) continue;
        if (parts[0] != device && parts[1] != directory) continue;
        const auto wanted = words(parts[options], ",");
        if (std::find(wanted.begin(), wanted.end(), "noauto") == wanted.end()) return line.number;
    }
    return 0;
}

bool is_missing(const Facts& facts, const std::string& path) {
    const auto found = facts.paths.find(path);
    return found != facts.paths.end() && !found->second;
}

void check_disk(const Subject& subject, const config::ResourceGroup& group,
                const config::Member& member, Findings& out) {
    const Facts& facts = *subject.facts;
    const std::string& device = member.arguments[0];
    const std::string directory = member.arguments.size() > 1 ? member.arguments[1] : "";
    const Place place = place_of(subject, group);
    // What an earlier member makes (DRBD, LVM) is not there before that has started.
    const auto* before = group.members.data();
    const bool made = std::any_of(before, &member, [](const config::Member& each) {
        return each.type != "Filesystem" && each.type != "IPaddr" && each.type != "IPaddr2";
    });
    if (!made && is_missing(facts, device)) {
        out.push_back(make_finding(FindingId::disk_missing, place, {printable(device)}));
    }
    if (is_missing(facts, directory)) {
        out.push_back(make_finding(FindingId::mount_point_missing, place, {printable(directory)},
                                   {printable(directory)}));
    }
    if (const int line = mounted_at_boot(facts.fstab, device, directory); line != 0) {
        out.push_back(make_finding(FindingId::fstab_mounts, place,
                                   {printable(device), std::to_string(line)}));
    }
}

bool in_network(const std::string& address, const Ip4& network) {
    const auto a = ip4_number(address);
    const auto b = ip4_number(network.address);
    constexpr unsigned bits = 32;
    if (!a || !b || network.prefix > bits) return false;
    const std::uint32_t mask = network.prefix == 0 ? 0U : ~0U << (bits - network.prefix);
    return (*a & mask) == (*b & mask);
}

void check_address(const Subject& subject, const config::ResourceGroup& group,
                   const AddressMember& member, Findings& out) {
    const Facts& facts = *subject.facts;
    const Place place = place_of(subject, group);
    bool there = false;  // the interface that is named
    bool reached = false;
    bool here = false;
    for (const InterfaceFact& each : facts.interfaces) {
        there = there || each.name == member.interface;
        for (const Ip4& ip : each.addresses) {
            here = here || ip.address == member.address;
            reached = reached || in_network(member.address, ip);
        }
    }
    if (here && !facts.daemon_runs) {
        out.push_back(make_finding(FindingId::address_here, place, {member.address}));
    }
    if (!member.interface.empty() && !there) {
        out.push_back(make_finding(
            FindingId::address_nowhere, place,
            {member.address,
             "there is no interface " + printable(member.interface, 80) + " on this machine"}));
    } else if (member.interface.empty() && !reached) {
        out.push_back(make_finding(FindingId::address_nowhere, place,
                                   {member.address, "no interface is in its network"}));
    }
}

}  // namespace

void check_resources(const Subject& subject, Findings& out) {
    if (!subject.own.sound(subject.own.files.haresources)) return;
    check_scripts(subject, out);
    for (const config::ResourceGroup& group : subject.own.groups) {
        for (const config::Member& member : group.members) {
            if (const auto address = address_of(member)) {
                check_address(subject, group, *address, out);
            }
            if (member.type == "Filesystem" && !member.arguments.empty()) {
                check_disk(subject, group, member, out);
            }
            for (const StopTrial& trial : subject.facts->trials) {
                if (trial.resource != member.token || trial.failure.empty()) continue;
                out.push_back(make_finding(FindingId::stop_fails, place_of(subject, group),
                                           {printable(trial.resource), printable(trial.failure)}));
            }
        }
    }
}

}  // namespace hb::check
