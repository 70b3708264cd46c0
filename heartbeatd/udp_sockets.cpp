// See udp_sockets.hpp.
#include "udp_sockets.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <netinet/ip.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/limits.hpp"

namespace hb::shell {

namespace {

using config::Medium;
using config::MediumKind;

tl::unexpected<Error> refused(const char* what) {
    return fail(Errc::io, std::string(what) + ": " + std::strerror(errno));
}

Result<in_addr> parse_address(const std::string& text) {
    in_addr out{};
    if (::inet_pton(AF_INET, text.c_str(), &out) != 1) {
        return fail(Errc::bad_config, "'" + text + "' is no IPv4 address");
    }
    return out;
}

sockaddr_in endpoint(in_addr address, unsigned port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_addr = address;
    out.sin_port = htons(static_cast<std::uint16_t>(port));
    return out;
}

HostAddress endpoint_of(in_addr address, unsigned port) {
    const sockaddr_in where = endpoint(address, port);
    HostAddress out;
    std::memcpy(&out.storage, &where, sizeof where);
    out.size = sizeof where;
    return out;
}

bool set_flag(int fd, int option) {
    const int on = 1;
    return ::setsockopt(fd, SOL_SOCKET, option, &on, sizeof on) == 0;
}

bool bind_to_device(int fd, const std::string& device) {
    return ::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device.c_str(),
                        static_cast<socklen_t>(device.size() + 1)) == 0;
}

Result<Fd> new_socket() {
    Fd out(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!out) return refused("socket");
    return out;
}

Result<void> bind_socket(int fd, in_addr address, unsigned port) {
    const sockaddr_in where = endpoint(address, port);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
        return refused(("bind to UDP port " + std::to_string(port)).c_str());
    }
    return {};
}

enum class ShareRule { address, address_and_port };

// The receiving side of bcast and ucast: every address of one device.
Result<Fd> open_device_receiver(const Medium& medium, ShareRule rule) {
    auto out = new_socket();
    if (!out) return out;
    if (!set_flag(out->get(), SO_REUSEADDR)) return refused("SO_REUSEADDR");
    if (!bind_to_device(out->get(), medium.device)) return refused("SO_BINDTODEVICE");
    if (rule == ShareRule::address_and_port && !set_flag(out->get(), SO_REUSEPORT) &&
        errno != ENOPROTOOPT) {
        return refused("SO_REUSEPORT");
    }
    enlarge_receive_buffer(out->get());
    if (auto bound = bind_socket(out->get(), in_addr{INADDR_ANY}, medium.port); !bound) {
        return tl::unexpected(bound.error());
    }
    return out;
}

// The kernel gives each broadcast back to the machine that sent it: that means nothing, and would
// wake the loop once more for each heartbeat. The filter sees a datagram from its UDP header on.
Result<void> ignore_own(int receiver, in_addr own, int sender) {
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    if (::getsockname(sender, reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
        return refused("getsockname");
    }
    constexpr unsigned source_in_ip = 12;
    constexpr unsigned any_size = 0xFFFFFFFF;
    std::array<sock_filter, 6> code{{
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<unsigned>(SKF_NET_OFF) + source_in_ip},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, ntohl(own.s_addr)},
        {BPF_LD | BPF_H | BPF_ABS, 0, 0, 0},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, ntohs(bound.sin_port)},
        {BPF_RET | BPF_K, 0, 0, 0},
        {BPF_RET | BPF_K, 0, 0, any_size},
    }};
    const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
    if (::setsockopt(receiver, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0) {
        return refused("SO_ATTACH_FILTER");
    }
    return {};
}

Result<UdpSockets> open_bcast(const Medium& medium, const NetInterface& interface) {
    if (!interface.broadcast) {
        return fail(Errc::io, "interface " + medium.device + " has no IPv4 broadcast address");
    }
    UdpSockets out;
    auto sender = new_socket();
    if (!sender) return tl::unexpected(sender.error());
    const int fd = sender->get();
    if (!set_flag(fd, SO_BROADCAST)) return refused("SO_BROADCAST");
    if (!set_flag(fd, SO_DONTROUTE)) return refused("SO_DONTROUTE");
    if (!bind_to_device(fd, medium.device)) return refused("SO_BINDTODEVICE");
    auto receiver = open_device_receiver(medium, ShareRule::address);
    if (!receiver) return tl::unexpected(receiver.error());
    if (auto bound = bind_socket(fd, in_addr{INADDR_ANY}, 0); !bound) {
        return tl::unexpected(bound.error());
    }
    if (interface.address) {
        const auto ignored = ignore_own(receiver->get(), *interface.address, fd);
        if (!ignored) return tl::unexpected(ignored.error());
    }
    out.send = std::move(*sender);
    out.receive = std::move(*receiver);
    out.destination = endpoint_of(*interface.broadcast, medium.port);
    return out;
}

