// The argument of IPaddr, IPaddr2 and IPv6addr, taken apart:
// ADDRESS[/MASK[/INTERFACE][/BROADCAST]]. Pure; what the machine has is not looked at.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agents/ip.hpp"
#include "base/result.hpp"

namespace hb::agents {

// ipaddr: IPv4, labels of its own. ipaddr2: both families, no label unless one is given, a copy on
// lo steps aside. ipv6addr: IPv6 only.
enum class AddressKind : std::uint8_t { ipaddr, ipaddr2, ipv6addr };

// Of the agent of that name; none for what is no agent of addresses.
std::optional<AddressKind> address_kind(const std::string& type) noexcept;

struct AddressSpec {
    std::string written;  // the address as the administrator wrote it
    Ip ip;
    std::optional<unsigned> prefix;  // not given: that of the route
    std::string interface;           // empty: that of the route
    std::string label;               // INTERFACE:LABEL, empty when not given
    std::optional<Ip> broadcast;     // not given: the highest address of the network
};

// Several slashes count as one, one at the end for none (resources.md 1.2).
// Errors: bad_config with what was wrong and what was expected.
[[nodiscard]] Result<AddressSpec> parse_address(AddressKind kind, const std::string& argument);

// May name an interface, and stand in a path below /proc/sys.
bool is_interface_name(const std::string& name) noexcept;
// Whether the kernel takes this label (IFNAMSIZ).
bool fits_kernel(const std::string& label) noexcept;

}  // namespace hb::agents
