// See netlink.hpp.
#include "agents/netlink.hpp"

#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/limits.hpp"
#include "system_error.hpp"

namespace hb::agents {

namespace {

// A list that changed while it was read is read again; on a machine where it never rests, the last
// one must do.
constexpr int dump_turns_max = 4;

// nlmsgerr, then what it answers or only its header, then attributes (NLM_F_ACK_TLVS).
Outcome read_answer(const nlmsghdr* message) {
    Outcome out;
    if (mnl_nlmsg_get_payload_len(message) < sizeof(nlmsgerr)) {
        out.error = EBADMSG;
        return out;
    }
    const auto* answer = static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(message));
    out.error = -answer->error;
    if ((message->nlmsg_flags & NLM_F_ACK_TLVS) == 0) return out;
    std::size_t offset = sizeof(nlmsgerr);
    if ((message->nlmsg_flags & NLM_F_CAPPED) == 0) {
        offset += MNL_ALIGN(answer->msg.nlmsg_len) - sizeof(nlmsghdr);
    }
    if (offset > mnl_nlmsg_get_payload_len(message)) return out;
    const auto* begin = static_cast<const char*>(mnl_nlmsg_get_payload(message));
    const char* const end = begin + mnl_nlmsg_get_payload_len(message);
    const auto* at = reinterpret_cast<const nlattr*>(begin + offset);
    for (; mnl_attr_ok(at, static_cast<int>(end - reinterpret_cast<const char*>(at)));
         at = mnl_attr_next(at)) {
        if (mnl_attr_get_type(at) == NLMSGERR_ATTR_MSG &&
            mnl_attr_validate(at, MNL_TYPE_NUL_STRING) >= 0) {
            out.words = mnl_attr_get_str(at);
        }
    }
    return out;
}

}  // namespace

std::string Outcome::reason() const {
    return words.empty() ? std::strerror(error) : words + " (" + std::strerror(error) + ")";
}

void Netlink::Close::operator()(mnl_socket* socket) const { mnl_socket_close(socket); }

Netlink::Netlink(mnl_socket* socket) : socket_(socket) {}

Result<Netlink> Netlink::open() {
    mnl_socket* const socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    if (socket == nullptr) return shell::system_error("rtnetlink", errno);
    Netlink out(socket);
    if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) != 0) {
        return shell::system_error("rtnetlink", errno);
    }
    // Explanations, and answers that do not repeat the whole question; old kernels have neither.
    int on = 1;
    static_cast<void>(mnl_socket_setsockopt(socket, NETLINK_EXT_ACK, &on, sizeof on));
    static_cast<void>(mnl_socket_setsockopt(socket, NETLINK_CAP_ACK, &on, sizeof on));
    // The kernel filters by table instead of sending all of them.
    static_cast<void>(mnl_socket_setsockopt(socket, NETLINK_GET_STRICT_CHK, &on, sizeof on));
    return out;
}

// Hands up every message that answers a request from `first` to `last`, until `each` says true.
Result<void> Netlink::read(std::uint32_t first, std::uint32_t last,
                           const std::function<bool(const nlmsghdr*)>& each) {
    // Not cleared: most answers fill a page of it.
    const auto buffer = std::make_unique_for_overwrite<char[]>(limits::netlink_buffer_bytes);
    for (;;) {
        const ssize_t got =
            mnl_socket_recvfrom(socket_.get(), buffer.get(), limits::netlink_buffer_bytes);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return shell::system_error("rtnetlink", errno);
        int left = static_cast<int>(got);
        const auto* message = reinterpret_cast<const nlmsghdr*>(buffer.get());
        for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
            const bool ours = message->nlmsg_seq - first <= last - first;
            if (ours && each(message)) return {};
        }
    }
}

template <class T>
Result<std::vector<T>> Netlink::all(Kind kind, int family,
                                    std::optional<T> (*read_one)(const nlmsghdr*)) {
    std::vector<T> out;
    for (int turn = 0; turn < dump_turns_max; ++turn) {
        out.clear();
        const std::uint32_t sequence = ++sequence_;
        const auto question = question_for(kind, family, sequence);
        if (mnl_socket_sendto(socket_.get(), question.data(), question.size()) < 0) {
            return shell::system_error("rtnetlink", errno);
        }
        int error = 0;
        bool disturbed = false;
        const auto complete = read(sequence, sequence, [&](const nlmsghdr* message) {
            disturbed |= (message->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
            if (message->nlmsg_type == NLMSG_ERROR) error = read_answer(message).error;
            if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE) {
                return true;
            }
            if (auto one = read_one(message)) out.push_back(std::move(*one));
            return false;
        });
        if (!complete) return tl::unexpected(complete.error());
        if (error != 0) return shell::system_error("rtnetlink", error);
        if (!disturbed) break;
    }
    return out;
}

Result<std::vector<Link>> Netlink::links() { return all(Kind::links, AF_UNSPEC, read_link); }

Result<std::vector<Address>> Netlink::addresses(int family) {
    return all(Kind::addresses, family, read_address);
}

Result<std::vector<Route>> Netlink::routes(int family) {
    return all(Kind::routes, family, read_route);
}

std::vector<Outcome> Netlink::apply(const std::vector<Change>& changes, const Cancel& cancel) {
    std::vector<Outcome> out(changes.size(), Outcome{ECANCELED, {}});
    for (std::size_t at = 0; at < changes.size() && !cancel.stopped();) {
        const std::size_t end = std::min(changes.size(), at + limits::netlink_batch);
        apply_some(changes, at, end, out);
        at = end;
    }
    return out;
}

// The kernel carries them out in order and answers those that fail; only the last is answered in
// any case.
void Netlink::apply_some(const std::vector<Change>& changes, std::size_t begin, std::size_t end,
                         std::vector<Outcome>& out) {
    const std::uint32_t first = sequence_ + 1;
    std::vector<std::uint8_t> all;
    for (std::size_t i = begin; i < end; ++i) {
        const auto one = message_of(changes[i], ++sequence_);
        const std::size_t at = all.size();
        all.insert(all.end(), one.begin(), one.end());
        all.resize(MNL_ALIGN(all.size()));
        if (i + 1 == end) reinterpret_cast<nlmsghdr*>(&all[at])->nlmsg_flags |= NLM_F_ACK;
    }
    const auto set_all = [&](int error) {
        for (std::size_t i = begin; i < end; ++i) {
            if (out[i].error == ECANCELED) out[i].error = error;
        }
    };
    if (mnl_socket_sendto(socket_.get(), all.data(), all.size()) < 0) return set_all(errno);
    const auto answered = read(first, sequence_, [&](const nlmsghdr* message) {
        if (message->nlmsg_type != NLMSG_ERROR) return false;
        out[begin + (message->nlmsg_seq - first)] = read_answer(message);
        return message->nlmsg_seq == sequence_;
    });
    set_all(answered ? 0 : EIO);
}

}  // namespace hb::agents
