// SendArp: announces an address that something else has put on an interface, and adds nothing
// itself.
#pragma once

#include <span>
#include <vector>

#include "agents/agent.hpp"

namespace hb::agents {

std::vector<Answer> run_send_arps(std::span<const AgentCall> calls, Host& host);

}  // namespace hb::agents
