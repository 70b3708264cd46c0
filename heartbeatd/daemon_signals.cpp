// Signals of the daemon (wire.md 8.5), and the reload that SIGHUP asks for. See daemon.hpp.
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "config/diff.hpp"
#include "core_node.hpp"
#include "daemon.hpp"
#include "privileges.hpp"

namespace hb::shell {

namespace {

constexpr int debug_level_max = 255;

sigset_t heard_signals() {
    sigset_t out;
    ::sigemptyset(&out);
    for (const int number : {SIGTERM, SIGHUP, SIGUSR1, SIGUSR2}) ::sigaddset(&out, number);
    return out;
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
    return out;
}

}  // namespace

void block_signals() {
    const sigset_t heard = heard_signals();
    ::pthread_sigmask(SIG_BLOCK, &heard, nullptr);
    for (const int number : {SIGINT, SIGPIPE, SIGTTIN, SIGTTOU}) ::signal(number, SIG_IGN);
}

Result<void> Daemon::hear_signals() {
    const sigset_t heard = heard_signals();
    const int descriptor = ::signalfd(-1, &heard, SFD_NONBLOCK | SFD_CLOEXEC);
    if (descriptor < 0) return fail(Errc::io, std::string("signalfd: ") + std::strerror(errno));
    signals_ = std::make_unique<Watch>(loop_, descriptor);
    signals_->on_readable([this] { signal_arrived(); });
    return {};
}

void Daemon::signal_arrived() {
    signalfd_siginfo info{};
    if (::read(signals_->descriptor(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) {
        return;
    }
    switch (static_cast<int>(info.ssi_signo)) {
        case SIGTERM:
            if (!std::exchange(stopping_, true)) log(log_line(LogId::shutdown_started, ::getpid()));
            service_.stopping();
            programs_.leave();
            runner_->deliver(StopRequested{});
            break;
        case SIGHUP:
            reload();
            break;
        case SIGUSR1:
            change_debug_level(+1);
            break;
        case SIGUSR2:
            change_debug_level(-1);
            break;
        default:
            break;
    }
}

void Daemon::change_debug_level(int step) {
    const int level = std::clamp(journal_.debug_level() + step, 0, debug_level_max);
    journal_.debug_level(level);
    log(log_line(LogId::debug_level, level));
    prepare_children();
}

// The files are read by the launcher's thread: a disk, a name server or a directory of users may
// answer late. A signal that comes meanwhile has them read once more.
void Daemon::reload() {
    if (std::exchange(reloading_, true)) {
        reload_again_ = true;
        return;
    }
    service_.reloading();
    auto loaded = std::make_shared<LoadedConfig>();
    const bool queued =
        launcher_.call([loaded, paths = options_.paths,
                        manage = options_.manage] { *loaded = load_config(paths, manage); },
                       [this, loaded] {
                           reloading_ = false;
                           reload(std::move(*loaded));
                           if (std::exchange(reload_again_, false)) reload();
                           if (!reloading_) service_.ready();
                       });
    if (queued) return;
    reloading_ = false;
    service_.ready();
    log(log_line(LogId::reload_refused, "too many scripts wait to be started"));
}

// A file with an error changes nothing at all.
void Daemon::reload(LoadedConfig next) {
    reload_failed_ = next.exit_status != 0;
    service_words_due_ = {};
    if (reload_failed_) {
        for (const auto& error : next.found.errors) {
            log(log_line(LogId::config_error, error.shown()));
        }
        log(log_line(LogId::reload_refused,
                     std::to_string(next.found.errors.size()) + " error(s), see above"));
        return;
    }
    for (const auto& found : next.found.warnings) {
        log(log_line(LogId::config_warning, found.shown()));
    }
    if (next.groups.empty() && !config_.groups.empty()) {
        // As an editor leaves it for a moment that writes over the file.
        reload_failed_ = true;
        log(log_line(
            LogId::reload_refused,
            "haresources has no resource group, expected at least one: all that runs would "
            "be stopped (a restart takes it as it is)"));
        return;
    }
    const config::Difference difference = config::compare(
        {config_.ha_cf, config_.keys, config_.groups}, {next.ha_cf, next.keys, next.groups});
    for (const std::string& words : difference.waiting) {
        log(log_line(LogId::reload_waits, words));
    }
    if (!difference.live.empty()) take_over_live_part(next);
    programs_.configure(config_.ha_cf.programs);  // also lets what crashed try again
    start_watches();                              // likewise
    fencing_.configure(config_.ha_cf.devices);    // likewise, and looks at them
    // Also when nothing changed: a reload lets failed groups try again.
    if (recorder_) recorder_->files(std::move(next.texts));
    runner_->deliver(ConfigChanged{std::make_shared<const core::CoreConfig>(
        core::make_core_config(config_.ha_cf, config_.keys, config_.groups, identity_))});
    config_.client_rules = std::move(next.client_rules);
    if (communication_up_) runner_->deliver(ClientsAllowed{config_.client_rules});
    if (difference.empty()) {
        log(log_line(LogId::reload_unchanged));
    } else if (!difference.live.empty()) {
        log(log_line(LogId::reload_done, joined(difference.live)));
    }
}

void Daemon::take_over_live_part(const LoadedConfig& next) {
    const bool realtime_before = config_.ha_cf.realtime;
    const int priority_before = config_.ha_cf.rtprio;
    config_.ha_cf = config::with_live_part(config_.ha_cf, next.ha_cf);
    config_.keys = next.keys;
    config_.groups = next.groups;
    journal_.retarget(journal_targets(config_, options_));
    prepare_children();
    watchdog_.timeout(config_.ha_cf.deadtime);
    const bool realtime = config_.ha_cf.realtime;
    if (!options_.realtime ||
        (realtime == realtime_before && config_.ha_cf.rtprio == priority_before)) {
        return;
    }
    std::vector<LogLine> lines;
    if (realtime) {
        raise_privileges(config_.ha_cf.rtprio, lines);
    } else {
        lower_privileges(lines);
    }
    for (const LogLine& line : lines) log(line);
}

}  // namespace hb::shell
