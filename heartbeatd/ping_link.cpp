// See ping_link.hpp.
#include "ping_link.hpp"

#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/text.hpp"
#include "udp_sockets.hpp"

namespace hb::shell {

namespace {

using config::MediumKind;
using wire::icmp_echo::Family;

int domain_of(Family family) { return family == Family::ipv4 ? AF_INET : AF_INET6; }

// Wakes us for echo replies only. Where it is refused, read_reply() drops the rest.
void filter_replies(int fd, Family family) {
    if (family == Family::ipv4) {
        icmp_filter filter{~(1U << ICMP_ECHOREPLY)};
        static_cast<void>(::setsockopt(fd, SOL_RAW, ICMP_FILTER, &filter, sizeof filter));
        return;
    }
    icmp6_filter filter{};
    ICMP6_FILTER_SETBLOCKALL(&filter);
    ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
    static_cast<void>(::setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter));
}

std::vector<std::string> names_of(const config::Medium& medium) {
    if (medium.kind == MediumKind::ping_group) return medium.hosts;
    return {medium.address};
}

}  // namespace

PingLink::PingLink(Loop& loop, const Clock& clock, Resolver& resolver, LinkId id,
                   config::Medium medium, std::uint16_t identifier, OnLog log)
    : loop_(loop),
      clock_(clock),
      resolver_(resolver),
      id_(id),
      medium_(std::move(medium)),
      identifier_(identifier),
      family_(medium_.kind == MediumKind::ping6 ? Family::ipv6 : Family::ipv4),
      log_(std::move(log)),
      buffer_(limits::udp_bytes_max + 1),
      troubles_(clock, medium_.name, log_) {
    for (const std::string& name : names_of(medium_)) hosts_.push_back(Host{name});
}

void PingLink::open(OnFrame frame, OnState state) {
    frame_ = std::move(frame);
    state_ = std::move(state);
    tick();
}

LogLine PingLink::line(LogId id, const std::string& words) const {
    return log_line(id, medium_.name, config::medium_word(medium_.kind), words);
}

void PingLink::tick() {
    if (!socket_) try_open();
    find_hosts();
    troubles_.look();
}

void PingLink::try_open() {
    const int protocol =
        family_ == Family::ipv4 ? static_cast<int>(IPPROTO_ICMP) : static_cast<int>(IPPROTO_ICMPV6);
    const int fd = ::socket(domain_of(family_), SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
    if (fd < 0) {
        std::string failure = std::string("raw socket: ") + std::strerror(errno);
        if (failure != failure_) log_(line(LogId::link_failed, failure));
        failure_ = std::move(failure);
        return;
    }
    failure_.clear();
    filter_replies(fd, family_);
    enlarge_receive_buffer(fd);
    socket_ = std::make_unique<Watch>(loop_, fd);
    socket_->on_readable([this] { drain(); });
    tell_usable();
}

void PingLink::find_hosts() {
    const Instant now = clock_.now();
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
        Host& host = hosts_[i];
        if (host.known || host.asked || now < host.next_lookup) continue;
        if (auto address = numeric_address(host.name, domain_of(family_))) {
            found(i, *address);
            continue;
        }
        host.asked = true;
        resolver_.look_up(host.name, domain_of(family_),
                          [this, i](Result<HostAddress> address) { found(i, std::move(address)); });
    }
}

void PingLink::found(std::size_t index, Result<HostAddress> address) {
    Host& host = hosts_[index];
    host.asked = false;
    host.next_lookup = clock_.now() + limits::lookup_again;
    if (!address) {
        std::string failure = "host " + printable(host.name) + ": " + address.error().what;
        if (failure != host.failure) log_(line(LogId::link_failed, failure));
        host.failure = std::move(failure);
        return;
    }
    host.address = *address;
    host.known = true;
    tell_usable();
}

void PingLink::tell_usable() {
    std::string shown;
    for (const Host& host : hosts_) {
        if (host.known) shown += (shown.empty() ? "" : ", ") + host.address.shown();
    }
    if (usable_ || !socket_ || shown.empty()) return;
    usable_ = true;
    log_(line(LogId::link_opened, "pings " + shown));
    state_(id_, true);
}

void PingLink::send(ByteView frame) {
    const std::uint16_t sequence = next_sequence_++;
    if (!socket_) return;
    requests_[sequence % requests_.size()] = {sequence, true, Bytes(frame)};
    const Bytes packet = wire::icmp_echo::write_request(family_, {identifier_, sequence, frame});
    for (const Host& host : hosts_) {
        if (!host.known) continue;
        const ssize_t sent = ::sendto(
            socket_->descriptor(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
            reinterpret_cast<const sockaddr*>(&host.address.storage), host.address.size);
        // Not queued: the next one says the same, later.
        if (sent < 0 && errno != EINTR) troubles_.failed(std::strerror(errno));
    }
}

void PingLink::drain() {
    for (std::size_t i = 0; i < limits::frames_per_drain && socket_; ++i) {
        sockaddr_storage from{};
        socklen_t size = sizeof from;
        const ssize_t got = ::recvfrom(socket_->descriptor(), buffer_.data(), buffer_.size(),
                                       MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &size);
        if (got >= 0) {
            received(ByteView(buffer_.data(), static_cast<std::size_t>(got)), from);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        }
        // Anything else is the echo of an earlier send (EHOSTUNREACH and the like), once each.
    }
}

void PingLink::received(ByteView packet, const sockaddr_storage& from) {
    const auto reply = wire::icmp_echo::read_reply(family_, packet);
    if (!reply || reply->identifier != identifier_) return;
    const bool asked = std::any_of(hosts_.begin(), hosts_.end(), [&](const Host& host) {
        return host.known && host.address.same_host(from);
    });
    if (!asked || !counts(reply->sequence, reply->data)) return;
    frame_(id_, reply->data);
}

bool PingLink::counts(std::uint16_t sequence, ByteView data) {
    Request& request = requests_[sequence % requests_.size()];
    if (!request.waits || request.sequence != sequence || request.frame != data) return false;
    if (medium_.kind == MediumKind::ping_group) request.waits = false;
    return true;
}

}  // namespace hb::shell
