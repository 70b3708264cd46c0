// What a peer's heartbeat means, and how a peer or a link to it comes and goes (wire.md 6.2
// to 6.5).
#include <algorithm>
#include <chrono>

#include "base/text.hpp"
#include "cluster/state.hpp"

namespace hb::cluster {

void Engine::State::status_came(Turn& turn, std::size_t peer, const wire::Message& message,
                                std::uint64_t number, Life life) {
    Peer& from = peers[peer];
    const NodeName& name = members.name(peer);
    // A repeated older one shows that the peer lives, but its word has been overtaken.
    if (life == Life::same && number < from.status_number) {
        overheard(Overheard::Kind::unchanged, message);
        return heartbeat(turn, peer);
    }
    if (!message.has("protocol") && acks.on()) {
        acks.switch_off();
        turn.log(LogId::flow_off, name);
    }
    heartbeat(turn, peer);
    if (const auto ms = message.hex("dt"); ms && *ms > 0) {
        const auto most = static_cast<std::uint64_t>(to_ms(limits::peer_timeout_max));
        liveness.announced(peer, std::chrono::milliseconds(std::min(*ms, most)));
    }
    from.status_number = number;
    from.heard_since_start = true;
    from.ours = message.has(capabilities_field);
    if (life != Life::same) {
        if (life == Life::returned) turn.up.emplace_back(PeerReturned{name});
        turn.up.emplace_back(
            PeerUp{name, life == Life::restarted, from.ours, liveness.announced(peer)});
        if (!config.arbiter.empty() && message.get(arbiter_field) != config.arbiter) {
            turn.log(LogId::arbiter_differs, name, config.arbiter);
        }
        from.hears_us = true;
        roll.came_to_life(peer);
        beat.extra(turn.now.mono);
    }
    const std::string word = lower(message.get("st"));
    heard_by(turn, peer, message, word == "active");
    if (word == "dead") return peer_died(turn, peer);
    if (word == from.word) return overheard(Overheard::Kind::unchanged, message);
    from.word = word;
    turn.log(LogId::peer_status, name, printable(word));
    turn.up.emplace_back(PeerStatus{name, message});
}

// The silence is over. Unlike 3.0.6 we never take the groups of a peer that speaks, however late
// (its worst bug: resources.md 4.11).
void Engine::State::heartbeat(Turn& turn, std::size_t peer) {
    const Liveness::Heartbeat beat_heard = liveness.heard(peer, turn.now.mono);
    if (beat_heard.lateness != Lateness::on_time) ++peers[peer].late;
    switch (beat_heard.lateness) {
        case Lateness::on_time:
            return;
        case Lateness::late:
            turn.log(LogId::peer_late, members.name(peer), beat_heard.interval);
            return;
        case Lateness::past_deadtime:
            turn.log(LogId::peer_late_dead, members.name(peer), beat_heard.interval);
            return;
    }
}

void Engine::State::peer_died(Turn& turn, std::size_t peer) {
    Peer& gone = peers[peer];
    const Lag lag = gone.heard_since_start ? later_there(turn.now.mono, peer) : Lag{};
    liveness.declare_dead(peer);
    gone.word = "dead";
    ++gone.deaths;
    gone.parked.clear();
    turn.log(LogId::peer_dead, members.name(peer));
    links.peer_died(peer);
    one_way.forget(peer);
    forget_order(turn, peer);
    turn.up.emplace_back(PeerDead{members.name(peer), gone.heard_since_start, lag});
}

// After a cut of every line: how much later than we it counts the other one dead. Each goes by the
// other's last word, and whoever was just started has asked for more; which word was the last one
// is only known to within a keepalive.
Lag Engine::State::later_there(Instant now, std::size_t peer) const {
    const Instant last_heard = now + (-liveness.silence(peer, now));
    const auto lag = [&](Instant cut) {
        const Duration there = config.deadtime + beat.grace_at(cut);
        return std::max(Duration::zero(), there - liveness.timeout(peer));
    };
    return {lag(last_heard + config.keepalive), lag(last_heard)};
}

}  // namespace hb::cluster
