// See native_agents.hpp. The work of a batch owns all that its thread uses; the loop and the thread
// take turns with it (launcher.hpp).
#include "native_agents.hpp"

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <set>
#include <utility>

#include "agents/agent.hpp"
#include "agents/rehearsal.hpp"
#include "announce_thread.hpp"
#include "asio.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "clock.hpp"
#include "launcher.hpp"
#include "native_work.hpp"
#include "privileges.hpp"

namespace hb::shell {

namespace {

namespace asio = boost::asio;

// The loop's end of it.
struct Batch {
    Batch(std::shared_ptr<NativeWork> w, asio::io_context& loop)
        : work(std::move(w)), timer(loop) {}

    std::shared_ptr<NativeWork> work;
    asio::steady_timer timer;
    Instant began;
    std::set<JobId> killed;
    std::function<void(AsideEnd)> aside_done;
    bool slow{false};
    bool timed_out{false};
    bool over{false};                  // nobody waits for it any more
    std::unique_ptr<Launcher> thread;  // of a call that waits
};

bool waits(const RunAgent& job) {
    return agents::find_native(job.call.type)->manner == agents::Manner::waits &&
           job.call.action != ScriptAction::status;
}

// What does not begin as words of the agent's own was said by a program that it called.
LogId level_of(std::string_view line, const std::string& type) {
    if (!line.starts_with(type) && !line.starts_with("usage: ")) return LogId::agent_info;
    if (line.find("): INFO: ") != std::string_view::npos) return LogId::agent_info;
    if (line.find("): WARN: ") != std::string_view::npos) return LogId::agent_warning;
    return LogId::agent_error;
}

}  // namespace

class NativeAgents::State : public std::enable_shared_from_this<NativeAgents::State> {
public:
    State(asio::io_context& loop, const Paths& paths, Hooks hooks,
          std::shared_ptr<const ScriptNotes> notes)
        : loop_(loop),
          folder_(paths.resource_dir()),
          hooks_(std::move(hooks)),
          notes_(std::move(notes)),
          thread_(std::make_unique<Launcher>(loop, Priority::below_loop)) {}

    void surroundings(const std::vector<std::string>& environment) {
        environment_ = std::make_shared<const std::vector<std::string>>(environment);
    }
    void rehearse() {
        const auto work = std::make_shared<NativeWork>(environment_, announcements_);
        static_cast<void>(thread_->call(
            [work] {
                touch_memory();
                agents::rehearse(work->host);
            },
            [] {}));
    }
    void run(RunAgent job) {
        waiting_.push_back(std::move(job));
        // What else is asked for at this moment goes with it.
        if (std::exchange(posted_, true)) return;
        asio::post(loop_, [me = shared_from_this()] { me->begin(); });
    }
    void begin() {
        if (std::exchange(posted_, false)) pump();
    }
    void run_aside(Aside aside) {
        asides_.push_back(std::move(aside));
        pump();
    }
    void kill(JobId job);
    void close();

private:
    void pump();
    std::vector<RunAgent> take_quick();
    std::vector<RunAgent> take_waiting_one();
    void give(std::vector<RunAgent> jobs, bool alone);
    void give(Aside aside);
    void give(const std::shared_ptr<Batch>& batch, bool alone, Duration timeout);
    void became_slow(Batch& batch);
    void expired(const std::shared_ptr<Batch>& batch);
    // `error`: there was no thread for it.
    void answered(const std::shared_ptr<Batch>& batch, int error);
    void give_up(const Batch& batch, ScriptEnd end);
    void answer(const Batch& batch, std::size_t place, Duration took);
    void tell(const RunAgent& job, const agents::Answer& answer);
    void tell_lines(const std::string& type, const std::string& lines);
    void forget(const std::shared_ptr<Batch>& batch);
    void log(LogLine line) const {
        if (hooks_.log) hooks_.log(std::move(line));
    }

    asio::io_context& loop_;
    std::string folder_;
    Hooks hooks_;
    std::shared_ptr<const ScriptNotes> notes_;
    Clock clock_;
    SharedEnvironment environment_{std::make_shared<const std::vector<std::string>>()};
    std::shared_ptr<AnnounceThread> announcements_{std::make_shared<AnnounceThread>()};
    std::unique_ptr<Launcher> thread_;  // of the quick ones
    std::deque<RunAgent> waiting_;
    std::deque<Aside> asides_;
    std::vector<std::shared_ptr<Batch>> batches_;
    bool quick_busy_{false};  // and does not hang
    bool posted_{false};
};

void NativeAgents::State::pump() {
    if (!quick_busy_ && !asides_.empty()) {
        Aside aside = std::move(asides_.front());
        asides_.pop_front();
        give(std::move(aside));
    }
    if (!quick_busy_) {
        if (auto jobs = take_quick(); !jobs.empty()) give(std::move(jobs), false);
    }
    for (;;) {
        const auto alone = std::count_if(batches_.begin(), batches_.end(), [](const auto& batch) {
            return batch->thread != nullptr;
        });
        if (static_cast<std::size_t>(alone) >= limits::agent_threads_max) return;
        auto jobs = take_waiting_one();
        if (jobs.empty()) return;
        give(std::move(jobs), true);
    }
}

// The longest row of one action, in order; those that wait have threads of their own.
std::vector<RunAgent> NativeAgents::State::take_quick() {
    std::vector<RunAgent> out;
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        if (waits(*at)) {
            ++at;
            continue;
        }
        const bool fits = out.empty() || out.front().call.action == at->call.action;
        if (!fits || out.size() == limits::agent_calls_max) break;
        out.push_back(std::move(*at));
        at = waiting_.erase(at);
    }
    return out;
}

