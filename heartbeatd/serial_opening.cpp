// See serial_opening.hpp.
#include "serial_opening.hpp"

#include <cstring>
#include <optional>
#include <string>
#include <utility>

namespace hb::shell {

SerialOpening::SerialOpening(Loop& loop, OpenSerial open) : errand_(loop), open_(std::move(open)) {}

void SerialOpening::start(OnOpened opened) {
    const auto answer = std::make_shared<std::optional<Result<SerialDevice>>>();
    const int error =
        errand_.start([open = open_, answer] { answer->emplace(open()); },
                      [opened, answer] { opened(*std::exchange(*answer, std::nullopt)); });
    if (error != 0) opened(fail(Errc::io, std::string("thread: ") + std::strerror(error)));
}

void SerialOpening::close(SerialDevice device) {
    const auto leaving = std::make_shared<SerialDevice>(std::move(device));
    const int error = errand_.start([leaving] { leaving->close(); }, [] {});
    if (error != 0) leaving->close();
}

}  // namespace hb::shell
