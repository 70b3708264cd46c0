// ICMP and ICMPv6 echo packets: writes requests, reads replies (RFC 792, RFC 4443 4.1, 4.2; wire.md
// 7.7). What the data mean, and who may answer, is decided elsewhere.
#pragma once

#include <cstdint>
#include <optional>

#include "base/ids.hpp"

namespace hb::wire::icmp_echo {

enum class Family : std::uint8_t { ipv4, ipv6 };

struct Packet {
    std::uint16_t identifier{};  // in host byte order on the wire, as 3.0.6 has it
    std::uint16_t sequence{};
    ByteView data{};  // of read_reply(): a view into what was read
};

// The ICMP message without an IP header. The checksum is there for IPv4; that of IPv6 needs the
// addresses and is the kernel's.
Bytes write_request(Family family, const Packet& packet);

// What a raw socket has received: with the IP header for IPv4, without for IPv6. Nothing when it is
// cut short, no echo reply, or a fragment.
std::optional<Packet> read_reply(Family family, ByteView received);

// RFC 1071.
std::uint16_t checksum(ByteView bytes) noexcept;

}  // namespace hb::wire::icmp_echo
