// lib/core as the runner wants it.
#pragma once

#include <utility>

#include "core/core.hpp"
#include "daemon.hpp"
#include "runner.hpp"

namespace hb::shell {

class Daemon::CoreNode final : public Node {
public:
    CoreNode(core::CoreConfig config, Now now) : core_(std::move(config), now) {}
    void start(Now now, Effects& out) override { core_.start(now, out); }
    void step(Now now, const Event& event, Effects& out) override { core_.step(now, event, out); }
    Instant next_deadline() const override { return core_.next_deadline(); }
    core::Pulse pulse() const override { return core_.pulse(); }
    core::Status status(Now now) const { return core_.status(now); }

private:
    core::Core core_;
};

}  // namespace hb::shell
