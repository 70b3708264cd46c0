// The only reader of clocks (tests/tidy.sh knows): CLOCK_BOOTTIME, which counts suspend, for what
// is decided, and the wall clock for what is only shown.
#pragma once

#include <ctime>

#include "base/instant.hpp"

namespace hb::shell {

class Clock {
public:
    // Instants count from this clock's making.
    Clock() : origin_(boot_time()) {}

    Instant now() const { return Instant{boot_time() - origin_}; }
    Now both() const { return {now(), unix_seconds()}; }
    static std::uint32_t unix_seconds() { return static_cast<std::uint32_t>(std::time(nullptr)); }
    // Since 1970, by which the kernel stamps what it receives. It may jump.
    static Duration since_epoch() {
        timespec t{};
        ::clock_gettime(CLOCK_REALTIME, &t);
        return std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec};
    }
    // On CLOCK_MONOTONIC, as service managers compare it.
    static std::uint64_t monotonic_us() {
        timespec t{};
        ::clock_gettime(CLOCK_MONOTONIC, &t);
        return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000U +
               static_cast<std::uint64_t>(t.tv_nsec) / 1000U;
    }
    // `t` on CLOCK_BOOTTIME, for timerfd_settime. REQUIRES: `t` is not `never`.
    timespec on_boot_clock(Instant t) const {
        const Duration since_boot = origin_ + t.since_start;
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_boot);
        return {static_cast<std::time_t>(seconds.count()),
                static_cast<long>((since_boot - seconds).count())};
    }

private:
    static Duration boot_time() {
        timespec t{};
        ::clock_gettime(CLOCK_BOOTTIME, &t);
        return std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec};
    }

    Duration origin_;
};

}  // namespace hb::shell
