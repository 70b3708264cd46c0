// See links.hpp.
#include "cluster/links.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace hb::cluster {

bool Links::heard(std::size_t peer, std::size_t link, Instant now) {
    Link& entry = all_[at(peer, link)];
    entry.heard = now;
    entry.ever_up = true;
    if (!first_heard_[peer]) first_heard_[peer] = now;
    const bool came_up = !entry.up;
    entry.up = true;
    entry.alarm_at = never;
    return came_up;
}

std::optional<Duration> Links::age(std::size_t peer, std::size_t link, Instant now) const {
    const Link& entry = all_[at(peer, link)];
    if (!entry.ever_up) return std::nullopt;
    return now - entry.heard;
}

std::vector<Links::Place> Links::passed(Instant now, const Liveness& liveness) {
    std::vector<Place> gone;
    for (std::size_t i = 0; i < all_.size(); ++i) {
        const std::size_t peer = i / links_;
        if (!all_[i].up || all_[i].heard + liveness.timeout(peer) > now) continue;
        all_[i].up = false;
        all_[i].alarm_at = now + limits::dead_link_alarm_pause;
        gone.push_back({peer, i % links_, false});
    }
    return gone;
}

Instant Links::missing_at(std::size_t index, const Liveness& liveness) const {
    const Link& entry = all_[index];
    const std::size_t peer = index / links_;
    if (!expected_[index % links_] || entry.ever_up || entry.told_never) return never;
    if (!first_heard_[peer]) return never;
    return *first_heard_[peer] + liveness.timeout(peer);
}

std::vector<Links::Place> Links::never_up(Instant now, const Liveness& liveness) {
    std::vector<Place> missing;
    for (std::size_t i = 0; i < all_.size(); ++i) {
        if (missing_at(i, liveness) > now) continue;
        all_[i].told_never = true;
        all_[i].alarm_at = now + limits::dead_link_alarm_pause;
        missing.push_back({i / links_, i % links_, false});
    }
    return missing;
}

std::vector<Links::Place> Links::still_dead(Instant now) {
    std::vector<Place> dead;
    for (std::size_t i = 0; i < all_.size(); ++i) {
        if (all_[i].alarm_at > now) continue;
        all_[i].alarm_at = now + limits::dead_link_alarm_pause;
        if (first_heard_[i / links_]) dead.push_back({i / links_, i % links_, false});
    }
    return dead;
}

void Links::forgive(Duration overslept) {
    for (Link& link : all_) link.heard = link.heard + overslept;
    for (auto& first : first_heard_) {
        if (first) first = *first + overslept;
    }
}

bool Links::may_log(std::size_t peer, std::size_t link, Instant now) {
    Link& entry = all_[at(peer, link)];
    if (now >= entry.log_pause_ends) {
        entry.log_pause_ends = now + limits::link_flap_log_pause;
        entry.logged = 0;
    }
    if (entry.logged == limits::link_flap_log_lines) return false;
    ++entry.logged;
    entry.logged_up = entry.up;
    return true;
}

std::vector<Links::Place> Links::overdue_logs(Instant now) {
    std::vector<Place> overdue;
    for (std::size_t i = 0; i < all_.size(); ++i) {
        Link& entry = all_[i];
        if (entry.up == entry.logged_up || now < entry.log_pause_ends) continue;
        entry.logged_up = entry.up;
        overdue.push_back({i / links_, i % links_, entry.up});
    }
    return overdue;
}

Instant Links::next_deadline(const Liveness& liveness) const {
    Instant first = never;
    for (std::size_t i = 0; i < all_.size(); ++i) {
        const Link& entry = all_[i];
        if (entry.up) first = std::min(first, entry.heard + liveness.timeout(i / links_));
        if (entry.up != entry.logged_up) first = std::min(first, entry.log_pause_ends);
        first = std::min({first, entry.alarm_at, missing_at(i, liveness)});
    }
    return first;
}

}  // namespace hb::cluster
