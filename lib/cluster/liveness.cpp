// See liveness.hpp.
#include "cluster/liveness.hpp"

#include <algorithm>

namespace hb::cluster {

Liveness::Liveness(std::size_t peers, LivenessTimes times, Instant start)
    : peers_(peers), times_(times) {
    for (Silence& peer : peers_) peer.since = start;
}

Liveness::Heartbeat Liveness::heard(std::size_t peer, Instant now) {
    Silence& silence = peers_[peer];
    Heartbeat beat{silence.state, Lateness::on_time, Duration::zero()};
    if (silence.measured) {
        beat.interval = now - silence.since;
        if (beat.interval > times_.deadtime) {
            beat.lateness = Lateness::past_deadtime;
        } else if (beat.interval > times_.warntime) {
            beat.lateness = Lateness::late;
        }
    }
    silence.state = PeerState::alive;
    silence.since = now;
    silence.measured = true;
    return beat;
}

void Liveness::announced(std::size_t peer, Duration timeout) { peers_[peer].timeout = timeout; }

void Liveness::declare_dead(std::size_t peer) {
    peers_[peer].state = PeerState::dead;
    peers_[peer].measured = false;
}

void Liveness::new_life(std::size_t peer) { peers_[peer].measured = false; }

void Liveness::forgive(Duration overslept) {
    for (Silence& peer : peers_) peer.since = peer.since + overslept;
}

std::vector<std::size_t> Liveness::passed(Instant now) const {
    std::vector<std::size_t> gone;
    for (std::size_t i = 0; i < peers_.size(); ++i) {
        if (deadline(i) <= now) gone.push_back(i);
    }
    return gone;
}

Instant Liveness::deadline(std::size_t peer) const {
    if (peers_[peer].state == PeerState::dead) return never;
    return peers_[peer].since + timeout(peer);
}

Instant Liveness::next_deadline() const {
    Instant first = never;
    for (std::size_t i = 0; i < peers_.size(); ++i) first = std::min(first, deadline(i));
    return first;
}

Duration Liveness::timeout(std::size_t peer) const {
    const Silence& silence = peers_[peer];
    const Duration own = silence.timeout > Duration::zero() ? silence.timeout : times_.deadtime;
    return starting_ ? std::max(own, times_.initdead) : own;
}

}  // namespace hb::cluster
