// See serial_device.hpp.
#include "serial_device.hpp"

#include <sys/stat.h>
#include <termios.h>

#include "serial_port.hpp"
#include "serial_terminal.hpp"

namespace hb::shell {

Result<SerialDevice> open_serial_device(const std::string& path, unsigned baud,
                                        const std::string& lock_folder) {
    struct stat there {};
    if (::stat(path.c_str(), &there) != 0) return tl::unexpected(serial_error("open"));
    if (!S_ISCHR(there.st_mode)) return fail(Errc::bad_config, "is no character device");
    SerialDevice device;
    device.how = std::to_string(baud) + " bit/s";
    auto lock = SerialLock::take(lock_folder, path);
    if (lock) {
        device.lock = *std::move(lock);
    } else if (lock.error().code == Errc::permission) {
        return tl::unexpected(lock.error());
    } else {
        device.how += ", without a lock: " + lock.error().what;
    }
    auto line = open_serial_port(path, baud);
    if (!line && line.error().code == Errc::unsupported) line = open_serial_terminal(path, baud);
    if (!line) return tl::unexpected(line.error());
    if (const auto set = seven_bit_lines(*line); !set) return tl::unexpected(set.error());
    static_cast<void>(::tcflush(line->get(), TCIOFLUSH));
    // As 3.0.6 does. Where it fails nobody needs it (a pseudo-terminal has no break).
    static_cast<void>(::tcsendbreak(line->get(), 0));
    device.line = *std::move(line);
    return device;
}

void SerialDevice::close() {
    if (line && is_terminal) static_cast<void>(::tcflush(line.get(), TCIOFLUSH));
    line.reset();
    lock = SerialLock();
}

}  // namespace hb::shell
