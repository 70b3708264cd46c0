// See launcher.hpp. One lane is one thread with a place for one request and one answer; the loop
// and the thread wake each other by eventfd and share no lock.
#include "launcher.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <utility>

#include "asio.hpp"
#include "base/limits.hpp"
#include "oom_score.hpp"
#include "spawn_settings.hpp"

namespace hb::shell {

namespace {

namespace asio = boost::asio;

// Where the child's words go. A log that cannot be opened must not keep a service from starting,
// nor must one that hangs: a named pipe without a reader is refused at once (O_NONBLOCK), and a
// file that is there is opened without O_CREAT, for which a frozen file system makes us wait.
Fd open_log(const std::string& path) {
    constexpr int mode = O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
    Fd log(path.empty() ? ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3) : ::open(path.c_str(), mode));
    if (!log && errno == ENOENT) log.reset(::open(path.c_str(), mode | O_CREAT, 0644));
    if (!log) log.reset(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    return log;
}

Spawned spawn(SpawnRequest request) {
    Spawned out;
    out.command = request.command();
    if (out.command.empty()) {
        out.missing = true;
        return out;
    }
    const Fd log =
        request.output_pipe ? std::move(request.output_pipe) : open_log(request.log_file);
    SpawnSettings settings;
    settings.descriptors(request.stdin_socket.get(),
                         request.stdout_pipe ? request.stdout_pipe.get() : log.get(), log.get());
    {
        const UnprotectedBirth as_any_other;
        out.error = settings.run(out.pid, out.command, request.environment);
    }
    if (out.error != 0) return out;
    if (request.started) request.started(out.pid);
    out.pidfd = Fd(open_pidfd(out.pid));
    if (!out.pidfd) {
        // Without it nobody would hear of the end.
        out.error = errno;
        ::kill(-out.pid, SIGKILL);
        ::waitpid(out.pid, nullptr, 0);
    }
    return out;
}

struct Lane {
    Fd wake{::eventfd(0, EFD_CLOEXEC)};
    Fd answered{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    std::atomic<bool> ending{false};
    // Owned by the thread from raise_event(wake) to raise_event(answered), by the loop else.
    std::atomic<bool> busy{false};
    SpawnRequest request;
    Spawned answer;
};

void serve(Lane& lane) {
    for (;;) {
        std::uint64_t count = 0;
        if (::read(lane.wake.get(), &count, sizeof count) != sizeof count) continue;
        if (lane.ending.load(std::memory_order_acquire)) return;
        if (!lane.busy.load(std::memory_order_acquire)) continue;
        lane.answer = spawn(std::exchange(lane.request, {}));
        lane.busy.store(false, std::memory_order_release);
        raise_event(lane.answered);
    }
}

struct Waiting {
    SpawnRequest request;
    std::function<void(Spawned)> done;
    Launcher::OnSlow slow;
};

// The loop's end of a lane.
struct Desk {
    Desk(asio::io_context& loop, std::shared_ptr<Lane> l, pthread_t t)
        : lane(std::move(l)), thread(t), ear(loop, lane->answered.get()), patience(loop) {}
    // Ends the thread; one that hangs in a start is left to itself.
    void close() {
        if (std::exchange(closed, true)) return;
        patience.cancel();
        ear.release();  // the lane owns the descriptor
        lane->ending.store(true, std::memory_order_release);
        const bool hangs = lane->busy.load(std::memory_order_acquire);
        raise_event(lane->wake);
        if (hangs) {
            ::pthread_detach(thread);
        } else {
            ::pthread_join(thread, nullptr);
        }
        done = nullptr;
        slow = nullptr;
    }

    // Whether that order hangs. When the loop itself was held up its timer rings beside the answer,
    // or after it, when the desk has its next order.
    bool waits_for(std::uint64_t order) const {
        return busy && order == orders && lane->busy.load(std::memory_order_acquire);
    }

    std::shared_ptr<Lane> lane;
    pthread_t thread;
    asio::posix::stream_descriptor ear;
    asio::steady_timer patience;
    std::function<void(Spawned)> done;
    Launcher::OnSlow slow;
    std::uint64_t orders{0};
    bool busy{false};
    bool hung{false};
    bool closed{false};
};

}  // namespace

class Launcher::State : public std::enable_shared_from_this<Launcher::State> {
public:
    State(asio::io_context& loop, Priority priority) : loop_(loop), priority_(priority) {}

