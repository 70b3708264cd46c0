// See netlink_messages.hpp.
#include "agents/netlink_messages.hpp"

#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <algorithm>

namespace hb::agents {

namespace {

constexpr std::uint32_t skip_statistics = 1U << 3U;  // RTEXT_FILTER_SKIP_STATS
constexpr std::size_t message_bytes_max = 16384;     // a route with many gateways; most need 100

// libmnl writes into a buffer that must be large enough.
class Builder {
public:
    Builder(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence)
        : buffer_(message_bytes_max), header_(mnl_nlmsg_put_header(buffer_.data())) {
        header_->nlmsg_type = type;
        header_->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
        header_->nlmsg_seq = sequence;
    }
    template <class T>
    T* body() {
        return static_cast<T*>(mnl_nlmsg_put_extra_header(header_, sizeof(T)));
    }
    void put(std::uint16_t type, const void* bytes, std::size_t size) {
        mnl_attr_put(header_, type, size, bytes);
    }
    void put(std::uint16_t type, const Ip& ip) { put(type, ip.bytes.data(), ip.size()); }
    void put(std::uint16_t type, std::uint32_t number) { put(type, &number, sizeof number); }
    std::vector<std::uint8_t> done() {
        buffer_.resize(header_->nlmsg_len);
        return std::move(buffer_);
    }

private:
    std::vector<std::uint8_t> buffer_;
    nlmsghdr* header_;
};

// libmnl's own loop over attributes is C.
template <class Each>
void each_attribute(const void* payload, std::size_t size, std::size_t body, const Each& each) {
    const auto* begin = static_cast<const char*>(payload);
    if (size < MNL_ALIGN(body)) return;
    const auto* at = reinterpret_cast<const nlattr*>(begin + MNL_ALIGN(body));
    const char* const end = begin + size;
    while (mnl_attr_ok(at, static_cast<int>(end - reinterpret_cast<const char*>(at)))) {
        each(mnl_attr_get_type(at), at);
        at = mnl_attr_next(at);
    }
}
template <class Body, class Each>
void each_attribute(const nlmsghdr* message, const Each& each) {
    each_attribute(mnl_nlmsg_get_payload(message), mnl_nlmsg_get_payload_len(message), sizeof(Body),
                   each);
}

std::vector<std::uint8_t> build(const Address& address, std::uint16_t type, std::uint16_t flags,
                                std::uint32_t sequence) {
    Builder out(type, flags, sequence);
    auto* body = out.body<ifaddrmsg>();
    body->ifa_family = static_cast<std::uint8_t>(address.ip.family);
    body->ifa_prefixlen = static_cast<std::uint8_t>(address.prefix);
    body->ifa_flags = static_cast<std::uint8_t>(address.flags);  // nodad is among the first eight
    body->ifa_scope = address.scope;
    body->ifa_index = address.index;
    out.put(IFA_LOCAL, address.ip);
    out.put(IFA_ADDRESS, address.peer.value_or(address.ip));
    if (type == RTM_NEWADDR && address.broadcast) out.put(IFA_BROADCAST, *address.broadcast);
    if (type == RTM_NEWADDR && !address.label.empty()) {
        out.put(IFA_LABEL, address.label.c_str(), address.label.size() + 1);
    }
    return out.done();
}

std::vector<std::uint8_t> build(const SetSource& change, std::uint32_t sequence) {
    Builder out(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, sequence);
    auto* body = out.body<rtmsg>();
    const auto* before = reinterpret_cast<const rtmsg*>(change.route.payload.data());
    *body = *before;
    body->rtm_flags &= RTNH_F_ONLINK;  // the rest is the kernel's to say
    each_attribute(change.route.payload.data(), change.route.payload.size(), sizeof(rtmsg),
                   [&out](std::uint16_t type, const nlattr* attr) {
                       if (type == RTA_PREFSRC || type == RTA_CACHEINFO) return;
                       const std::size_t size = mnl_attr_get_payload_len(attr);
                       out.put(type, mnl_attr_get_payload(attr), size);
                   });
    if (change.source) out.put(RTA_PREFSRC, *change.source);
    return out.done();
}

std::vector<std::uint8_t> build(const LinkUp& change, std::uint32_t sequence) {
    Builder out(RTM_NEWLINK, 0, sequence);
    auto* body = out.body<ifinfomsg>();
    body->ifi_index = static_cast<int>(change.index);
    body->ifi_flags = IFF_UP;
    body->ifi_change = IFF_UP;
    return out.done();
}

std::vector<std::uint8_t> build(const AddAddress& change, std::uint32_t sequence) {
    return build(change.address, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sequence);
}

std::vector<std::uint8_t> build(const RemoveAddress& change, std::uint32_t sequence) {
    return build(change.address, RTM_DELADDR, 0, sequence);
}

template <class T>
const T* body_of(const nlmsghdr* message, std::uint16_t type) {
    if (message->nlmsg_type != type || mnl_nlmsg_get_payload_len(message) < sizeof(T)) {
        return nullptr;
    }
    return static_cast<const T*>(mnl_nlmsg_get_payload(message));
}

std::optional<Ip> ip_in(int family, const nlattr* attribute) {
    return ip_from(family, mnl_attr_get_payload(attribute), mnl_attr_get_payload_len(attribute));
}

std::string text_in(const nlattr* attribute) {
    return mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) < 0 ? std::string()
                                                                 : mnl_attr_get_str(attribute);
}

std::uint32_t number_in(const nlattr* attribute) {
    return mnl_attr_validate(attribute, MNL_TYPE_U32) < 0 ? 0 : mnl_attr_get_u32(attribute);
}

void read_gateways(const nlattr* attribute, Route& out) {
    out.several = true;
    if (mnl_attr_get_payload_len(attribute) < sizeof(rtnexthop)) return;
    const auto* first = static_cast<const rtnexthop*>(mnl_attr_get_payload(attribute));
    out.index = static_cast<unsigned>(first->rtnh_ifindex);
}

}  // namespace

