// Bounds of the programs that fencing plugins run, as those of lib/base/limits.hpp: unit, reason.
// Apart from it, since nothing in the daemon is bound by them.
#pragma once

#include <cstddef>

#include "base/instant.hpp"

namespace hb::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t device_output_bytes_max = 1U << 19U;  // kept; the rest is dropped
inline constexpr std::size_t device_words_bytes_max = 2000;        // the end of stderr, for the log
inline constexpr std::size_t device_input_bytes_max = 60000;       // a pipe takes it at once
inline constexpr Duration device_describe_timeout = 50s;   // a cloud agent on a loaded machine
inline constexpr std::size_t device_types_max = 1000;      // programs of one folder; more: left out
inline constexpr std::size_t device_parameters_max = 500;  // of one program; more: left out

}  // namespace hb::limits
