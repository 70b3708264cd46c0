// May the groups of a dead or leaving peer be taken? A total table, one state per peer. Every
// input can be caused by a remote node, so none is an assertion.
#pragma once

#include <cstdint>
#include <string_view>

namespace hb::resource {

enum class Claim : std::uint8_t {
    alive,    // it speaks for itself
    fencing,  // dead, and its groups may still run there
    cleared,  // they do not run there, or nobody can prove it and none is configured to
    blocked,  // fencing was given up: an operator must say so
};
enum class ClaimInput : std::uint8_t {
    died_owning,
    died_empty,
    left_in_order,
    fence_confirmed,
    fence_not_confirmed,
    fence_given_up,
    no_device,
    operator_confirmed,
    arbiter_heard,  // and what it held is given up there
    reloaded,       // an operator has looked at the devices
    returned_same_life,
    returned_new_life,
};
enum class ClaimAction : std::uint8_t {
    nothing,
    log_only,  // it makes no sense in this state
    shoot,
    call_off,
    take,  // the groups may be taken now
    alarm,
};
struct ClaimStep {
    Claim next{};
    ClaimAction action{};
    bool operator==(const ClaimStep&) const = default;
};

constexpr std::string_view claim_word(Claim claim) noexcept {
    constexpr std::string_view all[] = {"alive", "fencing", "cleared", "blocked"};
    return all[static_cast<std::size_t>(claim)];
}

ClaimStep advance(Claim state, ClaimInput input) noexcept;

// Silent, and nothing proves that its groups do not run there.
constexpr bool open(Claim claim) noexcept {
    return claim == Claim::fencing || claim == Claim::blocked;
}

}  // namespace hb::resource
