// From a message of a known peer to messages in order: its sender's life, repeats, gaps, and what
// waits for them (wire.md 5.4). What a message means is dispatch.cpp's.
#include "cluster/state.hpp"

namespace hb::cluster {

void Engine::State::sequenced(Turn& turn, std::size_t peer, std::size_t link,
                              wire::Message&& message, const Header& header) {
    Peer& from = peers[peer];
    if (header.generation < from.generation) return;  // `hg` is absent, and it once was not
    Life life = Life::same;
    if (header.type != "status") {
        const bool shown =
            header.generation == from.generation && liveness.state(peer) == PeerState::alive;
        if (!shown) return park(from, std::move(message), header);
    } else {
        life = life_of(peer, message, header);
        if (life == Life::refused) return overheard(Overheard::Kind::dropped, message);
    }
    note_uuid(turn, peer, message);
    std::vector<std::pair<std::uint64_t, wire::Message>> waited;
    if (life != Life::same) {
        begin_life(turn, peer, life, header);
        if (from.parked_generation == header.generation) waited = from.parked.take_below(0);
        from.parked.clear();
    }
    // What came before the status that shows this life counts from its lowest number on.
    std::erase_if(waited, [&](const auto& one) { return one.first >= header.number; });
    std::erase_if(waited, [&](const auto& one) {
        const auto order = put_in_order(turn, peer, one.first);
        return order == Sequence::Order::duplicate || order == Sequence::Order::old;
    });
    const std::uint64_t number = header.number;
    const bool to_read = header.type == "status" || to_be_read(message);
    const Sequence::Order order = put_in_order(turn, peer, number);
    const std::size_t line = line_of(link);
    const bool known = order == Sequence::Order::old || order == Sequence::Order::duplicate;
    if (header.type == "status") traffic.status(peer, line, number, !known);
    if (order == Sequence::Order::old) return overheard(Overheard::Kind::dropped, message);
    if (header.type == "status") lines_told(peer, line, message);
    if (to_read && links.heard(peer, line, turn.now.mono)) {
        link_changed_state(turn, {peer, line, true});
    }
    if (order == Sequence::Order::duplicate) {
        return overheard(Overheard::Kind::duplicate, message);
    }
    if (header.type == "status") {
        status_came(turn, peer, message, number, life);
    } else if (to_read) {
        dispatch(turn, peer, std::move(message), number);
    }
    for (auto& [earlier, one] : waited) {
        if (!to_be_read(one)) continue;
        dispatch(turn, peer, std::move(one), earlier);
    }
    release_held(turn, peer);
}

// A 3.0.6 that believes itself alone gives itself leave to start its groups: that concerns us.
bool Engine::State::to_be_read(const wire::Message& message) const {
    return message.type() == "ip-request-resp" ||
           members.for_us(message.binary("destuuid"), message.dest());
}

void Engine::State::note_uuid(Turn& turn, std::size_t peer, const wire::Message& message) {
    const ByteView uuid = message.binary("srcuuid");
    switch (members.learn_uuid(peer, uuid)) {
        case Membership::Learnt::nothing_new:
        case Membership::Learnt::first:
            return;
        case Membership::Learnt::changed:
            turn.log(LogId::peer_uuid_changed, members.name(peer), uuid_text(uuid));
            return;
        case Membership::Learnt::taken:
            damper.happened(Topic::shared_uuid, peer, turn.now.mono, turn.out, [&] {
                return log_line(LogId::uuid_shared, members.name(peer),
                                members.owner_of(uuid).value_or(""), uuid_text(uuid));
            });
            return;
    }
}

// A message of a life whose status has not come yet (it was lost or overtaken) waits for it: taken
// at once it would be mistaken for one of the old life, or reach the manager before its sender is
// up. What that life has said already is an old packet, perhaps replayed.
void Engine::State::park(Peer& from, wire::Message&& message, const Header& header) {
    const bool new_life = header.generation > from.generation;
    if (!new_life && header.number <= from.order.highest()) return;
    if (header.generation < from.parked_generation) return;
    if (header.generation > from.parked_generation) from.parked.clear();
    from.parked_generation = header.generation;
    const std::uint64_t number = header.number;
    from.parked.add(number, std::move(message));
    while (from.parked.surplus()) {
    }
}

Engine::State::Life Engine::State::life_of(std::size_t peer, const wire::Message& status,
                                           const Header& header) const {
    const Peer& from = peers[peer];
    const PeerState state = liveness.state(peer);
    if (header.generation > from.generation) {
        return from.generation == 0 ? Life::first : Life::restarted;
    }
    if (state == PeerState::alive) return Life::same;
    if (!from.heard_since_start) return Life::first;
    // What was sent before the last that we heard was on its way when the peer was counted dead. It
    // shows no life, and numbers counted from it would have messages repeated that we have.
    if (header.number <= from.order.highest() || status.get("st") == "dead") return Life::refused;
    return Life::returned;
}

void Engine::State::begin_life(Turn& turn, std::size_t peer, Life life, const Header& header) {
    Peer& from = peers[peer];
    if (life == Life::returned) {
        turn.log(LogId::peer_returned, members.name(peer));
        turn.log(LogId::peer_returned_hint);
        return;
    }
    if (life == Life::restarted) {
        turn.log(LogId::peer_restarted, members.name(peer));
        from.word.clear();  // its first word is news, even if the life before ended with the same
    }
    forget_order(turn, peer);
    one_way.forget(peer);
    from.order.new_life();
    traffic.new_life(peer);
    from.status_number = 0;
    from.generation = header.generation;
    liveness.new_life(peer);
}

Sequence::Order Engine::State::put_in_order(Turn& turn, std::size_t peer, std::uint64_t number) {
    Peer& from = peers[peer];
    const Sequence::Arrival seen = from.order.arrive(number);
    switch (seen.order) {
        case Sequence::Order::after_gap:
            from.wanted.forget_below(from.order.first_missing());
            from.wanted.want(seen.gap_first, seen.gap_last, turn.now.mono, config.max_rexmit_delay,
                             dice);
            break;
        case Sequence::Order::lost_a_lot:
            damper.happened(Topic::lost_a_lot, peer, turn.now.mono, turn.out, [&] {
                return log_line(LogId::lost_a_lot, members.name(peer),
                                seen.gap_last - seen.gap_first + 1);
            });
            from.wanted.clear();
            from.loss_logged = false;
            release_held(turn, peer);
            break;
        case Sequence::Order::late:
            if (from.wanted.got(number)) from.ignores_requests = false;
            break;
        case Sequence::Order::next:
        case Sequence::Order::duplicate:
        case Sequence::Order::old:
            break;
    }
    number_settled(turn, peer, seen);
    return seen.order;
}

void Engine::State::number_settled(Turn& turn, std::size_t peer, const Sequence::Arrival& seen) {
    if (seen.ack) ack(turn, peer, *seen.ack);
    if (!seen.repaired || !peers[peer].loss_logged) return;
    peers[peer].loss_logged = false;
    turn.log(LogId::packets_repaired, members.name(peer));
}

bool Engine::State::number_lost(Turn& turn, std::size_t peer, std::uint64_t number) {
    Peer& from = peers[peer];
    const Sequence::Arrival seen = from.order.give_up(number);
    if (seen.order != Sequence::Order::late) return false;
    from.wanted.got(number);
    number_settled(turn, peer, seen);
    release_held(turn, peer);
    return true;
}

void Engine::State::forget_order(Turn& turn, std::size_t peer) {
    Peer& from = peers[peer];
    from.order.reset();
    from.wanted.clear();
    from.ignores_requests = false;
    from.loss_logged = false;
    acks.forget(peer);
    // What stands behind a gap of a life that is over would be read without what it rests on: a
    // `done` whose report was lost had its groups started a second time (simulator, seed 188792).
    // Only the last word of a life stands for itself.
    for (auto& [number, message] : from.held.take_below(0)) {
        if (message.type() != "shutdone") continue;
        turn.up.emplace_back(Delivered{members.name(peer), std::move(message)});
    }
}

void Engine::State::release_held(Turn& turn, std::size_t peer) {
    Peer& from = peers[peer];
    if (from.held.size() == 0) return;
    for (auto& [number, message] : from.held.take_below(from.order.first_missing())) {
        turn.up.emplace_back(Delivered{members.name(peer), std::move(message)});
    }
}

}  // namespace hb::cluster
