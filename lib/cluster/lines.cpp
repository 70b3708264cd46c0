// What is said of links: up, dead, dead for days, one way only. What they are is Links' and
// OneWay's.
#include <algorithm>

#include "cluster/state.hpp"

namespace hb::cluster {

std::size_t Engine::State::line_of(std::size_t link) const {
    const auto& shares = config.links[link].shares;
    return shares ? static_cast<std::size_t>(*shares) : link;
}

void Engine::State::link_changed_state(Turn& turn, const Links::Place& place) {
    const LinkSpec& link = config.links[place.link];
    if (links.may_log(place.peer, place.link, turn.now.mono)) {
        turn.log(place.up ? LogId::link_up : LogId::link_dead, members.name(place.peer), link.name);
    }
    turn.up.emplace_back(LinkState{members.name(place.peer), link.id, place.up});
}

void Engine::State::look_at_links(Turn& turn) {
    const Instant now = turn.now.mono;
    const auto tell = [&](LogId id, const Links::Place& place) {
        turn.log(id, members.name(place.peer), config.links[place.link].name);
    };
    for (const Links::Place& place : links.passed(now, liveness)) link_changed_state(turn, place);
    for (const Links::Place& place : links.overdue_logs(now)) {
        tell(place.up ? LogId::link_up : LogId::link_dead, place);
    }
    for (const Links::Place& place : links.never_up(now, liveness)) {
        const NodeName& name = members.name(place.peer);
        turn.log(LogId::link_never_up, name, config.links[place.link].name, name);
    }
    for (const Links::Place& place : links.still_dead(now)) tell(LogId::link_still_dead, place);
}

void Engine::State::tell_one_way(Turn& turn) {
    // The peer notices after our own deadtime, and we after its.
    std::vector<Duration> patience;
    for (std::size_t peer = 0; peer < peers.size(); ++peer) {
        patience.push_back(std::max(config.deadtime, liveness.timeout(peer)));
    }
    for (const OneWay::Change& change : one_way.look(turn.now.mono, links, patience)) {
        const NodeName& name = members.name(change.peer);
        const std::string& link = config.links[change.link].name;
        switch (change.way) {
            case Way::both:
                turn.log(LogId::link_both_ways, name, link);
                break;
            case Way::only_to_us:
                turn.log(LogId::link_not_heard_by, name, link, name);
                break;
            case Way::only_to_peer:
                turn.log(LogId::link_heard_by_only, name, link, name);
                break;
        }
    }
}

void Engine::State::lines_told(std::size_t peer, std::size_t line, const wire::Message& status) {
    if (const auto number = status.dec(link_field)) one_way.came_over(peer, line, *number);
}

void Engine::State::heard_by(Turn& turn, std::size_t peer, const wire::Message& status,
                             bool active) {
    one_way.told(peer, read_heard(status.get(heard_field), config.self));
    // Who is not active yet may not have had the time to hear us.
    const bool anywhere = active ? one_way.hears_us(peer) : !one_way.long_deaf(peer);
    if (anywhere == peers[peer].hears_us) return;
    peers[peer].hears_us = anywhere;
    turn.up.emplace_back(HeardBy{members.name(peer), anywhere});
}

std::string Engine::State::heard_list() const {
    std::string list;
    for (std::size_t peer = 0; peer < peers.size(); ++peer) {
        const std::string entry = one_way.heard_entry(peer, members.name(peer), links);
        if (list.size() + entry.size() >= limits::heard_field_bytes_max) break;
        list += (list.empty() ? "" : " ") + entry;
    }
    return list;
}

}  // namespace hb::cluster
