// See sequence.hpp.
#include "cluster/sequence.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace hb::cluster {

Sequence::Arrival Sequence::arrive(std::uint64_t number) {
    Arrival seen;
    if (!last_ || number == *last_ + 1) {
        seen = next(number);
    } else if (number == *last_) {
        seen.order = Order::duplicate;
    } else if (number > *last_) {
        seen = jump(number);
    } else {
        seen = fill(number);
    }
    highest_ = std::max(highest_, number);
    return seen;
}

Sequence::Arrival Sequence::give_up(std::uint64_t number) { return fill(number); }

void Sequence::reset() {
    last_.reset();
    missing_.clear();
}

void Sequence::new_life() {
    reset();
    highest_ = 0;
}

Sequence::Arrival Sequence::next(std::uint64_t number) {
    last_ = number;
    Arrival seen{Order::next, 0, 0, std::nullopt, false};
    const bool blocked = !missing_.empty() && number > missing_.front();
    if (!blocked && number % limits::ack_every == residue_) seen.ack = number;
    return seen;
}

Sequence::Arrival Sequence::jump(std::uint64_t number) {
    Arrival seen{Order::after_gap, *last_ + 1, number - 1, std::nullopt, false};
    if (number - *last_ - 1 > limits::lost_too_many) {
        reset();
        seen.order = Order::lost_a_lot;
    } else {
        for (std::uint64_t n = seen.gap_first; n <= seen.gap_last; ++n) {
            if (missing_.size() == limits::missing_max) missing_.erase(missing_.begin());
            missing_.push_back(n);
        }
    }
    last_ = number;
    return seen;
}

Sequence::Arrival Sequence::fill(std::uint64_t number) {
    Arrival seen{Order::old, 0, 0, std::nullopt, false};
    const auto at = std::lower_bound(missing_.begin(), missing_.end(), number);
    if (at == missing_.end() || *at != number) return seen;
    const std::uint64_t first_before = missing_.front();
    missing_.erase(at);
    seen.order = Order::late;
    seen.repaired = missing_.empty();
    // 3.0.6 sends no acknowledgement when the last gap closes; one for the highest fitting number
    // is accepted and spares the sender a wait (wire.md 5.4 N).
    const std::uint64_t complete = missing_.empty() ? *last_ : missing_.front() - 1;
    const auto ack = ack_up_to(complete);
    if (ack && *ack >= first_before) seen.ack = ack;
    return seen;
}

std::optional<std::uint64_t> Sequence::ack_up_to(std::uint64_t limit) const {
    const std::uint64_t back =
        (limit % limits::ack_every + limits::ack_every - residue_) % limits::ack_every;
    if (back >= limit) return std::nullopt;
    return limit - back;
}

}  // namespace hb::cluster
