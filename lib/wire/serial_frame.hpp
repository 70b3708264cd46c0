// Finds text-form messages in a stream of bytes that keeps no borders: a serial line (wire.md 7.6)
// or the FIFO. What a frame says, and whether its signature is right, is not known here.
#pragma once

#include <string>
#include <vector>

#include "base/ids.hpp"

namespace hb::wire {

// Feed it what was read, in any pieces: a frame comes out once its `<<<` line is whole. Resumes at
// the next `>>>` line after noise, half lines, and a frame that never ends. NULs in front of a line
// outside of a frame, or of a `>>>` line, are skipped: a C string ends with one, and a break reads
// as one. Carriage returns and eighth bits are the terminal's to strip.
class SerialFrames {
public:
    // Whether the stream may begin in the middle of a frame: that one is not damaged then.
    enum class Begin : std::uint8_t { frame, midway };
    // A frame of more than `bytes_max` is given up, so that no more than that is ever kept.
    explicit SerialFrames(std::size_t bytes_max, Begin begin = Begin::frame) noexcept
        : bytes_max_(bytes_max), joining_(begin == Begin::midway) {}

    struct Found {
        std::vector<Bytes> frames;  // each from `>>>\n` to `<<<\n`
        // Frames that lost their begin, their end or their middle; what lies between two others
        // without being one counts once.
        std::size_t damaged{};
        std::size_t garbage_bytes{};
        std::string garbage;  // the first bytes of it
    };
    Found feed(ByteView bytes);

    // Bytes that wait for the rest of their frame or line.
    std::size_t kept() const noexcept { return frame_.size() + line_.size(); }

    static constexpr std::size_t garbage_shown_bytes = 60;

private:
    void line(ByteView text, Found& found);
    void waste(ByteView text, Found& found);
    void end_of_garbage(Found& found);

    std::size_t bytes_max_;
    bool joining_;           // nothing but the rest of an unknown frame has come
    std::size_t stretch_{};  // bytes of garbage since the last frame's begin or end
    Bytes line_, frame_;     // an unfinished line; an unfinished frame without it
    bool skipping_{false};   // an over-long line: up to its end
};

}  // namespace hb::wire
