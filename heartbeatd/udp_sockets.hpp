// Opens the two sockets of a UDP medium with the options that real nodes use (wire.md 7.2 to 7.5).
// Here: IPv4; IPv6 is in udp_sockets6.cpp. What is sent and received is not known here.
#pragma once

#include <netinet/in.h>

#include "base/result.hpp"
#include "config/ha_cf.hpp"
#include "fd.hpp"
#include "net_interface.hpp"
#include "resolver.hpp"

namespace hb::shell {

struct UdpSockets {
    Fd send, receive;           // both non-blocking
    HostAddress destination{};  // with its port
};

// `interface`: how the medium's device looks now. Errors: io (with the system's words),
// bad_config (an address that is none), unsupported (another kind of medium).
Result<UdpSockets> open_udp_sockets(const config::Medium& medium, const NetInterface& interface);

// The same for mcast6 and ucast6.
Result<UdpSockets> open_udp6_sockets(const config::Medium& medium, const NetInterface& interface);

// A larger buffer outlives a stall of ours; where it is refused, the system's own size must do.
void enlarge_receive_buffer(int fd);

// Whether sockets opened with `before` still serve when the device looks like `after`.
bool sockets_still_fit(config::MediumKind kind, const NetInterface& before,
                       const NetInterface& after);

}  // namespace hb::shell
