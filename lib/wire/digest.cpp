// See digest.hpp.
#include "wire/digest.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>

#include "base/text.hpp"

namespace hb::wire {

// The hash's name for libcrypto; crc has none.
static const char* hash_name(Method method) noexcept {
    switch (method) {
        case Method::crc:
            return nullptr;
        case Method::md5:
            return "MD5";
        case Method::sha1:
            return "SHA1";
        case Method::sha256:
            return "SHA256";
        case Method::sha512:
            return "SHA512";
    }
    return nullptr;
}

static EVP_MAC_CTX* make_context(const char* hash, const std::string& key) {
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    if (mac == nullptr) return nullptr;
    EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);  // the context holds its own reference
    if (context == nullptr) return nullptr;
    std::string name(hash);  // the parameter wants it writable
    const std::array<OSSL_PARAM, 2> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
        OSSL_PARAM_construct_end()};
    const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
    if (EVP_MAC_init(context, bytes, key.size(), parameters.data()) != 1) {
        EVP_MAC_CTX_free(context);
        return nullptr;
    }
    return context;
}

void KeyedDigest::FreeContext::operator()(void* context) const noexcept {
    EVP_MAC_CTX_free(static_cast<EVP_MAC_CTX*>(context));
}

KeyedDigest::KeyedDigest(const Key& key) : method_(key.method) {
    if (const char* hash = hash_name(key.method)) context_.reset(make_context(hash, key.text));
}

static std::string hex_digits(const unsigned char* bytes, std::size_t size) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out(2 * size, '0');
    for (std::size_t i = 0; i < size; ++i) {
        out[2 * i] = digits[bytes[i] >> 4U];
        out[2 * i + 1] = digits[bytes[i] & 15U];
    }
    return out;
}

std::optional<std::string> KeyedDigest::hex(ByteView bytes) const {
    if (method_ == Method::crc) return to_hex(crc32(bytes));
    auto* context = static_cast<EVP_MAC_CTX*>(context_.get());
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    std::size_t size = 0;
    if (context == nullptr || EVP_MAC_init(context, nullptr, 0, nullptr) != 1 ||
        EVP_MAC_update(context, data, bytes.size()) != 1 ||
        EVP_MAC_final(context, digest.data(), &size, digest.size()) != 1) {
        return std::nullopt;
    }
    return hex_digits(digest.data(), size);
}

bool same_digest(ByteView a, ByteView b) noexcept {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// --- crc ---

// Poly 0x04C11DB7, not reflected, one byte at a time (wire.md 2.1).
static constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t rest = byte << 24U;
        for (int bit = 0; bit < 8; ++bit) {
            rest = (rest & 0x80000000U) != 0 ? rest << 1U ^ 0x04c11db7U : rest << 1U;
        }
        table[byte] = rest;
    }
    return table;
}
static constexpr auto crc_table = make_crc_table();

std::uint32_t crc32(ByteView bytes) noexcept {
    std::uint32_t rest = 0;
    for (const char c : bytes) {
        rest = rest << 8U ^ crc_table[rest >> 24U ^ static_cast<unsigned char>(c)];
    }
    return ~rest;
}

}  // namespace hb::wire
