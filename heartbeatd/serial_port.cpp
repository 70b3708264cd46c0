// See serial_port.hpp. The one file that speaks libserialport.
#include "serial_port.hpp"

#include <fcntl.h>
#include <libserialport.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

#include "serial_terminal.hpp"

namespace hb::shell {

namespace {

using Port = std::unique_ptr<sp_port, void (*)(sp_port*)>;

// The library looks into /sys for the last part of the name: /dev/serial/by-id/... must be
// followed to what it stands for.
std::string real_name(const std::string& path) {
    const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), std::free);
    return real ? std::string(real.get()) : path;
}

Error refused(sp_return answer, const char* what) {
    if (answer == SP_ERR_FAIL) {
        errno = sp_last_error_code();
        return serial_error(what);
    }
    return {Errc::io, std::string(what) + ": libserialport refuses it"};
}

Result<void> set_line(sp_port* port, unsigned baud) {
    sp_return answer = sp_set_baudrate(port, static_cast<int>(baud));
    if (answer != SP_OK) return tl::unexpected(refused(answer, "speed"));
    answer = sp_set_bits(port, 8);
    if (answer != SP_OK) return tl::unexpected(refused(answer, "8 bits"));
    answer = sp_set_parity(port, SP_PARITY_NONE);
    if (answer != SP_OK) return tl::unexpected(refused(answer, "no parity"));
    answer = sp_set_stopbits(port, 1);
    if (answer != SP_OK) return tl::unexpected(refused(answer, "one stop bit"));
    answer = sp_set_flowcontrol(port, SP_FLOWCONTROL_RTSCTS);
    if (answer != SP_OK) return tl::unexpected(refused(answer, "RTS/CTS"));
    return {};
}

}  // namespace

Result<Fd> open_serial_port(const std::string& path, unsigned baud) {
    sp_port* found = nullptr;
    if (sp_get_port_by_name(real_name(path).c_str(), &found) != SP_OK) {
        return fail(Errc::unsupported, path + ": no serial port");
    }
    const Port port(found, sp_free_port);
    if (const auto answer = sp_open(found, SP_MODE_READ_WRITE); answer != SP_OK) {
        return tl::unexpected(refused(answer, "open"));
    }
    const std::unique_ptr<sp_port, void (*)(sp_port*)> opened(
        found, [](sp_port* open) { static_cast<void>(sp_close(open)); });
    if (const auto set = set_line(found, baud); !set) return tl::unexpected(set.error());
    int handle = -1;
    if (sp_get_port_handle(found, &handle) != SP_OK) return fail(Errc::io, "no handle");
    Fd line(::fcntl(handle, F_DUPFD_CLOEXEC, 3));
    if (!line) return tl::unexpected(serial_error("dup"));
    return line;
}

}  // namespace hb::shell
