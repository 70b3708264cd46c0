// What this machine lacks for its ha.cf: interfaces, names, ports, clock, time.
#include <algorithm>

#include "base/text.hpp"
#include "check/firewall.hpp"
#include "check/rules.hpp"

namespace hb::check {
namespace {

using config::Medium;
using config::MediumKind;

const InterfaceFact* interface_named(const Facts& facts, const std::string& name) {
    const auto found = std::find_if(facts.interfaces.begin(), facts.interfaces.end(),
                                    [&](const InterfaceFact& each) { return each.name == name; });
    return found == facts.interfaces.end() ? nullptr : &*found;
}

bool needs_ip4(MediumKind kind) {
    return kind == MediumKind::bcast || kind == MediumKind::ucast || kind == MediumKind::mcast;
}

// What is not there at all is told by whoever has read the files.
void check_interfaces(const Subject& subject, Findings& out) {
    for (const Medium& medium : subject.own.ha_cf.media) {
        if (!config::leads_to_nodes(medium.kind) || medium.kind == MediumKind::serial) continue;
        const InterfaceFact* it = interface_named(*subject.facts, medium.device);
        if (it == nullptr) continue;
        const Place place{subject.own.files.ha_cf.name, medium.line};
        const std::string name = printable(medium.device, 80);
        if (!it->up) {
            out.push_back(make_finding(FindingId::interface_down, place, {name}, {name}));
        } else if (needs_ip4(medium.kind) && it->addresses.empty()) {
            out.push_back(make_finding(FindingId::interface_bare, place, {name}));
        }
    }
}

bool is_own_address(const Facts& facts, const std::string& address) {
    for (const InterfaceFact& each : facts.interfaces) {
        for (const Ip4& ip : each.addresses) {
            if (ip.address == address) return true;
        }
    }
    return false;
}

void check_ucast(const Subject& subject, Findings& out) {
    const Medium* to_self = nullptr;
    for (const Medium& medium : subject.own.ha_cf.media) {
        if (!config::leads_to_nodes(medium.kind)) continue;
        const bool self =
            medium.kind == MediumKind::ucast && is_own_address(*subject.facts, medium.address);
        if (!self) return;
        if (to_self == nullptr) to_self = &medium;
    }
    if (to_self == nullptr || subject.own.ha_cf.nodes.size() < 2) return;
    const std::string other = other_node(subject.own);
    out.push_back(make_finding(FindingId::line_to_self,
                               {subject.own.files.ha_cf.name, to_self->line},
                               {printable(to_self->device + " " + to_self->address, 120),
                                other.empty() ? "another node" : other}));
}

void check_names(const Subject& subject, Findings& out) {
    for (const Medium& medium : subject.own.ha_cf.media) {
        if (!config::is_ping(medium.kind)) continue;
        std::vector<std::string> hosts = medium.hosts;
        if (medium.kind == MediumKind::ping) hosts.push_back(medium.address);
        for (const std::string& host : hosts) {
            const auto found = subject.facts->names.find(host);
            if (found == subject.facts->names.end() || !found->second.empty()) continue;
            out.push_back(make_finding(FindingId::ping_unknown,
                                       {subject.own.files.ha_cf.name, medium.line},
                                       {printable(host, 80)}));
        }
    }
}

void check_ports(const Subject& subject, Findings& out) {
    const Facts& facts = *subject.facts;
    for (const unsigned port : ports_of(subject.own.ha_cf)) {
        std::vector<std::string> devices;
        int line = 0;
        for (const Medium& medium : subject.own.ha_cf.media) {
            if (!config::leads_to_nodes(medium.kind) || medium.port != port) continue;
            devices.push_back(medium.device);
            if (line == 0) line = medium.line;
        }
        const Place place{subject.own.files.ha_cf.name, line};
        const std::string number = std::to_string(port);
        const auto& taken = facts.taken_ports;
        if (std::find(taken.begin(), taken.end(), port) != taken.end()) {
            out.push_back(make_finding(FindingId::port_taken, place, {number}, {number}));
        }
        if (drops_port(facts.packet_filter, port, devices)) {
            out.push_back(make_finding(FindingId::port_closed, place, {number}, {number}));
        }
    }
}

void check_time(const Subject& subject, Findings& out) {
    const Facts& facts = *subject.facts;
    const config::HaCf& ha_cf = subject.own.ha_cf;
    if (facts.clock_kept == false) out.push_back(make_finding(FindingId::clock_free, {}, {}));
    if (facts.peer_clock_off) {
        const Duration off = *facts.peer_clock_off;
        constexpr Duration much = std::chrono::seconds(2);
        if (off > much || off < -much) {
            out.push_back(make_finding(FindingId::clock_apart, {},
                                       {show(off < Duration::zero() ? -off : off)}));
        }
    }
    if (facts.lateness && ha_cf.deadtime < *facts.lateness * 2) {
        out.push_back(make_finding(
            FindingId::deadtime_late,
            {subject.own.files.ha_cf.name, subject.own.line_of("deadtime")},
            {show(ha_cf.deadtime), show(*facts.lateness), printable(facts.lateness_from)}));
    }
}

}  // namespace

void check_machine(const Subject& subject, Findings& out) {
    if (!subject.own.sound(subject.own.files.ha_cf)) return;
    check_interfaces(subject, out);
    check_ucast(subject, out);
    check_names(subject, out);
    check_ports(subject, out);
    check_time(subject, out);
    const std::string& watchdog = subject.own.ha_cf.watchdog;
    const auto found = subject.facts->paths.find(watchdog);
    if (!watchdog.empty() && found != subject.facts->paths.end() && !found->second) {
        out.push_back(make_finding(FindingId::watchdog_missing,
                                   {subject.own.files.ha_cf.name, subject.own.line_of("watchdog")},
                                   {printable(watchdog)}));
    }
}

}  // namespace hb::check
