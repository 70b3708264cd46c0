// The terminal settings of a serial line by termios (wire.md 7.6): for pseudo-terminals and other
// devices that libserialport does not know, and for what it has no call for.
#pragma once

#include <string>

#include "base/result.hpp"
#include "fd.hpp"

namespace hb::shell {

// Opens `path` without waiting for a carrier and sets all of the line: speed, 8 bits, no parity,
// one stop bit, RTS/CTS, and what seven_bit_lines() sets.
// Errors: not_found (absent, vanished), permission, io, bad_config (no such speed), each in the
// system's words.
Result<Fd> open_serial_terminal(const std::string& path, unsigned baud);

// Only seven bits count, carriage returns are dropped, a break reads as NUL, nothing is echoed,
// translated or held back for an end of line. Speed and flow control stay as they are. Errors: io.
Result<void> seven_bit_lines(const Fd& line);

// The system's words for errno, and whether it says that the device is not there (any more).
Error serial_error(const std::string& what);

}  // namespace hb::shell
