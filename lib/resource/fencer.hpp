// When a dead peer is shot, with which device, and how often: the delay before the first shot, the
// levels, the pauses, the end of patience. Whether it must be shot and what a confirmation allows
// is the claim's (claim.hpp); how a device is driven, the shell's.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/event.hpp"
#include "resource/claim.hpp"
#include "resource/group.hpp"
#include "resource/letter.hpp"
#include "resource/view.hpp"

namespace hb::resource {

// One device that can reset peers.
struct FenceLevel {
    std::string name;    // type and line of ha.cf: by it the shell finds the device
    Duration timeout{};  // of one shot, given to the shell
};

struct FencingConfig {
    std::vector<FenceLevel> levels;  // in the order they are tried; empty: no device
    // Longer than a device takes to act, and than the two nodes can differ in noticing a cut: of
    // two survivors the one that waits is shot before it shoots.
    Duration delay{};
    bool pings{false};    // there are ping nodes
    Duration deadtime{};  // a ping node that was silent for half of it is not heard
};

// How many of FencingConfig::delay a node waits before it shoots the other one, so that no two
// answers of two nodes are the same, whatever each believes: the first node of ha.cf 0, or 2 when
// it owns less; the later one 1. So the owner of more groups shoots first. Before both comes who
// hears a ping node: the fault is rather where none is heard.
struct Standpoint {
    bool first_in_file{}, owns_less{}, hears_ping{true};
};
constexpr int delay_slots(const Standpoint& at) noexcept {
    return (at.first_in_file ? (at.owns_less ? 2 : 0) : 1) + (at.hears_ping ? 0 : 3);
}

// What a shot is for.
enum class ShotFor : std::uint8_t {
    groups,   // of the dead node: they wait for the confirmation
    defence,  // it holds nothing, but may shoot us: one round, and nothing waits
};

class Fencer {
public:
    explicit Fencer(FencingConfig config) : config_(std::move(config)) {}

    bool has_device() const noexcept { return !config_.levels.empty(); }
    Duration delay() const noexcept { return config_.delay; }
    // Devices of a new ha.cf. Orders that wait go by them, from the first one on; without any they
    // keep the old ones.
    void set_config(Instant now, FencingConfig next);
    void ping_heard(Instant now) noexcept { ping_heard_ = now; }
    // Also without ping nodes.
    bool hears_ping(Instant now) const noexcept;

    // The first shot at `target` comes after `delay`. A second order for it changes nothing.
    // REQUIRES: has_device().
    void request(Instant now, const NodeName& target, Duration delay, ShotFor what, Wishes& out);
    // No shot is wanted any more. One that is under way is ended, though it may still hit; its
    // answer counts for nothing. True when there was an order.
    bool call_off(const NodeName& target, Wishes& out);
    void call_off_all(Wishes& out);

    struct Verdict {
        NodeName target;
        ClaimInput input{};  // fence_confirmed, fence_not_confirmed (goes on), fence_given_up
        ShotFor what{};
        std::string device;
    };
    // None when no order waits for that job: an answer that came too late.
    std::optional<Verdict> done(Instant now, const FenceDone& result, Wishes& out);
    // Shots whose time has come.
    void wakeup(Instant now, JobSource& jobs, Wishes& out);
    Instant next_deadline() const noexcept;

    // For people; why a node is shot is the manager's.
    FencingView view(Instant now) const;

private:
    struct Order {
        NodeName target;
        std::vector<FenceLevel> levels;
        Instant due{never};  // `never` while a shot is under way
        std::size_t level{0};
        unsigned rounds{0};  // of all levels, that ended without a confirmation
        std::optional<JobId> job;
        std::string device;  // of the last shot
        ShotFor what{};
        bool anew{false};  // the devices have changed during a shot
    };

    void note(Instant now, const Order& order, const FenceDone& result);
    static ClaimInput missed(Instant now, Order& order, Wishes& out);

    FencingConfig config_;
    std::vector<Order> orders_;
    Instant ping_heard_{};
    struct Past {
        ShotView shot;
        Instant ended{};
    };
    std::deque<Past> past_;  // the last limits::fence_shots_shown, for people
};

}  // namespace hb::resource
