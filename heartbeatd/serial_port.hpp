// Opens a real serial port by libserialport: speed, 8N1, RTS/CTS (wire.md 7.6). It knows no
// pseudo-terminals; serial_terminal does.
#pragma once

#include <string>

#include "base/result.hpp"
#include "fd.hpp"

namespace hb::shell {

// Errors: unsupported (no port that the library knows), not_found, permission, io.
Result<Fd> open_serial_port(const std::string& path, unsigned baud);

}  // namespace hb::shell
