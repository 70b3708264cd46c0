// What heartbeatd does without becoming the daemon: -s, -k, -r, -D, -v (resources.md 6.1). Talks to
// people on stdout and stderr.
#pragma once

#include <optional>

#include "load_config.hpp"
#include "options.hpp"

namespace hb::shell {

// All of these return the exit status.
int show_status(const Options& options);
int stop_daemon(const Options& options);
// Nothing when no daemon runs: then it is to be started.
std::optional<int> reload_daemon(const Options& options);
int show_defaults(const Options& options);

// -v: what the files come to.
void show_config(const LoadedConfig& config);
// Every error of the files on stderr, one a line.
void show_errors(const LoadedConfig& config);

}  // namespace hb::shell
