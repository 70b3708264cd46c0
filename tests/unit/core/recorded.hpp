// Frames of a real 3.0.6, by name (tests/data/client).
#pragma once

#include <string>

#include "unit/wire/known.hpp"

namespace hb::core {

inline Bytes recorded(const std::string& name) {
    return wire::known::file(std::string(HB_TEST_DATA) + "/data/client/" + name + ".bin");
}

}  // namespace hb::core
