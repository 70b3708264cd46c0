// The watchdog device (ipfail.md 6) and when it is fed: as long as heartbeats of ours really leave
// this machine. systemd's watchdog goes by the same health.
#pragma once

#include <functional>
#include <string>

#include "base/instant.hpp"
#include "base/log.hpp"
#include "fd.hpp"

namespace hb::shell {

// Whether this node deserves to go on. A node that never had a network is let live, or it would
// reboot without end.
class Health {
public:
    // At each heartbeat of ours; `frames_left` as in Hands. True when the last ones have left.
    bool heartbeat(Instant now, std::uint64_t frames_left);
    // A heartbeat was fine within `patience`, or none was due yet.
    bool fine(Instant now, Duration patience) const;

private:
    Instant last_fine_{};
    std::uint64_t frames_left_{};
    bool begun_{false}, ever_left_{false};
};

// None of the calls waits for the device.
class Watchdog {
public:
    using OnLog = std::function<void(LogLine)>;

    explicit Watchdog(OnLog log) : log_(std::move(log)) {}
    // Without disarm() the device goes on counting: this is what it is for.
    ~Watchdog() = default;
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    // Opens and arms it; what fails is logged, and then nothing is watched.
    void open(const std::string& device, Duration deadtime);
    // A new deadtime, after a reload.
    void timeout(Duration deadtime);
    // At each heartbeat. `fine` feeds it; the change between the two is logged.
    void heartbeat(bool fine);
    // The magic close: an orderly stop.
    void disarm();

private:
    OnLog log_;
    std::string device_;
    Fd fd_;
    bool starving_{false}, failing_{false};
};

}  // namespace hb::shell
