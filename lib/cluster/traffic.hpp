// Counts what came over each line, for people. Nothing is decided by it. Peers and lines are
// indices.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hb::cluster {

class Traffic {
public:
    Traffic(std::size_t peers, std::size_t lines)
        : lines_(lines), packets_(lines), statuses_(peers), all_(peers * lines) {}

    void received(std::size_t line) { ++packets_[line].received; }
    void refused(std::size_t line) { ++packets_[line].refused; }
    // `fresh`: no line has brought it before.
    void status(std::size_t peer, std::size_t line, std::uint64_t number, bool fresh) {
        Place& place = all_[at(peer, line)];
        if (fresh) ++statuses_[peer];
        if (!fresh && number <= place.last) return;  // the network has doubled it
        if (place.heard == 0) place.before = std::max<std::uint64_t>(statuses_[peer], 1) - 1;
        ++place.heard;
        place.last = std::max(place.last, number);
    }
    // Its numbers begin anew.
    void new_life(std::size_t peer) {
        for (std::size_t line = 0; line < lines_; ++line) all_[at(peer, line)].last = 0;
    }

    struct Packets {
        std::uint64_t received{}, refused{};
    };
    const Packets& packets(std::size_t line) const { return packets_[line]; }
    std::uint64_t heard(std::size_t peer, std::size_t line) const {
        return all_[at(peer, line)].heard;
    }
    // Since the line was first heard.
    std::uint64_t missed(std::size_t peer, std::size_t line) const {
        const Place& place = all_[at(peer, line)];
        const std::uint64_t due = statuses_[peer] - place.before;
        return place.heard == 0 || due < place.heard ? 0 : due - place.heard;
    }

private:
    struct Place {
        std::uint64_t heard{}, last{}, before{};
    };
    std::size_t at(std::size_t peer, std::size_t line) const { return peer * lines_ + line; }

    std::size_t lines_;
    std::vector<Packets> packets_;
    std::vector<std::uint64_t> statuses_;  // different ones, by peer
    std::vector<Place> all_;
};

}  // namespace hb::cluster
