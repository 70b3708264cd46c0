// Which link to which peer works. One dead cable is not a dead node. Peers and links are indices.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/instant.hpp"
#include "cluster/liveness.hpp"

namespace hb::cluster {

class Links {
public:
    // `expected`, by link: every live peer is to be heard over it.
    Links(std::size_t peers, std::vector<bool> expected)
        : links_(expected.size()),
          expected_(std::move(expected)),
          all_(peers * links_),
          first_heard_(peers) {}

    // Whether the link came up by this packet.
    bool heard(std::size_t peer, std::size_t link, Instant now);
    // Nothing is expected of a link to a peer that is not there.
    void peer_died(std::size_t peer) { first_heard_[peer].reset(); }

    struct Place {
        std::size_t peer{}, link{};
        bool up{};
    };
    // Links that went dead: silent for as long as their peer may be silent.
    std::vector<Place> passed(Instant now, const Liveness& liveness);
    // Expected links over which a peer was never heard, though it is there for so long. Each once.
    std::vector<Place> never_up(Instant now, const Liveness& liveness);
    // Links that are dead for one more limits::dead_link_alarm_pause, to peers that are there.
    std::vector<Place> still_dead(Instant now);
    void forgive(Duration overslept);
    bool up(std::size_t peer, std::size_t link) const { return all_[at(peer, link)].up; }
    // Since it was heard last; nothing: never.
    std::optional<Duration> age(std::size_t peer, std::size_t link, Instant now) const;

    // Whether a change may be logged now. A link that flaps is logged limits::link_flap_log_lines
    // times in limits::link_flap_log_pause; how it ends up comes later from overdue_logs().
    bool may_log(std::size_t peer, std::size_t link, Instant now);
    std::vector<Place> overdue_logs(Instant now);

    Instant next_deadline(const Liveness& liveness) const;

private:
    struct Link {
        bool up{false}, logged_up{false};
        bool ever_up{false}, told_never{false};
        Instant heard{};
        Instant log_pause_ends{};
        unsigned logged{};  // lines since the pause began
        Instant alarm_at{never};
    };
    std::size_t at(std::size_t peer, std::size_t link) const { return peer * links_ + link; }
    // When an expected link counts as missing; `never` when it does not.
    Instant missing_at(std::size_t index, const Liveness& liveness) const;

    std::size_t links_;
    std::vector<bool> expected_;
    std::vector<Link> all_;
    std::vector<std::optional<Instant>> first_heard_;  // by peer, since it was last dead
};

}  // namespace hb::cluster
