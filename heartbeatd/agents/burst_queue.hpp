// Bursts under way: which frame of which address is due when. Pure; who sends it, and by which
// clock, is the caller's.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "agents/announce.hpp"
#include "base/instant.hpp"

namespace hb::agents {

class BurstQueue {
public:
    struct Due {
        Burst burst;
        unsigned n{};  // of its frames
    };

    // Its first pair left at `started`. A burst of the same address goes. False:
    // limits::announce_bursts_max are under way, this one is dropped.
    bool add(Burst burst, Instant started);
    void end(const Ip& ip);
    bool empty() const noexcept { return bursts_.empty(); }
    std::size_t size() const noexcept { return bursts_.size(); }

    // `never` when nothing is under way.
    Instant next_due() const noexcept;
    // What is due, at most `most` of it, the longest waiting first.
    std::vector<Due> take(Instant now, std::size_t most);

private:
    struct UnderWay {
        Burst burst;
        Instant started;
        unsigned n{2};
        Instant due() const noexcept { return started + Duration(burst.due(n)); }
    };
    void forget(std::map<Ip, UnderWay>::iterator which);

    std::map<Ip, UnderWay> bursts_;
    std::multimap<Instant, Ip> order_;  // one entry for each
};

// Sends what is due, limits::announce_frames_per_turn at most; ends bursts of addresses that are
// not there any more. When to call again: `now` when there is more, `never` when nothing is left.
Instant send_due(BurstQueue& queue, const Announcer& announcer, Instant now);

}  // namespace hb::agents
