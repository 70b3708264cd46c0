// What passing time does: deaths, links, requests, our own heartbeat, our own stalls, and the way
// to communication up.
#include <algorithm>

#include "cluster/state.hpp"

namespace hb::cluster {

// Called late, we cannot tell a peer's silence from our own deafness: it is forgiven.
void Engine::State::notice_stall(Turn& turn) {
    const Instant before = last_call;
    last_call = turn.now.mono;
    if (!started || turn.now.mono - before <= config.keepalive) return;
    const Duration overslept = turn.now.mono - std::max(next_deadline(), before);
    if (overslept <= config.keepalive) return;
    ++stalls.count;
    stalls.worst = std::max(stalls.worst, overslept);
    stalls.last = last_call;
    liveness.forgive(overslept);
    links.forgive(overslept);
    pings.forgive(overslept);
    turn.log(overslept > config.deadtime ? LogId::stalled_long : LogId::stalled, overslept);
    turn.up.emplace_back(StalledUs{overslept});
}

void Engine::State::pass_time(Turn& turn) {
    if (!started) return;
    const Instant now = turn.now.mono;
    if (beat.due(now, config.keepalive)) send_status(turn.now, turn.out);
    for (const std::size_t peer : liveness.passed(now)) peer_died(turn, peer);
    look_at_links(turn);
    for (const std::size_t ping : pings.passed(now)) ping_changed(turn, ping);
    for (std::size_t peer = 0; peer < peers.size(); ++peer) ask_for_missing(turn, peer);
    damper.passed(now, turn.out);
}

// A 3.0.6 takes an acknowledgement of its life before for one of this life, and then never repeats
// what it covers (wire.md 5.5). One such number is followed by others, and each holds up its
// groups. Ours repeats for as long as it is asked.
void Engine::State::give_up_unanswered(Turn& turn, std::size_t peer) {
    Peer& from = peers[peer];
    if (from.ours) return;
    const std::uint32_t requests =
        from.ignores_requests ? limits::requests_ignored_max : limits::requests_unanswered_max;
    for (const std::uint64_t number : from.wanted.give_up(turn.now.mono, requests)) {
        damper.happened(Topic::given_up, peer, turn.now.mono, turn.out, [&] {
            return log_line(LogId::packet_given_up, members.name(peer), requests, number);
        });
        from.ignores_requests = true;
        number_lost(turn, peer, number);
    }
}

void Engine::State::ask_for_missing(Turn& turn, std::size_t peer) {
    give_up_unanswered(turn, peer);
    for (const auto& range : peers[peer].wanted.due(turn.now.mono, config.max_rexmit_delay)) {
        // Told only now: what was merely overtaken by others has come meanwhile.
        if (!range.again) {
            peers[peer].lost += range.last - range.first + 1;
            const bool told = damper.happened(Topic::lost, peer, turn.now.mono, turn.out, [&] {
                return log_line(LogId::packets_lost, range.last - range.first + 1,
                                members.name(peer), range.first - 1, range.last + 1);
            });
            peers[peer].loss_logged = peers[peer].loss_logged || told;
        }
        wire::Message request = wire::make_message("NS_rexmit");
        request.set("dest", members.name(peer));
        request.set("firstseq", std::to_string(range.first));
        request.set("lastseq", std::to_string(range.last));
        send(turn.now, std::move(request), turn.out);
    }
}

void Engine::State::follow_up(Turn& turn) {
    if (!started) return;
    tell_one_way(turn);
    if (beat.extra_due(turn.now.mono)) send_status(turn.now, turn.out);
    call_roll(turn);
}

// Ping nodes are waited for as peers are; not by who comes back to a peer that serves already:
// until our communication is up, nothing that both run is settled.
bool Engine::State::roll_is_open() const {
    if (pings.settled()) return true;
    for (std::size_t peer = 0; peer < peers.size(); ++peer) {
        if (liveness.state(peer) == PeerState::alive && peers[peer].word == "active") return true;
    }
    return false;
}

void Engine::State::call_roll(Turn& turn) {
    if (roll.complete() || !roll_is_open()) return;
    const auto decision = roll.look(turn.now.mono, liveness, acks.on());
    switch (decision.step) {
        case RollCall::Step::wait:
            return;
        case RollCall::Step::complete:
            return complete_roll(turn);
        case RollCall::Step::ask:
            break;
    }
    wire::Message request = wire::make_message("reqnodes");
    request.set("dest", members.name(decision.peer));
    send(turn.now, std::move(request), turn.out);
    const Duration retry =
        peers[decision.peer].ours ? limits::reqnodes_retry_ours : limits::reqnodes_retry;
    roll.asked(turn.now.mono + retry);
}

void Engine::State::complete_roll(Turn& turn) {
    liveness.comm_up();
    pings.comm_up();
    turn.log(LogId::comm_up);
    own_word = "active";
    turn.log(LogId::local_status, own_word);
    send_status(turn.now, turn.out);
    turn.up.emplace_back(CommUp{});
}

Instant Engine::State::next_deadline() const {
    if (!started) return last_call;
    Instant first =
        std::min({beat.next_deadline(), liveness.next_deadline(), links.next_deadline(liveness),
                  one_way.next_deadline(), pings.next_deadline(), damper.next_deadline()});
    if (roll_is_open()) first = std::min(first, roll.next_deadline());
    for (const Peer& peer : peers) first = std::min(first, peer.wanted.next_deadline());
    return first;
}

}  // namespace hb::cluster
