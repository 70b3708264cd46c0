// The helper process of the plugin ipfail on one machine: the real decisions, with a queue each way
// as between two processes. The world says when it reads, speaks, hangs and ends.
#pragma once

#include <cstdint>
#include <deque>

#include "plugin/ipfail_fields.hpp"

namespace hb::sim {

struct PluginProcess {
    bool runs{false};
    bool hangs{false};
    std::uint64_t life{};  // counts starts: what was on its way to or from an older one is lost
    ipfail::Logic logic;
    std::deque<PluginFields> inbox, outbox;
    Instant wake_at{never};  // world time of the timer that is queued
};

}  // namespace hb::sim
