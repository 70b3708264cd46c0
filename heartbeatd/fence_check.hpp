// Asks the plugin of each fencing device, at start, whether it accepts its parameters. Whether the
// device can be reached is asked by the running daemon (fencing.hpp).
#pragma once

#include "load_config.hpp"
#include "paths.hpp"

namespace hb::shell {

// Waits for the plugins, at most half a minute. What one refuses is an error, what one
// leaves unanswered a warning, each at its line of ha.cf.
void check_devices(const Paths& paths, LoadedConfig& config);

}  // namespace hb::shell
