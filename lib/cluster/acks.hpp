// What each peer has acknowledged of our messages (wire.md 5.7). Pausing clients is not done here;
// history is kept by number alone, so that nothing is freed early.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hb::cluster {

class Acks {
public:
    explicit Acks(std::size_t peers) : by_peer_(peers, 0) {}

    enum class Outcome : std::uint8_t { recorded, known, never_sent };
    Outcome record(std::size_t peer, std::uint64_t number, std::uint64_t last_sent) {
        if (number > last_sent) return Outcome::never_sent;
        if (number <= by_peer_[peer]) return Outcome::known;
        by_peer_[peer] = number;
        return Outcome::recorded;
    }
    // The peer is dead or was started again: it knows nothing of ours.
    void forget(std::size_t peer) { by_peer_[peer] = 0; }

    // It asks for `number`, so it cannot have it: the acknowledgement was meant for an earlier life
    // of ours, since acknowledgements do not say for which. Without this its gap would never close.
    void doubt(std::size_t peer, std::uint64_t number) {
        by_peer_[peer] = std::min(by_peer_[peer], number - 1);
    }

    std::uint64_t of(std::size_t peer) const { return by_peer_[peer]; }

    // `status` without `protocol` switches acknowledgements off for the rest of this life.
    void switch_off() noexcept { on_ = false; }
    bool on() const noexcept { return on_; }

private:
    std::vector<std::uint64_t> by_peer_;
    bool on_{true};
};

}  // namespace hb::cluster
