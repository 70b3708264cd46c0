// An IP address of either family as a value, and what can be said of it and a network. No I/O.
#pragma once

#include <netinet/in.h>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hb::agents {

struct Ip {
    int family{AF_INET};
    std::array<std::uint8_t, 16> bytes{};  // of an IPv4 address the first four
    auto operator<=>(const Ip&) const = default;

    unsigned bits() const noexcept { return family == AF_INET ? 32 : 128; }
    std::size_t size() const noexcept { return bits() / 8; }
};

// Four decimal numbers without zeros in front, or an IPv6 address in any of its spellings.
std::optional<Ip> parse_ip(const std::string& text);
// From an attribute of the kernel's: nothing when `size` does not fit the family.
std::optional<Ip> ip_from(int family, const void* bytes, std::size_t size);
std::string to_text(const Ip& ip);

bool in_network(const Ip& ip, const Ip& network, unsigned length) noexcept;
// The highest address of an IPv4 network; nothing where there is none (31 and 32 bits, IPv6).
std::optional<Ip> broadcast_of(const Ip& ip, unsigned length);
// A prefix length of 1 to the address's bits, or for IPv4 a dotted mask without holes.
std::optional<unsigned> parse_mask(const std::string& text, int family);

}  // namespace hb::agents
