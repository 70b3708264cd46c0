// See script_runner.hpp.
#include "script_runner.hpp"

#include <signal.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <utility>

#include "agents/agent.hpp"
#include "asio.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "child.hpp"
#include "leftovers.hpp"
#include "native_agents.hpp"
#include "script_path.hpp"

namespace hb::shell {

namespace {

std::string joined(const std::vector<std::string>& command) {
    std::string out;
    for (const std::string& word : command) {
        if (!out.empty()) out += ' ';
        out += word;
    }
    return printable(out);
}

std::string named(const AgentCall& call) {
    return printable(call.type) + " " + action_word(call.action);
}

}  // namespace

class ScriptRunner::State : public std::enable_shared_from_this<ScriptRunner::State> {
public:
    State(boost::asio::io_context& loop, Launcher& launcher, const Paths& paths, OnDone done,
          OnLog log)
        : loop_(loop),
          launcher_(launcher),
          paths_(std::make_shared<const Paths>(paths)),
          done_(std::move(done)),
          log_(std::move(log)),
          notes_(std::make_shared<ScriptNotes>(paths.scripts_under_way())),
          natives_(std::make_unique<NativeAgents>(
              loop, paths,
              NativeAgents::Hooks{[this](ScriptDone result) { answer(std::move(result)); },
                                  [this](RunAgent job) { run_script(std::move(job)); },
                                  [this](LogLine line) { this->log(std::move(line)); }},
              notes_)),
          addresses_(std::make_unique<AddressGuard>(
              loop, AddressGuard::Hooks{[this](auto addresses, auto answer) {
                                            care(std::move(addresses), std::move(answer));
                                        },
                                        [this](AgentCall call) { undo(std::move(call)); },
                                        [this](LogLine line) { this->log(std::move(line)); }})) {}

    void surroundings(std::vector<std::string> environment, std::string log_file) {
        environment_ = std::move(environment);
        natives_->surroundings(environment_);
        log_file_ = std::move(log_file);
    }
    void await_leftovers() {
        if (leftovers_) return;  // what runs now is our own
        leftovers_ = std::make_unique<Leftovers>(
            loop_, *notes_, LogId::script_left, [this](LogLine line) { log(std::move(line)); },
            [this] { pump(); });
    }
    void run(RunAgent job) {
        waiting_.push_back(std::move(job));
        ++unfinished_;
        pump();
    }
    void rehearse() { natives_->rehearse(); }
    void begin() { natives_->begin(); }
    void kill(JobId job);
    void close();
    std::size_t unfinished() const noexcept { return unfinished_; }
    AddressGuard& addresses() noexcept { return *addresses_; }

private:
    void pump() {
        if (leftovers_ && leftovers_->any()) return;
        while (!waiting_.empty()) {
            RunAgent next = std::move(waiting_.front());
            waiting_.pop_front();
            if (NativeAgents::knows(next.call.type)) {
                addresses_->asked(next);
                natives_->run(std::move(next));
            } else {
                scripts_.push_back(std::move(next));
            }
        }
        while (!scripts_.empty() && running_.size() < limits::children_max) {
            const RunAgent next = std::move(scripts_.front());
            scripts_.pop_front();
            begin_script(next);
        }
    }
    // An administrator's own, under the name of one of ours.
    void run_script(RunAgent job) {
        addresses_->not_native(job.job);
        scripts_.push_back(std::move(job));
        pump();
    }
    void begin_script(const RunAgent& job);
    void ended(JobId job, const AgentCall& call, ChildEnd end);
    void care(std::vector<agents::InCare> addresses, AddressGuard::Answer answer);
    void undo(AgentCall call) {
        natives_->run_aside({[call = std::move(call)](agents::Host& host) {
                                 static_cast<void>(agents::run_call(call, host));
                             },
                             [](AsideEnd) {}});
    }
    // One answer, from the loop itself.
    void answer(ScriptDone result) {
        --unfinished_;
        addresses_->ended(result);
        if (done_) done_(std::move(result));
    }
    void log(LogLine line) const {
        if (log_) log_(std::move(line));
    }

