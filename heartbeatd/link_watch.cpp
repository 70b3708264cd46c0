// See link_watch.hpp. The one file that speaks libmnl.
#include "link_watch.hpp"

#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <string>

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

int collect(const nlmsghdr* header, void* data) {
    auto& changed = *static_cast<std::set<std::string>*>(data);
    if (header->nlmsg_type == RTM_NEWLINK || header->nlmsg_type == RTM_DELLINK) {
        if (mnl_nlmsg_get_payload_len(header) < sizeof(ifinfomsg)) return MNL_CB_OK;
        changed.insert(name_in_link_message(header));
    } else if (header->nlmsg_type == RTM_NEWADDR || header->nlmsg_type == RTM_DELADDR) {
        if (mnl_nlmsg_get_payload_len(header) < sizeof(ifaddrmsg)) return MNL_CB_OK;
        const auto* address = static_cast<const ifaddrmsg*>(mnl_nlmsg_get_payload(header));
        changed.insert(name_of_index(address->ifa_index));
    }
    return MNL_CB_OK;
}

}  // namespace

struct LinkWatch::State {
    State(Loop& loop, mnl_socket* opened, int descriptor, OnChange on_change)
        : socket(opened), watch(loop, descriptor), change(std::move(on_change)) {}
    ~State() { mnl_socket_close(socket); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    void read() {
        std::set<std::string> changed;
        for (int i = 0; i < reads_per_turn; ++i) {
            const ssize_t got = mnl_socket_recvfrom(socket, buffer.data(), buffer.size());
            if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
            if (got < 0) {
                changed.insert(std::string());  // ENOBUFS: some news is lost
                continue;
            }
            static_cast<void>(
                mnl_cb_run(buffer.data(), static_cast<std::size_t>(got), 0, 0, collect, &changed));
        }
        for (const std::string& name : changed) change(name);
    }

    mnl_socket* socket;
    Watch watch;
    OnChange change;
    alignas(nlmsghdr) std::array<char, 32768> buffer{};
};

Result<std::unique_ptr<LinkWatch>> LinkWatch::start(Loop& loop, OnChange change) {
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
    auto state = std::make_unique<State>(loop, socket, watched.release(), std::move(change));
    State* const self = state.get();
    self->watch.on_readable([self] { self->read(); });
    return std::unique_ptr<LinkWatch>(new LinkWatch(std::move(state)));
}

LinkWatch::LinkWatch(std::unique_ptr<State> state) : state_(std::move(state)) {}
LinkWatch::~LinkWatch() = default;

}  // namespace hb::shell
