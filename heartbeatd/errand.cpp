// See errand.hpp. The thread and the loop share a desk; the eventfd calls, the mutex orders.
#include "errand.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>

#include <mutex>
#include <utility>

#include "base/check.hpp"
#include "loop.hpp"
#include "side_thread.hpp"

namespace hb::shell {

namespace {

struct Desk {
    Fd done{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    std::mutex mutex;
    bool finished{false};
};

}  // namespace

struct Errand::State {
    explicit State(Loop& loop) {
        HB_CHECK(desk->done);
        // The Watch closes its descriptor, the desk its own: the thread may outlive the Watch.
        watch = std::make_unique<Watch>(loop, ::fcntl(desk->done.get(), F_DUPFD_CLOEXEC, 3));
        watch->on_readable([this] { rung(); });
    }

    void rung() {
        take_event(desk->done);
        {
            const std::lock_guard guard(desk->mutex);
            if (!std::exchange(desk->finished, false)) return;
        }
        busy = false;
        const auto call = std::exchange(done, {});
        call();
    }

    std::shared_ptr<Desk> desk{std::make_shared<Desk>()};
    std::unique_ptr<Watch> watch;
    std::function<void()> done;
    bool busy{false};
};

Errand::Errand(Loop& loop) : state_(std::make_unique<State>(loop)) {}

Errand::~Errand() = default;

int Errand::start(std::function<void()> work, std::function<void()> done) {
    HB_CHECK(!state_->busy);
    const int error = start_side_thread([desk = state_->desk, work = std::move(work)]() mutable {
        work();
        work = {};  // what it owns ends here, not on the loop
        {
            const std::lock_guard guard(desk->mutex);
            desk->finished = true;
        }
        raise_event(desk->done);
    });
    if (error != 0) return error;
    state_->done = std::move(done);
    state_->busy = true;
    return 0;
}

bool Errand::busy() const noexcept { return state_->busy; }

}  // namespace hb::shell
