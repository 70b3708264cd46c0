// Moments and spans of time. There is no now() here: time is a parameter (ARCHITECTURE.md, rule 3).
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace hb {

using Duration = std::chrono::nanoseconds;

// A point on one machine's monotonic clock, counted from an origin that the clock's owner chose.
// Never sent over the wire and never compared between machines.
struct Instant {
    Duration since_start{};
    auto operator<=>(const Instant&) const = default;
};

inline constexpr Instant never{Duration::max()};

// `t` plus `d`; what lies past `never` stays `never`.
constexpr Instant operator+(Instant t, Duration d) noexcept {
    if (t == never || (d > Duration::zero() && t.since_start > Duration::max() - d)) return never;
    return Instant{t.since_start + d};
}
constexpr Duration operator-(Instant a, Instant b) noexcept {
    return a.since_start - b.since_start;
}

// A span by which something comes later, known within bounds.
struct Lag {
    Duration least{}, most{};
};

// The one thing the outside says about time with each event. `unix_seconds` only fills the `ts`
// field of messages and log lines; nothing is decided by it.
struct Now {
    Instant mono;
    std::uint32_t unix_seconds{};
};

// Whole milliseconds, rounded down.
constexpr std::int64_t to_ms(Duration d) noexcept {
    return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
}

}  // namespace hb