    boost::asio::io_context& loop_;
    Launcher& launcher_;
    std::shared_ptr<const Paths> paths_;
    OnDone done_;
    OnLog log_;
    std::shared_ptr<ScriptNotes> notes_;
    std::unique_ptr<Leftovers> leftovers_;
    std::vector<std::string> environment_;
    std::string log_file_;
    std::deque<RunAgent> waiting_;  // for leftovers to end
    std::deque<RunAgent> scripts_;  // for their turn
    std::map<JobId, std::shared_ptr<Child>> running_;
    std::unique_ptr<NativeAgents> natives_;
    std::unique_ptr<AddressGuard> addresses_;
    std::size_t unfinished_{0};
};

void ScriptRunner::State::care(std::vector<agents::InCare> addresses, AddressGuard::Answer answer) {
    const auto wanted = std::make_shared<const std::vector<agents::InCare>>(std::move(addresses));
    const auto found = std::make_shared<std::vector<agents::CareResult>>();
    natives_->run_aside(
        {[wanted, found](agents::Host& host) { *found = agents::take_care(*wanted, host); },
         [found, answer = std::move(answer)](AsideEnd end) {
             // Given up: the thread may be writing there still.
             answer(end, end == AsideEnd::given_up ? std::vector<agents::CareResult>() : *found);
         }});
}

void ScriptRunner::State::begin_script(const RunAgent& job) {
    const bool asks = job.call.action == ScriptAction::status;
    ChildOrder order;
    order.command = [paths = paths_, call = job.call] { return find_script(*paths, call); };
    order.environment = environment_;
    order.timeout = job.timeout;
    order.capture_stdout = asks;
    order.log_file = log_file_;
    ChildHooks hooks;
    const auto me = shared_from_this();
    if (!asks) {
        order.started = [notes = notes_, timeout = job.timeout](pid_t pid) {
            notes->began(pid, timeout);
        };
        hooks.running = [me](const std::vector<std::string>& command) {
            me->log(log_line(LogId::script_running, joined(command)));
        };
    }
    hooks.slow = [me, call = job.call](Duration waited) {
        me->log(log_line(LogId::spawn_slow, named(call), waited));
    };
    hooks.ended = [me, id = job.job, call = job.call](ChildEnd end) {
        me->ended(id, call, std::move(end));
    };
    running_[job.job] = Child::start(loop_, launcher_, std::move(order), std::move(hooks));
}

void ScriptRunner::State::ended(JobId job, const AgentCall& call, ChildEnd end) {
    running_.erase(job);
    if (end.pid > 0 && call.action != ScriptAction::status) notes_->ended(end.pid);
    if (end.end == ScriptEnd::not_started) {
        log(log_line(LogId::spawn_failed, named(call), std::strerror(end.error)));
    }
    ScriptDone result{job, end.end, end.status, std::move(end.output), end.took};
    if (result.end == ScriptEnd::exited && is_unit_status(end.command)) {
        result.output = unit_status_word(end.status);
    }
    answer(std::move(result));
    pump();
}

void ScriptRunner::State::kill(JobId job) {
    if (const auto it = running_.find(job); it != running_.end()) {
        it->second->kill();
        return;
    }
    const auto is_it = [job](const RunAgent& waits) { return waits.job == job; };
    if (std::erase_if(waiting_, is_it) + std::erase_if(scripts_, is_it) == 0) {
        natives_->kill(job);
        return;
    }
    boost::asio::post(loop_, [me = shared_from_this(), job] {
        me->answer({job, ScriptEnd::signalled, SIGTERM, {}, {}});
    });
}

void ScriptRunner::State::close() {
    done_ = nullptr;
    log_ = nullptr;
    leftovers_.reset();
    waiting_.clear();
    scripts_.clear();
    natives_.reset();
    addresses_.reset();
    for (const auto& [job, child] : running_) child->forget();
    running_.clear();
}

ScriptRunner::ScriptRunner(boost::asio::io_context& loop, Launcher& launcher, const Paths& paths,
                           OnDone done, OnLog log)
    : state_(std::make_shared<State>(loop, launcher, paths, std::move(done), std::move(log))) {}

ScriptRunner::~ScriptRunner() { state_->close(); }

void ScriptRunner::surroundings(std::vector<std::string> environment, std::string log_file) {
    state_->surroundings(std::move(environment), std::move(log_file));
}

void ScriptRunner::await_leftovers() { state_->await_leftovers(); }

AddressGuard& ScriptRunner::addresses() noexcept { return state_->addresses(); }

void ScriptRunner::run(RunAgent job) { state_->run(std::move(job)); }

void ScriptRunner::rehearse() { state_->rehearse(); }

void ScriptRunner::begin() { state_->begin(); }

void ScriptRunner::kill(JobId job) { state_->kill(job); }

std::size_t ScriptRunner::unfinished() const noexcept { return state_->unfinished(); }

}  // namespace hb::shell
