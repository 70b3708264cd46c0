// ipfail's decisions behind what a watching plugin is told and asks for: pairs of text.
#pragma once

#include <optional>

#include "base/event.hpp"
#include "plugin/ipfail_logic.hpp"

namespace hb::ipfail {

// What lib/core/ipfail_client tells. Unknown events and bad values are ignored.
void tell(Logic& logic, Instant now, const PluginFields& event, Asks& out);

// The request for lib/core/ipfail_client. Nothing for a Note, which goes to the log.
std::optional<PluginFields> request_of(const Ask& ask);

}  // namespace hb::ipfail
