// See side_thread.hpp.
#include "side_thread.hpp"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/limits.hpp"

namespace hb::shell {

namespace {

using Body = std::function<void()>;

struct Order {
    Body body;
    Priority priority{};
};

// The loop runs on the process's first thread.
void take_priority(Priority priority) {
    int policy = SCHED_OTHER;
    sched_param parameter{};
    const pid_t loop = ::getpid();
    if (priority == Priority::below_loop && ::sched_getparam(loop, &parameter) == 0 &&
        parameter.sched_priority > 0) {
        policy = SCHED_RR | SCHED_RESET_ON_FORK;
        parameter.sched_priority = std::max(1, parameter.sched_priority - 1);
    } else {
        parameter.sched_priority = 0;
    }
    ::sched_setscheduler(0, policy, &parameter);
}

void* run(void* argument) {
    const std::unique_ptr<Order> order(static_cast<Order*>(argument));
    take_priority(order->priority);
    order->body();
    return nullptr;
}

int start(Order order, pthread_t& thread, int detached) {
    pthread_attr_t attributes;
    ::pthread_attr_init(&attributes);
    ::pthread_attr_setstacksize(&attributes, limits::helper_stack_bytes);
    ::pthread_attr_setdetachstate(&attributes, detached);
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    auto argument = std::make_unique<Order>(std::move(order));
    const int error = ::pthread_create(&thread, &attributes, run, argument.get());
    if (error == 0) static_cast<void>(argument.release());
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::pthread_attr_destroy(&attributes);
    return error;
}

}  // namespace

int start_side_thread(Body body, Priority priority) {
    pthread_t thread{};
    return start({std::move(body), priority}, thread, PTHREAD_CREATE_DETACHED);
}

int start_side_thread(Body body, pthread_t& thread, Priority priority) {
    return start({std::move(body), priority}, thread, PTHREAD_CREATE_JOINABLE);
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
