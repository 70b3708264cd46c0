// See serial_opening.hpp. The thread and the loop share a desk: the one leaves its answer there,
// the other fetches it when the eventfd says so.
#include "serial_opening.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "loop.hpp"

namespace hb::shell {

namespace {

struct Desk {
    Fd done{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    OpenSerial open;
    std::mutex mutex;                            // for the two below
    SerialDevice leaving;                        // to be closed, else there is one to be opened
    std::optional<Result<SerialDevice>> answer;  // of an opening
};

struct Errand {
    std::shared_ptr<Desk> desk;
    bool closes{};
};

void* run(void* argument) {
    const std::unique_ptr<Errand> errand(static_cast<Errand*>(argument));
    const sched_param normal{};
    ::sched_setscheduler(0, SCHED_OTHER, &normal);
    Desk& desk = *errand->desk;
    if (errand->closes) {
        SerialDevice leaving;
        {
            const std::lock_guard guard(desk.mutex);
            leaving = std::move(desk.leaving);
        }
        leaving.close();
    } else {
        auto opened = desk.open();
        const std::lock_guard guard(desk.mutex);
        desk.answer.emplace(std::move(opened));
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(desk.done.get(), &one, sizeof one);
    return nullptr;
}

// Small stack, signals blocked: they are the loop's. 0 when it runs, else the errno.
int start_thread(std::unique_ptr<Errand> errand) {
    pthread_attr_t attributes;
    ::pthread_attr_init(&attributes);
    ::pthread_attr_setstacksize(&attributes, limits::helper_stack_bytes);
    ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread{};
    const int error = ::pthread_create(&thread, &attributes, run, errand.get());
    if (error == 0) static_cast<void>(errand.release());
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::pthread_attr_destroy(&attributes);
    return error;
}

}  // namespace

struct SerialOpening::State {
    State(Loop& loop, OpenSerial open) : desk(std::make_shared<Desk>()) {
        desk->open = std::move(open);
        HB_CHECK(desk->done);
        // The Watch closes its descriptor, the desk its own: the thread may outlive the Watch.
        done = std::make_unique<Watch>(loop, ::fcntl(desk->done.get(), F_DUPFD_CLOEXEC, 3));
        done->on_readable([this] { finished(); });
    }

    void begin(bool closes) {
        HB_CHECK(!busy);
        busy = true;
        const int error = start_thread(std::make_unique<Errand>(Errand{desk, closes}));
        if (error == 0) return;
        // The system has no thread to give: a closing is done here, an opening tried again later.
        if (closes) {
            desk->leaving.close();
        } else {
            desk->answer.emplace(fail(Errc::io, std::string("thread: ") + std::strerror(error)));
        }
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(desk->done.get(), &one, sizeof one);
    }

    void finished() {
        std::uint64_t count = 0;
        if (::read(done->descriptor(), &count, sizeof count) != sizeof count) return;
        busy = false;
        std::optional<Result<SerialDevice>> answer;
        {
            const std::lock_guard guard(desk->mutex);
            answer = std::exchange(desk->answer, std::nullopt);
        }
        const OnOpened call = std::exchange(opened, {});
        if (answer && call) call(std::move(*answer));
    }

    std::shared_ptr<Desk> desk;
    std::unique_ptr<Watch> done;
    OnOpened opened;
    bool busy{false};
};

SerialOpening::SerialOpening(Loop& loop, OpenSerial open)
    : state_(std::make_unique<State>(loop, std::move(open))) {}

SerialOpening::~SerialOpening() = default;

void SerialOpening::start(OnOpened opened) {
    state_->opened = std::move(opened);
    state_->begin(false);
}

void SerialOpening::close(SerialDevice device) {
    {
        const std::lock_guard guard(state_->desk->mutex);
        state_->desk->leaving = std::move(device);
    }
    state_->begin(true);
}

bool SerialOpening::busy() const noexcept { return state_->busy; }

}  // namespace hb::shell
