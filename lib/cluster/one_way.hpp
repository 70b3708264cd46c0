// Lines that work in one direction only. Each node numbers its lines and puts the number into the
// status that goes over each (`hb_link`); each tells which numbers it hears of whom (`hb_heard`).
// So a node learns over which of its own lines the peer hears it, whatever these are called there.
// A Heartbeat 3.0.6 has neither field, and nothing is claimed. Peers and lines are indices.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/instant.hpp"
#include "cluster/links.hpp"
#include "cluster/view.hpp"

namespace hb::cluster {

inline constexpr std::string_view link_field = "hb_link";
inline constexpr std::string_view heard_field = "hb_heard";

// What a peer says in `hb_heard` of us.
struct HeardByPeer {
    std::set<std::size_t> lines;  // our numbers
    bool unnamed{false};          // it hears us, and does not know yet over which line
    bool anything() const noexcept { return unnamed || !lines.empty(); }
};
// Nothing when the field does not name us, or is not what it should be.
std::optional<HeardByPeer> read_heard(std::string_view field, const NodeName& self);

class OneWay {
public:
    OneWay(std::size_t peers, std::size_t links)
        : links_(links), peers_(peers), all_(peers * links) {}

    // A status came over our line and named the peer's own number of it.
    void came_over(std::size_t peer, std::size_t link, std::uint64_t their_number);
    // A status of the peer; nothing: it does not tell what it hears.
    void told(std::size_t peer, std::optional<HeardByPeer> heard) { peers_[peer] = heard; }
    // It is dead or lives anew: what it said counts no more.
    void forget(std::size_t peer);
    // The entry of `hb_heard` about that peer.
    std::string heard_entry(std::size_t peer, const NodeName& name, const Links& links) const;
    // False only when it says so.
    bool hears_us(std::size_t peer) const { return !peers_[peer] || peers_[peer]->anything(); }

    // It has said so for so long that a line was called one-way.
    bool long_deaf(std::size_t peer) const;
    // As look() has told it.
    Way told_way(std::size_t peer, std::size_t link) const {
        const Line& line = all_[peer * links_ + link];
        return line.told ? line.way : Way::both;
    }

    struct Change {
        std::size_t peer{}, link{};
        Way way{};  // `both`: it was told as one-way before, and is no longer
    };
    // What must be told now. A line counts when it has been one-way for `patience`: the two sides
    // do not notice a cut at the same time.
    std::vector<Change> look(Instant now, const Links& links,
                             const std::vector<Duration>& patience);
    Instant next_deadline() const;

private:
    struct Line {
        std::optional<std::uint64_t> their_number;
        Way way{Way::both};
        Instant due{never};  // then it is told
        bool told{false};
        Instant quiet_until{};  // a line that flaps is told once in a while
    };
    Way way_of(std::size_t peer, std::size_t link, const Links& links) const;

    std::size_t links_;
    std::vector<std::optional<HeardByPeer>> peers_;
    std::vector<Line> all_;
};

}  // namespace hb::cluster
