// See ip.hpp.
#include "agents/ip.hpp"

#include <arpa/inet.h>

#include <cstring>

#include "base/text.hpp"

namespace hb::agents {

std::optional<Ip> parse_ip(const std::string& text) {
    Ip ip;
    ip.family = text.find(':') == std::string::npos ? AF_INET : AF_INET6;
    if (::inet_pton(ip.family, text.c_str(), ip.bytes.data()) != 1) return std::nullopt;
    return ip;
}

std::optional<Ip> ip_from(int family, const void* bytes, std::size_t size) {
    Ip ip;
    ip.family = family;
    if (size != ip.size()) return std::nullopt;
    std::memcpy(ip.bytes.data(), bytes, size);
    return ip;
}

std::string to_text(const Ip& ip) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const auto size = static_cast<socklen_t>(text.size());
    return ::inet_ntop(ip.family, ip.bytes.data(), text.data(), size) != nullptr ? text.data() : "";
}

bool in_network(const Ip& ip, const Ip& network, unsigned length) noexcept {
    if (ip.family != network.family) return false;
    for (unsigned bit = 0; bit < length && bit < ip.bits(); bit += 8) {
        const unsigned left = length - bit;
        const auto mask = static_cast<std::uint8_t>(left >= 8 ? 0xffU : 0xff00U >> left);
        if (((ip.bytes[bit / 8] ^ network.bytes[bit / 8]) & mask) != 0) return false;
    }
    return true;
}

std::optional<Ip> broadcast_of(const Ip& ip, unsigned length) {
    if (ip.family != AF_INET || length > 30) return std::nullopt;
    Ip out = ip;
    for (unsigned bit = length; bit < 32; ++bit) {
        out.bytes[bit / 8] |= static_cast<std::uint8_t>(0x80U >> (bit % 8));
    }
    return out;
}

std::optional<unsigned> parse_mask(const std::string& text, int family) {
    const unsigned bits = family == AF_INET ? 32 : 128;
    if (text.find('.') == std::string::npos) {
        const auto length = text.size() <= 3 ? parse_dec(text) : std::nullopt;
        if (!length || *length < 1 || *length > bits) return std::nullopt;
        return static_cast<unsigned>(*length);
    }
    const auto mask = family == AF_INET ? parse_ip(text) : std::nullopt;
    if (!mask || mask->family != AF_INET) return std::nullopt;
    const auto is_set = [&mask](unsigned bit) {
        return (mask->bytes[bit / 8] & (0x80U >> (bit % 8))) != 0;
    };
    unsigned length = 0;
    while (length < bits && is_set(length)) ++length;
    for (unsigned bit = length; bit < bits; ++bit) {
        if (is_set(bit)) return std::nullopt;
    }
    if (length == 0) return std::nullopt;
    return length;
}

}  // namespace hb::agents
