// The lock file of a serial device, /var/lock/LCK..NAME, by which programs that use serial lines
// keep out of each other's way (UUCP; FHS 3.0, 5.9; wire.md 7.6).
#pragma once

#include <string>

#include "base/result.hpp"

namespace hb::shell {

class SerialLock {
public:
    // Locks `device` in `folder`. A lock whose process is gone, or that is our own from a life
    // before, is taken over. Errors: permission (a live process has it), io (no such folder ...).
    static Result<SerialLock> take(const std::string& folder, const std::string& device);
    // `/dev/` is left out, further slashes vanish: /dev/pts/3 is LCK..pts3.
    static std::string name_of(const std::string& device);

    SerialLock() = default;  // holds nothing
    SerialLock(SerialLock&& other) noexcept;
    SerialLock& operator=(SerialLock&& other) noexcept;
    ~SerialLock();  // removes the file

private:
    explicit SerialLock(std::string path) : path_(std::move(path)) {}
    void release() noexcept;
    std::string path_;  // empty: none
};

}  // namespace hb::shell
