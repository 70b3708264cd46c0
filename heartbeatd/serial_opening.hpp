// Opens and closes a serial device without ever holding up the loop: each time a thread of normal
// priority does it, and the loop hears of it.
#pragma once

#include <functional>
#include <memory>

#include "serial_device.hpp"

namespace hb::shell {

class Loop;

class SerialOpening {
public:
    using OnOpened = std::function<void(Result<SerialDevice>)>;

    // `open` is called on the thread. REQUIRES: the loop outlives this.
    SerialOpening(Loop& loop, OpenSerial open);
    // A thread that hangs in a driver is left behind, it owns what it needs.
    ~SerialOpening();
    SerialOpening(const SerialOpening&) = delete;
    SerialOpening& operator=(const SerialOpening&) = delete;

    // One attempt; `opened` is called once, on the loop, unless this ends first.
    // REQUIRES: not busy().
    void start(OnOpened opened);
    // Gives the device away to be closed. REQUIRES: not busy().
    void close(SerialDevice device);
    // Between start() or close() and its end.
    bool busy() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace hb::shell
