// Frames on a noisy line: in front of each of ours goes a line of check bytes, by which the
// receiver mends it. Whoever does not know that line skips it as noise (wire.md 7.6): a 3.0.6 reads
// our frames as ever, and we read its.
#pragma once

#include <optional>

#include "wire/serial_frame.hpp"

namespace hb::wire {

// The line to be sent in front of `frame`, its end of line included: `#~SIZESIZE` in hex, twice,
// then the check bytes. Empty for a frame that is too large for one.
Bytes check_line(ByteView frame);

// SerialFrames that mend what a check line stands in front of. Seven bits count, NULs are ignored:
// a break reads as one, and no text holds one.
class MendingFrames {
public:
    MendingFrames(std::size_t bytes_max, SerialFrames::Begin begin) noexcept
        : plain_(bytes_max, begin) {}

    struct Found : SerialFrames::Found {
        // Of the frames: those that were damaged, or that a break fell into. Not among `damaged`.
        std::size_t mended{};
    };
    Found feed(ByteView bytes);
    // Bytes that wait for the rest of their frame or line.
    std::size_t kept() const noexcept { return plain_.kept() + waiting_.size(); }

private:
    struct Announced {
        std::size_t frame_bytes, check_bytes;  // behind the head of the line
    };
    static std::optional<Announced> announced_at(ByteView text, std::size_t at);
    static std::size_t find_head(ByteView text, std::size_t from);
    bool step(Found& found);
    bool take_block(const Announced& announced, Found& found);
    void take_plain(std::size_t bytes, Found& found);

    SerialFrames plain_;
    bool interrupted_{false};  // a break fell into what will be the next frame
    Bytes waiting_;            // what may belong to a check line or the frame behind it
};

}  // namespace hb::wire
