// Which link to which peer works. One dead cable is not a dead node. Peers and links are indices.
#pragma once

#include <cstddef>
#include <vector>

#include "base/instant.hpp"
#include "cluster/liveness.hpp"

namespace hb::cluster {

class Links {
public:
    Links(std::size_t peers, std::size_t links) : links_(links), all_(peers * links) {}

    // Whether the link came up by this packet.
    bool heard(std::size_t peer, std::size_t link, Instant now);

    struct Place {
        std::size_t peer{}, link{};
        bool up{};
    };
    // Links that went dead: silent for as long as their peer may be silent.
    std::vector<Place> passed(Instant now, const Liveness& liveness);
    void forgive(Duration overslept);
    bool up(std::size_t peer, std::size_t link) const { return all_[at(peer, link)].up; }

    // Whether a change may be logged now. A link that flaps is logged limits::link_flap_log_lines
    // times in limits::link_flap_log_pause; how it ends up comes later from overdue_logs().
    bool may_log(std::size_t peer, std::size_t link, Instant now);
    std::vector<Place> overdue_logs(Instant now);

    Instant next_deadline(const Liveness& liveness) const;

private:
    struct Link {
        bool up{false}, logged_up{false};
        Instant heard{};
        Instant log_pause_ends{};
        unsigned logged{};  // lines since the pause began
    };
    std::size_t at(std::size_t peer, std::size_t link) const { return peer * links_ + link; }

    std::size_t links_;
    std::vector<Link> all_;
};

}  // namespace hb::cluster
