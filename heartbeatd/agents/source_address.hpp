// IPsrcaddr: the address from which this machine's own connections come, by the preferred source of
// the routes of its network.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "agents/agent.hpp"
#include "agents/netlink.hpp"

namespace hb::agents {

std::vector<Answer> run_source_addresses(std::span<const AgentCall> calls, Host& host);

// The routes that carry the source of `ip`: the one to its own network, then the default routes
// over the same interface. Pure.
// Errors: not_found when there is no such network or more than one; unsupported for a default route
// over several gateways.
[[nodiscard]] Result<std::vector<Route>> routes_of_source(const std::vector<Route>& routes,
                                                          const Ip& ip);

}  // namespace hb::agents
