// A message from pairs of names and values, for tests that say what was heard.
#pragma once

#include <initializer_list>
#include <utility>

#include "wire/message.hpp"

namespace hb::core {

inline wire::Message message_of(std::initializer_list<std::pair<const char*, const char*>> fields) {
    wire::Message message;
    for (const auto& [name, value] : fields) message.set(name, value);
    return message;
}

}  // namespace hb::core
