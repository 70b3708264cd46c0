// See log_damper.hpp.
#include "cluster/log_damper.hpp"

#include <algorithm>

namespace hb::cluster {

void LogDamper::tell(Slot& slot, Instant now, Effects& out) {
    LogLine line = std::move(slot.line);
    if (line.id == LogId::bad_packets) {
        line.arguments.insert(line.arguments.begin(), std::to_string(slot.pending));
    } else if (slot.pending > 1) {
        line.arguments.push_back(std::to_string(slot.pending) + " times");
    }
    out.emplace_back(std::move(line));
    slot.pending = 0;
    slot.next = now + limits::bad_packet_log_pause;
}

void LogDamper::passed(Instant now, Effects& out) {
    for (auto& [key, slot] : slots_) {
        if (slot.pending > 0 && now >= slot.next) tell(slot, now, out);
    }
}

void LogDamper::last_words(Effects& out) {
    for (auto& [key, slot] : slots_) {
        if (slot.pending > 0) tell(slot, slot.next, out);
    }
}

Instant LogDamper::next_deadline() const noexcept {
    Instant first = never;
    for (const auto& [key, slot] : slots_) {
        if (slot.pending > 0) first = std::min(first, slot.next);
    }
    return first;
}

}  // namespace hb::cluster
