// Who on this machine may have taken an address away: the programs that configure interfaces, by
// the processes that run and the state they keep. For a log line; nothing is decided by it.
#pragma once

#include <string>

namespace hb::agents {

// "NetworkManager, which manages eth0"; of those that manage this interface all, else of those that
// run here; "an administrator" when there is none. `root`: where /proc and /run are looked for.
std::string who_could_take(unsigned index, const std::string& interface,
                           const std::string& root = "");

}  // namespace hb::agents
