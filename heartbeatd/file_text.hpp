// A small file read whole: configuration, parameters of a device, lists for people. Not for the
// loop's thread once the daemon runs.
#pragma once

#include <string>

namespace hb::shell {

struct FileText {
    std::string text;  // also what was read before an error
    unsigned mode{};   // permission bits
    int error{};       // errno, 0 when all of it was read; EFBIG: limits::config_file_bytes_max
};

// A pipe that nothing has come through yet: a command can wait for it, the daemon does not.
enum class Pipes { refused, awaited };
FileText read_file(const std::string& path, Pipes pipes = Pipes::refused);

}  // namespace hb::shell
