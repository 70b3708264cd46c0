// What is said, and answered, when the program of a device did not say yes.
#pragma once

#include <string>

#include "heartbeat/plugin.hpp"
#include "plugin/device_program.hpp"
#include "plugin/fence_params.hpp"

namespace hb::fence {

// Logs how the request `what` ended, without the secrets of `config`; `when_refused` for a program
// that ended by itself, else HB_TIMED_OUT or HB_INTERNAL.
hb_rc complain_of(const plugin::Host& host, const Fields& config, const DeviceEnd& end,
                  const std::string& what, hb_rc when_refused, Duration timeout);

}  // namespace hb::fence
