// See serial_queue.hpp.
#include "serial_queue.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.hpp"

namespace hb::shell {

namespace {

// The value of a line `NAME=VALUE` of the frame. Nested fields have no lines of their own.
ByteView value_of(ByteView frame, std::string_view name) {
    const std::string begin = "\n" + std::string(name) + "=";
    const auto at = frame.find(begin);
    if (at == ByteView::npos) return {};
    const ByteView rest = frame.substr(at + begin.size());
    return rest.substr(0, rest.find('\n'));
}

// A numbered message is the same as another with its number. Of acknowledgements and requests the
// newest says all.
Bytes topic_of(ByteView frame) {
    const ByteView number = value_of(frame, "seq");
    if (!number.empty()) return "seq " + Bytes(number);
    return Bytes(value_of(frame, "t")) + " " + Bytes(value_of(frame, "dest")) + " " +
           Bytes(value_of(frame, "firstseq"));
}

}  // namespace

std::size_t SerialQueue::put(ByteView frame) {
    if (frame.size() > bytes_max_) return 1;
    Frame fresh{Bytes(frame), topic_of(frame), 0};
    if (value_of(frame, "t") == "status") {
        fresh.number = parse_hex(value_of(frame, "seq")).value_or(0);
    }
    for (std::size_t i = first_untouched(); i < waiting_.size(); ++i) {
        if (waiting_[i].topic != fresh.topic) continue;
        bytes_ += fresh.bytes.size();
        bytes_ -= waiting_[i].bytes.size();
        waiting_[i] = std::move(fresh);
        return 0;
    }
    const std::uint64_t number = fresh.number;
    const bool newest = std::none_of(waiting_.begin(), waiting_.end(),
                                     [&](const Frame& one) { return one.number > number; });
    std::size_t dropped = 0;
    bytes_ += fresh.bytes.size();
    if (number > 0 && newest && bytes() - fresh.bytes.size() > hurry_bytes_) {
        dropped = hurry(std::move(fresh));
    } else {
        waiting_.push_back(std::move(fresh));
    }
    for (std::size_t at = victim(); bytes() > bytes_max_ && at < waiting_.size(); at = victim()) {
        drop(at);
        ++dropped;
    }
    return dropped;
}

// Heartbeats that a newer one has outdated go first, then the oldest of the rest, the newest
// heartbeat never.
std::size_t SerialQueue::victim() const {
    std::uint64_t newest = 0;
    for (const Frame& one : waiting_) newest = std::max(newest, one.number);
    std::size_t oldest = waiting_.size();
    for (std::size_t i = waiting_.size(); i-- > first_untouched();) {
        if (waiting_[i].number == 0) oldest = i;
    }
    for (std::size_t i = first_untouched(); i < waiting_.size(); ++i) {
        if (waiting_[i].number > 0 && waiting_[i].number < newest) return i;
    }
    return oldest;
}

std::size_t SerialQueue::hurry(Frame frame) {
    std::size_t dropped = 0;
    for (std::size_t i = waiting_.size(); i-- > first_untouched();) {
        if (waiting_[i].number == 0) continue;
        drop(i);
        ++dropped;
    }
    waiting_.insert(waiting_.begin() + static_cast<std::ptrdiff_t>(first_untouched()),
                    std::move(frame));
    return dropped;
}

void SerialQueue::drop(std::size_t at) {
    bytes_ -= waiting_[at].bytes.size();
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(at));
}

ByteView SerialQueue::next() const noexcept {
    return ends_line_ ? ByteView("\n") : ByteView(waiting_.front().bytes).substr(begun_);
}

void SerialQueue::sent(std::size_t bytes) {
    if (bytes > 0 && std::exchange(ends_line_, false)) return;
    begun_ += bytes;
    if (begun_ < waiting_.front().bytes.size()) return;
    bytes_ -= waiting_.front().bytes.size();
    waiting_.pop_front();
    begun_ = 0;
}

bool SerialQueue::cut() {
    const bool under_way = begun_ > 0;
    if (under_way) drop(0);
    begun_ = 0;
    ends_line_ = true;
    return under_way;
}

void SerialQueue::clear() {
    waiting_.clear();
    bytes_ = begun_ = 0;
    ends_line_ = false;
}

}  // namespace hb::shell
