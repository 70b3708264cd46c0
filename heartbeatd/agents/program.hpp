// Runs one program to its end, for agents: mount(8), umount(8), fsck(8). No shell, no loop; the
// caller waits. Does not know what it is for.
#pragma once

#include <string>
#include <vector>

#include "agents/agent.hpp"

namespace hb::agents {

struct ProgramEnd {
    int status{};        // exit status; 128 and the signal's number; 127: not started
    std::string output;  // stdout and stderr as they came, the first
                         // limits::script_output_bytes_max bytes; why it was not started
    bool cancelled{};    // host.cancel ended it: SIGTERM, then SIGKILL to its process group
};

// The path of a program by the PATH of the host's environment and the folders of the system; ""
// when there is none.
std::string find_program(const std::string& name, const Host& host);

// `command[0]` is found by find_program(). LC_ALL=C, stdin /dev/null, descriptors closed, default
// signals, and what Host::children_apart() says. Waits for its end, however long that takes, unless
// host.cancel is stopped: then it ends by the ladder of scripts. What hangs in the kernel even then
// is waited for: whoever cannot wait leaves the thread behind (native_agents.cpp).
ProgramEnd run_program(std::vector<std::string> command, Host& host);

}  // namespace hb::agents
