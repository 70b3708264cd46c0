// A daemon of the simulated world, as the world sees it: ours (the real Core) or a stand-in for a
// Heartbeat 3.0.6.
#pragma once

#include <memory>
#include <string>

#include "base/event.hpp"

namespace hb::sim {

struct NodeView {
    bool comm_up{};
    std::string holdings;        // none, local, foreign, all, transition
    std::size_t pings_silent{};  // ping nodes that are not up
};

class Node {
public:
    virtual ~Node() = default;
    // As core::Core has them.
    virtual void start(Now now, Effects& out) = 0;
    virtual void step(Now now, const Event& event, Effects& out) = 0;
    virtual Instant next_deadline() const = 0;
    virtual NodeView view() const = 0;
};

}  // namespace hb::sim
