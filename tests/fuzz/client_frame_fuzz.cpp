// Any bytes as the stream of a local client: pieces must not matter, memory follows what came and
// not what is announced, and what is read can be written again.
#include "base/limits.hpp"
#include "fuzz/fuzz.hpp"
#include "wire/client_frame.hpp"

using namespace hb;
using namespace hb::wire;

struct All {
    std::vector<Bytes> bodies;
    std::optional<Errc> broken;
};

template <class Piece>
static All read_in_pieces(ByteView bytes, Piece piece) {
    constexpr std::size_t header_bytes = 8;
    client_frame::Reader reader;
    All all;
    std::size_t read = 0, given = 0;
    while (read < bytes.size()) {
        const ByteView next = bytes.substr(read, piece());
        read += next.size();
        auto found = reader.feed(next);
        fuzz::require(!all.broken || (found.broken && found.bodies.empty()), "it recovered");
        for (Bytes& body : found.bodies) {
            given += header_bytes + body.size();
            all.bodies.push_back(std::move(body));
        }
        if (found.broken) all.broken = found.broken->code;
        fuzz::require(given + reader.kept() <= read, "bytes out of nothing");
        fuzz::require(all.broken ? reader.kept() == 0 : given + reader.kept() == read,
                      "bytes got lost, or are kept for nobody");
        fuzz::require(reader.kept() <= header_bytes + limits::client_body_bytes_max, "no bound");
    }
    return all;
}

static void check_body(ByteView body) {
    const auto message = client_frame::decode(body);
    if (!message) return;
    for (const auto form : {client_frame::Form::text, client_frame::Form::netstring}) {
        const auto frame = client_frame::encode(*message, form);
        // Not every message fits each form (a newline in a list, a list that is too long).
        if (!frame) continue;
        client_frame::Reader reader;
        const auto found = reader.feed(*frame);
        fuzz::require(!found.broken && found.bodies.size() == 1 && reader.kept() == 0,
                      "what was written is no frame");
        const auto again = client_frame::decode(found.bodies[0]);
        fuzz::require(again.has_value(), "what was written cannot be read");
        // A text string has no escape for byte 19, which is its newline (wire.md 1.4).
        const bool escapes = found.bodies[0].find('\x13') != Bytes::npos;
        fuzz::require(escapes || *again == *message, "what was written is read otherwise");
    }
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes = fuzz::view(data, size);
    const All whole = read_in_pieces(bytes, [] { return ByteView::npos; });
    const All single = read_in_pieces(bytes, [] { return std::size_t{1}; });
    Prng prng(size);
    const All mixed = read_in_pieces(bytes, [&prng] { return 1 + prng.below(20); });
    fuzz::require(whole.bodies == single.bodies && whole.bodies == mixed.bodies,
                  "pieces change the bodies");
    fuzz::require(whole.broken == single.broken && whole.broken == mixed.broken,
                  "pieces change whether the stream breaks");
    for (const Bytes& body : whole.bodies) check_body(body);
    return 0;
}

// Changes the message in the first frame, and keeps what stands behind it.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max, unsigned seed) {
    Prng prng(seed);
    client_frame::Reader reader;
    const auto found = reader.feed(fuzz::view(data, size));
    if (found.bodies.empty() || prng.chance(25)) return LLVMFuzzerMutate(data, size, max);
    Bytes stream;
    const std::size_t chosen = prng.below(found.bodies.size());
    for (std::size_t i = 0; i < found.bodies.size(); ++i) {
        auto message = client_frame::decode(found.bodies[i]);
        if (!message) continue;
        if (i == chosen) fuzz::mutate_message(*message, prng);
        const bool text = found.bodies[i].starts_with(">>>") != (i == chosen && prng.chance(20));
        const auto frame = client_frame::encode(
            *message, text ? client_frame::Form::text : client_frame::Form::netstring);
        if (frame) stream += *frame;
    }
    const std::size_t done = stream.empty() ? 0 : fuzz::replace(data, max, stream);
    return done != 0 ? done : LLVMFuzzerMutate(data, size, max);
}
