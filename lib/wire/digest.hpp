// Digests of authkeys' methods (wire.md 2.1): crc without a key, HMAC with one. The only room that
// knows libcrypto. Private to lib/wire.
#pragma once

#include <memory>
#include <optional>

#include "wire/signer.hpp"

namespace hb::wire {

// One key, ready for use: its HMAC context is keyed once and rewound for each message.
class KeyedDigest {
public:
    explicit KeyedDigest(const Key& key);

    // Lower-case hex as the wire has it. Nothing when libcrypto refuses.
    std::optional<std::string> hex(ByteView bytes) const;

private:
    struct FreeContext {
        void operator()(void* context) const noexcept;
    };
    std::unique_ptr<void, FreeContext> context_;  // EVP_MAC_CTX; none for crc, or when refused
    Method method_;
};

// Compares in a time that only depends on the lengths.
bool same_digest(ByteView a, ByteView b) noexcept;

}  // namespace hb::wire
