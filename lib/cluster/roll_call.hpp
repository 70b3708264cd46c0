// The way to "communication is up" (wire.md 6.6): everybody heard or counted out, then one node
// list asked of a live peer. Decides; sends nothing.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/instant.hpp"
#include "cluster/liveness.hpp"

namespace hb::cluster {

class RollCall {
public:
    explicit RollCall(std::size_t peers) : peers_(peers) {}

    enum class Step : std::uint8_t { wait, ask, complete };
    struct Decision {
        Step step{};
        std::size_t peer{};  // whom to ask
    };
    // What to do now; after `ask` and `complete` look again. `exchange`: whether lists are asked
    // for at all (not with acknowledgements off). After an `ask`, asked() must follow.
    Decision look(Instant now, const Liveness& liveness, bool exchange);
    void asked(Instant again) noexcept { again_ = again; }
    // A peer was heard for the first time or in a new life: an older question is lost on it.
    void came_to_life(std::size_t peer) noexcept;
    // A node list came. True when that completes the roll call.
    bool answered() noexcept;

    bool complete() const noexcept { return phase_ == Phase::complete; }
    Instant next_deadline() const noexcept;

private:
    enum class Phase : std::uint8_t { gathering, asking, complete };
    // From `start` on, wrapping, the first live peer; peers_ when there is none.
    std::size_t live_from(std::size_t start, const Liveness& liveness) const;

    std::size_t peers_;
    Phase phase_{Phase::gathering};
    std::size_t target_{};
    Instant again_{};
};

}  // namespace hb::cluster
