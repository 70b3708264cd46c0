// See address_spec.hpp.
#include "agents/address_spec.hpp"

#include <net/if.h>

#include "base/text.hpp"

namespace hb::agents {

namespace {

using Problem = std::optional<std::string>;  // what was wrong, what was expected

bool begins_with_digit(const std::string& part) { return part[0] >= '0' && part[0] <= '9'; }

Problem set_address(AddressKind kind, const std::string& part, AddressSpec& out) {
    const bool is_ipv6 = part.find(':') != std::string::npos;
    if (kind == AddressKind::ipaddr && is_ipv6) {
        return part + " is an IPv6 address: use IPaddr2 for it";
    }
    if (kind == AddressKind::ipv6addr && !is_ipv6) {
        return part + ": expected an IPv6 address; IPaddr2 takes IPv4 addresses, too";
    }
    const auto ip = parse_ip(part);
    if (!ip && is_ipv6) return part + ": expected an IPv6 address";
    if (!ip) return part + ": expected an IPv4 address, four numbers from 0 to 255";
    out.written = part;
    out.ip = *ip;
    return std::nullopt;
}

Problem set_mask(const std::string& part, AddressSpec& out) {
    if (!begins_with_digit(part)) {
        return part + ": expected a mask; an interface needs a mask before it";
    }
    out.prefix = parse_mask(part, out.ip.family);
    if (out.prefix) return std::nullopt;
    return "mask " + part + ": expected 1 to " + std::to_string(out.ip.bits()) +
           ", or for IPv4 a dotted mask";
}

Problem set_interface(const std::string& part, AddressSpec& out) {
    const auto colon = part.find(':');
    out.interface = part.substr(0, colon);
    if (!is_interface_name(out.interface)) {
        return part + ": expected the name of an interface, such as eth0 or eth0:web";
    }
    if (colon == std::string::npos || colon + 1 == part.size()) return std::nullopt;
    out.label = part;
    if (fits_kernel(out.label)) return std::nullopt;
    return "label " + out.label + ": longer than the kernel's " + std::to_string(IFNAMSIZ - 1) +
           " characters";
}

Problem set_broadcast(const std::string& part, AddressSpec& out) {
    if (out.broadcast) return part + ": more than one broadcast address";
    if (out.ip.family != AF_INET) return part + ": IPv6 has no broadcast address";
    const auto ip = parse_ip(part);
    if (!ip || ip->family != AF_INET) {
        return part + ": expected a broadcast address, four numbers from 0 to 255";
    }
    out.broadcast = ip;
    return std::nullopt;
}

Problem set_part(AddressKind kind, std::size_t position, const std::string& part,
                 AddressSpec& out) {
    if (position == 1) return set_address(kind, part, out);
    if (position == 2) return set_mask(part, out);
    if (position <= 4 && begins_with_digit(part)) return set_broadcast(part, out);
    if (position == 3) return set_interface(part, out);
    return part + ": expected ADDRESS/MASK/INTERFACE/BROADCAST";
}

}  // namespace

std::optional<AddressKind> address_kind(const std::string& type) noexcept {
    if (type == "IPaddr") return AddressKind::ipaddr;
    if (type == "IPaddr2") return AddressKind::ipaddr2;
    if (type == "IPv6addr") return AddressKind::ipv6addr;
    return std::nullopt;
}

bool is_interface_name(const std::string& name) noexcept {
    return !name.empty() && name.size() < IFNAMSIZ && name != "." && name != ".." &&
           name.find_first_of("/ \t\n") == std::string::npos;
}

bool fits_kernel(const std::string& label) noexcept { return label.size() < IFNAMSIZ; }

Result<AddressSpec> parse_address(AddressKind kind, const std::string& argument) {
    AddressSpec out;
    std::size_t position = 0;
    for (const std::string& part : words(argument, "/")) {
        if (const auto problem = set_part(kind, ++position, part, out)) {
            return fail(Errc::bad_config, *problem);
        }
    }
    if (position == 0) return fail(Errc::bad_config, "expected an address");
    return out;
}

}  // namespace hb::agents
