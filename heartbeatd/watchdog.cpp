// See watchdog.hpp.
#include "watchdog.hpp"

#include <fcntl.h>
#include <linux/watchdog.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace hb::shell {

namespace {

using namespace std::chrono_literals;

// ipfail.md 6: just longer than deadtime, whole seconds.
int seconds_for(Duration deadtime) {
    return static_cast<int>(std::chrono::ceil<std::chrono::seconds>(deadtime + 10ms).count());
}

}  // namespace

bool Health::heartbeat(Instant now, std::uint64_t frames_left) {
    const bool left = frames_left > frames_left_;
    frames_left_ = frames_left;
    ever_left_ = ever_left_ || left;
    begun_ = true;
    const bool fine = left || !ever_left_;
    if (fine) last_fine_ = now;
    return fine;
}

bool Health::fine(Instant now, Duration patience) const {
    return !begun_ || now - last_fine_ < patience;
}

void Watchdog::open(const std::string& device, Duration deadtime) {
    if (device.empty()) return;
    device_ = device;
    // Not blocking: a device answers at once, and what stands in for one must not hold us up.
    fd_.reset(::open(device.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!fd_) {
        log_(log_line(LogId::watchdog_missing, device_, std::strerror(errno)));
        return;
    }
    log_(log_line(LogId::watchdog_armed, device_, seconds_for(deadtime)));
    timeout(deadtime);
    heartbeat(true);
}

void Watchdog::timeout(Duration deadtime) {
    if (!fd_) return;
    const int wanted = seconds_for(deadtime);
    int seconds = wanted;
    const bool taken = ::ioctl(fd_.get(), WDIOC_SETTIMEOUT, &seconds) == 0;
    if (taken && seconds == wanted) return;
    log_(log_line(LogId::watchdog_untimed, device_, wanted,
                  taken ? "it chose " + std::to_string(seconds) + " s" : std::strerror(errno)));
}

void Watchdog::heartbeat(bool fine) {
    if (!fd_) return;
    if (starving_ == fine) {
        starving_ = !fine;
        log_(log_line(fine ? LogId::watchdog_feeds : LogId::watchdog_starves));
    }
    if (!fine) return;
    const bool failed = ::write(fd_.get(), "", 1) != 1;  // one NUL
    if (failed && !failing_) log_(log_line(LogId::watchdog_failed, device_, std::strerror(errno)));
    failing_ = failed;
}

void Watchdog::disarm() {
    if (!fd_) return;
    if (::write(fd_.get(), "V", 1) == 1) {
        log_(log_line(LogId::watchdog_disarmed, device_));
    } else {
        log_(log_line(LogId::watchdog_failed, device_, std::strerror(errno)));
    }
    fd_.reset();
}

}  // namespace hb::shell
