// See control.hpp.
#include "control.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "base/text.hpp"
#include "fd.hpp"
#include "fencing.hpp"
#include "state_dir.hpp"

namespace hb::shell {

namespace {

constexpr int status_stopped = 3;     // LSB, and B15: also after a clean stop
constexpr int status_permission = 4;  // LSB

// What a refused kill(2) means for the exit status.
int cannot_signal(pid_t pid) {
    const int error = errno;
    std::cerr << "ERROR: Could not kill pid " << pid << ": " << std::strerror(error) << "\n";
    return error == EPERM ? status_permission : 1;
}

}  // namespace

int show_status(const Options& options) {
    const auto pid = running_daemon(options.paths.pid_file);
    if (!pid) {
        std::cout << "heartbeat is stopped. No process\n";
        return status_stopped;
    }
    utsname system{};
    ::uname(&system);
    std::cout << "heartbeat OK [pid " << *pid << " et al] is running on " << system.nodename << " ["
              << local_node_name(options.paths) << "]...\n";
    if (options.verbose) std::cout << fencing_report(options.paths);
    return 0;
}

int stop_daemon(const Options& options) {
    const auto pid = running_daemon(options.paths.pid_file);
    if (!pid) {
        std::cerr << "INFO: Heartbeat already stopped.\n";
        return 0;
    }
    // Opened before the signal: the number may belong to somebody else later.
    const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0)));
    if (::kill(*pid, SIGTERM) != 0) return errno == ESRCH ? 0 : cannot_signal(*pid);
    pollfd end{process.get(), POLLIN, 0};
    while (process && ::poll(&end, 1, -1) < 0 && errno == EINTR) {
    }
    return 0;
}

std::optional<int> reload_daemon(const Options& options) {
    const auto pid = running_daemon(options.paths.pid_file);
    if (!pid) return std::nullopt;
    const LoadedConfig config = load_config(options.paths, options.manage, AskPlugins::yes);
    if (config.exit_status != 0) {
        show_errors(config);
        std::cerr << "Config errors: Heartbeat pid " << *pid << " NOT restarted\n";
        return config.exit_status == status_permission ? status_permission : 1;
    }
    if (::kill(*pid, SIGHUP) != 0) return cannot_signal(*pid);
    return 0;
}

int show_defaults(const Options& options) {
    const char* const edge = options.wiki ? "||" : "";
    const char* const between = options.wiki ? "||" : "\t";
    std::cout << edge << "Directive" << between << "Default" << between << "Description" << edge
              << "\n";
    for (const config::DirectiveRow& row : config::directive_table()) {
        std::cout << edge << row.name << between << row.default_text << between << row.description
                  << edge << "\n";
    }
    return 0;
}

void show_config(const LoadedConfig& config) {
    for (const auto& [name, value] : config.ha_cf.recorded) {
        std::cout << name << " " << value << "\n";
    }
    for (const config::Medium& medium : config.ha_cf.media) {
        std::cout << config::medium_word(medium.kind) << " " << medium.name
                  << (medium.address.empty() ? "" : " " + medium.address) << "\n";
    }
    for (const std::string& node : config.ha_cf.nodes) std::cout << "node " << node << "\n";
    for (const config::ResourceGroup& group : config.groups) {
        std::cout << "group of " << group.node << ":";
        for (const config::Member& member : group.members) std::cout << " " << member.token;
        std::cout << "\n";
    }
    std::cout << std::flush;
}

void show_errors(const LoadedConfig& config) {
    for (const config::Diagnostic& error : config.found.errors) {
        std::cerr << "ERROR: " << error.shown() << "\n";
    }
}

}  // namespace hb::shell
