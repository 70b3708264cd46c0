// What a network interface looks like now: index, state, addresses. Reads only.
#pragma once

#include <netinet/in.h>

#include <optional>
#include <string>

namespace hb::shell {

struct NetInterface {
    unsigned index{};
    bool up{};                         // administratively; a missing carrier does not count
    std::optional<in_addr> address;    // the first one
    std::optional<in_addr> broadcast;  // of that address, where the interface can broadcast
    bool ipv6{};                       // has an IPv6 address that can be used, not a tentative one
};

// Nothing when there is no interface of that name.
std::optional<NetInterface> look_at_interface(const std::string& name);

}  // namespace hb::shell
