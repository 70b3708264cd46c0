// See rival_watch.hpp.
#include "rival_watch.hpp"

#include <linux/filter.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <sys/socket.h>
#include <time.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <utility>

#include "asio.hpp"
#include "base/limits.hpp"
#include "clock.hpp"
#include "fd.hpp"
#include "loop.hpp"
#include "system_error.hpp"

namespace hb::shell {

namespace {

constexpr int reads_per_turn = 16;
constexpr unsigned frame_bytes = 256;  // neither form is longer

// Offsets count from the Ethernet header. ARP: the sender asks for, or answers about, itself.
constexpr unsigned arp_sender = 28;
constexpr unsigned arp_target = 38;
constexpr std::array<sock_filter, 6> gratuitous_arp{{
    {BPF_LD | BPF_W | BPF_ABS, 0, 0, arp_sender},
    {BPF_MISC | BPF_TAX, 0, 0, 0},
    {BPF_LD | BPF_W | BPF_ABS, 0, 0, arp_target},
    {BPF_JMP | BPF_JEQ | BPF_X, 0, 1, 0},
    {BPF_RET | BPF_K, 0, 0, frame_bytes},
    {BPF_RET | BPF_K, 0, 0, 0},
}};

// ICMPv6 right behind the IPv6 header, type 136; solicited ones go to one host only.
constexpr unsigned next_header = 20;
constexpr unsigned icmp_type = 54;
constexpr unsigned advertisement_flags = 58;
constexpr unsigned neighbour_advertisement = 136;
constexpr unsigned solicited = 0x40;
constexpr std::array<sock_filter, 8> unsolicited_advertisement{{
    {BPF_LD | BPF_B | BPF_ABS, 0, 0, next_header},
    {BPF_JMP | BPF_JEQ | BPF_K, 0, 5, IPPROTO_ICMPV6},
    {BPF_LD | BPF_B | BPF_ABS, 0, 0, icmp_type},
    {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, neighbour_advertisement},
    {BPF_LD | BPF_B | BPF_ABS, 0, 0, advertisement_flags},
    {BPF_JMP | BPF_JSET | BPF_K, 1, 0, solicited},
    {BPF_RET | BPF_K, 0, 0, frame_bytes},
    {BPF_RET | BPF_K, 0, 0, 0},
}};

sock_fprog program(int family) {
    sock_fprog out{};
    if (family == AF_INET) {
        out.len = gratuitous_arp.size();
        out.filter = const_cast<sock_filter*>(gratuitous_arp.data());
    } else {
        out.len = unsolicited_advertisement.size();
        out.filter = const_cast<sock_filter*>(unsolicited_advertisement.data());
    }
    return out;
}

Result<Fd> open_socket(int family) {
    const auto failed = [] { return system_error("packet socket (it needs root)", errno); };
    // Of no protocol until the filter is there: it must not fill with what nobody wants.
    Fd socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return failed();
    const sock_fprog filter = program(family);
    const int on = 1;
    sockaddr_ll where{};
    where.sll_family = AF_PACKET;
    where.sll_protocol = htons(family == AF_INET ? ETHERTYPE_ARP : ETHERTYPE_IPV6);
    const auto* address = reinterpret_cast<const sockaddr*>(&where);
    if (::setsockopt(socket.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0 ||
        ::setsockopt(socket.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0 ||
        ::bind(socket.get(), address, sizeof where) != 0) {
        return failed();
    }
    return socket;
}

// How long it waited for us. A process that was stopped finds what was said while it was dead.
Duration age_of(msghdr& message) {
    for (cmsghdr* at = CMSG_FIRSTHDR(&message); at != nullptr; at = CMSG_NXTHDR(&message, at)) {
        if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SO_TIMESTAMPNS) continue;
        timespec came{};
        std::memcpy(&came, CMSG_DATA(at), sizeof came);
        return Clock::since_epoch() - std::chrono::seconds(came.tv_sec) -
               std::chrono::nanoseconds(came.tv_nsec);
    }
    return Duration::zero();
}

}  // namespace

class RivalWatch::State : public std::enable_shared_from_this<RivalWatch::State> {
public:
    State(Loop& loop, OnClaim on_claim)
        : loop_(loop), rest_(loop.context()), on_claim_(std::move(on_claim)) {}

    Result<void> listen(int family) {
        if (watches_.contains(family)) return {};
        auto socket = open_socket(family);
        if (!socket) return tl::unexpected(socket.error());
        auto watch = std::make_unique<Watch>(loop_, socket->release());
        Watch* const self = watch.get();
        self->on_readable([this, self] { read(*self); });
        watches_.emplace(family, std::move(watch));
        return {};
    }
    void close() {
        on_claim_ = nullptr;
        watches_.clear();
        rest_.cancel();
    }

private:
    void read(const Watch& watch);
    bool read_one(int socket);
    bool too_many();

    Loop& loop_;
    boost::asio::steady_timer rest_;
    OnClaim on_claim_;
    Clock clock_;
    std::map<int, std::unique_ptr<Watch>> watches_;  // by family
    Instant second_{};                               // that is counted
    std::size_t heard_{0};                           // in it
};

// False: nothing waits.
bool RivalWatch::State::read_one(int socket) {
    std::array<std::uint8_t, frame_bytes> bytes{};
    alignas(cmsghdr) std::array<char, 64> control{};
    sockaddr_ll from{};
    iovec data{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = ::recvmsg(socket, &message, MSG_DONTWAIT);
    // An interface that went down says so once.
    if (got < 0) return errno == ENETDOWN;
    ++heard_;
    if (from.sll_pkttype == PACKET_OUTGOING || age_of(message) > limits::claim_age_max) return true;
    const auto claim = agents::read_claim({bytes.data(), static_cast<std::size_t>(got)});
    if (claim && on_claim_) on_claim_(*claim, static_cast<unsigned>(from.sll_ifindex));
    return true;
}

// Then nothing is read until the next second; what comes meanwhile is old by then.
bool RivalWatch::State::too_many() {
    const Instant now = clock_.now();
    if (now - second_ >= std::chrono::seconds(1)) {
        second_ = now;
        heard_ = 0;
    }
    if (heard_ < limits::claims_per_second) return false;
    for (const auto& [family, watch] : watches_) watch->pause_reading();
    rest_.expires_after(second_ + std::chrono::seconds(1) - now);
    rest_.async_wait([me = shared_from_this()](const auto& error) {
        if (error) return;
        for (const auto& [family, watch] : me->watches_) watch->resume_reading();
    });
    return true;
}

void RivalWatch::State::read(const Watch& watch) {
    if (too_many()) return;
    for (int i = 0; i < reads_per_turn && read_one(watch.descriptor()); ++i) continue;
}

RivalWatch::RivalWatch(Loop& loop, OnClaim on_claim)
    : state_(std::make_shared<State>(loop, std::move(on_claim))) {}

RivalWatch::~RivalWatch() { state_->close(); }

Result<void> RivalWatch::listen(int family) { return state_->listen(family); }

}  // namespace hb::shell