std::vector<RunAgent> NativeAgents::State::take_waiting_one() {
    const auto found = std::find_if(waiting_.begin(), waiting_.end(), waits);
    if (found == waiting_.end()) return {};
    std::vector<RunAgent> out{std::move(*found)};
    waiting_.erase(found);
    return out;
}

void NativeAgents::State::give(std::vector<RunAgent> jobs, bool alone) {
    const auto shortest = std::min_element(
        jobs.begin(), jobs.end(),
        [](const RunAgent& a, const RunAgent& b) { return a.timeout < b.timeout; });
    const Duration timeout = shortest->timeout;
    const auto work = std::make_shared<NativeWork>(environment_, announcements_);
    work->host.note_children(notes_, timeout);
    work->jobs = std::move(jobs);
    give(std::make_shared<Batch>(work, loop_), alone, timeout);
}

void NativeAgents::State::give(Aside aside) {
    const auto work = std::make_shared<NativeWork>(environment_, announcements_);
    work->aside = std::move(aside.work);
    auto batch = std::make_shared<Batch>(work, loop_);
    batch->aside_done = std::move(aside.done);
    give(batch, false, limits::agent_aside_timeout);
}

void NativeAgents::State::give(const std::shared_ptr<Batch>& batch, bool alone, Duration timeout) {
    batch->began = clock_.now();
    if (alone) batch->thread = std::make_unique<Launcher>(loop_);
    batches_.push_back(batch);
    const auto me = shared_from_this();
    SpawnRequest request;
    request.command = [work = batch->work, folder = folder_] {
        work->carry_out(folder);
        return std::vector<std::string>();
    };
    const auto slow = [me, batch](Duration) { me->became_slow(*batch); };
    const auto done = [me, batch](const Spawned& spawned) { me->answered(batch, spawned.error); };
    Launcher& thread = alone ? *batch->thread : *thread_;
    if (!alone) quick_busy_ = true;
    if (!thread.start(std::move(request), done, slow)) {
        asio::post(loop_, [me, batch] { me->answered(batch, EAGAIN); });
        return;
    }
    batch->timer.expires_after(timeout);
    batch->timer.async_wait([me, batch](const auto& error) {
        if (!error && !batch->over) me->expired(batch);
    });
}

// It hangs in the kernel: the launcher takes a fresh thread, and so the next batch goes on. What
// nobody has ordered must not change addresses beside it.
void NativeAgents::State::became_slow(Batch& batch) {
    if (batch.thread || batch.over) return;
    batch.slow = true;
    if (batch.aside_done) batch.work->host.cancel.stop();
    quick_busy_ = false;
    pump();
}

// First it is told to stop; when it hangs even then it is given up.
void NativeAgents::State::expired(const std::shared_ptr<Batch>& batch) {
    if (!std::exchange(batch->timed_out, true)) {
        batch->work->host.cancel.stop();
        batch->timer.expires_after(limits::kill_ladder_pause + limits::kill_answer);
        batch->timer.async_wait([me = shared_from_this(), batch](const auto& error) {
            if (!error && !batch->over) me->expired(batch);
        });
        return;
    }
    forget(batch);
    // What it has said comes never else.
    for (const RunAgent& job : batch->work->jobs) {
        tell_lines(job.call.type, batch->work->host.progress.said());
        const std::string where = batch->work->host.progress.what_it_waits_for();
        if (where.empty()) continue;
        tell_lines(job.call.type,
                   agents::told(job.call, "ERROR: it hangs and is given up: " + where));
    }
    give_up(*batch, ScriptEnd::timed_out);
    pump();
}

void NativeAgents::State::give_up(const Batch& batch, ScriptEnd end) {
    const Duration took = clock_.now() - batch.began;
    if (batch.aside_done) batch.aside_done(AsideEnd::given_up);
    for (const RunAgent& job : batch.work->jobs) {
        if (hooks_.done) hooks_.done({job.job, end, 0, {}, took});
    }
}

void NativeAgents::State::forget(const std::shared_ptr<Batch>& batch) {
    batch->over = true;
    batch->timer.cancel();
    std::erase(batches_, batch);
}

