// Any bytes as a packet, and the same bytes signed again so that what lies behind the signature is
// reached: decoding of both forms, and decompression.
#include "fuzz/fuzz.hpp"
#include "wire/compress.hpp"
#include "wire/netstring.hpp"
#include "wire/signer.hpp"
#include "wire/text_form.hpp"

using namespace hb;

static const wire::Signer& signer() {
    static const wire::Signer made = [] {
        wire::Keys keys;
        keys.by_index[1] = wire::Key{wire::Method::sha1, "SecretKey"};
        keys.by_index[2] = wire::Key{wire::Method::md5, "OtherKey"};
        keys.by_index[3] = wire::Key{wire::Method::crc, ""};
        keys.by_index[4] = wire::Key{wire::Method::sha256, "LongKey"};
        keys.by_index[5] = wire::Key{wire::Method::sha512, "LongerKey"};
        keys.signing = 1;
        return wire::Signer(keys);
    }();
    return made;
}

// What opens must open again when we send it on.
static void open(ByteView packet) {
    const auto message = signer().open(packet);
    if (!message) return;
    const auto sealed = signer().seal_netstring(*message, wire::InnerAuth::absent);
    if (!sealed) return;
    const auto again = signer().open(*sealed);
    fuzz::require(again && *again == *message, "a packet sealed again says something else");
}

static Bytes signed_again(ByteView body) {
    const std::string signature = signer().sign(body);
    return Bytes(body) + std::to_string(signature.size()) + ':' + signature + ',';
}

static void open_as_payload(ByteView bytes, wire::Compression method) {
    const auto wrapper = wire::wrap_compressed(bytes, method);
    if (!wrapper) return;
    if (const auto packet = signer().seal_netstring(*wrapper, wire::InnerAuth::absent)) {
        open(*packet);
    }
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes = fuzz::view(data, size);
    open(bytes);
    const auto parts = wire::netstring::cut(bytes);
    const ByteView body = parts ? parts->body : bytes;
    open(signed_again(body));
    if (const auto message = wire::text_form::decode(bytes)) {
        const auto frame = signer().seal_text(*message);
        if (frame) open(*frame);
    }
    // The libraries take a hundred times as long as all else, so that they get a share only.
    if (size % 8 == 0) open_as_payload(body, wire::Compression::zlib);
    if (size % 32 == 1) open_as_payload(body, wire::Compression::bz2);
    return 0;
}

// Changes the packet's message and signs it; a compressed one is changed inside or outside.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max, unsigned seed) {
    Prng prng(seed);
    const auto parts = wire::netstring::cut(fuzz::view(data, size));
    if (!parts || prng.chance(25)) return LLVMFuzzerMutate(data, size, max);
    auto message = wire::netstring::decode(parts->body);
    if (!message) return LLVMFuzzerMutate(data, size, max);
    fuzz::mutate_message(*message, prng);
    const auto packet = signer().seal_netstring(*message, wire::InnerAuth::absent);
    const std::size_t done = packet ? fuzz::replace(data, max, *packet) : 0;
    return done != 0 ? done : LLVMFuzzerMutate(data, size, max);
}
