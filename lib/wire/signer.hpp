// Trust: the keys of authkeys, signing and verifying packets of both forms (wire.md 2).
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "wire/message.hpp"

namespace hb::wire {

enum class Compression : std::uint8_t;  // wire/compress.hpp

enum class Method : std::uint8_t { crc, md5, sha1, sha256, sha512 };
// Names as in authkeys. Nothing for an unknown one.
std::optional<Method> method_named(std::string_view name) noexcept;
std::string_view method_name(Method method) noexcept;
// Whether libcrypto does it here (a strict policy may forbid md5). Ask before making a Signer that
// signs with it; a key that only verifies then fails as bad_signature.
bool method_available(Method method);

struct Key {
    Method method{};
    std::string text;  // empty for crc
    bool operator==(const Key&) const = default;
};

// What authkeys holds: keys by index, and the one that signs.
struct Keys {
    std::array<std::optional<Key>, limits::key_index_max + 1> by_index;
    std::size_t signing{};  // names a key that is there
    bool operator==(const Keys&) const = default;
};

// Whether a UDP packet also carries the inner `auth` field (`msgfmt classic`).
enum class InnerAuth : std::uint8_t { absent, present };

class Signer {
public:
    // REQUIRES: keys.by_index[keys.signing] is set, and its method is available.
    explicit Signer(const Keys& keys);
    ~Signer();
    Signer(Signer&&) noexcept;
    Signer& operator=(Signer&&) noexcept;

    // `INDEX DIGEST` over `bytes` with the signing key; digests are lower-case hex.
    std::string sign(ByteView bytes) const;
    // Is `signature` (`INDEX DIGEST`) right for `bytes`, by the key of that index? Compared in
    // constant time. Errors: malformed, unknown_key, bad_signature.
    Result<void> verify(ByteView bytes, ByteView signature) const;

    // A whole packet for UDP: netstring form, inner auth on request (left out where the message
    // holds a field of type 2, 4 or 5), outer signature. Errors: too_large, malformed.
    Result<Bytes> seal_netstring(const Message& message, InnerAuth inner) const;
    // A whole frame for a serial line: text form with its `auth` line.
    Result<Bytes> seal_text(const Message& message) const;
    // The same message as a whole-message compression for UDP (wire.md 1.8 b): what is inside looks
    // as real nodes make it with that `inner`. Errors: too_large, malformed, io.
    Result<Bytes> seal_compressed(const Message& message, InnerAuth inner,
                                  Compression method) const;

    // The message with its inner signature, as seal_netstring() sends it with InnerAuth::present.
    // Errors: malformed.
    Result<Message> with_auth(const Message& message) const;

    // A packet of either form, told apart by its first four bytes: verified, then (text: before,
    // into a message that nobody sees when the signature is wrong) decoded; a whole-message
    // compression is undone. An `auth` field of the packet is kept as it came.
    // Errors: malformed, too_large, unknown_key, bad_signature, unsupported (compression).
    Result<Message> open(ByteView packet) const;

    const Keys& keys() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

// CRC-32 as 3.0.6 computes it (wire.md 2.1).
std::uint32_t crc32(ByteView bytes) noexcept;

}  // namespace hb::wire
