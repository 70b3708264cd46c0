// See arbiter.hpp.
#include "resource/arbiter.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace hb::resource {

bool Arbiter::knows(const NodeName& ping) const noexcept {
    return std::find(config_.names.begin(), config_.names.end(), ping) != config_.names.end();
}

void Arbiter::heard(Instant now) {
    if (!row_ || now >= lease_ends()) row_ = now;
    heard_ = now;
}

Standing Arbiter::look(Instant now, bool contested) {
    if (!contested) {
        contest_.reset();
        give_up_by_ = never;
        return standing_ = Standing::at_peace;
    }
    if (!contest_) contest_ = now;
    if (now >= lease_ends()) {
        row_.reset();
        if (standing_ != Standing::isolated) give_up_by_ = now + release_time();
        return standing_ = Standing::isolated;
    }
    const bool by_this_answer = row_ && heard_ == now && now >= grant_at();
    if (standing_ == Standing::granted || by_this_answer) {
        give_up_by_ = never;
        return standing_ = Standing::granted;
    }
    return standing_ = Standing::waiting;
}

// Who had the arbiter before us has a lease until one deadtime after the first answer that we got,
// and then one more to give up what it holds.
Instant Arbiter::grant_at() const noexcept {
    if (!contest_ || !row_) return never;
    const Duration lease = std::max(config_.deadtime, peer_deadtime_);
    // While we were young we asked the other node for more patience: it counts us dead later
    // (simulator, seed 32545).
    const bool young = *contest_ <= start_ + limits::start_grace_span + lease;
    const Duration wait = config_.deadtime + (young ? limits::start_grace : Duration::zero());
    return std::max(*contest_ + wait, *row_ + lease * 2);
}

// The other node waits one deadtime, and may have missed our last heartbeat.
Duration Arbiter::release_time() const noexcept {
    const bool shorter = peer_deadtime_ > Duration::zero() && peer_deadtime_ < config_.deadtime;
    return (shorter ? peer_deadtime_ : config_.deadtime) * 3 / 4;
}

bool Arbiter::overdue(Instant now) noexcept {
    if (now < give_up_by_) return false;
    give_up_by_ = never;
    return true;
}

Instant Arbiter::next_deadline() const noexcept {
    const Instant lease = contest_ && standing_ != Standing::isolated ? lease_ends() : never;
    return std::min(lease, give_up_by_);
}

}  // namespace hb::resource