void NativeAgents::State::answered(const std::shared_ptr<Batch>& batch, int error) {
    const bool late = batch->over;
    if (!batch->thread) quick_busy_ = false;
    // Its thread calls us at this moment: it goes afterwards.
    if (batch->thread) {
        asio::post(loop_, [thread = std::shared_ptr<Launcher>(std::move(batch->thread))] {});
    }
    if (!late) {
        forget(batch);
        if (error != 0) {
            const auto& jobs = batch->work->jobs;
            log(log_line(LogId::spawn_failed,
                         jobs.empty() ? "the watch of addresses" : printable(jobs[0].call.type),
                         std::strerror(error)));
            give_up(*batch, ScriptEnd::not_started);
            return pump();
        }
        const Duration took = clock_.now() - batch->began;
        for (std::size_t i = 0; i < batch->work->jobs.size(); ++i) answer(*batch, i, took);
        if (batch->aside_done) batch->aside_done(batch->slow ? AsideEnd::slow : AsideEnd::done);
    }
    pump();
}

void NativeAgents::State::answer(const Batch& batch, std::size_t place, Duration took) {
    const RunAgent& job = batch.work->jobs[place];
    const bool killed = batch.killed.contains(job.job);
    if (!batch.work->ours[place] && !killed && !batch.timed_out) {
        if (hooks_.not_ours) hooks_.not_ours(job);
        return;
    }
    const agents::Answer& said = batch.work->answers[place];
    const bool stopped = !batch.work->ours[place] || said.status != 0;
    const bool asks = job.call.action == ScriptAction::status;
    ScriptDone result{job.job, ScriptEnd::exited, said.status, asks ? said.out : "", took};
    if (stopped && batch.timed_out) {
        result = {job.job, ScriptEnd::timed_out, 0, {}, took};
    } else if (stopped && killed) {
        result = {job.job, ScriptEnd::signalled, SIGTERM, {}, took};
    }
    if (batch.work->ours[place]) tell(job, said);
    if (hooks_.done) hooks_.done(std::move(result));
}

// In 3.0.6's words what was called, then what it says.
void NativeAgents::State::tell(const RunAgent& job, const agents::Answer& said) {
    if (job.call.action != ScriptAction::status) {
        std::string command = folder_ + "/" + job.call.type;
        for (const std::string& argument : job.call.arguments) command += " " + argument;
        log(log_line(LogId::script_running,
                     printable(command + " " + action_word(job.call.action))));
    }
    tell_lines(job.call.type, said.err);
}

void NativeAgents::State::tell_lines(const std::string& type, const std::string& lines) {
    for (const std::string& line : words(lines, "\n")) {
        log(log_line(level_of(line, type), printable(line, limits::log_line_bytes_max)));
    }
}

void NativeAgents::State::kill(JobId job) {
    const auto waits_still = std::find_if(waiting_.begin(), waiting_.end(),
                                          [job](const RunAgent& one) { return one.job == job; });
    if (waits_still != waiting_.end()) {
        waiting_.erase(waits_still);
        asio::post(loop_, [me = shared_from_this(), job] {
            if (me->hooks_.done) me->hooks_.done({job, ScriptEnd::signalled, SIGTERM, {}, {}});
        });
        return;
    }
    for (const auto& batch : batches_) {
        const auto found = std::find_if(batch->work->jobs.begin(), batch->work->jobs.end(),
                                        [job](const RunAgent& one) { return one.job == job; });
        if (found == batch->work->jobs.end()) continue;
        batch->killed.insert(job);
        // Of several the others must not suffer: this one ends with them, in milliseconds.
        if (batch->work->jobs.size() == 1) batch->work->host.cancel.stop();
    }
}

void NativeAgents::State::close() {
    hooks_ = {};
    waiting_.clear();
    asides_.clear();
    for (const auto& batch : batches_) {
        batch->over = true;
        batch->aside_done = nullptr;
        batch->work->host.cancel.stop();
        batch->timer.cancel();
        batch->thread.reset();
    }
    batches_.clear();
    thread_.reset();
}

NativeAgents::NativeAgents(asio::io_context& loop, const Paths& paths, Hooks hooks,
                           std::shared_ptr<const ScriptNotes> notes)
    : state_(std::make_shared<State>(loop, paths, std::move(hooks), std::move(notes))) {}

NativeAgents::~NativeAgents() { state_->close(); }

bool NativeAgents::knows(const std::string& type) noexcept {
    return agents::find_native(type) != nullptr;
}

void NativeAgents::surroundings(const std::vector<std::string>& environment) {
    state_->surroundings(environment);
}

void NativeAgents::rehearse() { state_->rehearse(); }

void NativeAgents::run(RunAgent job) { state_->run(std::move(job)); }

void NativeAgents::begin() { state_->begin(); }

void NativeAgents::kill(JobId job) { state_->kill(job); }

void NativeAgents::run_aside(Aside aside) { state_->run_aside(std::move(aside)); }

}  // namespace hb::shell
