// See watch_host.hpp.
#include "watch_host.hpp"

#include <algorithm>
#include <utility>

#include "asio.hpp"
#include "clock.hpp"
#include "heartbeat/plugin.h"
#include "helper_output.hpp"
#include "helper_process.hpp"
#include "plugin_status.hpp"

namespace hb::shell {

namespace {

using wire::helper_frame::Fields;
using wire::helper_frame::Frame;
using wire::helper_frame::Kind;

constexpr Duration for_ever = std::chrono::hours(24 * 365 * 10);  // what a timer can still hold

}  // namespace

// What all of them share.
class WatchHost::State : public std::enable_shared_from_this<WatchHost::State> {
public:
    State(boost::asio::io_context& loop_, Launcher& launcher_, const Paths& paths_,
          WatchHooks hooks_, WatchSettings settings_)
        : loop(loop_),
          launcher(launcher_),
          paths(paths_),
          hooks(std::move(hooks_)),
          settings(settings_) {}

    void configure(std::vector<WatchSpec> specs);
    void tell(const std::string& plugin, const Fields& event);
    std::vector<PluginReport> view() const;
    void stop(std::function<void()> stopped);
    void stop_next();
    void close();
    void gone(const std::shared_ptr<Watched>& watched);
    template <class... A>
    void log(LogId id, const A&... arguments) const {
        if (hooks.log) hooks.log(log_line(id, arguments...));
    }

    boost::asio::io_context& loop;
    Launcher& launcher;
    Paths paths;
    WatchHooks hooks;
    WatchSettings settings;
    Clock clock;

private:
    std::vector<std::shared_ptr<Watched>> all_;  // in the order of their start
    std::function<void()> stopped_;
    bool stopping_{false};
};

// One plugin: running, waiting for its next start, or given up.
class WatchHost::Watched : public std::enable_shared_from_this<WatchHost::Watched> {
public:
    Watched(std::shared_ptr<State> host, WatchSpec spec)
        : host_(std::move(host)),
          spec_(std::move(spec)),
          timer_(host_->loop),
          pause_(host_->settings.restart_first) {}

    const WatchSpec& spec() const noexcept { return spec_; }
    std::string state_word() const {
        if (helper_) return open_ ? "running" : "starting";
        return gave_up_ ? "given_up" : "waiting";
    }
    void start();
    // At once, unless it runs.
    void another_chance() {
        if (helper_ || stopping_) return;
        gave_up_ = false;
        pause_ = host_->settings.restart_first;
        start();
    }
    void tell(const Fields& event);
    // gone() of the host is called when it has ended.
    void stop();
    void close();

private:
    HelperHooks hooks();
    void heard(Frame frame);
    void asked(Fields request);
    void open();
    void send(Frame frame);
    void tick();
    void hung();
    void end_it() {
        if (helper_) helper_->kill();
    }
    void cut_off(const std::string& what);
    void ended(const ChildEnd& end);
    void again_later(const std::string& words, Duration lived);
    void arm(Duration span, void (Watched::*what)());

