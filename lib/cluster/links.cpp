// See links.hpp.
#include "cluster/links.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace hb::cluster {

bool Links::heard(std::size_t peer, std::size_t link, Instant now) {
    Link& entry = all_[at(peer, link)];
    entry.heard = now;
    const bool came_up = !entry.up;
    entry.up = true;
    return came_up;
}

std::vector<Links::Place> Links::passed(Instant now, const Liveness& liveness) {
    std::vector<Place> gone;
    for (std::size_t i = 0; i < all_.size(); ++i) {
        const std::size_t peer = i / links_;
        if (!all_[i].up || all_[i].heard + liveness.timeout(peer) > now) continue;
        all_[i].up = false;
        gone.push_back({peer, i % links_, false});
    }
    return gone;
}

void Links::forgive(Duration overslept) {
    for (Link& link : all_) link.heard = link.heard + overslept;
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
    }
    return first;
}

}  // namespace hb::cluster
