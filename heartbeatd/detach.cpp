// See detach.hpp.
#include "detach.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

namespace hb::shell {

namespace {

// The caller's process: stands until the daemon says that it is up, or ends.
[[noreturn]] void wait_for_daemon(pid_t daemon, const Fd& report) {
    char up = 0;
    ssize_t got = 0;
    do {
        got = ::read(report.get(), &up, 1);
    } while (got < 0 && errno == EINTR);
    if (got == 1) ::_exit(0);
    int status = 0;
    while (::waitpid(daemon, &status, 0) < 0 && errno == EINTR) {
    }
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

void replace_by_null(int from, int to) {
    const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null) return;
    for (int fd = from; fd <= to; ++fd) static_cast<void>(::dup2(null.get(), fd));
}

}  // namespace

Result<Detachment> Detachment::into_background() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return fail(Errc::io, std::string("pipe: ") + std::strerror(errno));
    }
    Fd reading(ends[0]);
    Fd writing(ends[1]);
    const pid_t child = ::fork();
    if (child < 0) return fail(Errc::io, std::string("fork: ") + std::strerror(errno));
    if (child > 0) {
        writing.reset();
        wait_for_daemon(child, reading);
    }
    static_cast<void>(::setsid());
    return Detachment(std::move(writing));
}

Detachment Detachment::in_foreground() {
    static_cast<void>(::setsid());
    replace_by_null(STDIN_FILENO, STDIN_FILENO);
    return Detachment(Fd());
}

void Detachment::ready() {
    if (!report_) return;
    replace_by_null(STDIN_FILENO, STDERR_FILENO);
    const char up = 1;
    [[maybe_unused]] const auto written = ::write(report_.get(), &up, 1);
    report_.reset();
}

}  // namespace hb::shell
