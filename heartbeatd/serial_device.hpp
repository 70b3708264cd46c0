// A serial device from lock file to first break: everything that may make its caller wait. What
// goes over the line is serial_link's.
#pragma once

#include <functional>
#include <string>

#include "base/result.hpp"
#include "fd.hpp"
#include "serial_lock.hpp"

namespace hb::shell {

struct SerialDevice {
    Fd line;  // non-blocking
    SerialLock lock;
    std::string how;         // for the log: speed, and what is odd about it
    bool is_terminal{true};  // false in tests with a socket

    // Throws away what is not sent yet and closes. A driver that is asked to close with bytes in
    // its queue waits for them, up to 30 s.
    void close();
};

using OpenSerial = std::function<Result<SerialDevice>()>;

// Takes the lock, opens and sets the line, sends one BREAK. May wait: not for the loop's thread.
// Without the folder of locks the line opens all the same.
// Errors: not_found (absent, vanished), permission (or used by another process), io, bad_config.
Result<SerialDevice> open_serial_device(const std::string& path, unsigned baud,
                                        const std::string& lock_folder);

}  // namespace hb::shell
