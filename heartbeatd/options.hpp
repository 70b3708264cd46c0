// The command line of heartbeatd (resources.md 6.1): what is asked for. Carries nothing out.
#pragma once

#include <string>

#include "base/result.hpp"
#include "paths.hpp"

namespace hb::shell {

enum class Command : std::uint8_t {
    run,
    status,    // -s
    stop,      // -k
    reload,    // -r
    defaults,  // -D
    version,   // -V
    help,
};

struct Options {
    Command command{Command::run};
    bool foreground{};    // -f
    bool resume{};        // -R: adopt what runs; that is done at each start anyway
    bool manage{true};    // false with -M
    bool realtime{true};  // false with -l
    bool verbose{};       // -v
    bool wiki{};          // -W, with -D
    int debug{};          // number of -d
    bool reboot{true};    // false with --no-reboot
    std::string record;   // --record; empty: none
    Paths paths;          // --config-dir, --state-dir, --run-dir
};

// Errors: bad_config, in words for stderr; the usage belongs behind it and the exit status is 2.
Result<Options> parse_options(int count, const char* const* words);

std::string usage();

}  // namespace hb::shell