bool Address::secondary() const noexcept {
    return ip.family == AF_INET && (flags & IFA_F_SECONDARY) != 0;
}

std::vector<std::uint8_t> message_of(const Change& change, std::uint32_t sequence) {
    return std::visit([sequence](const auto& one) { return build(one, sequence); }, change);
}

std::vector<std::uint8_t> question_for(Kind kind, int family, std::uint32_t sequence) {
    switch (kind) {
        case Kind::links: {
            Builder out(RTM_GETLINK, NLM_F_DUMP, sequence);
            out.body<ifinfomsg>();
            out.put(IFLA_EXT_MASK, skip_statistics);
            return out.done();
        }
        case Kind::addresses: {
            Builder out(RTM_GETADDR, NLM_F_DUMP, sequence);
            out.body<ifaddrmsg>()->ifa_family = static_cast<std::uint8_t>(family);
            return out.done();
        }
        case Kind::routes: {
            Builder out(RTM_GETROUTE, NLM_F_DUMP, sequence);
            auto* body = out.body<rtmsg>();
            body->rtm_family = static_cast<std::uint8_t>(family);
            body->rtm_table = RT_TABLE_MAIN;
            return out.done();
        }
    }
    return {};
}

std::optional<Link> read_link(const nlmsghdr* message) {
    const auto* body = body_of<ifinfomsg>(message, RTM_NEWLINK);
    if (body == nullptr) return std::nullopt;
    Link out;
    out.index = static_cast<unsigned>(body->ifi_index);
    out.up = (body->ifi_flags & IFF_UP) != 0;
    bool has_mac = false;
    each_attribute<ifinfomsg>(message, [&](std::uint16_t type, const nlattr* attr) {
        if (type == IFLA_IFNAME) out.name = text_in(attr);
        if (type == IFLA_ADDRESS && mnl_attr_get_payload_len(attr) == out.mac.size()) {
            const auto* bytes = static_cast<const std::uint8_t*>(mnl_attr_get_payload(attr));
            std::copy_n(bytes, out.mac.size(), out.mac.begin());
            has_mac = true;
        }
    });
    out.announces = has_mac && body->ifi_type == ARPHRD_ETHER &&
                    (body->ifi_flags & (IFF_NOARP | IFF_LOOPBACK)) == 0;
    return out;
}

std::optional<Address> read_address(const nlmsghdr* message) {
    const bool gone = message->nlmsg_type == RTM_DELADDR;
    const auto* body = body_of<ifaddrmsg>(message, gone ? RTM_DELADDR : RTM_NEWADDR);
    if (body == nullptr || (body->ifa_family != AF_INET && body->ifa_family != AF_INET6)) {
        return std::nullopt;
    }
    Address out;
    out.prefix = body->ifa_prefixlen;
    out.index = body->ifa_index;
    out.flags = body->ifa_flags;
    out.scope = body->ifa_scope;
    std::optional<Ip> local;
    std::optional<Ip> other;  // the far end, or the address itself
    each_attribute<ifaddrmsg>(message, [&](std::uint16_t type, const nlattr* attr) {
        if (type == IFA_LOCAL) local = ip_in(body->ifa_family, attr);
        if (type == IFA_ADDRESS) other = ip_in(body->ifa_family, attr);
        if (type == IFA_BROADCAST) out.broadcast = ip_in(body->ifa_family, attr);
        if (type == IFA_LABEL) out.label = text_in(attr);
        if (type == IFA_FLAGS) out.flags = number_in(attr);
    });
    if (!local && !other) return std::nullopt;
    out.ip = local ? *local : *other;
    if (local && other && *local != *other) out.peer = other;
    return out;
}

std::optional<Route> read_route(const nlmsghdr* message) {
    const auto* body = body_of<rtmsg>(message, RTM_NEWROUTE);
    if (body == nullptr || (body->rtm_family != AF_INET && body->rtm_family != AF_INET6)) {
        return std::nullopt;
    }
    std::uint32_t table = body->rtm_table;
    bool gateway = false;
    Route out;
    out.target.family = body->rtm_family;
    out.length = body->rtm_dst_len;
    out.dead = (body->rtm_flags & RTNH_F_DEAD) != 0;
    each_attribute<rtmsg>(message, [&](std::uint16_t type, const nlattr* attr) {
        if (type == RTA_TABLE) table = number_in(attr);
        if (type == RTA_DST) out.target = ip_in(body->rtm_family, attr).value_or(out.target);
        if (type == RTA_OIF) out.index = number_in(attr);
        if (type == RTA_GATEWAY || type == RTA_VIA) gateway = true;
        if (type == RTA_PRIORITY) out.metric = number_in(attr);
        if (type == RTA_PREFSRC) out.source = ip_in(body->rtm_family, attr);
        if (type == RTA_MULTIPATH) read_gateways(attr, out);
    });
    if (table != RT_TABLE_MAIN || body->rtm_type != RTN_UNICAST || out.index == 0) {
        return std::nullopt;
    }
    out.direct = !gateway && !out.several && out.length > 0;
    const auto* payload = static_cast<const std::uint8_t*>(mnl_nlmsg_get_payload(message));
    out.payload.assign(payload, payload + mnl_nlmsg_get_payload_len(message));
    return out;
}

}  // namespace hb::agents
