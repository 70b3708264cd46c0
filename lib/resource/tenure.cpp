// See tenure.hpp. One function per state; a pair that is forgotten does not compile.
#include "resource/tenure.hpp"

#include "base/check.hpp"

namespace hb::resource {
namespace {

using In = TenureInput;
using Do = TenureAction;

TenureStep from_elsewhere(In input) noexcept {
    switch (input) {
        case In::wanted:
            return {Tenure::waiting_for_claim, Do::nothing};
        case In::found_running:
            return {Tenure::held, Do::announce};
        case In::found_partly:
            return {Tenure::releasing, Do::stop};
        case In::release_asked:
        case In::peer_claims:
        case In::operator_reset:
            return {Tenure::elsewhere, Do::nothing};
        case In::claim_cleared:
        case In::all_started:
        case In::start_failed:
        case In::all_stopped:
        case In::all_stopped_after_failure:
        case In::stop_failed:
            return {Tenure::elsewhere, Do::log_only};
    }
    HB_CHECK(false && "unknown input");
}

TenureStep from_waiting(In input) noexcept {
    switch (input) {
        case In::claim_cleared:
            return {Tenure::acquiring, Do::start};
        case In::release_asked:
        case In::peer_claims:
            return {Tenure::elsewhere, Do::nothing};
        case In::wanted:
        case In::operator_reset:
            return {Tenure::waiting_for_claim, Do::nothing};
        case In::found_running:
        case In::found_partly:
        case In::all_started:
        case In::start_failed:
        case In::all_stopped:
        case In::all_stopped_after_failure:
        case In::stop_failed:
            return {Tenure::waiting_for_claim, Do::log_only};
    }
    HB_CHECK(false && "unknown input");
}

TenureStep from_acquiring(In input) noexcept {
    switch (input) {
        case In::all_started:
            return {Tenure::held, Do::announce};
        case In::start_failed:
        case In::release_asked:
        case In::peer_claims:
            return {Tenure::releasing, Do::stop};
        case In::wanted:
        case In::claim_cleared:
        case In::operator_reset:
            return {Tenure::acquiring, Do::nothing};
        case In::found_running:
        case In::found_partly:
        case In::all_stopped:
        case In::all_stopped_after_failure:
        case In::stop_failed:
            return {Tenure::acquiring, Do::log_only};
    }
    HB_CHECK(false && "unknown input");
}

TenureStep from_held(In input) noexcept {
    switch (input) {
        case In::release_asked:
        case In::peer_claims:
            return {Tenure::releasing, Do::stop};
        case In::wanted:
        case In::claim_cleared:
        case In::operator_reset:
            return {Tenure::held, Do::nothing};
        case In::found_running:
        case In::found_partly:
        case In::all_started:
        case In::start_failed:
        case In::all_stopped:
        case In::all_stopped_after_failure:
        case In::stop_failed:
            return {Tenure::held, Do::log_only};
    }
    HB_CHECK(false && "unknown input");
}

TenureStep from_releasing(In input) noexcept {
    switch (input) {
        case In::all_stopped:
            return {Tenure::elsewhere, Do::announce};
        case In::all_stopped_after_failure:
            return {Tenure::failed_here, Do::offer};
        case In::stop_failed:
            return {Tenure::stuck, Do::self_fence};
        case In::wanted:
        case In::claim_cleared:
        case In::release_asked:
        case In::peer_claims:
        case In::operator_reset:
            return {Tenure::releasing, Do::nothing};
        case In::found_running:
        case In::found_partly:
        case In::all_started:
        case In::start_failed:
            return {Tenure::releasing, Do::log_only};
    }
    HB_CHECK(false && "unknown input");
}

TenureStep from_failed(In input) noexcept {
    switch (input) {
        case In::operator_reset:
            return {Tenure::elsewhere, Do::announce};
        case In::wanted:
        case In::claim_cleared:
        case In::release_asked:
        case In::peer_claims:
            return {Tenure::failed_here, Do::nothing};
        case In::found_running:
        case In::found_partly:
        case In::all_started:
        case In::start_failed:
        case In::all_stopped:
        case In::all_stopped_after_failure:
        case In::stop_failed:
            return {Tenure::failed_here, Do::log_only};
    }
    HB_CHECK(false && "unknown input");
}

// The machine is giving itself up; nothing that is said changes that.
TenureStep from_stuck(In input) noexcept {
    switch (input) {
        case In::wanted:
        case In::claim_cleared:
        case In::found_running:
        case In::found_partly:
        case In::all_started:
        case In::start_failed:
        case In::release_asked:
        case In::all_stopped:
        case In::all_stopped_after_failure:
        case In::stop_failed:
        case In::peer_claims:
        case In::operator_reset:
            return {Tenure::stuck, Do::log_only};
    }
    HB_CHECK(false && "unknown input");
}

}  // namespace

TenureStep advance(Tenure state, TenureInput input) noexcept {
    switch (state) {
        case Tenure::elsewhere:
            return from_elsewhere(input);
        case Tenure::waiting_for_claim:
            return from_waiting(input);
        case Tenure::acquiring:
            return from_acquiring(input);
        case Tenure::held:
            return from_held(input);
        case Tenure::releasing:
            return from_releasing(input);
        case Tenure::failed_here:
            return from_failed(input);
        case Tenure::stuck:
            return from_stuck(input);
    }
    HB_CHECK(false && "unknown state");
}

}  // namespace hb::resource
