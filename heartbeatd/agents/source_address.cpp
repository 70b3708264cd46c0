// See source_address.hpp.
#include "agents/source_address.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace hb::agents {

namespace {

struct View {
    std::vector<Route> routes;
    std::vector<Address> addresses;
};

Result<View> look(Netlink& netlink) {
    auto routes = netlink.routes(AF_INET);
    if (!routes) return tl::unexpected(routes.error());
    auto addresses = netlink.addresses(AF_INET);
    if (!addresses) return tl::unexpected(addresses.error());
    return View{*std::move(routes), *std::move(addresses)};
}

bool is_set(const std::vector<Route>& routes, const Ip& ip) {
    return std::all_of(routes.begin(), routes.end(),
                       [&ip](const Route& route) { return route.source == ip; });
}

// The first address of the network, which the kernel itself gives to the route.
std::optional<Ip> first_address(const View& view, const Route& route) {
    for (const Address& address : view.addresses) {
        if (address.index == route.index && !address.secondary() &&
            address.prefix == route.length && in_network(address.ip, route.target, route.length)) {
            return address.ip;
        }
    }
    return std::nullopt;
}

Answer apply(const AgentCall& call, Netlink& netlink, const std::vector<Change>& changes,
             const Host& host) {
    for (const Outcome& outcome : netlink.apply(changes, host.cancel)) {
        if (outcome.error == 0) continue;
        return failed_with(told(call, "ERROR: could not change a route: " + outcome.reason()));
    }
    return succeeded();
}

Answer start(const AgentCall& call, const Ip& ip, Netlink& netlink, const View& view,
             const Host& host) {
    const bool here = std::any_of(view.addresses.begin(), view.addresses.end(),
                                  [&ip](const Address& address) { return address.ip == ip; });
    if (!here) {
        return failed_with(told(call, "ERROR: " + to_text(ip) +
                                          " is not on this machine: expected an IPaddr for it, to "
                                          "the left of this one"));
    }
    const auto routes = routes_of_source(view.routes, ip);
    if (!routes) return failed_with(told(call, "ERROR: " + routes.error().what));
    std::vector<Change> changes;
    for (const Route& route : *routes) {
        if (route.source != ip) changes.emplace_back(SetSource{route, ip});
    }
    return apply(call, netlink, changes, host);
}

// The network's route gets what the kernel would give it. On a default route the kernel chooses by
// the gateway when nothing is said.
Answer stop(const AgentCall& call, const Ip& ip, Netlink& netlink, const View& view,
            const Host& host) {
    std::vector<Change> changes;
    for (const Route& route : view.routes) {
        if (route.source != ip) continue;
        const auto before = route.direct ? first_address(view, route) : std::nullopt;
        if (before != ip) changes.emplace_back(SetSource{route, before});
    }
    return apply(call, netlink, changes, host);
}

Answer run_one(const AgentCall& call, Host& host) {
    const auto ip = parse_ip(call.arguments[0]);
    if (!ip || ip->family != AF_INET) {
        const std::string problem = told(call, "ERROR: " + printable(call.arguments[0]) +
                                                   ": expected an IPv4 address, four numbers from "
                                                   "0 to 255");
        if (call.action != ScriptAction::stop) return illegal_with(problem);
        Answer out = succeeded();
        out.err = problem;
        return out;
    }
    auto netlink = Netlink::open();
    if (!netlink) return failed_with(told(call, "ERROR: " + netlink.error().what));
    const auto view = look(*netlink);
    if (!view) return failed_with(told(call, "ERROR: " + view.error().what));
    switch (call.action) {
        case ScriptAction::start:
            return start(call, *ip, *netlink, *view, host);
        case ScriptAction::stop:
            return stop(call, *ip, *netlink, *view, host);
        case ScriptAction::status: {
            const auto routes = routes_of_source(view->routes, *ip);
            return routes && is_set(*routes, *ip) ? runs() : is_stopped();
        }
    }
    return {};
}

}  // namespace

Result<std::vector<Route>> routes_of_source(const std::vector<Route>& routes, const Ip& ip) {
    std::vector<Route> out;
    unsigned longest = 0;
    for (const Route& route : routes) {
        if (!route.direct || route.dead || !in_network(ip, route.target, route.length)) continue;
        if (route.length > longest) out.clear();
        if (route.length >= longest) out.push_back(route);
        longest = std::max(longest, route.length);
    }
    if (out.size() != 1) {
        return fail(Errc::not_found,
                    (out.empty() ? "no route" : std::to_string(out.size()) + " routes") +
                        " to a directly connected network with " + to_text(ip) +
                        ": expected exactly one");
    }
    const unsigned index = out[0].index;
    for (const Route& route : routes) {
        if (route.length != 0 || route.dead || route.index != index) continue;
        if (route.several) {
            return fail(Errc::unsupported,
                        "the default route has several gateways: expected one, or none");
        }
        out.push_back(route);
    }
    return out;
}

std::vector<Answer> run_source_addresses(std::span<const AgentCall> calls, Host& host) {
    std::vector<Answer> out;
    for (const AgentCall& call : calls) out.push_back(run_one(call, host));
    return out;
}

}  // namespace hb::agents