    bool start(Waiting waiting) {
        if (queue_.size() >= limits::children_max) return false;
        queue_.push_back(std::move(waiting));
        pump();
        return true;
    }
    void close() {
        for (const auto& desk : desks_) desk->close();
        desks_.clear();
        queue_.clear();
    }

private:
    void pump() {
        while (!queue_.empty()) {
            const std::shared_ptr<Desk> desk = open_desk();
            if (!desk || desk->busy) return;
            Waiting next = std::move(queue_.front());
            queue_.pop_front();
            give(desk, std::move(next));
        }
    }
    // The one desk whose thread does not hang; a fresh one when there is none.
    std::shared_ptr<Desk> open_desk() {
        for (const auto& desk : desks_) {
            if (!desk->hung) return desk;
        }
        if (desks_.size() >= limits::launchers_max) return nullptr;
        auto lane = std::make_shared<Lane>();
        pthread_t thread{};
        int error = EMFILE;
        if (lane->wake && lane->answered) {
            error = start_side_thread([lane] { serve(*lane); }, thread, priority_);
        }
        if (error != 0) {
            refuse_all(error);
            return nullptr;
        }
        desks_.push_back(std::make_shared<Desk>(loop_, std::move(lane), thread));
        return desks_.back();
    }
    void refuse_all(int error) {
        for (Waiting& waiting : std::exchange(queue_, {})) {
            asio::post(loop_, [done = std::move(waiting.done), error] {
                Spawned refused;
                refused.error = error;
                done(std::move(refused));
            });
        }
    }
    void give(const std::shared_ptr<Desk>& desk, Waiting next) {
        desk->busy = true;
        desk->done = std::move(next.done);
        desk->slow = std::move(next.slow);
        desk->lane->request = std::move(next.request);
        desk->lane->busy.store(true, std::memory_order_release);
        raise_event(desk->lane->wake);
        desk->patience.expires_after(limits::spawn_answer);
        desk->patience.async_wait(
            [self = shared_from_this(), desk, order = ++desk->orders](const auto& error) {
                if (!error && !desk->closed && desk->waits_for(order)) self->impatient(desk);
            });
        listen(desk);
    }
    void listen(const std::shared_ptr<Desk>& desk) {
        desk->ear.async_wait(asio::posix::stream_descriptor::wait_read,
                             [self = shared_from_this(), desk](const auto& error) {
                                 if (!error && !desk->closed) self->answered(desk);
                             });
    }
    void impatient(const std::shared_ptr<Desk>& desk) {
        desk->hung = true;
        if (desk->slow) desk->slow(limits::spawn_answer);
        pump();
    }
    void answered(const std::shared_ptr<Desk>& desk) {
        std::uint64_t count = 0;
        // Asio may wake us for what another descriptor was, whose place in its tables this one
        // took.
        if (::read(desk->lane->answered.get(), &count, sizeof count) != sizeof count) {
            return listen(desk);
        }
        desk->patience.cancel();
        desk->busy = false;
        const auto done = std::exchange(desk->done, {});
        Spawned answer = std::exchange(desk->lane->answer, {});
        if (desk->hung) retire(desk);
        done(std::move(answer));
        pump();
    }
    // A thread that hung is not needed any more when another took its place.
    void retire(const std::shared_ptr<Desk>& desk) {
        desk->hung = false;
        const bool replaced = std::any_of(desks_.begin(), desks_.end(), [&desk](const auto& other) {
            return other != desk && !other->hung;
        });
        if (!replaced) return;
        desk->close();
        std::erase(desks_, desk);
    }

    asio::io_context& loop_;
    Priority priority_;
    std::deque<Waiting> queue_;
    std::vector<std::shared_ptr<Desk>> desks_;
};

Launcher::Launcher(asio::io_context& loop, Priority priority)
    : state_(std::make_shared<State>(loop, priority)) {
    // Inherited as "ignored" (nohup, some init systems) it would make the kernel throw ends away.
    ::signal(SIGCHLD, SIG_DFL);
}

Launcher::~Launcher() { state_->close(); }

bool Launcher::start(SpawnRequest request, std::function<void(Spawned)> done, OnSlow slow) {
    return state_->start({std::move(request), std::move(done), std::move(slow)});
}

bool Launcher::call(std::function<void()> work, std::function<void()> done) {
    SpawnRequest request;
    request.command = [work = std::move(work)]() -> std::vector<std::string> {
        work();
        return {};
    };
    return start(std::move(request), [done = std::move(done)](const Spawned&) { done(); });
}

}  // namespace hb::shell
