// See link_watch.hpp.
#include "link_watch.hpp"

#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agents/netlink_messages.hpp"
#include "base/limits.hpp"
#include "fd.hpp"
#include "loop.hpp"

namespace hb::shell {

namespace {

// A burst of route changes must not hold up the heartbeats: the rest is read on the next turn.
constexpr int reads_per_turn = 16;

std::string name_of_index(unsigned index) {
    std::array<char, IF_NAMESIZE> name{};
    return ::if_indextoname(index, name.data()) != nullptr ? std::string(name.data())
                                                           : std::string();
}

std::string name_in_link_message(const nlmsghdr* header) {
    std::string name;
    const auto take = [](const nlattr* attribute, void* out) -> int {
        if (mnl_attr_get_type(attribute) == IFLA_IFNAME &&
            mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) >= 0) {
            *static_cast<std::string*>(out) = mnl_attr_get_str(attribute);
        }
        return MNL_CB_OK;
    };
    static_cast<void>(mnl_attr_parse(header, sizeof(ifinfomsg), take, &name));
    return name;
}

// What one turn of reading has brought.
struct Heard {
    std::set<std::string> changed;
    std::set<unsigned> links;  // whose addresses changed
    std::vector<std::pair<agents::Ip, unsigned>> removed;
    std::set<std::string> returned;
    bool lost{false};
};

}  // namespace

struct LinkWatch::State {
    State(Loop& loop, mnl_socket* opened, int descriptor, News what)
        : socket(opened), watch(loop, descriptor), news(std::move(what)) {}
    ~State() { mnl_socket_close(socket); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    void read();
    void ask_for_links();
    void take(const nlmsghdr* message, Heard& heard);
    void take_link(const nlmsghdr* message, Heard& heard);
    void take_address(const nlmsghdr* message, Heard& heard);

    mnl_socket* socket;
    Watch watch;
    News news;
    std::map<int, bool> works;  // links by index
    alignas(nlmsghdr) std::array<char, limits::netlink_buffer_bytes> buffer{};
};

// How all of them are now, on the same socket: the answers come like news.
void LinkWatch::State::ask_for_links() {
    const auto question = agents::question_for(agents::Kind::links, AF_UNSPEC, 1);
    static_cast<void>(mnl_socket_sendto(socket, question.data(), question.size()));
}

void LinkWatch::State::take_link(const nlmsghdr* message, Heard& heard) {
    if (mnl_nlmsg_get_payload_len(message) < sizeof(ifinfomsg)) return;
    const auto* link = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(message));
    const std::string name = name_in_link_message(message);
    const bool answer = (message->nlmsg_flags & NLM_F_MULTI) != 0;  // of ask_for_links()
    if (!answer) heard.changed.insert(name);
    if (message->nlmsg_type == RTM_DELLINK) {
        works.erase(link->ifi_index);
        return;
    }
    constexpr unsigned both = IFF_UP | IFF_RUNNING;
    const bool works_now = (link->ifi_flags & both) == both;
    const auto known = works.find(link->ifi_index);
    if (works_now && (known == works.end() ? !answer : !known->second)) heard.returned.insert(name);
    if (known != works.end()) {
        known->second = works_now;
    } else if (works.size() < limits::links_watched_max) {
        works.emplace(link->ifi_index, works_now);
    }
}

void LinkWatch::State::take_address(const nlmsghdr* message, Heard& heard) {
    if (mnl_nlmsg_get_payload_len(message) < sizeof(ifaddrmsg)) return;
    const auto* body = static_cast<const ifaddrmsg*>(mnl_nlmsg_get_payload(message));
    heard.links.insert(body->ifa_index);
    if (message->nlmsg_type != RTM_DELADDR) return;
    const auto address = agents::read_address(message);
    if (address) heard.removed.emplace_back(address->ip, address->index);
}

void LinkWatch::State::take(const nlmsghdr* message, Heard& heard) {
    switch (message->nlmsg_type) {
        case RTM_NEWLINK:
        case RTM_DELLINK:
            return take_link(message, heard);
        case RTM_NEWADDR:
        case RTM_DELADDR:
            return take_address(message, heard);
        default:
            return;
    }
}

void LinkWatch::State::read() {
    Heard heard;
    for (int i = 0; i < reads_per_turn; ++i) {
        const ssize_t got = mnl_socket_recvfrom(socket, buffer.data(), buffer.size());
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
        if (got < 0) {
            heard.lost = true;  // ENOBUFS
            continue;
        }
        int left = static_cast<int>(got);
        const auto* message = reinterpret_cast<const nlmsghdr*>(buffer.data());
        for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
            take(message, heard);
        }
    }
    if (heard.lost) {
        heard.changed.insert(std::string());
        ask_for_links();
    }
    for (const unsigned index : heard.links) heard.changed.insert(name_of_index(index));
    for (const std::string& name : heard.changed) news.change(name);
    for (const auto& [ip, link] : heard.removed) news.address_removed(ip, link);
    for (const std::string& name : heard.returned) news.link_returned(name);
    if (heard.lost) news.lost();
}

Result<std::unique_ptr<LinkWatch>> LinkWatch::start(Loop& loop, News news) {
    mnl_socket* const socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket == nullptr) {
        return fail(Errc::io, std::string("rtnetlink: ") + std::strerror(errno));
    }
    if (mnl_socket_bind(socket, RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
                        MNL_SOCKET_AUTOPID) != 0) {
        const int error = errno;
        mnl_socket_close(socket);
        return fail(Errc::io, std::string("rtnetlink: ") + std::strerror(error));
    }
    // The Watch closes its descriptor and libmnl its own: two ends of the same socket.
    Fd watched(::fcntl(mnl_socket_get_fd(socket), F_DUPFD_CLOEXEC, 3));
    if (!watched) {
        const int error = errno;
        mnl_socket_close(socket);
        return fail(Errc::io, std::string("rtnetlink: ") + std::strerror(error));
    }
    auto state = std::make_unique<State>(loop, socket, watched.release(), std::move(news));
    State* const self = state.get();
    // The takeover of a thousand addresses is a thousand messages. Refused without privileges.
    const int bytes = limits::link_watch_buffer_bytes;
    static_cast<void>(
        ::setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes));
    self->ask_for_links();
    self->watch.on_readable([self] { self->read(); });
    return std::unique_ptr<LinkWatch>(new LinkWatch(std::move(state)));
}

LinkWatch::LinkWatch(std::unique_ptr<State> state) : state_(std::move(state)) {}
LinkWatch::~LinkWatch() = default;

}  // namespace hb::shell
