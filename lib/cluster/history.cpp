// See history.hpp.
#include "cluster/history.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/limits.hpp"

namespace hb::cluster {

void History::keep(std::uint64_t number, wire::Message message) {
    HB_CHECK(number == highest_ + 1);
    highest_ = number;
    kept_.push_back(Kept{std::move(message), {}, false});
    if (kept_.size() > limits::history_messages) kept_.pop_front();
}

History::Answer History::asked(std::uint64_t first, std::uint64_t last, std::uint64_t acknowledged,
                               Instant now, Duration pause) {
    Answer answer;
    const std::uint64_t low = highest_ - kept_.size();  // the highest number already freed
    const std::uint64_t end = std::min(last, highest_);
    std::uint64_t number = std::max(first, acknowledged + 1);
    for (; number <= end; ++number) {
        if (answer.again.size() + answer.naks.size() == limits::resend_per_request) break;
        if (number <= low) {
            answer.naks.push_back({number, "seqno too low"});
            continue;
        }
        Kept& kept = kept_[static_cast<std::size_t>(number - low - 1)];
        if (kept.was_repeated && now - kept.repeated < pause) continue;
        kept.was_repeated = true;
        kept.repeated = now;
        answer.again.push_back(&kept.message);
    }
    return answer;
}

}  // namespace hb::cluster