Result<UdpSockets> open_ucast(const Medium& medium) {
    const auto peer = parse_address(medium.address);
    if (!peer) return tl::unexpected(peer.error());
    UdpSockets out;
    auto sender = new_socket();
    if (!sender) return tl::unexpected(sender.error());
    const int fd = sender->get();
    const int low_delay = IPTOS_LOWDELAY;
    if (::setsockopt(fd, IPPROTO_IP, IP_TOS, &low_delay, sizeof low_delay) != 0) {
        return refused("IP_TOS");
    }
    if (!bind_to_device(fd, medium.device)) return refused("SO_BINDTODEVICE");
    if (!set_flag(fd, SO_REUSEPORT) && errno != ENOPROTOOPT) return refused("SO_REUSEPORT");
    auto receiver = open_device_receiver(medium, ShareRule::address_and_port);
    if (!receiver) return tl::unexpected(receiver.error());
    out.send = std::move(*sender);
    out.receive = std::move(*receiver);
    out.destination = endpoint_of(*peer, medium.port);
    return out;
}

Result<UdpSockets> open_mcast(const Medium& medium, const NetInterface& interface) {
    const auto group = parse_address(medium.address);
    if (!group) return tl::unexpected(group.error());
    if (!interface.address) {
        return fail(Errc::io, "interface " + medium.device + " has no IPv4 address");
    }
    UdpSockets out;
    auto sender = new_socket();
    if (!sender) return tl::unexpected(sender.error());
    const in_addr own = *interface.address;
    const auto loop = static_cast<unsigned char>(medium.loop ? 1 : 0);
    const auto ttl = static_cast<unsigned char>(medium.ttl);
    const int fd = sender->get();
    if (::setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &own, sizeof own) != 0 ||
        ::setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &loop, sizeof loop) != 0 ||
        ::setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl) != 0) {
        return refused("multicast options");
    }
    auto receiver = new_socket();
    if (!receiver) return tl::unexpected(receiver.error());
    if (!set_flag(receiver->get(), SO_REUSEADDR)) return refused("SO_REUSEADDR");
    enlarge_receive_buffer(receiver->get());
    if (auto bound = bind_socket(receiver->get(), *group, medium.port); !bound) {
        return tl::unexpected(bound.error());
    }
    // Only what comes in by this interface: else a second mcast link of the same group would hear
    // the first one's packets and never be seen to fail.
    const int all_interfaces = 0;
    if (::setsockopt(receiver->get(), IPPROTO_IP, IP_MULTICAST_ALL, &all_interfaces,
                     sizeof all_interfaces) != 0) {
        return refused("IP_MULTICAST_ALL");
    }
    const ip_mreq membership{*group, own};
    if (::setsockopt(receiver->get(), IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership,
                     sizeof membership) != 0) {
        return refused("IP_ADD_MEMBERSHIP");
    }
    out.send = std::move(*sender);
    out.receive = std::move(*receiver);
    out.destination = endpoint_of(*group, medium.port);
    return out;
}

bool same(const std::optional<in_addr>& a, const std::optional<in_addr>& b) {
    return a.has_value() == b.has_value() && (!a || a->s_addr == b->s_addr);
}

}  // namespace

void enlarge_receive_buffer(int fd) {
    const int bytes = limits::receive_buffer_bytes;
    if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) == 0) return;
    static_cast<void>(::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes));
}

Result<UdpSockets> open_udp_sockets(const Medium& medium, const NetInterface& interface) {
    switch (medium.kind) {
        case MediumKind::bcast:
            return open_bcast(medium, interface);
        case MediumKind::ucast:
            return open_ucast(medium);
        case MediumKind::mcast:
            return open_mcast(medium, interface);
        case MediumKind::mcast6:
        case MediumKind::ucast6:
            return open_udp6_sockets(medium, interface);
        case MediumKind::serial:
        case MediumKind::ping:
        case MediumKind::ping6:
        case MediumKind::ping_group:
            break;
    }
    return fail(Errc::unsupported, "medium " + medium.name + " has no UDP socket");
}

bool sockets_still_fit(MediumKind kind, const NetInterface& before, const NetInterface& after) {
    if (before.index != after.index || !after.up) return false;
    if (kind == MediumKind::mcast6 || kind == MediumKind::ucast6) return after.ipv6;
    // A ucast socket takes its source address anew with each packet.
    if (kind == MediumKind::bcast) {
        return same(before.broadcast, after.broadcast) && same(before.address, after.address);
    }
    if (kind == MediumKind::mcast) return same(before.address, after.address);
    return true;
}

}  // namespace hb::shell
