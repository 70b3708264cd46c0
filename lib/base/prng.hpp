// Seeded pseudo-random numbers (splitmix64): the same seed gives the same run on every machine.
// Not for secrets.
#pragma once

#include <cstdint>

#include "base/instant.hpp"

namespace hb {

class Prng {
public:
    explicit Prng(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint64_t next() noexcept {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }
    // Uniform in [0, bound); 0 when bound is 0.
    std::uint64_t below(std::uint64_t bound) noexcept { return bound == 0 ? 0 : next() % bound; }
    // Uniform in [low, high].
    Duration between(Duration low, Duration high) noexcept {
        if (high <= low) return low;
        const auto span = static_cast<std::uint64_t>((high - low).count()) + 1;
        return low + Duration{static_cast<std::int64_t>(below(span))};
    }
    bool chance(unsigned percent) noexcept { return below(100) < percent; }

private:
    std::uint64_t state_;
};

}  // namespace hb
