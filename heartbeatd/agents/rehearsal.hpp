// A takeover without effect: what a start of an address needs of the machine is done once for a
// link that does not exist.
#pragma once

#include "agents/agent.hpp"

namespace hb::agents {

// Reads code from disk, fills caches and opens what stays open, so that the first real start waits
// for none of it. Nothing on the machine changes, no frame leaves. On the thread that will run the
// agents.
void rehearse(Host& host);

}  // namespace hb::agents
