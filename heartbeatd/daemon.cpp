// See daemon.hpp: making the parts, and carrying effects out. Signals and reload are in
// daemon_signals.cpp.
#include "daemon.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "core_node.hpp"
#include "environment.hpp"
#include "ping_link.hpp"
#include "privileges.hpp"
#include "serial_link.hpp"
#include "udp_link.hpp"

namespace hb::shell {

namespace {

std::uint64_t draw_seed() {
    std::uint64_t seed = 0;
    if (::getrandom(&seed, sizeof seed, 0) != static_cast<ssize_t>(sizeof seed)) {
        seed = static_cast<std::uint64_t>(::getpid());  // only spreads retransmissions
    }
    return seed;
}

}  // namespace

JournalTargets journal_targets(const LoadedConfig& config, const Options& options) {
    JournalTargets out;
    out.node = config.node_name;
    out.logfile = config.ha_cf.logfile;
    out.debugfile = config.ha_cf.debugfile;
    // `daemon` as ha.cf's default is what with_fallback() knows too; under systemd it knows better.
    if (config.ha_cf.recorded.count("logfacility") != 0) out.facility = config.ha_cf.logfacility;
    out.syslogmsgfmt = config.ha_cf.syslogmsgfmt;
    out.terminal = options.foreground && ::isatty(STDERR_FILENO) == 1;
    out.debug = std::max(config.ha_cf.debug, options.debug);
    return with_fallback(std::move(out));
}

Daemon::Daemon(const Options& options, LoadedConfig config, Journal& journal)
    : options_(options),
      config_(std::move(config)),
      journal_(journal),
      launcher_(loop_.context()),
      resolver_(loop_),
      scripts_(
          loop_.context(), launcher_, options.paths,
          [this](ScriptDone done) { runner_->deliver(std::move(done)); },
          [this](const LogLine& line) { log(line); }),
      hooks_(loop_.context(), launcher_, options.paths, [this](const LogLine& line) { log(line); }),
      programs_(
          loop_.context(), launcher_, options.paths, [this](const LogLine& line) { log(line); },
          [this](const std::string& reason) { self_fence(reason); }),
      fencing_(
          loop_.context(), launcher_, options.paths,
          [this](FenceDone done) { runner_->deliver(std::move(done)); },
          [this](const LogLine& line) { log(line); }),
      watches_(loop_.context(), launcher_, options.paths, watch_hooks()),
      watchdog_([this](const LogLine& line) { log(line); }) {}

Daemon::~Daemon() = default;

Result<void> Daemon::prepare() {
    log(log_line(LogId::config_validated, HB_VERSION));
    log(log_line(LogId::version, HB_VERSION));
    for (const auto& found : config_.found.warnings) {
        log(log_line(LogId::config_warning, found.shown()));
    }
    for (const auto& found : config_.found.unsupported) {
        log(log_line(LogId::config_unsupported, found.shown()));
    }
    if (auto claimed = claim_state(); !claimed) return claimed;
    started_ = clock_.both();
    if (auto recording = start_recorder(); !recording) return recording;
    node_ = std::make_unique<CoreNode>(
        core::make_core_config(config_.ha_cf, config_.keys, config_.groups, identity_), started_);
    Hands& hands = *this;
    runner_ = std::make_unique<Runner>(loop_, clock_, *node_, hands);
    if (const auto every = service_.alive_every()) runner_->housekeeping_within(*every);
    prepare_children();
    scripts_.await_leftovers();
    programs_.await_leftovers();
    programs_.configure(config_.ha_cf.programs);
    fencing_.configure(config_.ha_cf.devices);
    add_links();
    if (auto signals = hear_signals(); !signals) return signals;

    auto fifo = Fifo::open(
        loop_, clock_, options_.paths.fifo(),
        [this](Bytes text) { runner_->deliver(LocalMessage{std::move(text)}); },
        [this](const LogLine& line) { log(line); });
    if (!fifo) return tl::unexpected(fifo.error());
    fifo_ = *std::move(fifo);

    auto watch = LinkWatch::start(
        loop_, {[this](std::string_view name) { runner_->interface_changed(name); },
                [this](const agents::Ip& ip, unsigned link) {
                    scripts_.addresses().address_removed(ip, link);
                },
                [this](const std::string& name) { scripts_.addresses().link_returned(name); },
                [this] { scripts_.addresses().news_lost(); }});
    if (watch) {
        link_watch_ = *std::move(watch);
    } else {
        log(log_line(LogId::link_watch_failed, watch.error().what));
    }
    rival_watch_ =
        std::make_unique<RivalWatch>(loop_, [this](const agents::Claim& claim, unsigned link) {
            scripts_.addresses().address_claimed(claim, link);
        });
    scripts_.addresses().on_first_held([this](int family) {
        const auto listens = rival_watch_->listen(family);
        if (!listens) log(log_line(LogId::rival_watch_failed, listens.error().what));
    });
    return {};
}

Result<void> Daemon::claim_state() {
    if (auto made = prepare_folders(options_.paths); !made) return made;
    auto pid_file = PidFile::claim(options_.paths.pid_file);
    if (!pid_file) return tl::unexpected(pid_file.error());
    pid_file_ = *std::move(pid_file);

    std::vector<LogLine> lines;
    const auto generation = raise_generation(options_.paths, config_.ha_cf.generation_from_time,
                                             Clock::unix_seconds(), lines);
    auto uuid = generation ? load_uuid(options_.paths, config_.ha_cf.uuid_from_name,
                                       config_.node_name, lines)
                           : Result<Uuid>(tl::unexpected(generation.error()));
    for (const LogLine& line : lines) log(line);
    if (!uuid) return tl::unexpected(uuid.error());
    identity_ = {config_.node_name, *uuid, *generation, draw_seed()};
    log(log_line(LogId::generation_new, identity_.generation));
    log(log_line(LogId::seed_drawn, to_hex(identity_.seed)));
    return {};
}

Result<void> Daemon::start_recorder() {
    if (options_.record.empty()) return {};
    auto made = Recorder::create(options_.record,
                                 {HB_VERSION, config_.machine, config_.texts, identity_, started_});
    if (!made) return tl::unexpected(made.error());
    recorder_ = *std::move(made);
    return {};
}

void Daemon::add_links() {
    const auto log = [this](const LogLine& line) { this->log(line); };
    std::uint16_t next = 0;
    for (const config::Medium& medium : core::linked_media(config_.ha_cf)) {
        const LinkId id{next++};
        if (medium.kind == config::MediumKind::serial) {
            runner_->add(std::make_unique<SerialLink>(
                loop_, clock_, id, medium,
                [device = medium.device, baud = medium.baud, locks = options_.paths.lock_dir] {
                    return open_serial_device(device, baud, locks);
                },
                log));
        } else if (config::is_ping(medium.kind)) {
            const auto identifier = static_cast<std::uint16_t>(::getpid() & 0xffff);
            runner_->add(
                std::make_unique<PingLink>(loop_, clock_, resolver_, id, medium, identifier, log));
        } else {
            runner_->add(std::make_unique<UdpLink>(loop_, clock_, id, medium, log));
        }
    }
}

void Daemon::prepare_children() {
    const config::HaCf& ha_cf = config_.ha_cf;
    auto environment =
        script_environment(ha_cf, options_.paths, config_.node_name, journal_.debug_level());
    const std::string log_file = script_log(environment);
    scripts_.surroundings(environment, log_file);
    scripts_.addresses().refresh_every(ha_cf.announce_refresh);
    programs_.surroundings(environment);
    hooks_.configure({std::move(environment), log_file, ha_cf.hook_timeout, ha_cf.rc_d_all,
                      ha_cf.auto_failback != config::Failback::legacy});
}

Result<void> Daemon::run(const std::function<void()>& up) {
    if (options_.realtime && config_.ha_cf.realtime) {
        std::vector<LogLine> lines;
        raise_privileges(config_.ha_cf.rtprio, lines);
        for (const LogLine& line : lines) log(line);
        touch_memory();
        scripts_.rehearse();
    }
    if (auto started = runner_->start(started_); !started) return started;
    watchdog_.open(config_.ha_cf.watchdog, config_.ha_cf.deadtime);
    service_.ready();
    up();
    loop_.run();
    clients_.reset();
    watchdog_.disarm();
    service_.stopping();
    log(log_line(LogId::shutdown_complete, config_.node_name));
    return {};
}

void Daemon::run_agent(const RunAgent& call) { scripts_.run(call); }

void Daemon::agents_given() { scripts_.begin(); }
void Daemon::fence(const FenceNode& order) { fencing_.shoot(order); }
void Daemon::kill_job(JobId job) {  // numbers of scripts and shots are one row
    scripts_.kill(job);
    fencing_.kill(job);
}
void Daemon::announce_again(const AnnounceAgain& order) {
    scripts_.addresses().announce_again(order.calls, "another node has given up its copy");
}
void Daemon::run_hook(const RunHook& hook) { hooks_.run(hook); }
void Daemon::tell_plugin(const TellPlugin& news) { watches_.tell(news.plugin, news.event); }
void Daemon::log(const LogLine& line) { journal_.write(line); }
// Heartbeats go on until the last program and plugin has ended.
void Daemon::finished() {
    programs_.stop([this] { watches_.stop([this] { loop_.stop(); }); });
}

void Daemon::communication_up() {
    communication_up_ = true;
    serve_clients();  // before programs that want to sign on
    programs_.begin();
    start_watches();
}

void Daemon::serve_clients() {
    runner_->post(ClientsAllowed{config_.client_rules});
    auto server = ClientServer::open(
        loop_, options_.paths.client_socket(),
        {[this](const ClientCame& event) { runner_->deliver(event); },
         [this](ClientCall event) { runner_->deliver(std::move(event)); },
         [this](const ClientGone& event) { runner_->deliver(event); },
         [this](const LogLine& line) { log(line); }, [this] { return runner_->due(); }});
    if (server) {
        clients_ = *std::move(server);
    } else {
        log(log_line(LogId::client_socket_failed, server.error().what));
    }
}

WatchHooks Daemon::watch_hooks() {
    return {[this](const std::string& plugin, bool running) {
                runner_->deliver(PluginState{plugin, running});
            },
            [this](const std::string& plugin, PluginFields request) {
                runner_->deliver(PluginAsks{plugin, std::move(request)});
            },
            [this](const LogLine& line) { log(line); }};
}

// A line `respawn USER PATH/ipfail` of an old ha.cf selects our plugin, and one with dopd the
// other.
void Daemon::start_watches() {
    std::vector<WatchSpec> specs;
    const auto select = [&](const char* plugin, bool (*is)(std::string_view) noexcept) {
        const auto& programs = config_.ha_cf.programs;
        const auto line =
            std::find_if(programs.begin(), programs.end(),
                         [&](const config::Program& program) { return is(program.path); });
        if (line != programs.end()) specs.push_back({plugin, line->user, {}, false});
    };
    if (config::wants_ipfail(config_.ha_cf)) select("ipfail", config::is_ipfail);
    if (config::wants_dopd(config_.ha_cf)) {
        select("dopd", config::is_dopd);
        specs.back().config = {{"socket", options_.paths.run_dir + "/dopd/outdater"}};
        specs.back().set_id_programs = true;  // DRBD's tools become root that way
    }
    if (communication_up_ && !stopping_) watches_.configure(std::move(specs));
}

void Daemon::heartbeat(Instant now, std::uint64_t frames_left) {
    watchdog_.heartbeat(health_.heartbeat(now, frames_left));
}

void Daemon::note(Now now, const Event& event) {
    if (recorder_) recorder_->note(now, event);
}

void Daemon::housekeeping() {
    if (health_.fine(clock_.now(), config_.ha_cf.deadtime)) service_.alive();
    tell_service_status();
    fencing_.tick(clock_.now(), Clock::unix_seconds());
    if (clients_) clients_->audit(clock_.now());
    if (!recorder_) return;
    const std::string trouble = recorder_->trouble();
    if (!trouble.empty()) log(log_line(LogId::recording_ended, trouble));
}

// Nothing may come between the decision and the end: no sync, no scripts, no farewell. A moment
// for the log, because it says why.
void Daemon::self_fence(const std::string& reason) {
    using namespace std::chrono_literals;
    log(log_line(LogId::self_fence, reason));
    if (!options_.reboot) {
        log(log_line(LogId::reboot_refused));
        static_cast<void>(journal_.flush(1s));
        ::_exit(1);
    }
    static_cast<void>(journal_.flush(200ms));
    static_cast<void>(::reboot(RB_AUTOBOOT));
    // Refused, as in a container: the kernel's other door, then at least the heartbeats end.
    const Fd trigger(::open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC));
    [[maybe_unused]] const auto written = ::write(trigger.get(), "b", 1);
    ::_exit(1);
}

}  // namespace hb::shell
