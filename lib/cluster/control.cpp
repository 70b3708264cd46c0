// Control messages (types that begin with NS_): acknowledgements, requests to repeat, refusals
// (wire.md 4.2, 5.5 to 5.7). They have no number, so nothing here may be worth a replay.
#include <algorithm>

#include "base/text.hpp"
#include "cluster/state.hpp"

namespace hb::cluster {

void Engine::State::control(Turn& turn, std::size_t peer, const wire::Message& message,
                            const Header& header) {
    // What a life says before its first status cannot concern what we know of the older one.
    const bool current = liveness.state(peer) == PeerState::alive &&
                         (header.generation == peers[peer].generation || !message.has("hg"));
    if (header.type == "NS_nak_rexmit") {
        if (current) nak_came(turn, peer, message);
        return;
    }
    if (message.has("dest") && message.dest() != config.self) return;
    if (header.type == "NS_rexmit") return serve_request(turn, peer, message);
    if (header.type == "NS_ackmsg" && current) return ack_came(turn, peer, message);
}

void Engine::State::serve_request(Turn& turn, std::size_t peer, const wire::Message& message) {
    const auto first = message.dec("firstseq");
    const auto last = message.dec("lastseq");
    if (!first || !last || *first == 0 || *first > *last) return;
    Peer& from = peers[peer];
    acks.doubt(peer, *first);
    const Duration delay = config.max_rexmit_delay;
    const Duration pause = std::max(delay - limits::resend_pause_slack, Duration::zero());
    const History::Answer answer =
        history.asked(*first, *last, acks.of(peer), turn.now.mono, pause);
    bool ordered = false;
    for (const wire::Message* again : answer.again) {
        // It could be sealed once, so it can be now; a new key may only have changed its length.
        if (!emit(*again, turn.out)) return;
        ++from.repeated;
        ordered = ordered || in_senders_order(again->type());
    }
    if (ordered) turn.up.emplace_back(SentAgain{members.name(peer)});
    if (turn.now.mono >= from.nak_pause_ends) {
        from.nak_pause_ends = turn.now.mono + delay;
        from.naks = 0;
    }
    for (const History::Nak& nak : answer.naks) {
        if (from.naks == limits::resend_per_request) return;
        ++from.naks;
        damper.happened(Topic::refused_request, peer, turn.now.mono, turn.out, [&] {
            return log_line(LogId::rexmit_refused, members.name(peer), nak.number);
        });
        wire::Message refusal = wire::make_message("NS_nak_rexmit");
        refusal.set("firstseq", to_hex(nak.number));
        refusal.set("dest", members.name(peer));
        refusal.set("info", nak.why);
        send(turn.now, std::move(refusal), turn.out);
    }
}

// Whoever it was addressed to: the number is gone for everybody.
void Engine::State::nak_came(Turn& turn, std::size_t peer, const wire::Message& message) {
    const auto number = message.hex("firstseq");
    if (!number) return;
    if (!number_lost(turn, peer, *number)) return;
    turn.log(LogId::nak_received, members.name(peer), *number, printable(message.get("info")));
}

void Engine::State::ack_came(Turn& turn, std::size_t peer, const wire::Message& message) {
    const auto number = message.hex("ackseq");
    if (!number || !acks.on() || message.dest() != config.self) return;
    if (acks.record(peer, *number, history.highest()) != Acks::Outcome::never_sent) return;
    damper.happened(Topic::malformed, peer, turn.now.mono, turn.out, [&] {
        return log_line(
            LogId::message_malformed, members.name(peer),
            "it acknowledges number " + std::to_string(*number) + " which was never sent");
    });
}

}  // namespace hb::cluster
