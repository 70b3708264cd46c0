// Ping nodes in the engine: a request with each heartbeat of ours, what an answer means, and how
// they come and go (wire.md 7.7).
#include "cluster/state.hpp"

namespace hb::cluster {

// Each goes only to its own link. The inner signature is always there, whatever `msgfmt` says.
void Engine::State::ping_all(Now now, Effects& out) {
    const std::uint64_t ts = now.unix_seconds == 0 ? 1U : now.unix_seconds;
    pings.asking(ts, now.mono);
    for (std::size_t ping = 0; ping < pings.size(); ++ping) {
        const LinkId link = pings.link(ping);
        if (!usable[static_cast<std::size_t>(link)]) continue;
        auto sealed = signer.seal_netstring(pings.request(ping, ts), wire::InnerAuth::present);
        if (sealed) out.emplace_back(SendFrame{link, *std::move(sealed)});
    }
}

void Engine::State::echo_came(Turn& turn, std::size_t ping, ByteView bytes) {
    const auto message = signer.open(bytes);
    const auto link = static_cast<std::size_t>(pings.link(ping));
    if (!message) return bad_packet(turn, link, message.error().code);
    const auto refuse = [&](const char* why) {
        damper.happened(Topic::echo, ping, turn.now.mono, turn.out,
                        [&] { return log_line(LogId::message_malformed, pings.name(ping), why); });
    };
    switch (pings.judge(ping, *message)) {
        case Pings::Echo::of_another:
            return;
        case Pings::Echo::wrong:
            return refuse("it is no answer to our echo requests");
        case Pings::Echo::stale:
            return refuse("it answers no echo request of the last time");
        case Pings::Echo::fits:
            break;
    }
    traffic.received(link);
    const Pings::Heard heard = pings.heard(ping, turn.now.mono);
    if (heard.late) turn.log(LogId::ping_late, pings.name(ping), heard.interval);
    if (heard.came_up) ping_changed(turn, ping);
    turn.up.emplace_back(PingHeard{pings.name(ping)});
}

// One line a change: the link of a ping node is up when the node is.
void Engine::State::ping_changed(Turn& turn, std::size_t ping) {
    const NodeName& name = pings.name(ping);
    const bool up = pings.up(ping);
    if (up) {
        turn.log(LogId::ping_up, name);
    } else {
        turn.log(LogId::ping_dead, name);
    }
    turn.up.emplace_back(PingState{name, up, pings.ever_heard(ping)});
    turn.up.emplace_back(LinkState{name, pings.link(ping), up});
}

}  // namespace hb::cluster
