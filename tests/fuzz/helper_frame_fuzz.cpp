// Any bytes as the stream of a plugin's helper: pieces must not matter, memory follows what came,
// and what is read is written again byte for byte.
#include "base/limits.hpp"
#include "fuzz/fuzz.hpp"
#include "wire/helper_frame.hpp"

using namespace hb;
using namespace hb::wire;

struct All {
    std::vector<helper_frame::Frame> frames;
    bool broken{false};
};

template <class Piece>
static All read_in_pieces(ByteView bytes, Piece piece) {
    helper_frame::Reader reader;
    All all;
    std::size_t read = 0;
    while (read < bytes.size()) {
        const ByteView next = bytes.substr(read, piece());
        read += next.size();
        auto found = reader.feed(next);
        fuzz::require(!all.broken || (found.broken && found.frames.empty()), "it recovered");
        for (auto& frame : found.frames) all.frames.push_back(std::move(frame));
        all.broken = found.broken.has_value();
        fuzz::require(reader.kept() <= read, "bytes out of nothing");
        fuzz::require(reader.kept() <= 4 + limits::helper_frame_bytes_max, "no bound");
        fuzz::require(!all.broken || reader.kept() == 0, "kept for nobody");
    }
    return all;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes = fuzz::view(data, size);
    const All whole = read_in_pieces(bytes, [] { return ByteView::npos; });
    const All single = read_in_pieces(bytes, [] { return std::size_t{1}; });
    Prng prng(size);
    const All mixed = read_in_pieces(bytes, [&prng] { return 1 + prng.below(20); });
    fuzz::require(whole.frames == single.frames && whole.frames == mixed.frames,
                  "pieces change the frames");
    fuzz::require(whole.broken == single.broken && whole.broken == mixed.broken,
                  "pieces change whether the stream breaks");
    Bytes again;
    for (const auto& frame : whole.frames) {
        const auto written = helper_frame::encode(frame);
        fuzz::require(written.has_value(), "what was read cannot be written");
        again += *written;
    }
    fuzz::require(bytes.starts_with(again), "what was read is written otherwise");
    return 0;
}

// Changes a field of one frame, and writes all of them again.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max, unsigned seed) {
    Prng prng(seed);
    helper_frame::Reader reader;
    auto found = reader.feed(fuzz::view(data, size));
    if (found.frames.empty() || prng.chance(25)) return LLVMFuzzerMutate(data, size, max);
    auto& chosen = found.frames[prng.below(found.frames.size())];
    if (chosen.fields.empty() || prng.chance(20)) {
        chosen.fields.emplace_back("new", "");
    } else {
        auto& field = chosen.fields[prng.below(chosen.fields.size())];
        fuzz::mutate_bytes(prng.chance(30) ? field.first : field.second);
    }
    Bytes stream;
    for (const auto& frame : found.frames) {
        if (const auto written = helper_frame::encode(frame)) stream += *written;
    }
    const std::size_t done = stream.empty() ? 0 : fuzz::replace(data, max, stream);
    return done != 0 ? done : LLVMFuzzerMutate(data, size, max);
}
