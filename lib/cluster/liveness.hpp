// Up, late or dead, from silence alone (wire.md 6.2). Peers are indices; forgives our own stalls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/instant.hpp"

namespace hb::cluster {

enum class PeerState : std::uint8_t { unheard, alive, dead };
enum class Lateness : std::uint8_t { on_time, late, past_deadtime };

struct LivenessTimes {
    Duration deadtime{}, warntime{}, initdead{};
};

class Liveness {
public:
    Liveness(std::size_t peers, LivenessTimes times, Instant start);

    struct Heartbeat {
        PeerState before{};
        Lateness lateness{};
        Duration interval{};  // since the one before, zero when there was none in this life
    };
    Heartbeat heard(std::size_t peer, Instant now);
    // The peer's own word for how long it may be silent.
    void announced(std::size_t peer, Duration timeout);
    Duration announced(std::size_t peer) const { return peers_[peer].timeout; }
    void declare_dead(std::size_t peer);
    // It was started again: the pause before is no lateness.
    void new_life(std::size_t peer);

    // Communication is up: initdead no longer holds.
    void comm_up() noexcept { starting_ = false; }
    void set_times(LivenessTimes times) noexcept { times_ = times; }
    // Our own stall is not their silence.
    void forgive(Duration overslept);

    // Whose silence has reached its limit; declare_dead() is the caller's.
    std::vector<std::size_t> passed(Instant now) const;
    Instant deadline(std::size_t peer) const;
    Instant next_deadline() const;
    // How long this peer, or a link to it, may be silent now.
    Duration timeout(std::size_t peer) const;
    // Since its last heartbeat, or since our start.
    Duration silence(std::size_t peer, Instant now) const { return now - peers_[peer].since; }
    PeerState state(std::size_t peer) const { return peers_[peer].state; }

private:
    struct Silence {
        PeerState state{PeerState::unheard};
        Instant since{};
        Duration timeout{};    // as announced; zero: our own deadtime
        bool measured{false};  // `since` is a heartbeat of this life
    };
    std::vector<Silence> peers_;
    LivenessTimes times_;
    bool starting_{true};
};

}  // namespace hb::cluster
