// The TYPE of a fencing device, as ha.cf's stonith lines and the command `stonith` name it: which
// plugin drives it. Whether that plugin, a script or an agent is there, is not known here.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace hb::config {

struct FenceType {
    std::string plugin;  // name of its file in the folder `stonith` of the plugins, without `.so`
    std::string type;    // its parameter `type`; empty: it has none
    bool operator==(const FenceType&) const = default;
};

// `external/SCRIPT`: plugin external. `rhcs/fence_AGENT`, `rhcs/AGENT` (as Heartbeat 3.0.6 writes
// it) and `fence_AGENT`: plugin rhcs, type fence_AGENT. `null`, `meatware`, `ssh`, `suicide`: ours.
// Any other name, and `stonith2/NAME` for ours, is a module of cluster-glue: plugin stonith2.
// Errors: bad_config, with what was expected.
Result<FenceType> fence_type(std::string_view text);

}  // namespace hb::config
