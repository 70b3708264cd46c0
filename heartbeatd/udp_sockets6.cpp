// The sockets of mcast6 and ucast6 (wire.md 7.5). See udp_sockets.hpp.
#include <arpa/inet.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/limits.hpp"
#include "udp_sockets.hpp"

namespace hb::shell {

namespace {

using config::Medium;
using config::MediumKind;

#ifndef IPV6_MULTICAST_ALL
constexpr int IPV6_MULTICAST_ALL = 29;  // linux/in6.h, which netinet/in.h does not go with
#endif

tl::unexpected<Error> refused(const char* what) {
    return fail(Errc::io, std::string(what) + ": " + std::strerror(errno));
}

bool set(int fd, int level, int option, int value) {
    return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

// As in 3.0.6; where it is refused, the system's own size must do.
void enlarge_buffers(int fd) {
    enlarge_receive_buffer(fd);
    const int bytes = limits::receive_buffer_bytes;
    if (!set(fd, SOL_SOCKET, SO_SNDBUFFORCE, bytes)) set(fd, SOL_SOCKET, SO_SNDBUF, bytes);
}

Result<Fd> new_socket(const Medium& medium) {
    Fd out(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!out) return refused("socket");
    enlarge_buffers(out.get());
    if (::setsockopt(out.get(), SOL_SOCKET, SO_BINDTODEVICE, medium.device.c_str(),
                     static_cast<socklen_t>(medium.device.size() + 1)) != 0) {
        return refused("SO_BINDTODEVICE");
    }
    return out;
}

// The address without a scope it may carry: config has seen to it that it is the device's.
Result<HostAddress> endpoint(const Medium& medium, const NetInterface& interface) {
    sockaddr_in6 where{};
    where.sin6_family = AF_INET6;
    where.sin6_port = htons(static_cast<std::uint16_t>(medium.port));
    const std::string text = medium.address.substr(0, medium.address.find('%'));
    if (::inet_pton(AF_INET6, text.c_str(), &where.sin6_addr) != 1) {
        return fail(Errc::bad_config, "'" + text + "' is no IPv6 address");
    }
    if (IN6_IS_ADDR_LINKLOCAL(&where.sin6_addr) || IN6_IS_ADDR_MULTICAST(&where.sin6_addr)) {
        where.sin6_scope_id = interface.index;
    }
    HostAddress out;
    std::memcpy(&out.storage, &where, sizeof where);
    out.size = sizeof where;
    return out;
}

// Only IPv6, and of multicast packets only those of a group that was joined: else packets of
// another link on the same port would show this one as working.
Result<void> keep_apart(int fd) {
    if (!set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) return refused("IPV6_V6ONLY");
    if (!set(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0)) return refused("IPV6_MULTICAST_ALL");
    if (!set(fd, SOL_SOCKET, SO_REUSEADDR, 1)) return refused("SO_REUSEADDR");
    return {};
}

Result<void> bind_to(int fd, const HostAddress& where, unsigned port) {
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&where.storage), where.size) != 0) {
        return refused(("bind to UDP port " + std::to_string(port)).c_str());
    }
    return {};
}

Result<void> send_multicast(int fd, const Medium& medium, const NetInterface& interface) {
    if (!set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, static_cast<int>(interface.index)) ||
        !set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, medium.loop ? 1 : 0) ||
        !set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, static_cast<int>(medium.ttl))) {
        return refused("multicast options");
    }
    return {};
}

// Bound to the group, so that what a ucast6 line on the same port is sent does not end up here.
Result<void> receive_multicast(int fd, const HostAddress& group, const Medium& medium,
                               const NetInterface& interface) {
    if (auto bound = bind_to(fd, group, medium.port); !bound) return bound;
    ipv6_mreq membership{};
    sockaddr_in6 where{};
    std::memcpy(&where, &group.storage, sizeof where);
    membership.ipv6mr_multiaddr = where.sin6_addr;
    membership.ipv6mr_interface = interface.index;
    if (::setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &membership, sizeof membership) != 0) {
        return refused("IPV6_JOIN_GROUP");
    }
    return {};
}

Result<void> receive_unicast(int fd, const Medium& medium) {
    if (!set(fd, SOL_SOCKET, SO_REUSEPORT, 1) && errno != ENOPROTOOPT) {
        return refused("SO_REUSEPORT");
    }
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    any.sin6_port = htons(static_cast<std::uint16_t>(medium.port));
    HostAddress where;
    std::memcpy(&where.storage, &any, sizeof any);
    where.size = sizeof any;
    return bind_to(fd, where, medium.port);
}

}  // namespace

Result<UdpSockets> open_udp6_sockets(const Medium& medium, const NetInterface& interface) {
    if (!interface.ipv6) {
        return fail(Errc::io, "interface " + medium.device + " has no IPv6 address yet");
    }
    const auto to = endpoint(medium, interface);
    if (!to) return tl::unexpected(to.error());
    auto sender = new_socket(medium);
    if (!sender) return tl::unexpected(sender.error());
    auto receiver = new_socket(medium);
    if (!receiver) return tl::unexpected(receiver.error());
    const bool multicast = medium.kind == MediumKind::mcast6;
    Result<void> done = keep_apart(receiver->get());
    if (done && multicast) done = send_multicast(sender->get(), medium, interface);
    if (done) {
        done = multicast ? receive_multicast(receiver->get(), *to, medium, interface)
                         : receive_unicast(receiver->get(), medium);
    }
    if (!done) return tl::unexpected(done.error());
    return UdpSockets{std::move(*sender), std::move(*receiver), *to};
}

}  // namespace hb::shell
