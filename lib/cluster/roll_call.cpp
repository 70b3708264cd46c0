// See roll_call.hpp.
#include "cluster/roll_call.hpp"

namespace hb::cluster {

RollCall::Decision RollCall::look(Instant now, const Liveness& liveness, bool exchange) {
    if (phase_ == Phase::complete) return {Step::wait, 0};
    if (phase_ == Phase::gathering) {
        for (std::size_t i = 0; i < peers_; ++i) {
            if (liveness.state(i) == PeerState::unheard) return {Step::wait, 0};
        }
        phase_ = Phase::asking;
        again_ = now;
        target_ = 0;
    }
    const std::size_t live = live_from(target_, liveness);
    if (live == peers_ || !exchange) {
        phase_ = Phase::complete;
        return {Step::complete, 0};
    }
    if (live == target_ && now < again_) return {Step::wait, 0};
    target_ = live;
    return {Step::ask, live};
}

void RollCall::came_to_life(std::size_t peer) noexcept {
    if (phase_ == Phase::asking && peer == target_) again_ = Instant{};
}

bool RollCall::answered() noexcept {
    if (phase_ != Phase::asking) return false;
    phase_ = Phase::complete;
    return true;
}

Instant RollCall::next_deadline() const noexcept {
    if (phase_ == Phase::asking) return again_;
    const bool alone = phase_ == Phase::gathering && peers_ == 0;
    return alone ? Instant{} : never;
}

std::size_t RollCall::live_from(std::size_t start, const Liveness& liveness) const {
    for (std::size_t k = 0; k < peers_; ++k) {
        const std::size_t peer = (start + k) % peers_;
        if (liveness.state(peer) == PeerState::alive) return peer;
    }
    return peers_;
}

}  // namespace hb::cluster
