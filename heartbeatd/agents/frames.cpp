// See frames.hpp.
#include "agents/frames.hpp"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <initializer_list>
#include <utility>

namespace hb::agents {

namespace {

constexpr Mac everybody{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
constexpr Mac all_nodes6{0x33, 0x33, 0, 0, 0, 1};  // ff02::1 (RFC 2464 7)

// Offsets in an Ethernet frame.
constexpr std::size_t protocol_at = 12;
constexpr std::size_t payload_at = 14;
constexpr std::size_t arp_sender_at = payload_at + 8;
constexpr std::size_t arp_bytes = 28;
constexpr std::size_t icmp6_at = payload_at + 40;
constexpr std::size_t neighbour_bytes = 24;  // type, code, checksum, flags, target

template <class T>
void append(Frame& frame, const T& value) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&value);
    frame.insert(frame.end(), bytes, bytes + sizeof(T));
}

void append(Frame& frame, const Ip& ip) {
    frame.insert(frame.end(), ip.bytes.begin(),
                 ip.bytes.begin() + static_cast<std::ptrdiff_t>(ip.size()));
}

Frame ethernet(const Mac& to, const Mac& from, std::uint16_t protocol) {
    Frame frame;
    append(frame, to);
    append(frame, from);
    append(frame, htons(protocol));
    return frame;
}

Frame arp(std::uint16_t operation, const Mac& sender_mac, const Ip& sender, const Mac& target_mac,
          const Ip& target) {
    Frame frame = ethernet(everybody, sender_mac, ETHERTYPE_ARP);
    append(frame, htons(ARPHRD_ETHER));
    append(frame, htons(ETHERTYPE_IP));
    frame.push_back(ETH_ALEN);
    frame.push_back(sizeof(in_addr));
    append(frame, htons(operation));
    append(frame, sender_mac);
    append(frame, sender);
    append(frame, target_mac);
    append(frame, target);
    frame.resize(std::max<std::size_t>(frame.size(), ETH_ZLEN));
    return frame;
}

std::uint16_t icmp6_checksum(const Ip& from, const Ip& to, const Frame& body) {
    Frame covered;  // the pseudo-header of RFC 8200 8.1, then the message
    append(covered, from);
    append(covered, to);
    append(covered, htonl(static_cast<std::uint32_t>(body.size())));
    append(covered, htonl(IPPROTO_ICMPV6));
    covered.insert(covered.end(), body.begin(), body.end());
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i + 1 < covered.size(); i += 2) {
        sum += static_cast<std::uint32_t>(covered[i] << 8U) | covered[i + 1];
    }
    while (sum >> 16U != 0) sum = (sum & 0xffffU) + (sum >> 16U);
    return static_cast<std::uint16_t>(~sum);
}

Frame icmp6(const Mac& to_mac, const Mac& from_mac, const Ip& from, const Ip& to, Frame body) {
    const auto sum = htons(icmp6_checksum(from, to, body));
    std::memcpy(body.data() + 2, &sum, sizeof sum);
    Frame frame = ethernet(to_mac, from_mac, ETHERTYPE_IPV6);
    append(frame, htonl(6U << 28U));
    append(frame, htons(static_cast<std::uint16_t>(body.size())));
    frame.push_back(IPPROTO_ICMPV6);
    frame.push_back(255);  // receivers drop anything less: it came through a router
    append(frame, from);
    append(frame, to);
    frame.insert(frame.end(), body.begin(), body.end());
    return frame;
}

Ip multicast6(std::uint8_t scope_end, std::initializer_list<std::uint8_t> last) {
    Ip out;
    out.family = AF_INET6;
    out.bytes[0] = 0xff;
    out.bytes[1] = scope_end;
    std::copy(last.begin(), last.end(), out.bytes.end() - static_cast<std::ptrdiff_t>(last.size()));
    return out;
}

// Solicited-node multicast of an address (RFC 4291 2.7.1), and its Ethernet address.
Frame neighbour_probe(const Mac& mac, const Ip& ip) {
    const auto& b = ip.bytes;
    const Ip to = multicast6(2, {1, 0xff, b[13], b[14], b[15]});
    const Mac to_mac{0x33, 0x33, 0xff, b[13], b[14], b[15]};
    Ip nobody;
    nobody.family = AF_INET6;
    Frame body{ND_NEIGHBOR_SOLICIT, 0, 0, 0, 0, 0, 0, 0};
    append(body, ip);
    return icmp6(to_mac, mac, nobody, to, std::move(body));
}

