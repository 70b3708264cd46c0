// See rehearsal.hpp.
#include "agents/rehearsal.hpp"

#include <sys/socket.h>

#include <limits>

#include "agents/ip_task.hpp"

namespace hb::agents {

namespace {

constexpr unsigned no_link = std::numeric_limits<int>::max();
// Longer than any name of an interface.
constexpr const char* no_interface = "(of a rehearsal)";

Address address_of(const Ip& ip) {
    Address out;
    out.ip = ip;
    out.prefix = ip.family == AF_INET ? 32 : 128;
    out.index = no_link;
    return out;
}

void change_and_announce(const Ip& ip, Host& host) {
    if (auto netlink = Netlink::open()) {
        static_cast<void>(netlink->routes(ip.family));
        static_cast<void>(netlink->apply({AddAddress{address_of(ip)}}, host.cancel));
    }
    const auto announcer = host.announcer();
    if (!announcer) return;
    Burst burst;
    burst.index = no_link;
    burst.ip = ip;
    (*announcer)->send(burst, 0);
    (*announcer)->send(burst, 1);
}

}  // namespace

void rehearse(Host& host) {
    const AgentCall call{"IPaddr2", {no_interface}, ScriptAction::start};
    // Networks for documentation (RFC 5737, RFC 3849).
    for (const char* const text : {"192.0.2.1", "2001:db8::1"}) {
        Task task;
        task.call = &call;
        task.kind = AddressKind::ipaddr2;
        task.spec.written = text;
        task.spec.ip = *parse_ip(text);
        task.spec.interface = no_interface;
        start_addresses({&task}, host);
        change_and_announce(task.spec.ip, host);
    }
}

}  // namespace hb::agents
