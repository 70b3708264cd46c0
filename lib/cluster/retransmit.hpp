// What to ask one peer for, and when again (wire.md 5.5). Knows numbers only; does not send.
#pragma once

#include <cstdint>
#include <vector>

#include "base/instant.hpp"
#include "base/prng.hpp"

namespace hb::cluster {

class Retransmit {
public:
    // A gap opened. All of it is asked for together, after a random wait of at most `delay_max`:
    // it may only have been overtaken.
    void want(std::uint64_t first, std::uint64_t last, Instant now, Duration delay_max, Prng& dice);
    // True when it was asked for.
    bool got(std::uint64_t number);
    // Forgets and returns what is due again after `requests` requests.
    std::vector<std::uint64_t> give_up(Instant now, std::uint32_t requests);
    // Everything below `number` was given up.
    void forget_below(std::uint64_t number);
    void clear() { wanted_.clear(); }

    struct Range {
        std::uint64_t first{}, last{};
        bool again{};  // asked for before
        bool operator==(const Range&) const = default;
    };
    // What must be asked for now: runs of neighbours, each at most limits::resend_per_request long.
    // Each is due again `delay_max` later.
    std::vector<Range> due(Instant now, Duration delay_max);

    Instant next_deadline() const noexcept;

private:
    struct Wanted {
        std::uint64_t number{};
        Instant due{};
        std::uint32_t asked{};  // requests sent
    };
    std::vector<Wanted> wanted_;  // ascending, at most limits::missing_max
};

}  // namespace hb::cluster
