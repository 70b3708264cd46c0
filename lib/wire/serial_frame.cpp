// See serial_frame.hpp.
#include "wire/serial_frame.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"

namespace hb::wire {

static constexpr ByteView frame_begin = ">>>\n";
static constexpr ByteView frame_end = "<<<\n";

SerialFrames::Found SerialFrames::feed(ByteView bytes) {
    Found found;
    while (!bytes.empty()) {
        const auto newline = bytes.find('\n');
        const bool whole = newline != ByteView::npos;
        const ByteView piece = bytes.substr(0, whole ? newline + 1 : bytes.size());
        bytes.remove_prefix(piece.size());
        if (skipping_ || frame_.size() + line_.size() + piece.size() > bytes_max_) {
            waste(std::exchange(frame_, {}), found);
            waste(std::exchange(line_, {}), found);
            waste(piece, found);
            skipping_ = !whole;
            continue;
        }
        line_ += piece;
        if (whole) line(std::exchange(line_, {}), found);
    }
    return found;
}

void SerialFrames::line(ByteView text, Found& found) {
    const ByteView without_nuls = text.substr(std::min(text.find_first_not_of('\0'), text.size()));
    // No field's line looks like this (it has a `=`): whoever wrote the frame before is gone.
    if (without_nuls == frame_begin) {
        waste(std::exchange(frame_, {}), found);
        end_of_garbage(found);
        frame_ = frame_begin;
    } else if (frame_.empty()) {
        waste(without_nuls, found);
        if (without_nuls == frame_end) end_of_garbage(found);
    } else {
        frame_ += text;
        if (text == frame_end) found.frames.push_back(std::exchange(frame_, {}));
    }
}

void SerialFrames::waste(ByteView text, Found& found) {
    found.garbage_bytes += text.size();
    if (found.garbage.size() < garbage_shown_bytes) {
        found.garbage += text.substr(0, garbage_shown_bytes - found.garbage.size());
    }
    // An end of line alone is no harm: a sender that starts again makes sure that it is heard.
    if (text != "\n") stretch_ += text.size();
    if (stretch_ > limits::serial_join_bytes && joining_) end_of_garbage(found);
}

void SerialFrames::end_of_garbage(Found& found) {
    const bool damage = stretch_ > limits::serial_join_bytes || (stretch_ > 0 && !joining_);
    if (damage) ++found.damaged;
    stretch_ = 0;
    joining_ = false;
}

}  // namespace hb::wire
