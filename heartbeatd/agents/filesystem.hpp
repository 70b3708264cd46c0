// Filesystem: mounts a file system, and unmounts it with whatever is mounted below it, ending the
// processes that keep it busy. Its status never waits for what is mounted.
#pragma once

#include <span>
#include <vector>

#include "agents/agent.hpp"

namespace hb::agents {

std::vector<Answer> run_filesystems(std::span<const AgentCall> calls, Host& host);

}  // namespace hb::agents
