// See side_thread.hpp.
#include "side_thread.hpp"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "base/limits.hpp"

namespace hb::shell {

namespace {

using Body = std::function<void()>;

void* run(void* argument) {
    const std::unique_ptr<Body> body(static_cast<Body*>(argument));
    const sched_param normal{};
    ::sched_setscheduler(0, SCHED_OTHER, &normal);
    (*body)();
    return nullptr;
}

int start(Body body, pthread_t& thread, int detached) {
    pthread_attr_t attributes;
    ::pthread_attr_init(&attributes);
    ::pthread_attr_setstacksize(&attributes, limits::helper_stack_bytes);
    ::pthread_attr_setdetachstate(&attributes, detached);
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    auto argument = std::make_unique<Body>(std::move(body));
    const int error = ::pthread_create(&thread, &attributes, run, argument.get());
    if (error == 0) static_cast<void>(argument.release());
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::pthread_attr_destroy(&attributes);
    return error;
}

}  // namespace

int start_side_thread(Body body) {
    pthread_t thread{};
    return start(std::move(body), thread, PTHREAD_CREATE_DETACHED);
}

int start_side_thread(Body body, pthread_t& thread) {
    return start(std::move(body), thread, PTHREAD_CREATE_JOINABLE);
}

void raise_event(const Fd& event) noexcept {
    const std::uint64_t one = 1;
    // Full cannot happen: whoever waits takes the whole count. Signals are blocked or restart it.
    [[maybe_unused]] const auto written = ::write(event.get(), &one, sizeof one);
}

void take_event(const Fd& event) noexcept {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto size = ::read(event.get(), &count, sizeof count);
}

}  // namespace hb::shell
