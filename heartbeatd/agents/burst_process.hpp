// The rest of bursts, sent by a process of its own: for programs that end before it does. Not for
// the daemon, which has a thread for it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "agents/announce.hpp"

namespace hb::agents {

// Forks. In the parent: the child's pid, or -1 with errno. The child leaves the process group and
// the output of its caller, so that neither a kill of the group nor a reader of the output has to
// do with it; it sends what is due from frame 2 on and ends, also by SIGTERM. `pid_file` is then
// removed when it still names the child; the parent writes it. Empty: none.
pid_t burst_in_background(const std::vector<Burst>& bursts, const std::string& pid_file);

// Unless a later call has replaced it: then it names another process.
void remove_own_pid_file(const std::string& pid_file);

}  // namespace hb::agents
