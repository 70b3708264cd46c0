// The frames by which a segment learns, or is asked, who serves an IP address: ARP (RFC 826, RFC
// 5227) and neighbour discovery (RFC 4861, RFC 4862). Builds and reads bytes; sends nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agents/ip.hpp"
#include "agents/netlink_messages.hpp"

namespace hb::agents {

using Frame = std::vector<std::uint8_t>;

// Gratuitous ARP as broadcast. Both kinds are sent, because hosts differ in which one makes them
// renew an entry. In a request the target's hardware address is zero, in a reply it is ours, as
// Heartbeat's send_arp does.
enum class ArpForm : std::uint8_t { request, reply };
Frame gratuitous_arp(ArpForm form, const Mac& mac, const Ip& ip);
// Unsolicited neighbour advertisement to all nodes (RFC 4861 7.2.6), with the override flag.
Frame neighbour_advertisement(const Mac& mac, const Ip& ip);

// What announces `ip`: the frames of one pair.
std::vector<Frame> announcement(const Mac& mac, const Ip& ip);

// The question who has `ip`, asked by one who does not claim it (RFC 5227 2.1, RFC 4862 5.4.2).
Frame probe_for(const Mac& mac, const Ip& ip);
// Who says in this frame that an address is its own, or asks for it as we do.
struct Claim {
    Ip ip;
    Mac mac{};
};
std::optional<Claim> read_claim(std::span<const std::uint8_t> frame);

}  // namespace hb::agents
