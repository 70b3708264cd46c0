// Any bytes as the netstring form: what is decoded must be written as bytes that mean the same.
#include "fuzz/fuzz.hpp"
#include "wire/netstring.hpp"

using namespace hb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes = fuzz::view(data, size);
    if (const auto parts = wire::netstring::cut(bytes)) {
        fuzz::require(bytes.starts_with(parts->body), "a cut body is not the packet's front");
    }
    const auto message = wire::netstring::decode(bytes);
    if (!message) return 0;
    const auto body = wire::netstring::encode(*message);
    if (!body) {  // a list longer than senders may write is read all the same
        fuzz::require(body.error().code == Errc::too_large, "what was read cannot be written");
        return 0;
    }
    const auto again = wire::netstring::decode(*body);
    fuzz::require(again && *again == *message, "what was written is read otherwise");
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max, unsigned seed) {
    Prng prng(seed);
    auto message = wire::netstring::decode(fuzz::view(data, size));
    if (message && prng.chance(75)) {
        fuzz::mutate_message(*message, prng);
        if (const auto body = wire::netstring::encode(*message)) {
            if (const std::size_t done = fuzz::replace(data, max, *body)) return done;
        }
    }
    return LLVMFuzzerMutate(data, size, max);
}
