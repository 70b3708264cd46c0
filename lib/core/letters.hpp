// Messages between their form on the wire, the resource manager's, and that of scripts.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/event.hpp"
#include "resource/letter.hpp"
#include "wire/message.hpp"

namespace hb::core {

// All string fields but `t`, in order.
std::vector<std::pair<std::string, std::string>> string_fields(const wire::Message& message);
wire::Message to_message(const resource::Letter& letter);
// The script of rc.d for a message.
RunHook hook_for(const wire::Message& message);

}  // namespace hb::core
