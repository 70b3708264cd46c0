// What one group does on this node: a total table, one state per group. Every input can be caused
// by a remote node or a script, so none is an assertion.
#pragma once

#include <cstdint>
#include <string_view>

namespace hb::resource {

enum class Tenure : std::uint8_t {
    elsewhere,          // not here
    waiting_for_claim,  // wanted, but a dead holder is not yet proven harmless
    acquiring,          // its starts run, or wait for a group it leans on
    held,               // runs here
    releasing,          // its stops run, or wait for groups that lean on it
    failed_here,        // a start failed; refused until a command, a reload or the peer's death
    stuck,              // a stop failed: the machine gives itself up
};
inline constexpr Tenure every_tenure[] = {
    Tenure::elsewhere, Tenure::waiting_for_claim, Tenure::acquiring, Tenure::held,
    Tenure::releasing, Tenure::failed_here,       Tenure::stuck};

enum class TenureInput : std::uint8_t {
    wanted,
    claim_cleared,
    found_running,  // `status` of every member said so before the first claim
    found_partly,   // of some, or not known
    all_started,
    start_failed,
    release_asked,
    all_stopped,
    all_stopped_after_failure,
    stop_failed,
    peer_claims,  // and by the rule this node yields
    operator_reset,
};
enum class TenureAction : std::uint8_t {
    nothing,
    log_only,  // it makes no sense in this state
    start,
    stop,
    announce,
    offer,  // announce the failure: the peer may take it
    self_fence,
};
struct TenureStep {
    Tenure next{};
    TenureAction action{};
    bool operator==(const TenureStep&) const = default;
};

TenureStep advance(Tenure state, TenureInput input) noexcept;

constexpr std::string_view tenure_word(Tenure t) noexcept {
    constexpr std::string_view all[] = {"elsewhere", "waiting_for_claim", "acquiring", "held",
                                        "releasing", "failed_here",       "stuck"};
    return all[static_cast<std::size_t>(t)];
}

// Whether a group in this state counts as ours towards others: claimed before its first start,
// given up after its last stop.
constexpr bool claimed(Tenure t) noexcept {
    return t == Tenure::acquiring || t == Tenure::held || t == Tenure::releasing ||
           t == Tenure::stuck;
}

}  // namespace hb::resource
