// See loop.hpp. The one file that speaks Boost.Asio.
#include "loop.hpp"

#include <unistd.h>

#include <utility>

#include "asio.hpp"

namespace hb::shell {

namespace asio = boost::asio;

Loop::Loop() : context_(std::make_unique<asio::io_context>(1)) {}
Loop::~Loop() = default;

void Loop::run() {
    const auto stay = asio::make_work_guard(*context_);
    context_->run();
}

void Loop::run_ready() {
    context_->restart();
    context_->poll();
}

void Loop::stop() { context_->stop(); }

void Loop::post(std::function<void()> work) { asio::post(*context_, std::move(work)); }

asio::io_context& Loop::context() noexcept { return *context_; }

// Shared with the pending waits: they find `closed` after the Watch has ended.
struct Watch::State : std::enable_shared_from_this<State> {
    State(asio::io_context& context, int fd) : descriptor(context, fd) {}

    void wait_readable() {
        waits_readable = true;
        descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                              [self = shared_from_this()](const boost::system::error_code& error) {
                                  self->waits_readable = false;
                                  if (error || self->closed || self->paused) return;
                                  self->readable();
                                  if (!self->closed && !self->paused && !self->waits_readable) {
                                      self->wait_readable();
                                  }
                              });
    }
    void wait_writable() {
        descriptor.async_wait(asio::posix::descriptor_base::wait_write,
                              [self = shared_from_this()](const boost::system::error_code& error) {
                                  self->waits_writable = false;
                                  if (error || self->closed) return;
                                  const auto call = std::exchange(self->writable, nullptr);
                                  if (call) call();
                              });
    }

    asio::posix::stream_descriptor descriptor;
    std::function<void()> readable, writable;
    bool waits_readable{false}, paused{false};
    bool waits_writable{false};
    bool closed{false};
};

Watch::Watch(Loop& loop, int descriptor)
    : state_(std::make_shared<State>(loop.context(), descriptor)) {}

Watch::~Watch() {
    if (state_->descriptor.is_open()) ::close(release());
}

// Not Asio's close(): it trusts the kernel to forget a closed descriptor, which goes on to wake the
// loop while somebody holds a copy.
int Watch::release() {
    state_->closed = true;
    return state_->descriptor.release();
}

int Watch::descriptor() const noexcept { return state_->descriptor.native_handle(); }

void Watch::on_readable(std::function<void()> callback) {
    const bool first = !state_->readable;
    state_->readable = std::move(callback);
    if (first) state_->wait_readable();
}

void Watch::pause_reading() { state_->paused = true; }

void Watch::resume_reading() {
    if (!std::exchange(state_->paused, false)) return;
    if (state_->readable && !state_->waits_readable) state_->wait_readable();
}

void Watch::once_writable(std::function<void()> callback) {
    state_->writable = std::move(callback);
    if (state_->waits_writable) return;
    state_->waits_writable = true;
    state_->wait_writable();
}

}  // namespace hb::shell
