// See burst_queue.hpp.
#include "agents/burst_queue.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <set>
#include <utility>

#include "agents/netlink.hpp"
#include "base/limits.hpp"

namespace hb::agents {

namespace {

using Places = std::set<std::pair<Ip, unsigned>>;

// Nothing when the kernel does not say: then the repeats go out all the same.
std::optional<Places> addresses_here() {
    auto netlink = Netlink::open();
    if (!netlink) return std::nullopt;
    const auto addresses = netlink->addresses(AF_UNSPEC);
    if (!addresses) return std::nullopt;
    Places out;
    for (const Address& address : *addresses) out.emplace(address.ip, address.index);
    return out;
}

}  // namespace

void BurstQueue::forget(std::map<Ip, UnderWay>::iterator which) {
    const auto [begin, end] = order_.equal_range(which->second.due());
    const auto entry =
        std::find_if(begin, end, [&](const auto& one) { return one.second == which->first; });
    if (entry != end) order_.erase(entry);
    bursts_.erase(which);
}

bool BurstQueue::add(Burst burst, Instant started) {
    end(burst.ip);
    if (burst.frames() <= 2) return true;
    if (bursts_.size() >= limits::announce_bursts_max) return false;
    const Ip ip = burst.ip;
    UnderWay under_way{std::move(burst), started};
    order_.emplace(under_way.due(), ip);
    bursts_.emplace(ip, std::move(under_way));
    return true;
}

void BurstQueue::end(const Ip& ip) {
    if (const auto found = bursts_.find(ip); found != bursts_.end()) forget(found);
}

Instant BurstQueue::next_due() const noexcept {
    return order_.empty() ? never : order_.begin()->first;
}

std::vector<BurstQueue::Due> BurstQueue::take(Instant now, std::size_t most) {
    std::vector<Due> out;
    while (out.size() < most && next_due() <= now) {
        const auto found = bursts_.find(order_.begin()->second);
        order_.erase(order_.begin());
        UnderWay& one = found->second;
        out.push_back({one.burst, one.n});
        if (++one.n == one.burst.frames()) {
            bursts_.erase(found);
        } else {
            order_.emplace(one.due(), found->first);
        }
    }
    return out;
}

Instant send_due(BurstQueue& queue, const Announcer& announcer, Instant now) {
    const auto due = queue.take(now, limits::announce_frames_per_turn);
    const bool asks =
        std::any_of(due.begin(), due.end(), [](const auto& one) { return one.burst.while_here; });
    const auto here = asks ? addresses_here() : std::nullopt;
    for (const auto& [burst, n] : due) {
        if (burst.while_here && here && !here->contains({burst.ip, burst.index})) {
            queue.end(burst.ip);
            continue;
        }
        // An interface that went away for a moment may return: the burst goes on to its end.
        announcer.send(burst, n);
    }
    return queue.next_due() <= now ? now : queue.next_due();
}

}  // namespace hb::agents
