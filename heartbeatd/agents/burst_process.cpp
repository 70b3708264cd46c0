// See burst_process.hpp.
#include "agents/burst_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <string>

#include "agents/burst_queue.hpp"
#include "base/limits.hpp"
#include "fd.hpp"

namespace hb::agents {

namespace {

sigset_t ending_signals() {
    sigset_t out;
    ::sigemptyset(&out);
    ::sigaddset(&out, SIGTERM);
    ::sigaddset(&out, SIGINT);
    return out;
}

void leave_caller() {
    ::setsid();
    const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nowhere < 0) return;
    for (int standard = 0; standard <= 2; ++standard) ::dup2(nowhere, standard);
    if (nowhere > 2) ::close(nowhere);
}

// True: told to end.
bool wait_for(Duration span) {
    const sigset_t ending = ending_signals();
    timespec time{};
    time.tv_sec = static_cast<time_t>(span.count() / 1'000'000'000);
    time.tv_nsec = static_cast<long>(span.count() % 1'000'000'000);
    return ::sigtimedwait(&ending, nullptr, &time) > 0;
}

// Time is what was waited for: a burst need not be exact.
void send_rest(const std::vector<Burst>& bursts) {
    const auto announcer = Announcer::open();
    if (!announcer) return;
    BurstQueue queue;
    Instant now{};
    for (const Burst& burst : bursts) queue.add(burst, now);
    while (!queue.empty()) {
        const Instant next = std::max(queue.next_due(), now + limits::announce_turn_pause);
        if (wait_for(next - now)) return;
        now = next;
        send_due(queue, *announcer, now);
    }
}

}  // namespace

void remove_own_pid_file(const std::string& pid_file) {
    if (pid_file.empty()) return;
    const shell::Fd file(::open(pid_file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    std::array<char, 16> text{};
    const ssize_t got = file ? ::read(file.get(), text.data(), text.size()) : -1;
    if (got <= 0) return;
    const std::string found(text.data(), static_cast<std::size_t>(got));
    if (found == std::to_string(::getpid()) + "\n") ::unlink(pid_file.c_str());
}

pid_t burst_in_background(const std::vector<Burst>& bursts, const std::string& pid_file) {
    // Blocked before the fork: whoever reads the pid file may end the child from its first moment.
    const sigset_t ending = ending_signals();
    sigset_t before;
    ::sigprocmask(SIG_BLOCK, &ending, &before);
    const pid_t child = ::fork();
    if (child != 0) {
        ::sigprocmask(SIG_SETMASK, &before, nullptr);
        return child;
    }
    leave_caller();
    send_rest(bursts);
    remove_own_pid_file(pid_file);
    ::_exit(0);
}

}  // namespace hb::agents
