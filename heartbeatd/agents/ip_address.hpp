// IPaddr, IPaddr2 and IPv6addr: addresses put on interfaces and taken away, any number at once.
#pragma once

#include <span>
#include <vector>

#include "agents/agent.hpp"

namespace hb::agents {

std::vector<Answer> run_addresses(std::span<const AgentCall> calls, Host& host);

}  // namespace hb::agents
