// The number of a node's next life. Peers drop what comes from a lower one than they remember, as a
// replay, so it must never go back.
#pragma once

#include <algorithm>
#include <cstdint>

namespace hb::cluster {

// `last`: of the file, 0 when there is none. A file can be older than it looks (a restored backup,
// a virtual machine rolled back): the clock's seconds are above any count of starts. A clock that
// is wrong does no harm, the count goes on from the highest.
constexpr std::uint64_t next_generation(std::uint64_t last, std::uint64_t unix_seconds) noexcept {
    return std::max(last + 1, unix_seconds);
}

}  // namespace hb::cluster
