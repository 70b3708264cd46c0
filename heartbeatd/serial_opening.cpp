// See serial_opening.hpp. The thread and the loop share a desk: the one leaves its answer there,
// the other fetches it when the eventfd says so.
#include "serial_opening.hpp"

#include <fcntl.h>
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
#include "side_thread.hpp"

namespace hb::shell {

namespace {

struct Desk {
    Fd done{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    OpenSerial open;
    std::mutex mutex;                            // for the two below
    SerialDevice leaving;                        // to be closed, else there is one to be opened
    std::optional<Result<SerialDevice>> answer;  // of an opening
};

void do_errand(Desk& desk, bool closes) {
    if (closes) {
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
    raise_event(desk.done);
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
        const int error = start_side_thread([d = desk, closes] { do_errand(*d, closes); });
        if (error == 0) return;
        // The system has no thread to give: a closing is done here, an opening tried again later.
        if (closes) {
            desk->leaving.close();
        } else {
            desk->answer.emplace(fail(Errc::io, std::string("thread: ") + std::strerror(error)));
        }
        raise_event(desk->done);
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
