// A message from pairs of names and values, for tests that say what was heard.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "wire/message.hpp"

namespace hb::core {

using Pairs = std::initializer_list<std::pair<const char*, std::string>>;

inline wire::Message message_of(Pairs fields) {
    wire::Message message;
    for (const auto& [name, value] : fields) message.set(name, value);
    return message;
}

}  // namespace hb::core
