// The arbiter: for two nodes without a fencing device. While the other node is silent, and has not
// left in order, groups run here only as long as a named ping node answers: an answer is a lease
// that ends one deadtime later. Decides; starts and stops nothing.
//
// How the two sides of a cut at the time T come apart when from then on only one of them hears an
// arbiter, with deadtimes D. The other one's lease ends at T + D, and it counts us dead at T + D:
// then it begins to release. Here its silence is noticed one D after its last heartbeat, and its
// groups are taken one D after that: the releases have a deadtime, less a keepalive. What is not
// given up by then is ended with the machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/instant.hpp"

namespace hb::resource {

struct ArbiterConfig {
    std::vector<NodeName> names;  // ping nodes; empty: no arbiter
    bool reboot{false};           // instead of a release
    Duration deadtime{};          // of this node
    bool operator==(const ArbiterConfig&) const = default;
};

enum class Standing : std::uint8_t {
    at_peace,  // the other node is there and hears us, left in order, or is proven to be down
    waiting,   // it is silent: what runs here goes on, nothing is taken
    granted,   // if no arbiter answers it, it has given up what it held
    isolated,  // no arbiter answers us: everything is given up
};

constexpr std::string_view standing_word(Standing standing) noexcept {
    constexpr std::string_view all[] = {"at_peace", "waiting", "granted", "isolated"};
    return all[static_cast<std::size_t>(standing)];
}

class Arbiter {
public:
    // What a daemon before us has left runs on a lease from the start on.
    Arbiter(ArbiterConfig config, Instant start)
        : config_(std::move(config)), start_(start), heard_(start) {}

    bool configured() const noexcept { return !config_.names.empty(); }
    const ArbiterConfig& config() const noexcept { return config_; }
    bool knows(const NodeName& ping) const noexcept;
    void set_deadtime(Duration deadtime) noexcept { config_.deadtime = deadtime; }
    // The other node's own, as it announces it: its lease may be longer than ours.
    void set_peer_deadtime(Duration deadtime) noexcept { peer_deadtime_ = deadtime; }

    // Our own `active` goes out now: before that the other node could not know that we are deaf to
    // it, and would not have begun to give anything up.
    void active(Instant now) noexcept {
        if (contest_) contest_ = now;
    }

    // One of them has answered. look() must follow with the same `now`.
    void heard(Instant now);
    // `contested`: the other node is silent, or says that it does not hear us. Groups are granted
    // only by an answer of this very moment.
    Standing look(Instant now, bool contested);
    Standing standing() const noexcept { return standing_; }
    // Whether groups may be started that are not held.
    bool may_take() const noexcept {
        return standing_ == Standing::at_peace || standing_ == Standing::granted;
    }
    // Once: what should have been given up by now may run on the other node in a moment.
    bool overdue(Instant now) noexcept;
    // The first answer from then on grants; `never` while nothing is contested or none answers.
    Instant grant_at() const noexcept;
    Instant next_deadline() const noexcept;

private:
    Instant lease_ends() const noexcept { return heard_ + config_.deadtime; }
    Duration release_time() const noexcept;

    ArbiterConfig config_;
    Standing standing_{Standing::at_peace};
    Duration peer_deadtime_{};
    Instant start_;
    Instant heard_;                   // the last answer
    std::optional<Instant> row_;      // the first of the answers that no lease's end parts
    std::optional<Instant> contest_;  // since when the other node is silent
    Instant give_up_by_{never};       // all that runs here, since we were isolated
};

}  // namespace hb::resource
