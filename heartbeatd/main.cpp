// heartbeatd: reads the command line and the configuration, leaves the terminal, lives as the
// daemon. The only place that catches exceptions.
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <exception>
#include <iostream>

#include "control.hpp"
#include "daemon.hpp"
#include "detach.hpp"
#include "run_as.hpp"

namespace {

using namespace hb::shell;

// Exit statuses of the command (resources.md 6.1).
constexpr int status_failed = 1;
constexpr int status_usage = 2;
constexpr int status_permission = 4;

// Every thread's stack would be locked whole.
constexpr std::size_t thread_stack_bytes = 256U << 10U;

void shrink_thread_stacks() {
    pthread_attr_t attributes;
    if (::pthread_attr_init(&attributes) != 0) return;
    ::pthread_attr_setstacksize(&attributes, thread_stack_bytes);
    ::pthread_setattr_default_np(&attributes);
    ::pthread_attr_destroy(&attributes);
}

int refuse_config(const LoadedConfig& config, const Options& options) {
    const auto last = hb::log_line(hb::LogId::config_not_started);
    show_errors(config);
    std::cerr << "ERROR: " << hb::log_text(last) << "\n";
    // The log as well where ha.cf named one: at boot nobody reads the terminal.
    if (config.ha_cf.logfile.empty() && config.ha_cf.logfacility.empty()) {
        return config.exit_status;
    }
    Journal journal(journal_targets(config, options));
    for (const auto& error : config.found.errors) {
        journal.write(hb::log_line(hb::LogId::config_error, error.shown()));
    }
    journal.write(last);
    return config.exit_status;
}

int live(const Options& options, LoadedConfig config) {
    shrink_thread_stacks();
    block_signals();
    auto detachment = options.foreground ? hb::Result<Detachment>(Detachment::in_foreground())
                                         : Detachment::into_background();
    if (!detachment) {
        std::cerr << "ERROR: " << detachment.error().what << "\n";
        return status_failed;
    }
    ::umask(022);
    static_cast<void>(::chdir("/") == 0);
    Journal journal(journal_targets(config, options));
    Daemon daemon(options, std::move(config), journal);
    auto done = daemon.prepare();
    if (done) done = daemon.run([&] { detachment->ready(); });
    if (done) return 0;
    journal.write(hb::log_line(hb::LogId::start_failed, done.error().what));
    std::cerr << "ERROR: heartbeat not started: " << done.error().what << "\n";
    return done.error().code == hb::Errc::permission ? status_permission : status_failed;
}

int start(const Options& options) {
    if (const auto pid = running_daemon(options.paths.pid_file)) {
        if (options.resume) {
            std::cerr << "ERROR: Heartbeat already running [pid " << *pid << "].\n";
            return status_failed;
        }
        std::cerr << "heartbeat: " << hb::log_text(hb::log_line(hb::LogId::already_running, *pid))
                  << "\n";
        return 0;
    }
    LoadedConfig config = load_config(options.paths, options.manage, AskPlugins::yes);
    if (config.exit_status != 0) return refuse_config(config, options);
    if (options.verbose) show_config(config);
    return live(options, std::move(config));
}

int obey(int count, const char* const* words) {
    const auto options = parse_options(count, words);
    if (!options) {
        std::cerr << "heartbeatd: " << options.error().what << "\n" << usage();
        return status_usage;
    }
    switch (options->command) {
        case Command::help:
            std::cout << usage();
            return 0;
        case Command::version:
            std::cout << HB_VERSION << "\n";
            return 0;
        case Command::defaults:
            return show_defaults(*options);
        case Command::status:
            return show_status(*options);
        case Command::stop:
            return stop_daemon(*options);
        case Command::reload:
            if (const auto done = reload_daemon(*options)) return *done;
            return start(*options);
        case Command::run:
            return start(*options);
    }
    return status_failed;
}

}  // namespace

int main(int count, char** words) {
    if (const auto status = hb::shell::run_as(count, words)) return *status;
    try {
        return obey(count, words);
    } catch (const std::exception& error) {
        std::cerr << "ERROR: " << error.what() << "\n";
        return status_failed;
    }
}
