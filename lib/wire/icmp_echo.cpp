// See icmp_echo.hpp.
#include "wire/icmp_echo.hpp"

#include <cstring>

namespace hb::wire::icmp_echo {
namespace {

constexpr std::size_t header_bytes = 8;
constexpr std::size_t ip_header_bytes_min = 20;
constexpr unsigned protocol_icmp = 1;
constexpr unsigned char request_v4 = 8, reply_v4 = 0, request_v6 = 128, reply_v6 = 129;

unsigned byte_at(ByteView bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

std::uint16_t big_endian_at(ByteView bytes, std::size_t at) {
    return static_cast<std::uint16_t>(byte_at(bytes, at) << 8U | byte_at(bytes, at + 1));
}

void put_big_endian(Bytes& bytes, std::size_t at, std::uint16_t value) {
    bytes[at] = static_cast<char>(value >> 8U);
    bytes[at + 1] = static_cast<char>(value & 0xffU);
}

// The ICMP message behind the IP header; nothing for a damaged header or a fragment.
std::optional<ByteView> behind_ip_header(ByteView received) {
    if (received.size() < ip_header_bytes_min) return std::nullopt;
    const std::size_t header = std::size_t{4} * (byte_at(received, 0) & 15U);
    const bool is_whole = (big_endian_at(received, 6) & 0x3fffU) == 0;
    if (byte_at(received, 0) >> 4U != 4 || header < ip_header_bytes_min ||
        received.size() < header || !is_whole || byte_at(received, 9) != protocol_icmp) {
        return std::nullopt;
    }
    return received.substr(header);
}

}  // namespace

std::uint16_t checksum(ByteView bytes) noexcept {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const unsigned value = byte_at(bytes, i);
        sum += i % 2 == 0 ? value << 8U : value;
        sum = (sum & 0xffffU) + (sum >> 16U);
    }
    return static_cast<std::uint16_t>(~sum & 0xffffU);
}

Bytes write_request(Family family, const Packet& packet) {
    Bytes out(header_bytes, '\0');
    out[0] = static_cast<char>(family == Family::ipv4 ? request_v4 : request_v6);
    std::memcpy(&out[4], &packet.identifier, sizeof packet.identifier);
    put_big_endian(out, 6, packet.sequence);
    out += packet.data;
    if (family == Family::ipv4) put_big_endian(out, 2, checksum(out));
    return out;
}

std::optional<Packet> read_reply(Family family, ByteView received) {
    const auto message =
        family == Family::ipv4 ? behind_ip_header(received) : std::optional(received);
    if (!message || message->size() < header_bytes) return std::nullopt;
    const unsigned type = family == Family::ipv4 ? reply_v4 : reply_v6;
    if (byte_at(*message, 0) != type || byte_at(*message, 1) != 0) return std::nullopt;
    Packet out;
    std::memcpy(&out.identifier, message->data() + 4, sizeof out.identifier);
    out.sequence = big_endian_at(*message, 6);
    out.data = message->substr(header_bytes);
    return out;
}

}  // namespace hb::wire::icmp_echo
