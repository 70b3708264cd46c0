// Any bytes as what a serial line or the FIFO gives: pieces must not matter, nothing may get lost
// uncounted, and no more than the bound may be kept.
#include "fuzz/fuzz.hpp"
#include "wire/mending.hpp"
#include "wire/serial_frame.hpp"
#include "wire/text_form.hpp"

using namespace hb;

// Small, so that inputs of a few hundred bytes pass it.
static constexpr std::size_t bound = 300;

struct All {
    std::vector<Bytes> frames;
    std::size_t garbage{};
};

// `piece` gives the size of the next piece, above 0.
template <class Piece>
static All read_in_pieces(ByteView bytes, Piece piece) {
    wire::SerialFrames line(bound);
    All all;
    std::size_t read = 0, given = 0;
    while (read < bytes.size()) {
        const ByteView next = bytes.substr(read, piece());
        read += next.size();
        auto found = line.feed(next);
        fuzz::require(line.kept() <= bound, "more is kept than the bound");
        fuzz::require(found.garbage.size() <= line.garbage_shown_bytes, "too much is shown");
        all.garbage += found.garbage_bytes;
        for (Bytes& frame : found.frames) {
            given += frame.size();
            all.frames.push_back(std::move(frame));
        }
        fuzz::require(given + all.garbage + line.kept() <= read, "bytes out of nothing");
    }
    const bool has_nul = bytes.find('\0') != ByteView::npos;
    fuzz::require(has_nul || given + all.garbage + line.kept() == read, "bytes got lost");
    return all;
}

// The same for a reader that mends; a frame behind the noise comes through.
template <class Piece>
static std::vector<Bytes> mended_in_pieces(ByteView bytes, Piece piece) {
    wire::MendingFrames line(bound, wire::SerialFrames::Begin::midway);
    std::vector<Bytes> frames;
    for (std::size_t read = 0; read < bytes.size();) {
        const ByteView next = bytes.substr(read, piece());
        read += next.size();
        for (Bytes& frame : line.feed(next).frames) frames.push_back(std::move(frame));
        fuzz::require(line.kept() <= bound + 5000, "more is kept than the bound");
    }
    return frames;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes = fuzz::view(data, size);
    const All whole = read_in_pieces(bytes, [] { return ByteView::npos; });
    const All single = read_in_pieces(bytes, [] { return std::size_t{1}; });
    Prng prng(size);
    const All mixed = read_in_pieces(bytes, [&prng] { return 1 + prng.below(20); });
    fuzz::require(whole.frames == single.frames && whole.frames == mixed.frames,
                  "pieces change the frames");
    fuzz::require(whole.garbage == single.garbage && whole.garbage == mixed.garbage,
                  "pieces change what is thrown away");
    const auto mended = mended_in_pieces(bytes, [] { return ByteView::npos; });
    fuzz::require(mended == mended_in_pieces(bytes, [] { return std::size_t{1}; }),
                  "pieces change the mended frames");
    for (const Bytes& frame : mended) {
        fuzz::require(frame.starts_with(">>>\n") && frame.ends_with("\n<<<\n"), "no frame");
    }
    for (const Bytes& frame : whole.frames) {
        fuzz::require(frame.starts_with(">>>\n") && frame.ends_with("\n<<<\n"), "no frame");
        fuzz::require(frame.find("\n>>>\n") == Bytes::npos, "a frame in a frame");
        const auto message = wire::text_form::decode(frame);
        const Bytes checked = wire::check_line(frame) + frame;
        fuzz::require(mended_in_pieces(checked, [] { return ByteView::npos; }) ==
                          mended_in_pieces(checked, [] { return std::size_t{1}; }),
                      "pieces change a frame behind its check line");
        // One that can be read comes through again, whatever noise stood before it.
        if (!message) continue;
        const All again = read_in_pieces("noise\n" + frame, [] { return std::size_t{7}; });
        fuzz::require(frame.size() + 6 > bound || again.frames == std::vector{frame},
                      "a good frame does not come through");
    }
    return 0;
}

// Puts a frame with a changed message behind some noise, perhaps with a line of check bytes in
// front, and perhaps damaged so far that those mend it, or just not.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max, unsigned seed) {
    Prng prng(seed);
    if (prng.chance(60)) return LLVMFuzzerMutate(data, size, max);
    Bytes stream(fuzz::view(data, size));
    wire::Message message = wire::make_message("status");
    fuzz::mutate_message(message, prng);
    const auto text = wire::text_form::encode(message);
    if (!text) return LLVMFuzzerMutate(data, size, max);
    Bytes sent = *text;
    if (prng.chance(60)) {
        sent = wire::check_line(*text) + *text;
        for (std::uint64_t left = prng.below(24); left > 0; --left) {
            sent[prng.below(sent.size())] = static_cast<char>(prng.next());
        }
        if (prng.chance(20)) sent.insert(prng.below(sent.size()), 1, '\0');
    }
    stream.insert(prng.below(stream.size() + 1), sent);
    const std::size_t done = fuzz::replace(data, max, stream);
    return done != 0 ? done : LLVMFuzzerMutate(data, size, max);
}
