// See announce.hpp.
#include "agents/announce.hpp"

#include <net/ethernet.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/text.hpp"
#include "system_error.hpp"

namespace hb::agents {

namespace {

Result<shell::Fd> packet_socket(int protocol) {
    shell::Fd socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, protocol));
    if (!socket) return shell::system_error("packet socket (it needs root)", errno);
    return socket;
}

int send_frame(int socket, unsigned index, const Frame& frame) {
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_ifindex = static_cast<int>(index);
    to.sll_halen = ETH_ALEN;
    std::memcpy(to.sll_addr, frame.data(), ETH_ALEN);
    const auto* address = reinterpret_cast<const sockaddr*>(&to);
    return ::sendto(socket, frame.data(), frame.size(), 0, address, sizeof to) < 0 ? errno : 0;
}

shell::Fd timer_for(Duration span) {
    shell::Fd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
    itimerspec when{};
    const auto nanoseconds = std::max<std::int64_t>(span.count(), 1);
    when.it_value.tv_sec = nanoseconds / 1'000'000'000;
    when.it_value.tv_nsec = nanoseconds % 1'000'000'000;
    if (timer) ::timerfd_settime(timer.get(), 0, &when, nullptr);
    return timer;
}

// One socket that hears both ARP and IPv6 would hear all traffic: one for each family in use.
Result<shell::Fd> listener(const Link& link, std::uint16_t protocol) {
    auto socket = packet_socket(0);  // hears nothing before it is bound
    if (!socket) return socket;
    sockaddr_ll where{};
    where.sll_family = AF_PACKET;
    where.sll_protocol = htons(protocol);
    where.sll_ifindex = static_cast<int>(link.index);
    const auto* address = reinterpret_cast<const sockaddr*>(&where);
    if (::bind(socket->get(), address, sizeof where) != 0) {
        return shell::system_error(link.name, errno);
    }
    return socket;
}

void hear(int socket, const Link& link, const std::vector<Ip>& wanted, std::map<Ip, Mac>& out) {
    std::array<std::uint8_t, 256> bytes{};  // neither form is longer
    const ssize_t got = ::recv(socket, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got <= 0) return;
    const auto claim = read_claim({bytes.data(), static_cast<std::size_t>(got)});
    if (!claim || claim->mac == link.mac) return;
    if (std::binary_search(wanted.begin(), wanted.end(), claim->ip)) {
        out.emplace(claim->ip, claim->mac);
    }
}

}  // namespace

Result<Announcer> Announcer::open() {
    auto socket = packet_socket(0);
    if (!socket) return tl::unexpected(socket.error());
    return Announcer(*std::move(socket));
}

int Announcer::send(const Burst& burst, unsigned n) const {
    return send_frame(socket_.get(), burst.index, announcement(burst.mac, burst.ip)[n % 2]);
}

int Announcer::send_first_pair(const Burst& burst) const {
    const int first = send(burst, 0);
    const int second = send(burst, 1);
    return first != 0 ? first : second;
}

Result<std::map<Ip, Mac>> who_has(const Link& link, const std::vector<Ip>& addresses, Duration span,
                                  const Cancel& cancel) {
    std::map<Ip, Mac> out;
    std::vector<Ip> wanted = addresses;
    std::sort(wanted.begin(), wanted.end());
    auto arp = listener(link, ETHERTYPE_ARP);
    auto ipv6 = listener(link, ETHERTYPE_IPV6);
    if (!arp) return tl::unexpected(arp.error());
    if (!ipv6) return tl::unexpected(ipv6.error());
    const shell::Fd timer = timer_for(std::min<Duration>(span, limits::address_probe_max));
    if (!timer) return shell::system_error("timer", errno);
    for (const Ip& ip : wanted) send_frame(arp->get(), link.index, probe_for(link.mac, ip));
    std::array<pollfd, 3> waiting{
        {{arp->get(), POLLIN, 0}, {ipv6->get(), POLLIN, 0}, {timer.get(), POLLIN, 0}}};
    constexpr int look_at_cancel_ms = 100;
    while (!cancel.stopped()) {
        if (::poll(waiting.data(), waiting.size(), look_at_cancel_ms) <= 0) continue;
        if (waiting[0].revents != 0) hear(arp->get(), link, wanted, out);
        if (waiting[1].revents != 0) hear(ipv6->get(), link, wanted, out);
        if (waiting[2].revents != 0) break;
    }
    return out;
}

std::string to_text(const Mac& mac) {
    std::string out;
    for (const std::uint8_t byte : mac) {
        if (!out.empty()) out += ':';
        if (byte < 16) out += '0';
        out += to_hex(byte);
    }
    return out;
}

}  // namespace hb::agents
