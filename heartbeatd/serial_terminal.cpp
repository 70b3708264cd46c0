// See serial_terminal.hpp.
#include "serial_terminal.hpp"

#include <fcntl.h>
#include <termios.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace hb::shell {

namespace {

struct Speed {
    unsigned baud;
    speed_t code;
};
// What directives.def allows.
constexpr std::array<Speed, 7> speeds{{{9600, B9600},
                                       {19200, B19200},
                                       {38400, B38400},
                                       {57600, B57600},
                                       {115200, B115200},
                                       {230400, B230400},
                                       {460800, B460800}}};

constexpr std::array<int, 4> errors_of_absence{ENOENT, ENXIO, ENODEV, EIO};

// 3.0.6 also sets BRKINT: there a break throws away what waits to be read and to be sent. Without
// it a break is a NUL, and costs the frame it falls into.
void seven_bits(termios& settings) {
    settings.c_iflag &= static_cast<tcflag_t>(
        ~(IGNBRK | BRKINT | PARMRK | INLCR | ICRNL | IUCLC | IXON | IXOFF | IXANY | IGNPAR));
    settings.c_iflag |= INPCK | ISTRIP | IGNCR;
    settings.c_oflag &= static_cast<tcflag_t>(~OPOST);
    settings.c_lflag &= static_cast<tcflag_t>(~(ICANON | ECHO | ECHONL | ISIG | IEXTEN));
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 1;
    settings.c_line = 0;
}

}  // namespace

Error serial_error(const std::string& what) {
    Errc code = errno == EACCES || errno == EPERM ? Errc::permission : Errc::io;
    for (const int absence : errors_of_absence) {
        if (errno == absence) code = Errc::not_found;
    }
    return {code, what + ": " + std::strerror(errno)};
}

Result<void> seven_bit_lines(const Fd& line) {
    termios settings{};
    if (::tcgetattr(line.get(), &settings) != 0) return tl::unexpected(serial_error("tcgetattr"));
    seven_bits(settings);
    if (::tcsetattr(line.get(), TCSANOW, &settings) != 0) {
        return tl::unexpected(serial_error("tcsetattr"));
    }
    return {};
}

Result<Fd> open_serial_terminal(const std::string& path, unsigned baud) {
    const Speed* speed = nullptr;
    for (const Speed& one : speeds) {
        if (one.baud == baud) speed = &one;
    }
    if (speed == nullptr) return fail(Errc::bad_config, "no such speed");
    Fd line(::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    if (!line) return tl::unexpected(serial_error("open"));
    termios settings{};
    if (::tcgetattr(line.get(), &settings) != 0) return tl::unexpected(serial_error("tcgetattr"));
    seven_bits(settings);
    settings.c_cflag &= static_cast<tcflag_t>(~(CSIZE | PARENB | CSTOPB));
    settings.c_cflag |= CS8 | CREAD | CLOCAL | CRTSCTS;
    ::cfsetispeed(&settings, speed->code);
    ::cfsetospeed(&settings, speed->code);
    if (::tcsetattr(line.get(), TCSAFLUSH, &settings) != 0) {
        return tl::unexpected(serial_error("tcsetattr"));
    }
    return line;
}

}  // namespace hb::shell
