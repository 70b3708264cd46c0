// See mending.hpp. The frame's bytes are dealt out to blocks in turn, so that a burst of damage
// hits each of them a little.
#include "wire/mending.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "wire/reed_solomon.hpp"

namespace hb::wire {

namespace {

constexpr ByteView head_begin = "#~";
constexpr std::size_t size_digits = 3;
constexpr std::size_t head_bytes = head_begin.size() + 2 * size_digits;
constexpr std::size_t frame_bytes_max = 0xfff;
// Short blocks: each mends as many damaged bytes as a long one.
constexpr std::size_t block_bytes = 160;
constexpr ByteView frame_begin = ">>>\n";
constexpr ByteView frame_end = "\n<<<\n";

std::size_t blocks_of(std::size_t frame_bytes) {
    return (frame_bytes + block_bytes - 1) / block_bytes;
}

// Six bits a character, `0` to `o`: any character stands for something, so that a damaged one is
// no more than a damaged byte.
std::size_t text_bytes(std::size_t bytes) { return (bytes * 8 + 5) / 6; }

Bytes to_text(ByteView bytes) {
    Bytes text;
    unsigned kept = 0;
    unsigned bits = 0;
    for (const char byte : bytes) {
        kept = (kept << 8U) | static_cast<unsigned char>(byte);
        for (bits += 8; bits >= 6; bits -= 6) {
            text += static_cast<char>('0' + ((kept >> (bits - 6)) & 63U));
        }
    }
    if (bits > 0) text += static_cast<char>('0' + ((kept << (6 - bits)) & 63U));
    return text;
}

Bytes from_text(ByteView text, std::size_t bytes) {
    Bytes out;
    unsigned kept = 0;
    unsigned bits = 0;
    for (const char c : text) {
        kept = (kept << 6U) | ((static_cast<unsigned char>(c) - unsigned{'0'}) & 63U);
        bits += 6;
        if (bits < 8 || out.size() == bytes) continue;
        bits -= 8;
        out += static_cast<char>((kept >> bits) & 255U);
    }
    return out;
}

std::vector<Bytes> dealt_out(ByteView frame) {
    std::vector<Bytes> blocks(blocks_of(frame.size()));
    for (std::size_t i = 0; i < frame.size(); ++i) blocks[i % blocks.size()] += frame[i];
    return blocks;
}

Bytes gathered(const std::vector<Bytes>& blocks, std::size_t size) {
    Bytes frame;
    frame.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
        frame += blocks[i % blocks.size()][i / blocks.size()];
    }
    return frame;
}

}  // namespace

Bytes check_line(ByteView frame) {
    if (frame.empty() || frame.size() > frame_bytes_max) return {};
    Bytes checks;
    for (const Bytes& block : dealt_out(frame)) checks += reed_solomon::check(block);
    std::string digits = to_hex(frame.size());
    digits.insert(0, size_digits - digits.size(), '0');
    return Bytes(head_begin) + digits + digits + to_text(checks) + "\n";
}

std::optional<MendingFrames::Announced> MendingFrames::announced_at(ByteView text, std::size_t at) {
    const ByteView first = text.substr(at + head_begin.size(), size_digits);
    const ByteView second = text.substr(at + head_begin.size() + size_digits, size_digits);
    const auto size = parse_hex(first);
    if (!size || *size == 0 || first != second) return std::nullopt;
    const auto bytes = static_cast<std::size_t>(*size);
    return Announced{bytes, text_bytes(blocks_of(bytes) * reed_solomon::check_bytes)};
}

// Where a head begins, or might with more bytes; text.size() when nowhere.
std::size_t MendingFrames::find_head(ByteView text, std::size_t from) {
    for (std::size_t at = text.find(head_begin[0], from); at != ByteView::npos;
         at = text.find(head_begin[0], at + 1)) {
        const ByteView here = text.substr(at, head_bytes);
        if (!here.starts_with(head_begin.substr(0, here.size()))) continue;
        if (here.size() < head_bytes || announced_at(text, at)) return at;
    }
    return text.size();
}

MendingFrames::Found MendingFrames::feed(ByteView bytes) {
    Found found;
    for (const char byte : bytes) {
        if (byte == '\0') {
            interrupted_ = interrupted_ || kept() > 0;
            continue;
        }
        waiting_ += static_cast<char>(byte & 0x7f);
        // Byte by byte, so that it does not matter in what pieces they come.
        while (step(found)) {
        }
    }
    return found;
}

// True: something was taken, look again.
bool MendingFrames::step(Found& found) {
    const std::size_t head = find_head(waiting_, 0);
    if (head > 0) {
        take_plain(head, found);
        return true;
    }
    const auto announced = waiting_.size() < head_bytes ? std::nullopt : announced_at(waiting_, 0);
    if (!announced) return false;
    const std::size_t all = head_bytes + announced->check_bytes + 1 + announced->frame_bytes;
    // A head in the middle: the sender has begun again, or bytes were swallowed.
    const std::size_t next = find_head(waiting_, head_bytes);
    if (next + head_bytes <= waiting_.size()) {
        take_plain(next, found);
        return true;
    }
    if (waiting_.size() < all) return false;
    if (!take_block(*announced, found)) take_plain(head_bytes, found);
    return true;
}

bool MendingFrames::take_block(const Announced& announced, Found& found) {
    const ByteView text(waiting_);
    const std::size_t begin = head_bytes + announced.check_bytes + 1;
    std::vector<Bytes> blocks = dealt_out(text.substr(begin, announced.frame_bytes));
    const Bytes checks = from_text(text.substr(head_bytes, announced.check_bytes),
                                   blocks.size() * reed_solomon::check_bytes);
    std::size_t damaged = 0;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const ByteView check =
            ByteView(checks).substr(i * reed_solomon::check_bytes, reed_solomon::check_bytes);
        const auto mended = reed_solomon::mend(blocks[i], check);
        if (!mended) return false;
        damaged += *mended;
    }
    Bytes frame = gathered(blocks, announced.frame_bytes);
    if (!frame.starts_with(frame_begin) || !frame.ends_with(frame_end)) return false;
    found.mended += std::exchange(interrupted_, false) || damaged > 0 ? 1 : 0;
    found.frames.push_back(std::move(frame));
    waiting_.erase(0, begin + announced.frame_bytes);
    return true;
}

void MendingFrames::take_plain(std::size_t bytes, Found& found) {
    if (bytes == 0) return;
    SerialFrames::Found plain = plain_.feed(ByteView(waiting_).substr(0, bytes));
    waiting_.erase(0, bytes);
    for (Bytes& frame : plain.frames) found.frames.push_back(std::move(frame));
    if (!plain.frames.empty() && std::exchange(interrupted_, false)) ++found.mended;
    if (plain.damaged > 0) interrupted_ = false;
    found.damaged += plain.damaged;
    found.garbage_bytes += plain.garbage_bytes;
    if (found.garbage.size() < SerialFrames::garbage_shown_bytes) found.garbage += plain.garbage;
}

}  // namespace hb::wire