    std::shared_ptr<State> host_;
    WatchSpec spec_;
    boost::asio::steady_timer timer_;
    std::shared_ptr<HelperProcess> helper_;
    Allowance requests_{limits::helper_request_burst, limits::helper_requests_per_second};
    std::vector<Fields> early_;  // asked for before it was open
    std::size_t unanswered_{0};
    Instant progress_{};  // the last answer, or the first thing that has none
    Instant began_{};
    Duration pause_;
    bool open_{false};
    bool gave_up_{false};
    bool stopping_{false};
};

void WatchHost::Watched::arm(Duration span, void (Watched::*what)()) {
    timer_.expires_after(span);
    timer_.async_wait([me = shared_from_this(), what](const auto& error) {
        if (!error) (*me.*what)();
    });
}

void WatchHost::Watched::start() {
    HelperOrder order;
    order.kind = "watch";
    order.plugin = spec_.plugin;
    order.user = spec_.user;
    order.config = spec_.config;
    order.set_id_programs = spec_.set_id_programs;
    order.timeout = for_ever;
    requests_ = Allowance(limits::helper_request_burst, limits::helper_requests_per_second);
    began_ = progress_ = host_->clock.now();
    unanswered_ = 1;  // `opened`
    helper_ =
        HelperProcess::start(host_->loop, host_->launcher, host_->paths, std::move(order), hooks());
    arm(host_->settings.answer, &Watched::tick);
}

HelperHooks WatchHost::Watched::hooks() {
    HelperHooks out;
    const auto me = shared_from_this();
    out.frame = [me](Frame frame) { me->heard(std::move(frame)); };
    out.broke_rules = [me](const std::string& what) { me->cut_off(what); };
    out.stuck = [me] { me->hung(); };
    out.ended = [me](const ChildEnd& end) { me->ended(end); };
    out.log = [me](LogLine line) {
        if (me->host_->hooks.log) me->host_->hooks.log(std::move(line));
    };
    return out;
}

void WatchHost::Watched::heard(Frame frame) {
    if (gave_up_) return;
    if (frame.kind == Kind::opened && !open_) {
        open();
    } else if (frame.kind == Kind::taken && open_ && unanswered_ > 0) {
        --unanswered_;
        progress_ = host_->clock.now();
    } else if (frame.kind == Kind::request) {
        asked(std::move(frame.fields));
    }
}

void WatchHost::Watched::open() {
    open_ = true;
    unanswered_ = 0;
    host_->log(LogId::plugin_started, spec_.plugin);
    if (host_->hooks.state) host_->hooks.state(spec_.plugin, true);
    for (Fields& request : std::exchange(early_, {})) {
        if (host_->hooks.request) host_->hooks.request(spec_.plugin, std::move(request));
    }
}

void WatchHost::Watched::asked(Fields request) {
    if (!requests_.take(host_->clock.now(), 1)) {
        return cut_off("it sends more than " + std::to_string(limits::helper_requests_per_second) +
                       " requests a second");
    }
    if (!open_) {
        early_.push_back(std::move(request));
    } else if (host_->hooks.request) {
        host_->hooks.request(spec_.plugin, std::move(request));
    }
}

void WatchHost::Watched::tell(const Fields& event) {
    if (open_ && !stopping_) send({Kind::call, event});
}

void WatchHost::Watched::send(Frame frame) {
    if (!helper_->send(std::move(frame))) {
        host_->log(LogId::plugin_event_dropped, spec_.plugin);
        return;
    }
    if (unanswered_++ == 0) progress_ = host_->clock.now();
}

// Every question_pause while it runs.
void WatchHost::Watched::tick() {
    if (!helper_ || gave_up_) return;
    const Duration silent = host_->clock.now() - progress_;
    if (unanswered_ > 0 && silent >= host_->settings.answer) return hung();
    if (unanswered_ == 0 && !stopping_) send({Kind::question, {}});
    arm(std::min(host_->settings.question_pause, host_->settings.answer), &Watched::tick);
}

void WatchHost::Watched::hung() {
    host_->log(LogId::plugin_hung, spec_.plugin, host_->clock.now() - progress_);
    timer_.cancel();
    end_it();
}

void WatchHost::Watched::cut_off(const std::string& what) {
    if (std::exchange(gave_up_, true)) return;
    host_->log(LogId::plugin_cut_off, spec_.plugin, what);
    timer_.cancel();
    end_it();
}

void WatchHost::Watched::ended(const ChildEnd& end) {
    timer_.cancel();
    helper_.reset();
    early_.clear();
    const bool was_open = std::exchange(open_, false);
    if (was_open && host_->hooks.state) host_->hooks.state(spec_.plugin, false);
    if (stopping_) return host_->gone(shared_from_this());
    if (gave_up_) return;
    const bool exited = end.end == ScriptEnd::exited;
    const bool useless =
        end.status == helper_status::broken ||
        (!was_open && (end.status == HB_BAD_CONFIG || end.status == HB_NOT_SUPPORTED));
    if (end.end == ScriptEnd::missing || (exited && useless)) {
        gave_up_ = true;
        host_->log(LogId::plugin_given_up, spec_.plugin, helper_end_words(end));
        return;
    }
    again_later(helper_end_words(end), end.took);
}

void WatchHost::Watched::again_later(const std::string& words, Duration lived) {
    if (lived >= host_->settings.healthy) pause_ = host_->settings.restart_first;
    host_->log(LogId::plugin_ended, spec_.plugin, words, pause_);
    arm(pause_, &Watched::start);
    pause_ = std::min(2 * pause_, host_->settings.restart_longest);
}

void WatchHost::Watched::stop() {
    if (std::exchange(stopping_, true)) return;
    timer_.cancel();
    // At once: by its end another may be in its place.
    if (std::exchange(open_, false)) {
        boost::asio::post(host_->loop, [host = host_, plugin = spec_.plugin] {
            if (host->hooks.state) host->hooks.state(plugin, false);
        });
    }
    if (helper_) {
        helper_->hang_up();
        arm(limits::kill_ladder_pause, &Watched::end_it);
        return;
    }
    boost::asio::post(host_->loop, [me = shared_from_this()] { me->host_->gone(me); });
}

void WatchHost::Watched::close() {
    timer_.cancel();
    gave_up_ = stopping_ = true;
    if (helper_) helper_->forget();
    helper_.reset();
}

// --- all of them ---

void WatchHost::State::configure(std::vector<WatchSpec> specs) {
    for (const auto& watched : all_) {
        if (std::find(specs.begin(), specs.end(), watched->spec()) == specs.end()) {
            watched->stop();  // gone() takes it off the list
        }
    }
    for (WatchSpec& spec : specs) {
        const auto known = std::find_if(all_.begin(), all_.end(), [&spec](const auto& watched) {
            return watched->spec() == spec;
        });
        if (known != all_.end()) {
            (*known)->another_chance();
            continue;
        }
        if (!is_plugin_name(spec.plugin)) {
            log(LogId::plugin_given_up, spec.plugin, "its name is no plugin's");
            continue;
        }
        all_.push_back(std::make_shared<Watched>(shared_from_this(), std::move(spec)));
        all_.back()->start();
    }
}

void WatchHost::State::tell(const std::string& plugin, const Fields& event) {
    for (const auto& watched : all_) {
        if (watched->spec().plugin == plugin) watched->tell(event);
    }
}

void WatchHost::State::stop(std::function<void()> stopped) {
    stopping_ = true;
    stopped_ = std::move(stopped);
    boost::asio::post(loop, [me = shared_from_this()] { me->stop_next(); });
}

void WatchHost::State::stop_next() {
    if (!all_.empty()) {
        all_.back()->stop();
    } else if (const auto call = std::exchange(stopped_, nullptr)) {
        call();
    }
}

void WatchHost::State::gone(const std::shared_ptr<Watched>& watched) {
    std::erase(all_, watched);
    if (stopping_) stop_next();
}

void WatchHost::State::close() {
    hooks = {};
    stopped_ = nullptr;
    for (const auto& watched : all_) watched->close();
    all_.clear();
}

WatchHost::WatchHost(boost::asio::io_context& loop, Launcher& launcher, const Paths& paths,
                     WatchHooks hooks, WatchSettings settings)
    : state_(std::make_shared<State>(loop, launcher, paths, std::move(hooks), settings)) {}

WatchHost::~WatchHost() { state_->close(); }

void WatchHost::configure(std::vector<WatchSpec> specs) { state_->configure(std::move(specs)); }

void WatchHost::tell(const std::string& plugin, const Fields& event) {
    state_->tell(plugin, event);
}

std::vector<PluginReport> WatchHost::State::view() const {
    std::vector<PluginReport> out;
    for (const auto& watched : all_) {
        out.push_back({watched->spec().plugin, watched->state_word()});
    }
    return out;
}

std::vector<PluginReport> WatchHost::view() const { return state_->view(); }

void WatchHost::stop(std::function<void()> stopped) { state_->stop(std::move(stopped)); }

}  // namespace hb::shell
