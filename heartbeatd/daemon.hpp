// The running daemon: makes the parts, ties effects to what carries them out, hears the signals.
// What is decided lives in lib/core, how the loop turns in the runner.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "client_server.hpp"
#include "clock.hpp"
#include "core/core.hpp"
#include "fencing.hpp"
#include "fifo.hpp"
#include "hooks.hpp"
#include "journal.hpp"
#include "launcher.hpp"
#include "link_watch.hpp"
#include "load_config.hpp"
#include "loop.hpp"
#include "options.hpp"
#include "programs.hpp"
#include "recorder.hpp"
#include "resolver.hpp"
#include "rival_watch.hpp"
#include "runner.hpp"
#include "script_runner.hpp"
#include "service_manager.hpp"
#include "state_dir.hpp"
#include "status_report.hpp"
#include "watch_host.hpp"
#include "watchdog.hpp"

namespace hb::shell {

// Where log lines go, by these files and options.
JournalTargets journal_targets(const LoadedConfig& config, const Options& options);

class Daemon final : private Hands {
public:
    // REQUIRES: `config` is fit for use; the signals of block_signals() are blocked in every
    // thread. `options` and `journal` outlive the daemon.
    Daemon(const Options& options, LoadedConfig config, Journal& journal);
    ~Daemon() override;

    // Claims the pid file, raises the generation, opens links and FIFO. A link that does not open
    // is logged and tried again. Errors: permission, io, bad_config (a daemon runs already).
    Result<void> prepare();
    // Lives until the orderly end. `up` is called when everything runs.
    Result<void> run(const std::function<void()>& up);

    // Everything we know, for people and programs. From the loop. REQUIRES: prepare().
    StatusReport status_report() const;
    // The same as JSON, at most limits::status_bytes_max bytes.
    std::string status_text() const;

private:
    class CoreNode;

    void run_agent(const RunAgent& call) override;
    void agents_given() override;
    void fence(const FenceNode& order) override;
    void kill_job(JobId job) override;
    void announce_again(const AnnounceAgain& order) override;
    void run_hook(const RunHook& hook) override;
    void tell_plugin(const TellPlugin& news) override;
    void client(const Notify& order) override { serve(order); }
    void client(const TellStatus& order) override;
    void client(const EndClient& order) override { serve(order); }
    void client(const ClientQueue& order) override { serve(order); }
    void client(const PauseClients& order) override { serve(order); }
    template <class Order>
    void serve(const Order& order) {
        if (clients_) clients_->client(order);
    }
    void log(const LogLine& line) override;
    void self_fence(const std::string& reason) override;
    void finished() override;
    void communication_up() override;
    void heartbeat(Instant now, std::uint64_t frames_left) override;
    void note(Now now, const Event& event) override;
    void housekeeping() override;

    Result<void> claim_state();
    Result<void> start_recorder();
    Result<void> hear_signals();
    void add_links();
    void signal_arrived();
    void reload();
    void reload(LoadedConfig next);
    void take_over_live_part(const LoadedConfig& next);
    void change_debug_level(int step);
    void prepare_children();
    WatchHooks watch_hooks();
    void start_watches();
    void serve_clients();
    void tell_service_status();

    const Options& options_;
    LoadedConfig config_;  // in force: what waits for a restart is as it was at start
    Journal& journal_;
    Clock clock_;
    Loop loop_;
    std::optional<PidFile> pid_file_;
    core::Identity identity_;
    Now started_;
    std::unique_ptr<Recorder> recorder_;
    std::unique_ptr<CoreNode> node_;
    Launcher launcher_;
    Resolver resolver_;
    std::unique_ptr<Runner> runner_;
    ScriptRunner scripts_;
    Hooks hooks_;
    Programs programs_;
    Fencing fencing_;
    WatchHost watches_;
    Health health_;
    Watchdog watchdog_;
    ServiceManager service_;
    Instant service_words_due_{};
    bool reload_failed_{false};  // the last one
    std::unique_ptr<Fifo> fifo_;
    std::unique_ptr<ClientServer> clients_;  // once communication is up
    std::unique_ptr<LinkWatch> link_watch_;
    std::unique_ptr<RivalWatch> rival_watch_;
    std::unique_ptr<Watch> signals_;
    bool stopping_{false};
    bool communication_up_{false};
    bool reloading_{false}, reload_again_{false};  // the files are being read; once more after that
};

// Before any thread is made: SIGTERM, SIGHUP, SIGUSR1 and SIGUSR2 wait for the daemon; SIGINT and
// SIGPIPE are ignored.
void block_signals();

}  // namespace hb::shell
