// The lines between the two machines, each direction by itself: what is lost, repeated, delayed,
// damaged or cut. What a packet suffers depends on the seed and its number alone, so that it
// suffers the same when other faults are taken away.
#pragma once

#include <vector>

#include "sim/fault.hpp"

namespace hb::sim {

class Network {
public:
    explicit Network(const Options& options);

    struct Arrival {
        Duration delay{};
        Bytes bytes;
        bool whole{};  // not damaged
    };
    // What becomes of one packet: nothing, or what arrives.
    std::vector<Arrival> send(Instant now, std::size_t from, LinkId link, const Bytes& bytes);

    // Nothing passes from that machine over one line, or over all, until then.
    void cut(std::size_t from, std::size_t link, Instant until);
    void cut_all(std::size_t from, Instant until);
    // A bad time for everything that this machine sends.
    void spoil(std::size_t from, FaultKind how, Instant until);
    // From now on every line is perfect.
    void calm();
    // Whether a bad time is under way, so that words may need many repeats.
    bool spoiled(Instant now) const;

private:
    struct Direction {
        Instant cut_until{};
        std::uint64_t sent{};
    };
    struct Spell {
        Instant loss_until{}, clog_until{}, garble_until{};
    };

    LineOptions now_for(Instant now, std::size_t from) const;

    std::uint64_t seed_;
    LineOptions usual_;
    Duration clogged_;                                // longest delay of a clogged line
    std::vector<std::vector<Direction>> directions_;  // [from][link]
    std::vector<Spell> spells_{2};
};

}  // namespace hb::sim
