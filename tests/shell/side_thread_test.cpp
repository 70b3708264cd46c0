// What a thread beside the loop is born with.
#include "side_thread.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>

#include <memory>
#include <utility>
#include <vector>

#include "privileges.hpp"

namespace hb::shell {
namespace {

// Why: a signal that such a thread took would never reach the loop, and one that inherits the
// loop's real-time priority would compete with it.
TEST(SideThread, BlocksEverySignalAndHasOrdinaryPriority) {
    pthread_t thread{};
    sigset_t blocked;
    ::sigemptyset(&blocked);
    int policy = -1;
    ASSERT_EQ(start_side_thread(
                  [&] {
                      ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
                      policy = ::sched_getscheduler(0);
                  },
                  thread),
              0);
    ::pthread_join(thread, nullptr);
    for (const int number : {SIGHUP, SIGINT, SIGTERM, SIGCHLD, SIGUSR1, SIGALRM}) {
        EXPECT_EQ(::sigismember(&blocked, number), 1) << number;
    }
    EXPECT_EQ(policy, SCHED_OTHER);
    sigset_t ours;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &ours);
    EXPECT_EQ(::sigismember(&ours, SIGTERM), 0) << "the starter hears signals as before";
}

// Why: a takeover must not wait behind ordinary processes for a processor, nor hold up the loop.
TEST(SideThread, RunsOneStepBelowTheLoopWhenItIsTold) {
    constexpr int rtprio = 3;
    const auto born = [] {
        pthread_t thread{};
        int policy = -1;
        sched_param parameter{};
        EXPECT_EQ(start_side_thread(
                      [&] {
                          policy = ::sched_getscheduler(0);
                          ::sched_getparam(0, &parameter);
                      },
                      thread, Priority::below_loop),
                  0);
        ::pthread_join(thread, nullptr);
        return std::pair(policy, parameter.sched_priority);
    };
    EXPECT_EQ(born(), std::pair(SCHED_OTHER, 0)) << "the loop has none";
    std::vector<LogLine> refused;
    raise_privileges(rtprio, refused);
    if (!refused.empty()) GTEST_SKIP() << log_text(refused.front());
    EXPECT_EQ(born(), std::pair(SCHED_RR | SCHED_RESET_ON_FORK, rtprio - 1));
    lower_privileges(refused);
    EXPECT_EQ(born(), std::pair(SCHED_OTHER, 0));
}

// Why: nobody joins a detached one; what it uses must live as long as it does, and not longer.
TEST(SideThread, OwnsWhatItUsesUntilItEnds) {
    struct Shared {
        Fd event{::eventfd(0, EFD_CLOEXEC)};
    };
    auto shared = std::make_shared<Shared>();
    const std::weak_ptr<Shared> watched = shared;
    Fd seen(::dup(shared->event.get()));
    ASSERT_EQ(start_side_thread([shared] { raise_event(shared->event); }), 0);
    shared.reset();
    take_event(seen);  // blocks until it is raised
    while (!watched.expired()) ::sched_yield();
}

}  // namespace
}  // namespace hb::shell
