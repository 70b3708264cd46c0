// See send_troubles.hpp.
#include "send_troubles.hpp"

#include "base/limits.hpp"

namespace hb::shell {

void SendTroubles::failed(const std::string& why, std::uint64_t frames) {
    lost_ += frames;
    last_ = clock_.now();
    if (why == why_ && last_ < next_line_) return;
    log_(log_line(LogId::link_send_failed, link_, why, lost_));
    why_ = why;
    lost_ = 0;
    next_line_ = last_ + limits::bad_packet_log_pause;
}

void SendTroubles::look() {
    if (why_.empty() || clock_.now() < last_ + limits::send_recovery) return;
    log_(log_line(LogId::link_send_works, link_));
    why_.clear();
    lost_ = 0;
}

}  // namespace hb::shell
