// The real Core as a daemon of the simulated world.
#pragma once

#include <utility>

#include "core/core.hpp"
#include "sim/node.hpp"

namespace hb::sim {

class OurNode final : public Node {
public:
    OurNode(core::CoreConfig config, Now now) : core_(std::move(config), now) {}

    void start(Now now, Effects& out) override { core_.start(now, out); }
    void step(Now now, const Event& event, Effects& out) override { core_.step(now, event, out); }
    Instant next_deadline() const override { return core_.next_deadline(); }
    NodeView view() const override {
        const core::Glance glance = core_.glance();
        return {glance.comm_up, glance.holdings, glance.pings - glance.pings_up};
    }

private:
    core::Core core_;
};

}  // namespace hb::sim
