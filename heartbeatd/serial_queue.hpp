// What waits to be written to a serial line: few, whole frames, the newest heartbeat among them.
// Does not write. Everything that may go missing here is asked for again by the peer, or said again
// by us (wire.md 5.5, 5.6), so nothing is lost for good.
#pragma once

#include <cstddef>
#include <deque>

#include "base/ids.hpp"

namespace hb::shell {

class SerialQueue {
public:
    // `bytes_max`: of what waits; `hurry_bytes`: with more than that in front of it a heartbeat no
    // longer waits for its turn.
    SerialQueue(std::size_t bytes_max, std::size_t hurry_bytes) noexcept
        : bytes_max_(bytes_max), hurry_bytes_(hurry_bytes) {}

    // Takes a frame in text form. What waits already and says the same is replaced. In a hurry a
    // heartbeat takes the place of older ones, behind the frame that is under way. Over the bound
    // the oldest frames that nobody has begun to write are dropped, but for the newest heartbeat; a
    // frame larger than the bound is not taken at all. Returns how many frames were dropped.
    std::size_t put(ByteView frame);

    bool empty() const noexcept { return waiting_.empty(); }
    std::size_t bytes() const noexcept { return bytes_ - begun_; }
    // What is to be written next: the rest of one frame. REQUIRES: not empty().
    ByteView next() const noexcept;
    // REQUIRES: `bytes` <= next().size().
    void sent(std::size_t bytes);
    // The rest of the frame under way will never be read as one: true when there was one. The
    // next thing to be written is an end of line, so that the frame behind it can be found.
    bool cut();
    void clear();

private:
    struct Frame {
        Bytes bytes;
        Bytes topic;             // frames of one topic replace each other
        std::uint64_t number{};  // of a heartbeat, else 0
    };
    std::size_t first_untouched() const noexcept { return begun_ > 0 ? 1 : 0; }
    void drop(std::size_t at);
    std::size_t hurry(Frame frame);
    std::size_t victim() const;  // waiting_.size(): nothing may be dropped

    std::size_t bytes_max_, hurry_bytes_;
    std::deque<Frame> waiting_;
    std::size_t bytes_{};  // of all of them
    std::size_t begun_{};  // of the first one: already written
    bool ends_line_{false};
};

}  // namespace hb::shell
