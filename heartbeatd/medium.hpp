// A way to other nodes: whole frames in and out, no meaning. How a kind of medium does it lives in
// udp_link and its like.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/ids.hpp"

namespace hb::shell {

// Frames of a medium so far.
struct MediumCounts {
    std::uint64_t sent{}, dropped{}, damaged{};
};

class Medium {
public:
    // `frame` is only valid during the call.
    using OnFrame = std::function<void(LinkId, ByteView frame)>;
    using OnState = std::function<void(LinkId, bool usable)>;

    Medium() = default;
    virtual ~Medium() = default;
    Medium(const Medium&) = delete;
    Medium& operator=(const Medium&) = delete;

    // Call once. Tries to open now; what fails is logged and tried again at each tick(). The
    // callbacks come from drain(), tick() and the loop, never from send().
    virtual void open(OnFrame frame, OnState state) = 0;
    // Never blocks. A closed medium drops the frame.
    virtual void send(ByteView frame) = 0;
    // Frames so far that left this machine, or would have if the other side were there (no carrier,
    // a line that nobody reads): a peer's end must not starve our watchdog. Those count not that no
    // device or interface was there for, or that the system refused.
    virtual std::uint64_t frames_left() const noexcept { return 0; }
    // For people.
    virtual MediumCounts frame_counts() const noexcept { return {frames_left(), 0, 0}; }
    // Hands up what has already arrived, limits::frames_per_drain frames at most.
    virtual void drain() = 0;
    // Once a second: opens what is closed, logs what is due.
    virtual void tick() = 0;
    // The interface of this name came, went or changed; empty: any may have.
    virtual void interface_changed(std::string_view name) = 0;
};

}  // namespace hb::shell
