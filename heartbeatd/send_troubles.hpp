// A medium whose sending fails says so at once, then at a bounded rate, and once when it works
// again.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/log.hpp"
#include "clock.hpp"

namespace hb::shell {

class SendTroubles {
public:
    using OnLog = std::function<void(LogLine)>;

    // `link`: the medium's name. REQUIRES: `clock` outlives it.
    SendTroubles(const Clock& clock, std::string link, OnLog log)
        : clock_(clock), link_(std::move(link)), log_(std::move(log)) {}

    // `frames` more were not sent. A new reason is always said.
    void failed(const std::string& why, std::uint64_t frames = 1);
    // For each tick of an open medium: whether all is well again is a matter of time.
    void look();

private:
    const Clock& clock_;
    const std::string link_;
    const OnLog log_;
    std::string why_;       // the last one said; empty: sending works
    std::uint64_t lost_{};  // frames since that line
    Instant last_{}, next_line_{};
};

}  // namespace hb::shell