Mac mac_at(std::span<const std::uint8_t> frame, std::size_t offset) {
    Mac mac{};
    std::copy_n(frame.begin() + static_cast<std::ptrdiff_t>(offset), mac.size(), mac.begin());
    return mac;
}

std::optional<Claim> arp_claim(std::span<const std::uint8_t> frame) {
    if (frame.size() < payload_at + arp_bytes) return std::nullopt;
    const std::array<std::uint8_t, 6> expected{0, ARPHRD_ETHER, 8, 0, ETH_ALEN, 4};
    if (!std::equal(expected.begin(), expected.end(), frame.begin() + payload_at)) {
        return std::nullopt;
    }
    const Mac mac = mac_at(frame, arp_sender_at);
    const auto sender = ip_from(AF_INET, &frame[arp_sender_at + 6], 4);
    if (sender && *sender != Ip{}) return Claim{*sender, mac};
    return Claim{*ip_from(AF_INET, &frame[arp_sender_at + 16], 4), mac};
}

std::optional<Claim> neighbour_claim(std::span<const std::uint8_t> frame) {
    if (frame.size() < icmp6_at + neighbour_bytes) return std::nullopt;
    if (frame[payload_at + 6] != IPPROTO_ICMPV6 || frame[payload_at + 7] != 255) {
        return std::nullopt;
    }
    const std::uint8_t type = frame[icmp6_at];
    const auto source = frame.subspan(payload_at + 8, 16);
    const bool from_nobody =
        std::all_of(source.begin(), source.end(), [](std::uint8_t byte) { return byte == 0; });
    // Whoever asks with an address of its own wants to talk to the owner, not to become it.
    if (type != ND_NEIGHBOR_ADVERT && !(type == ND_NEIGHBOR_SOLICIT && from_nobody)) {
        return std::nullopt;
    }
    return Claim{*ip_from(AF_INET6, &frame[icmp6_at + 8], 16), mac_at(frame, 6)};
}

}  // namespace

Frame gratuitous_arp(ArpForm form, const Mac& mac, const Ip& ip) {
    const bool reply = form == ArpForm::reply;
    return arp(reply ? ARPOP_REPLY : ARPOP_REQUEST, mac, ip, reply ? mac : Mac{}, ip);
}

Frame neighbour_advertisement(const Mac& mac, const Ip& ip) {
    Frame body{ND_NEIGHBOR_ADVERT, 0, 0, 0};
    append(body, ND_NA_FLAG_OVERRIDE);  // unsolicited, and it replaces what neighbours know
    append(body, ip);
    body.push_back(ND_OPT_TARGET_LINKADDR);
    body.push_back(1);  // in units of eight bytes
    append(body, mac);
    return icmp6(all_nodes6, mac, ip, multicast6(2, {1}), std::move(body));
}

std::vector<Frame> announcement(const Mac& mac, const Ip& ip) {
    if (ip.family == AF_INET) {
        return {gratuitous_arp(ArpForm::request, mac, ip), gratuitous_arp(ArpForm::reply, mac, ip)};
    }
    return {neighbour_advertisement(mac, ip), neighbour_advertisement(mac, ip)};
}

Frame probe_for(const Mac& mac, const Ip& ip) {
    return ip.family == AF_INET ? arp(ARPOP_REQUEST, mac, Ip{}, Mac{}, ip)
                                : neighbour_probe(mac, ip);
}

std::optional<Claim> read_claim(std::span<const std::uint8_t> frame) {
    if (frame.size() < payload_at) return std::nullopt;
    const unsigned protocol = static_cast<unsigned>(frame[protocol_at] << 8U) | frame[13];
    if (protocol == ETHERTYPE_ARP) return arp_claim(frame);
    if (protocol == ETHERTYPE_IPV6) return neighbour_claim(frame);
    return std::nullopt;
}

}  // namespace hb::agents
