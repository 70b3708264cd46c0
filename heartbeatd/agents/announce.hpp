// Tells a segment who serves an address now: bursts of frames by a packet socket, and the question
// whether somebody else does. Which frames these are: frames.hpp.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agents/cancel.hpp"
#include "agents/frames.hpp"
#include "agents/ip.hpp"
#include "agents/netlink_messages.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "fd.hpp"

namespace hb::agents {

// One address to be announced: a number of pairs of frames, the halves of a pair one after another.
struct Burst {
    unsigned index{};  // of the link
    std::string interface;
    Mac mac{};
    Ip ip;
    std::string written;  // the address as the administrator wrote it
    unsigned pairs{limits::announce_pairs};
    std::chrono::milliseconds interval{};  // from pair to pair
    bool while_here{true};  // a repeat is left out once the address is not on the interface

    unsigned frames() const noexcept { return 2 * pairs; }
    // When frame number `n` is due, counted from the first one. The first pair goes out at once.
    std::chrono::milliseconds due(unsigned n) const noexcept {
        return n < 2 ? std::chrono::milliseconds(0) : interval * n / 2;
    }
};

// One socket serves any number of threads. It is kept open as long as there may be a next burst:
// closing a packet socket waits for the kernel (15 ms, an RCU grace period).
class Announcer {
public:
    // Errors: io, permission (it needs CAP_NET_RAW).
    [[nodiscard]] static Result<Announcer> open();

    // Frame number `n` of the burst. An errno, or 0. May wait for room in the socket's buffer.
    int send(const Burst& burst, unsigned n) const;
    // The pair that leaves before the agent says that the address is there. An errno, or 0.
    int send_first_pair(const Burst& burst) const;

private:
    explicit Announcer(shell::Fd socket) : socket_(std::move(socket)) {}
    shell::Fd socket_;
};
using SharedAnnouncer = std::shared_ptr<const Announcer>;

// Asks the segment of `link` for these addresses and listens for `span`: who answers, by address.
// Our own frames do not count. Stopped: what is known by then.
// Errors: io, permission.
[[nodiscard]] Result<std::map<Ip, Mac>> who_has(const Link& link, const std::vector<Ip>& addresses,
                                                Duration span, const Cancel& cancel);

std::string to_text(const Mac& mac);

}  // namespace hb::agents
