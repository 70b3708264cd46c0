// See retransmit.hpp.
#include "cluster/retransmit.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace hb::cluster {

void Retransmit::want(std::uint64_t first, std::uint64_t last, Instant now, Duration delay_max,
                      Prng& dice) {
    const Duration least =
        delay_max < 2 * limits::rexmit_delay_min ? Duration::zero() : limits::rexmit_delay_min;
    const Instant due = now + dice.between(least, delay_max);
    for (std::uint64_t n = first; n <= last; ++n) {
        if (wanted_.size() == limits::missing_max) wanted_.erase(wanted_.begin());
        wanted_.push_back({n, due, 0});
    }
}

bool Retransmit::got(std::uint64_t number) {
    const auto at =
        std::lower_bound(wanted_.begin(), wanted_.end(), number,
                         [](const Wanted& wanted, std::uint64_t n) { return wanted.number < n; });
    if (at == wanted_.end() || at->number != number) return false;
    const bool asked = at->asked != 0;
    wanted_.erase(at);
    return asked;
}

std::vector<std::uint64_t> Retransmit::give_up(Instant now, std::uint32_t requests) {
    std::vector<std::uint64_t> given_up;
    std::erase_if(wanted_, [&](const Wanted& wanted) {
        if (wanted.due > now || wanted.asked < requests) return false;
        given_up.push_back(wanted.number);
        return true;
    });
    return given_up;
}

void Retransmit::forget_below(std::uint64_t number) {
    std::erase_if(wanted_, [&](const Wanted& wanted) { return wanted.number < number; });
}

std::vector<Retransmit::Range> Retransmit::due(Instant now, Duration delay_max) {
    std::vector<Range> ranges;
    for (Wanted& wanted : wanted_) {
        if (wanted.due > now) continue;
        wanted.due = now + delay_max;
        const bool joins = !ranges.empty() && ranges.back().last + 1 == wanted.number &&
                           wanted.number - ranges.back().first < limits::resend_per_request &&
                           ranges.back().again == (wanted.asked != 0);
        if (joins) {
            ranges.back().last = wanted.number;
        } else {
            ranges.push_back({wanted.number, wanted.number, wanted.asked != 0});
        }
        ++wanted.asked;
    }
    return ranges;
}

Instant Retransmit::next_deadline() const noexcept {
    Instant first = never;
    for (const Wanted& wanted : wanted_) first = std::min(first, wanted.due);
    return first;
}

}  // namespace hb::cluster
