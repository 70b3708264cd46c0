// See programs.hpp.
#include "programs.hpp"

#include <unistd.h>

#include <cstring>
#include <map>
#include <utility>

#include "asio.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "child.hpp"
#include "clock.hpp"
#include "core/respawn.hpp"
#include "leftovers.hpp"
#include "run_as.hpp"

namespace hb::shell {

namespace {

namespace asio = boost::asio;

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;  // clang 14 needs it

}  // namespace

class Programs::State : public std::enable_shared_from_this<Programs::State> {
public:
    State(asio::io_context& loop, Launcher& launcher, const Paths& paths, OnLog log, OnFence fence)
        : loop_(loop),
          launcher_(launcher),
          self_(paths.self),
          cores_(paths.cores()),
          log_(std::move(log)),
          fence_(std::move(fence)),
          timer_(loop),
          notes_(std::make_shared<ScriptNotes>(paths.programs_under_way())) {}

    void await_leftovers() {
        if (leftovers_) return;
        leftovers_ = std::make_unique<Leftovers>(
            loop_, *notes_, LogId::program_left, [this](LogLine line) { log(std::move(line)); },
            [this] { begin_if_ready(); });
    }
    void surroundings(std::vector<std::string> environment) {
        environment_ = std::move(environment);
    }
    void configure(const std::vector<config::Program>& programs) {
        core::ProgramWishes wishes;
        respawn_.configure(clock_.now(), programs, wishes);
        carry_out(wishes);
    }
    void begin() {
        asked_to_begin_ = true;
        begin_if_ready();
    }
    void leave() { respawn_.leave(); }
    void stop(std::function<void()> stopped) {
        stopped_ = std::move(stopped);
        core::ProgramWishes wishes;
        respawn_.stop(clock_.now(), wishes);
        carry_out(wishes);
    }
    std::size_t running() const noexcept { return respawn_.running(); }
    std::vector<core::ProgramStatus> view() const { return respawn_.view(clock_.now()); }
    void close() {
        log_ = nullptr;
        fence_ = nullptr;
        stopped_ = nullptr;
        leftovers_.reset();
        timer_.cancel();
        for (const auto& [id, child] : children_) child->forget();
        children_.clear();
    }

private:
    void begin_if_ready() {
        if (!asked_to_begin_ || begun_ || (leftovers_ && leftovers_->any())) return;
        begun_ = true;
        core::ProgramWishes wishes;
        respawn_.begin(clock_.now(), wishes);
        carry_out(wishes);
    }
    void carry_out(const core::ProgramWishes& wishes);
    void start(const core::StartProgram& order);
    void ended(core::ProgramId id, const ChildEnd& end);
    void arm();
    void timer_rang();
    void log(LogLine line) const {
        if (log_) log_(std::move(line));
    }

    asio::io_context& loop_;
    Launcher& launcher_;
    std::string self_, cores_;
    OnLog log_;
    OnFence fence_;
    std::function<void()> stopped_;
    Clock clock_;
    asio::steady_timer timer_;
    std::shared_ptr<ScriptNotes> notes_;
    std::unique_ptr<Leftovers> leftovers_;
    core::Respawn respawn_;
    std::vector<std::string> environment_;
    std::map<core::ProgramId, std::shared_ptr<Child>> children_;
    bool asked_to_begin_{false}, begun_{false};
};

void Programs::State::carry_out(const core::ProgramWishes& wishes) {
    for (const core::ProgramWish& wish : wishes) {
        std::visit(Overloaded{[this](const core::StartProgram& order) { start(order); },
                              [this](const core::StopProgram& order) {
                                  const auto child = children_.find(order.id);
                                  if (child != children_.end()) child->second->kill();
                              },
                              [this](const core::ProgramsStopped&) {
                                  if (const auto call = std::exchange(stopped_, nullptr)) call();
                              },
                              [this](const SelfFence& fence) {
                                  if (fence_) fence_(fence.reason);
                              },
                              [this](const LogLine& line) { log(line); }},
                   wish);
    }
    arm();
}

void Programs::State::start(const core::StartProgram& order) {
    const config::Program& program = order.program;
    ChildOrder child;
    child.command = [self = self_, folder = cores_ + "/" + program.user,
                     program]() -> std::vector<std::string> {
        if (::access(program.path.c_str(), X_OK) != 0) return {};
        return run_as_words(self, program.user, folder, program.command);
    };
    child.environment = environment_;
    child.timeout = limits::program_start_answer;
    child.stays = true;
    child.kill_pause = limits::program_stop_pause;
    child.log_file = "/dev/null";
    const auto me = shared_from_this();
    const std::string name = printable(program.command);
    child.started = [notes = notes_](pid_t pid) { notes->began(pid, Duration::zero()); };
    ChildHooks hooks;
    hooks.slow = [me, name](Duration waited) {
        me->log(log_line(LogId::spawn_slow, name, waited));
    };
    hooks.started = [me, name, user = program.user](pid_t pid) {
        me->log(log_line(LogId::program_started, name, printable(user), pid));
    };
    hooks.ended = [me, id = order.id](const ChildEnd& end) { me->ended(id, end); };
    children_[order.id] = Child::start(loop_, launcher_, std::move(child), std::move(hooks));
}

void Programs::State::ended(core::ProgramId id, const ChildEnd& end) {
    const auto child = children_.find(id);
    if (child == children_.end()) return;
    const auto keep = child->second;
    children_.erase(child);
    if (end.pid > 0) notes_->ended(end.pid);
    if (end.end == ScriptEnd::not_started) {
        log(log_line(LogId::spawn_failed, end.command.empty() ? "a program" : end.command.back(),
                     std::strerror(end.error)));
    }
    core::ProgramWishes wishes;
    respawn_.ended(clock_.now(), id, end.end, end.status, wishes);
    carry_out(wishes);
}

void Programs::State::arm() {
    const Instant next = respawn_.next_deadline();
    if (next == never) {
        timer_.cancel();
        return;
    }
    timer_.expires_after(next - clock_.now());
    timer_.async_wait([me = shared_from_this()](const auto& error) {
        if (!error) me->timer_rang();
    });
}

void Programs::State::timer_rang() {
    core::ProgramWishes wishes;
    respawn_.wakeup(clock_.now(), wishes);
    carry_out(wishes);
}

Programs::Programs(asio::io_context& loop, Launcher& launcher, const Paths& paths, OnLog log,
                   OnFence fence)
    : state_(std::make_shared<State>(loop, launcher, paths, std::move(log), std::move(fence))) {}

Programs::~Programs() { state_->close(); }

void Programs::await_leftovers() { state_->await_leftovers(); }

void Programs::surroundings(std::vector<std::string> environment) {
    state_->surroundings(std::move(environment));
}

void Programs::configure(const std::vector<config::Program>& programs) {
    state_->configure(programs);
}

void Programs::begin() { state_->begin(); }

void Programs::leave() { state_->leave(); }

void Programs::stop(std::function<void()> stopped) { state_->stop(std::move(stopped)); }

std::size_t Programs::running() const noexcept { return state_->running(); }

std::vector<core::ProgramStatus> Programs::view() const { return state_->view(); }

}  // namespace hb::shell
