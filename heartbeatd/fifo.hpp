// The FIFO through which local scripts talk to the daemon: frames between `>>>` and `<<<` lines go
// up whole, everything else is garbage and counted. What a frame says is lib/core's business.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "clock.hpp"
#include "wire/serial_frame.hpp"

namespace hb::shell {

class Loop;
class Watch;

class Fifo {
public:
    using OnMessage = std::function<void(Bytes)>;
    using OnLog = std::function<void(LogLine)>;

    // Makes the FIFO (0600) when there is none; a file of that name that is no FIFO is replaced.
    // Errors: permission, io.
    static Result<std::unique_ptr<Fifo>> open(Loop& loop, const Clock& clock,
                                              const std::string& path, OnMessage message,
                                              OnLog log);
    ~Fifo();

private:
    Fifo(Loop& loop, const Clock& clock, int descriptor, OnMessage message, OnLog log);
    void read();
    void complain(const wire::SerialFrames::Found& found);

    const Clock& clock_;
    std::unique_ptr<Watch> watch_;
    OnMessage message_;
    OnLog log_;
    wire::SerialFrames frames_;  // of several writers
    std::size_t garbage_{};      // bytes since the last line in the log
    Instant next_log_{};
};

}  // namespace hb::shell
