// When our own heartbeat is due: each keepalive, and once more at once when something changed.
// What it says is in beat.cpp's State::send_status.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/instant.hpp"
#include "base/limits.hpp"

namespace hb::cluster {

class Beat {
public:
    void start(Instant now, Duration keepalive) {
        next_ = now + keepalive;
        grace_ends_ = now + limits::start_grace_span;
        started_ = true;
    }
    // Others should hear us now, at most once in limits::extra_status_pause.
    void extra(Instant now) {
        if (started_) extra_ = std::min(extra_, std::max(now, last_ + limits::extra_status_pause));
    }
    bool extra_due(Instant now) const { return now >= extra_; }
    // Whether a status must go out now. Asking moves the schedule on.
    bool due(Instant now, Duration keepalive) {
        bool any = false;
        if (now >= next_) {
            // Without drift, but never catching up on beats that a stall has swallowed.
            next_ = next_ + keepalive > now ? next_ + keepalive : now + keepalive;
            any = true;
        }
        if (now >= extra_) any = true;
        if (in_grace_ && now >= grace_ends_) {
            in_grace_ = false;
            any = true;
        }
        return any;
    }
    void sent(Instant now) {
        ++count_;
        last_ = now;
        extra_ = never;
    }
    // Heartbeats sent so far.
    std::uint64_t count() const noexcept { return count_; }
    void new_keepalive(Instant now, Duration keepalive) {
        next_ = std::min(next_, now + keepalive);
    }
    // What is added to our announced timeout: machines are busy while they start.
    Duration grace() const { return in_grace_ ? Duration{limits::start_grace} : Duration::zero(); }
    // The same as others knew it at `when`.
    Duration grace_at(Instant when) const {
        return when < grace_ends_ ? Duration{limits::start_grace} : grace();
    }
    Instant next_deadline() const {
        return std::min({next_, extra_, in_grace_ ? grace_ends_ : never});
    }

private:
    Instant next_{}, extra_{never}, last_{}, grace_ends_{};
    std::uint64_t count_{};
    bool in_grace_{true}, started_{false};
};

}  // namespace hb::cluster
