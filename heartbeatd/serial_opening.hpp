// Opens and closes a serial device without ever holding up the loop: each time a thread of normal
// priority does it, and the loop hears of it.
#pragma once

#include <functional>

#include "errand.hpp"
#include "serial_device.hpp"

namespace hb::shell {

class SerialOpening {
public:
    using OnOpened = std::function<void(Result<SerialDevice>)>;

    // `open` is called on the thread. REQUIRES: the loop outlives this.
    SerialOpening(Loop& loop, OpenSerial open);

    // One attempt; `opened` is called once, on the loop, unless this ends first; at once when the
    // system has no thread to give. REQUIRES: not busy().
    void start(OnOpened opened);
    // Gives the device away to be closed. REQUIRES: not busy().
    void close(SerialDevice device);
    // Between start() or close() and its end.
    bool busy() const noexcept { return errand_.busy(); }

private:
    Errand errand_;
    OpenSerial open_;
};

}  // namespace hb::shell
