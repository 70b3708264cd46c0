// Messages of the resource manager, between its form and the wire's.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "resource/letter.hpp"
#include "wire/message.hpp"

namespace hb::core {

// All string fields but `t`, in order.
std::vector<std::pair<std::string, std::string>> string_fields(const wire::Message& message);
wire::Message to_message(const resource::Letter& letter);

}  // namespace hb::core
