// What a network interface looks like now: index, state, IPv4 addresses. Reads only.
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
};

// Nothing when there is no interface of that name.
std::optional<NetInterface> look_at_interface(const std::string& name);

}  // namespace hb::shell
