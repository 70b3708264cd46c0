// See claim.hpp. One function per state; a pair that is forgotten does not compile.
#include "resource/claim.hpp"

#include "base/check.hpp"

namespace hb::resource {
namespace {

using In = ClaimInput;
using Do = ClaimAction;

ClaimStep from_alive(In input) noexcept {
    switch (input) {
        case In::died_owning:
            return {Claim::fencing, Do::shoot};
        case In::died_empty:
        case In::left_in_order:
            return {Claim::cleared, Do::take};
        case In::returned_same_life:
        case In::returned_new_life:
            return {Claim::alive, Do::nothing};
        case In::fence_confirmed:
        case In::fence_not_confirmed:
        case In::fence_given_up:
        case In::no_device:
        case In::operator_confirmed:
        case In::arbiter_heard:
        case In::reloaded:
            return {Claim::alive, Do::log_only};
    }
    HB_CHECK(false && "unknown input");
}

ClaimStep from_fencing(In input) noexcept {
    switch (input) {
        case In::fence_confirmed:
        case In::operator_confirmed:
        case In::arbiter_heard:
        case In::no_device:
            return {Claim::cleared, Do::take};
        case In::fence_not_confirmed:
            return {Claim::fencing, Do::shoot};
        case In::fence_given_up:
            return {Claim::blocked, Do::alarm};
        case In::returned_same_life:
            return {Claim::alive, Do::call_off};
        // It rebooted, so it holds nothing until it says so: no shot is needed any more.
        case In::returned_new_life:
            return {Claim::alive, Do::call_off};
        case In::died_owning:
        case In::died_empty:
        case In::left_in_order:
        case In::reloaded:
            return {Claim::fencing, Do::log_only};
    }
    HB_CHECK(false && "unknown input");
}

ClaimStep from_cleared(In input) noexcept {
    switch (input) {
        case In::returned_same_life:
        case In::returned_new_life:
            return {Claim::alive, Do::nothing};
        // After an orderly leave the silence that follows is no news.
        case In::died_owning:
        case In::died_empty:
        case In::left_in_order:
        case In::no_device:
            return {Claim::cleared, Do::nothing};
        case In::fence_confirmed:
        case In::fence_not_confirmed:
        case In::fence_given_up:
        case In::operator_confirmed:
        case In::arbiter_heard:
        case In::reloaded:
            return {Claim::cleared, Do::log_only};
    }
    HB_CHECK(false && "unknown input");
}

ClaimStep from_blocked(In input) noexcept {
    switch (input) {
        case In::fence_confirmed:
        case In::operator_confirmed:
            return {Claim::cleared, Do::take};
        case In::reloaded:
            return {Claim::fencing, Do::shoot};
        case In::returned_same_life:
        case In::returned_new_life:
            return {Claim::alive, Do::nothing};
        case In::died_owning:
        case In::died_empty:
        case In::left_in_order:
        case In::fence_not_confirmed:
        case In::fence_given_up:
        case In::arbiter_heard:
        case In::no_device:
            return {Claim::blocked, Do::log_only};
    }
    HB_CHECK(false && "unknown input");
}

}  // namespace

ClaimStep advance(Claim state, ClaimInput input) noexcept {
    switch (state) {
        case Claim::alive:
            return from_alive(input);
        case Claim::fencing:
            return from_fencing(input);
        case Claim::cleared:
            return from_cleared(input);
        case Claim::blocked:
            return from_blocked(input);
    }
    HB_CHECK(false && "unknown state");
}

}  // namespace hb::resource
