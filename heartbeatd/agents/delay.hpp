// Delay: waits before what stands right of it in the group starts, and after that has stopped. Its
// status never waits.
#pragma once

#include <span>
#include <vector>

#include "agents/agent.hpp"

namespace hb::agents {

std::vector<Answer> run_delays(std::span<const AgentCall> calls, Host& host);

}  // namespace hb::agents
