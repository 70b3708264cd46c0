// Runs the program that drives a device and waits for it, within a time and within bounds: its
// parameters reach it through its environment or its stdin, never through its arguments. For
// plugins and the command stonith, which may wait; the daemon may not.
#pragma once

#include <string>
#include <vector>

#include "base/instant.hpp"

namespace hb::fence {

struct DeviceProgram {
    std::vector<std::string> argv;  // argv[0] is the path
    std::vector<std::string> env;   // NAME=VALUE, all it gets
    std::string input;              // its stdin; at most limits::device_input_bytes_max
    Duration timeout{};             // then it and its descendants are killed
};

struct DeviceEnd {
    enum class How { exited, crashed, timed_out, not_started };
    How how{How::not_started};
    int status{};        // exit status, or the signal it died of
    std::string output;  // stdout, at most limits::device_output_bytes_max
    std::string words;   // the last line of stderr that is not empty, or why it was not started
    bool ok() const noexcept { return how == How::exited && status == 0; }
};

// Comes back when the program has ended; what it left behind in the background is not waited for.
// The caller must not have other children that end meanwhile.
DeviceEnd run(const DeviceProgram& program);

// "exit status 3", "signal 11", "no answer within 20s", for the log.
std::string end_words(const DeviceEnd& end, Duration timeout);

// What is left of a span that began when this was made.
class Deadline {
public:
    explicit Deadline(Duration span);
    // Never negative.
    Duration left() const;

private:
    Duration end_;
};

}  // namespace hb::fence
