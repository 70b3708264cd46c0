// What the engine tells of itself (view.hpp).
#include "cluster/view.hpp"

#include "cluster/state.hpp"

namespace hb::cluster {

std::vector<PeerView> Engine::State::peer_views(Instant now) const {
    std::vector<PeerView> views;
    for (std::size_t i = 0; i < peers.size(); ++i) {
        const Peer& peer = peers[i];
        PeerView view;
        view.name = members.name(i);
        view.status = peer.word;
        view.ours = peer.ours;
        view.heard = liveness.state(i) == PeerState::alive;
        view.generation = peer.generation;
        if (peer.heard_since_start) view.age = liveness.silence(i, now);
        view.deadtime = liveness.announced(i);
        view.hears_us = peer.hears_us;
        view.deaths = peer.deaths;
        view.late = peer.late;
        view.lost = peer.lost;
        view.repeated = peer.repeated;
        for (std::size_t link = 0; link < config.links.size(); ++link) {
            if (config.links[link].ping) continue;
            const std::size_t line = line_of(link);
            view.links.push_back({config.links[link].id, links.up(i, line), links.age(i, line, now),
                                  one_way.told_way(i, line), traffic.heard(i, line),
                                  traffic.missed(i, line)});
        }
        views.push_back(std::move(view));
    }
    return views;
}

std::vector<PingView> Engine::State::ping_views(Instant now) const {
    std::vector<PingView> views;
    for (std::size_t i = 0; i < pings.size(); ++i) views.push_back(pings.view(i, now));
    return views;
}

std::vector<LineView> Engine::State::line_views() const {
    std::vector<LineView> views;
    for (std::size_t i = 0; i < config.links.size(); ++i) {
        const Traffic::Packets& packets = traffic.packets(i);
        views.push_back({config.links[i].name, config.links[i].ping, usable[i], packets.received,
                         packets.refused});
    }
    return views;
}

std::vector<PeerView> Engine::peers() const { return state_->peer_views(state_->last_call); }

std::vector<PingView> Engine::pings() const { return state_->ping_views(state_->last_call); }

EngineView Engine::view(Instant now) const {
    const State& s = *state_;
    EngineView view;
    view.word = s.own_word;
    view.peers = s.peer_views(now);
    view.pings = s.ping_views(now);
    view.lines = s.line_views();
    view.heartbeats = s.beat.count();
    view.messages = s.history.highest();
    view.stalls.count = s.stalls.count;
    view.stalls.worst = s.stalls.worst;
    if (s.stalls.count > 0) view.stalls.age = now - s.stalls.last;
    return view;
}

}  // namespace hb::cluster
