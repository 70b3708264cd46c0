// See child.hpp.
#include "child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <utility>

#include "asio.hpp"
#include "base/limits.hpp"
#include "clock.hpp"

namespace hb::shell {

namespace {

namespace asio = boost::asio;

// Reads of what is left in the pipe when the child has ended: a grandchild may still write.
constexpr int last_reads_max = 64;
// A script that prints without end must not occupy the loop: between two reads of what is thrown
// away anyway.
constexpr std::chrono::milliseconds flood_pause{2};
// For the loop's one thread: what is read here is copied or dropped at once.
std::array<char, 65536> scratch;

class ChildProcess final : public Child {
public:
    ChildProcess(asio::io_context& loop, ChildHooks hooks)
        : loop_(loop),
          hooks_(std::move(hooks)),
          timer_(loop),
          pause_(loop),
          pidfd_(loop),
          pipe_(loop) {}

    void begin(Launcher& launcher, ChildOrder order);
    void kill() override;
    void forget() override;

private:
    // starting: the launcher has it. running: until its time-out. terminating: SIGTERM was sent.
    // killing: SIGKILL was sent. over: the owner has heard of the end.
    enum class Stage { starting, running, terminating, killing, over };

    std::shared_ptr<ChildProcess> self() {
        return std::static_pointer_cast<ChildProcess>(shared_from_this());
    }
    void spawned(Spawned answer);
    void arm(Duration span);
    void timer_rang();
    void terminate();
    void hard_kill();
    void watch_pidfd();
    void process_ended();
    void read_pipe();
    bool read_some();
    bool readable();
    void drain_pipe();
    void report(ScriptEnd end, int status, int error = 0);
    void report_exit(const siginfo_t& info);
    void reap();

