// See ip_task.hpp.
#include "agents/ip_task.hpp"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <set>
#include <tuple>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace hb::agents {

Result<Machine> Machine::read(Netlink& netlink, const std::vector<Task*>& tasks, Needs needs) {
    std::set<int> families;
    std::set<int> routed;
    for (const Task* task : tasks) {
        families.insert(task->spec.ip.family);
        if (needs == Needs::routes && task->spec.interface.empty()) {
            routed.insert(task->spec.ip.family);
        }
    }
    Machine out;
    auto addresses = netlink.addresses(families.size() == 1 ? *families.begin() : AF_UNSPEC);
    if (!addresses) return tl::unexpected(addresses.error());
    out.addresses_ = *std::move(addresses);
    for (std::size_t i = 0; i < out.addresses_.size(); ++i) {
        out.by_ip_.emplace(out.addresses_[i].ip, i);
    }
    const bool here = std::any_of(tasks.begin(), tasks.end(), [&out](const Task* task) {
        return out.by_ip_.contains(task->spec.ip);
    });
    if (here || needs != Needs::places) {
        auto links = netlink.links();
        if (!links) return tl::unexpected(links.error());
        out.links_ = *std::move(links);
    }
    for (const int family : routed) {
        auto routes = netlink.routes(family);
        if (!routes) return tl::unexpected(routes.error());
        for (Route& route : *routes) out.routes_.push_back(std::move(route));
    }
    return out;
}

const Link* Machine::link(unsigned index) const {
    const auto found = std::find_if(links_.begin(), links_.end(),
                                    [index](const Link& link) { return link.index == index; });
    return found == links_.end() ? nullptr : &*found;
}

const Link* Machine::link(const std::string& name) const {
    const auto found = std::find_if(links_.begin(), links_.end(),
                                    [&name](const Link& link) { return link.name == name; });
    return found == links_.end() ? nullptr : &*found;
}

std::string Machine::link_name(unsigned index) const {
    const Link* const found = link(index);
    return found == nullptr ? "interface " + std::to_string(index) : found->name;
}

bool Machine::has_mac(const Mac& mac) const {
    return std::any_of(links_.begin(), links_.end(),
                       [&mac](const Link& link) { return link.mac == mac; });
}

std::vector<const Address*> Machine::with_ip(const Ip& ip) const {
    std::vector<const Address*> out;
    const auto [begin, end] = by_ip_.equal_range(ip);
    for (auto at = begin; at != end; ++at) out.push_back(&addresses_[at->second]);
    return out;
}

Found look(const Task& task, const Machine& machine) {
    Found out;
    const std::string& wanted = task.spec.interface;
    for (const Address* const address : machine.with_ip(task.spec.ip)) {
        const std::string device = machine.link_name(address->index);
        if (wanted.empty() ? device != "lo" : device == wanted) {
            out.here.push_back(*address);
        } else if (device == "lo" && task.kind != AddressKind::ipaddr) {
            out.on_lo = *address;
        } else {
            out.elsewhere = device;
        }
    }
    return out;
}

std::optional<RouteChoice> choose_route(const std::vector<Route>& routes, const Ip& ip, bool any) {
    const Route* best = nullptr;
    const auto rank = [](const Route& route) { return std::tuple(route.direct, route.length); };
    for (const Route& route : routes) {
        if (route.dead || (!route.direct && !any)) continue;
        if (!in_network(ip, route.target, route.length)) continue;
        if (best != nullptr && rank(route) < rank(*best)) continue;
        if (best != nullptr && rank(route) == rank(*best) && route.metric >= best->metric) continue;
        best = &route;
    }
    if (best == nullptr) return std::nullopt;
    return RouteChoice{best->index, best->length};
}

std::string shown(const Address& address) {
    const std::string length = "/" + std::to_string(address.prefix);
    if (!address.peer) return to_text(address.ip) + length;
    return to_text(address.ip) + " peer " + to_text(*address.peer) + length;
}

Burst burst_of(const Task& task, const Address& address, const Link& link) {
    // From pair to pair, as 3.0.6's agents announce.
    const bool ipaddr = task.kind == AddressKind::ipaddr;
    const std::chrono::milliseconds interval(ipaddr ? 500 : 200);
    return {link.index, link.name, link.mac, address.ip, task.spec.written, limits::announce_pairs,
            interval,   true};
}

std::string restore_lo_copy(Netlink& netlink, const StateFolder& state, const Task& task) {
    const std::string name = "lo-" + task.spec.written;
    const auto note = state.read(name);
    if (!note) return "";
    const auto parts = words(*note);
    const auto address = parts.empty() ? std::vector<std::string>() : words(parts[0], "/");
    const auto ip = address.size() == 2 ? parse_ip(address[0]) : std::nullopt;
    const auto prefix = ip ? parse_mask(address[1], ip->family) : std::nullopt;
    std::string problem;
    const auto links = netlink.links();
    const auto lo = std::find_if(links ? links->begin() : std::vector<Link>::const_iterator(),
                                 links ? links->end() : std::vector<Link>::const_iterator(),
                                 [](const Link& link) { return link.name == "lo"; });
    if (!prefix || !links || lo == links->end()) {
        problem = "could not put " + printable(*note) + " back on lo";
    } else {
        Address copy;
        copy.ip = *ip;
        copy.prefix = *prefix;
        copy.index = lo->index;
        if (parts.size() > 1) copy.label = parts[1];
        const auto outcome = netlink.apply({AddAddress{copy}}, Cancel()).front();
        if (outcome.error != 0 && outcome.error != EEXIST) {
            problem = "could not put " + parts[0] + " back on lo: " + outcome.reason();
        }
    }
    state.remove(name);
    return problem;
}

}  // namespace hb::agents
