// Opens the two sockets of a bcast, mcast or ucast medium with the options that real nodes use
// (wire.md 7.2 to 7.4). What is sent and received is not known here.
#pragma once

#include <netinet/in.h>

#include "base/result.hpp"
#include "config/ha_cf.hpp"
#include "fd.hpp"
#include "net_interface.hpp"

namespace hb::shell {

struct UdpSockets {
    Fd send, receive;  // both non-blocking
    sockaddr_in destination{};
};

// `interface`: how the medium's device looks now. Errors: io (with the system's words),
// bad_config (an address that is none), unsupported (another kind of medium).
Result<UdpSockets> open_udp_sockets(const config::Medium& medium, const NetInterface& interface);

// Whether sockets opened with `before` still serve when the device looks like `after`.
bool sockets_still_fit(config::MediumKind kind, const NetInterface& before,
                       const NetInterface& after);

}  // namespace hb::shell
