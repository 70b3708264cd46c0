// See damped.hpp.
#include "sim/damped.hpp"

#include "base/limits.hpp"

namespace hb::sim {

using namespace std::chrono_literals;

Wrong Damped::effect(Instant t, const Machine& machine, const Effect& effect) {
    const auto* line = std::get_if<LogLine>(&effect);
    if (line == nullptr) return {};
    if (line->id == LogId::ipfail_gives_up || line->id == LogId::ipfail_gives_back) {
        // A raving plugin's word counts like any other; what follows is not ipfail's decision.
        const bool excused = raved_ && t - *raved_ < 3min;
        if (moved_ && !excused && t - *moved_ < limits::ipfail_move_pause - 2s) {
            return "I12: ipfail begins a second move " + std::to_string(to_ms(t - *moved_)) +
                   " ms after one";
        }
        begun_ = Begun{machine.index, t};
        moved_.reset();
    }
    // One of the two died or did not answer; what is handed over next is somebody else's wish.
    if (line->id == LogId::standby_cancelled || line->id == LogId::standby_no_reply) begun_.reset();
    // The taker has what was given; the giver has told it so before.
    const bool taken = line->id == LogId::standby_done && begun_ && machine.index != begun_->giver;
    if (taken && t - begun_->at < 50s) {
        moved_ = t;
        begun_.reset();
    }
    return {};
}

}  // namespace hb::sim
