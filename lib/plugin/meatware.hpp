// The talk between meatware.so and the program meatclient: a FIFO per node in /run, one text
// through it. Each works with the other's counterpart of cluster-glue (stonith.md 9).
#pragma once

#include <cstddef>
#include <string>

namespace hb::fence {

inline constexpr std::size_t meatware_text_bytes = 256;

inline std::string meatware_fifo(const std::string& node) { return "/run/meatware." + node; }
inline std::string meatware_text(const std::string& node) { return "meatware reply " + node; }

}  // namespace hb::fence
