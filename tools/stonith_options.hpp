// The command line of stonith, option for option as cluster-glue's (stonith.md 5), and the
// parameters of a device from there, from a file or from the environment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "heartbeat/plugin.h"
#include "stonith_device.hpp"

namespace hb::tools {

struct StonithOptions {
    bool list_types{false};
    bool list_hosts{false};
    bool status{false};
    bool silent{false};
    bool verbose{false};
    bool names{false};
    bool metadata{false};
    bool help{false};
    bool version{false};
    std::string type;
    std::optional<hb_fence_op> op;
    std::optional<std::string> positional;  // -p
    std::optional<std::string> file;        // -F
    bool environment{false};                // -E
    Fields named;                           // name=value
    std::vector<std::string> nodes;         // operands behind them
    int count{1};
};

// What stands before the usage on stderr; "" for the usage alone.
struct UsageError {
    std::string words;
};

std::string usage();

// Values on the command line are blanked out in `argv`, so that other users do not read them in the
// list of processes for longer than this takes.
tl::expected<StonithOptions, UsageError> parse_options(int argc, char** argv);

// By the rules of a file of a `stonith` line. Errors: io (it cannot be read), malformed (the first
// mistake, with its line).
Result<Fields> read_file(const std::string& path);
Fields by_position(const std::string& text);
// Those of `names` that are set.
Fields from_environment(const std::vector<std::string>& names);

}  // namespace hb::tools
