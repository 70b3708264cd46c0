// See net_interface.hpp.
#include "net_interface.hpp"

#include <linux/if_addr.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstring>
#include <fstream>

#include "base/text.hpp"
#include "fd.hpp"

namespace hb::shell {

namespace {

std::optional<in_addr> ask_address(int fd, ifreq request, unsigned long what) {
    if (::ioctl(fd, what, &request) != 0) return std::nullopt;
    sockaddr_in found{};
    std::memcpy(&found, &request.ifr_addr, sizeof found);
    if (found.sin_family != AF_INET || found.sin_addr.s_addr == 0) return std::nullopt;
    return found.sin_addr;
}

// Lines of if_inet6: address, index, prefix length, scope and flags in hex, name.
bool has_ipv6(const std::string& name) {
    std::ifstream table("/proc/net/if_inet6");
    std::string address, index, prefix, scope, flags, owner;
    while (table >> address >> index >> prefix >> scope >> flags >> owner) {
        if (owner != name) continue;
        const auto bits = parse_hex(flags);
        if (bits && (*bits & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) == 0) return true;
    }
    return false;
}

}  // namespace

std::optional<NetInterface> look_at_interface(const std::string& name) {
    ifreq request{};
    if (name.empty() || name.size() >= sizeof request.ifr_name) return std::nullopt;
    name.copy(request.ifr_name, name.size());
    const Fd asker(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!asker) return std::nullopt;

    NetInterface out;
    ifreq answer = request;
    if (::ioctl(asker.get(), SIOCGIFINDEX, &answer) != 0) return std::nullopt;
    out.index = static_cast<unsigned>(answer.ifr_ifindex);
    answer = request;
    if (::ioctl(asker.get(), SIOCGIFFLAGS, &answer) != 0) return std::nullopt;
    const auto flags = static_cast<unsigned>(answer.ifr_flags);
    out.up = (flags & IFF_UP) != 0;
    out.address = ask_address(asker.get(), request, SIOCGIFADDR);
    if ((flags & IFF_BROADCAST) != 0) {
        out.broadcast = ask_address(asker.get(), request, SIOCGIFBRDADDR);
    }
    out.ipv6 = has_ipv6(name);
    return out;
}

}  // namespace hb::shell