    asio::io_context& loop_;
    ChildHooks hooks_;
    asio::steady_timer timer_;
    asio::steady_timer pause_;
    asio::posix::stream_descriptor pidfd_;
    asio::posix::stream_descriptor pipe_;
    std::shared_ptr<std::atomic<bool>> called_off_{std::make_shared<std::atomic<bool>>(false)};
    std::vector<std::string> command_;
    std::string output_;
    Clock clock_;  // from the order on
    Duration kill_pause_{};
    pid_t pid_{-1};
    Stage stage_{Stage::starting};
    bool stays_{false};
    bool timed_out_{false};
    bool group_doomed_{false};  // the ladder was begun: what outlives the child gets SIGKILL too
    bool group_ends_with_it_{false};
    bool reaped_{false};
};

void ChildProcess::begin(Launcher& launcher, ChildOrder order) {
    kill_pause_ = order.kill_pause;
    stays_ = order.stays;
    SpawnRequest request;
    // A start that waited behind a hung one must not come after all.
    request.command = [off = called_off_, find = std::move(order.command)] {
        return off->load() ? std::vector<std::string>() : find();
    };
    request.environment = std::move(order.environment);
    request.log_file = std::move(order.log_file);
    request.started = std::move(order.started);
    request.stdin_socket = std::move(order.stdin_socket);
    request.output_pipe = std::move(order.output_pipe);
    group_ends_with_it_ = order.group_ends_with_it;
    std::array<int, 2> ends{-1, -1};
    if (order.capture_stdout && ::pipe2(ends.data(), O_CLOEXEC) == 0) {
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
        pipe_.assign(ends[0]);
        request.stdout_pipe = Fd(ends[1]);
    }
    arm(order.timeout);
    const bool pipe_failed = order.capture_stdout && !pipe_.is_open();
    const int pipe_error = errno;
    const bool queued =
        !pipe_failed &&
        launcher.start(
            std::move(request), [me = self()](Spawned answer) { me->spawned(std::move(answer)); },
            [me = self()](Duration waited) {
                if (me->stage_ == Stage::starting && me->hooks_.slow) me->hooks_.slow(waited);
            });
    if (queued) return;
    asio::post(loop_, [me = self(), error = pipe_failed ? pipe_error : EAGAIN] {
        me->report(ScriptEnd::not_started, 0, error);
    });
}

void ChildProcess::spawned(Spawned answer) {
    command_ = std::move(answer.command);
    if (answer.missing || answer.error != 0) {
        if (stage_ == Stage::over) return;
        report(answer.missing ? ScriptEnd::missing : ScriptEnd::not_started, 0, answer.error);
        return;
    }
    pid_ = answer.pid;
    pidfd_.assign(answer.pidfd.release());
    watch_pidfd();
    if (stage_ == Stage::over) {  // it came too late: nobody waits for it any more
        group_doomed_ = true;
        ::kill(-pid_, SIGKILL);
        return;
    }
    const bool doomed = std::exchange(group_doomed_, false);
    stage_ = Stage::running;
    if (stays_) timer_.cancel();
    if (hooks_.running) hooks_.running(command_);
    if (hooks_.started) hooks_.started(pid_);
    if (pipe_.is_open()) read_pipe();
    if (doomed) terminate();
}

void ChildProcess::arm(Duration span) {
    timer_.expires_after(span);
    timer_.async_wait([me = self()](const auto& error) {
        if (!error) me->timer_rang();
    });
}

void ChildProcess::timer_rang() {
    switch (stage_) {
        case Stage::starting:
            called_off_->store(true);
            report(ScriptEnd::not_started, 0, group_doomed_ ? ECANCELED : ETIMEDOUT);
            return;
        case Stage::running:
            if (stays_) return;  // it rang just as the start was answered
            timed_out_ = true;
            terminate();
            return;
        case Stage::terminating:
            hard_kill();
            return;
        case Stage::killing:  // it hangs in the kernel: the answer must not
            report(timed_out_ ? ScriptEnd::timed_out : ScriptEnd::signalled, SIGKILL);
            return;
        case Stage::over:  // its end was said; this was the pause before the last blow
            hard_kill();
            return;
    }
}

void ChildProcess::kill() {
    if (stage_ == Stage::starting && !group_doomed_) {
        group_doomed_ = true;  // spawned() sees to it, or this timer
        arm(kill_pause_);
    } else if (stage_ == Stage::running) {
        terminate();
    }
}

void ChildProcess::terminate() {
    group_doomed_ = true;
    stage_ = Stage::terminating;
    ::kill(-pid_, SIGTERM);
    arm(kill_pause_);
}

void ChildProcess::hard_kill() {
    if (reaped_ || pid_ < 0) return;
    // The child is not reaped before this, so its number still means its group and nobody else's.
    ::kill(-pid_, SIGKILL);
    if (stage_ == Stage::over) {
        reap();
        return;
    }
    stage_ = Stage::killing;
    arm(limits::kill_answer);
}

void ChildProcess::watch_pidfd() {
    pidfd_.async_wait(asio::posix::stream_descriptor::wait_read, [me = self()](const auto& error) {
        if (!error) me->process_ended();
    });
}

// Its end is read but it is not reaped while its group may still be signalled.
void ChildProcess::process_ended() {
    siginfo_t info{};
    const auto id = static_cast<id_t>(pidfd_.native_handle());
    if (::waitid(P_PIDFD, id, &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
        report(ScriptEnd::not_started, 0, errno);  // somebody else reaped it: its end is unknown
        reaped_ = true;
        return;
    }
    if (info.si_pid == 0) {
        watch_pidfd();
        return;
    }
    const bool pause_runs = stage_ == Stage::terminating;
    if (stage_ != Stage::over) report_exit(info);
    if (pause_runs) return;  // timer_rang() ends the rest of the group, then reaps
    if (group_doomed_ || group_ends_with_it_) ::kill(-pid_, SIGKILL);
    reap();
}

void ChildProcess::report_exit(const siginfo_t& info) {
    drain_pipe();
    if (timed_out_) {
        report(ScriptEnd::timed_out, info.si_status);
    } else if (info.si_code == CLD_EXITED) {
        report(ScriptEnd::exited, info.si_status);
    } else {
        report(ScriptEnd::signalled, info.si_status);
    }
}

void ChildProcess::reap() {
    if (std::exchange(reaped_, true)) return;
    siginfo_t info{};
    ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.native_handle()), &info, WEXITED | WNOHANG);
    boost::system::error_code ignored;
    pidfd_.close(ignored);
}

void ChildProcess::read_pipe() {
    pipe_.async_wait(asio::posix::stream_descriptor::wait_read, [me = self()](const auto& error) {
        if (error || me->stage_ == Stage::over || !me->read_some()) return;
        if (me->output_.size() < limits::script_output_bytes_max) {
            me->read_pipe();
            return;
        }
        me->pause_.expires_after(flood_pause);
        me->pause_.async_wait([me](const auto& stopped) {
            if (!stopped && me->stage_ != Stage::over) me->read_pipe();
        });
    });
}

// False at the end of the pipe.
bool ChildProcess::read_some() {
    const ssize_t size = ::read(pipe_.native_handle(), scratch.data(), scratch.size());
    if (size <= 0) return size < 0 && (errno == EAGAIN || errno == EINTR);
    const std::size_t room = limits::script_output_bytes_max - output_.size();
    output_.append(scratch.data(), std::min(room, static_cast<std::size_t>(size)));
    return true;
}

// What the child wrote before its end is in the pipe by now; what a grandchild may still write is
// not waited for.
void ChildProcess::drain_pipe() {
    for (int i = 0; i < last_reads_max; ++i) {
        const bool full = output_.size() >= limits::script_output_bytes_max;
        if (!pipe_.is_open() || full || !readable() || !read_some()) return;
    }
}

bool ChildProcess::readable() {
    pollfd entry{pipe_.native_handle(), POLLIN, 0};
    return ::poll(&entry, 1, 0) == 1 && (entry.revents & POLLIN) != 0;
}

void ChildProcess::report(ScriptEnd end, int status, int error) {
    if (stage_ == Stage::over) return;
    const bool pause_runs = stage_ == Stage::terminating;
    stage_ = Stage::over;
    if (!pause_runs) timer_.cancel();
    pause_.cancel();
    boost::system::error_code ignored;
    pipe_.close(ignored);
    ChildEnd out;
    out.end = end;
    out.status = status;
    out.error = error;
    out.output = std::move(output_);
    out.took = clock_.now().since_start;
    out.pid = pid_;
    out.command = std::move(command_);
    const auto ended = std::move(hooks_.ended);
    hooks_ = {};
    if (ended) ended(std::move(out));
}

void ChildProcess::forget() {
    hooks_ = {};
    called_off_->store(true);
    timer_.cancel();
    pause_.cancel();
    boost::system::error_code ignored;
    pipe_.close(ignored);
    const bool ends = group_doomed_ || group_ends_with_it_;
    if (ends && pid_ > 0 && !reaped_) ::kill(-pid_, SIGKILL);
    pidfd_.close(ignored);
    stage_ = Stage::over;
    reaped_ = true;
}

}  // namespace

std::shared_ptr<Child> Child::start(asio::io_context& loop, Launcher& launcher, ChildOrder order,
                                    ChildHooks hooks) {
    auto child = std::make_shared<ChildProcess>(loop, std::move(hooks));
    child->begin(launcher, std::move(order));
    return child;
}

}  // namespace hb::shell
