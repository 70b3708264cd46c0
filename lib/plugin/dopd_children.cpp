// See dopd_children.hpp.
#include "plugin/dopd_children.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace hb::dopd {

Children::~Children() {
    for (auto& [job, child] : children_) {
        ::kill(child.pid, SIGKILL);
        ::close(child.pidfd);
    }
}

std::string Children::start(Instant now, const Run& run) {
    std::array<std::string, 3> words{"drbdadm", "outdate", run.resource};
    std::array<char*, 4> arguments{words[0].data(), words[1].data(), words[2].data(), nullptr};
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    Child child;
    child.resource = run.resource;
    child.deadline = now + drbdadm_patience;
    const int error =
        ::posix_spawnp(&child.pid, "drbdadm", &files, &attributes, arguments.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&files);
    if (error != 0) return std::string("drbdadm cannot be started: ").append(std::strerror(error));
    child.pidfd = static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0));
    if (child.pidfd < 0) {
        const std::string why = std::strerror(errno);
        ::kill(child.pid, SIGKILL);
        ::waitpid(child.pid, nullptr, 0);
        return "drbdadm cannot be watched: " + why;
    }
    ::fcntl(child.pidfd, F_SETFD, FD_CLOEXEC);
    children_[run.job] = std::move(child);
    return {};
}

std::vector<Children::Ended> Children::reap(Instant now) {
    std::vector<Ended> out;
    for (auto entry = children_.begin(); entry != children_.end();) {
        auto& [job, child] = *entry;
        int status = 0;
        const pid_t ended = ::waitpid(child.pid, &status, WNOHANG);
        if (ended == 0) {
            if (now >= child.deadline && !child.killed) {
                ::kill(child.pid, SIGKILL);
                child.killed = true;
            }
            ++entry;
            continue;
        }
        Ended end{job, child.resource, std::nullopt, child.killed};
        if (ended == child.pid && WIFEXITED(status)) end.exit_status = WEXITSTATUS(status);
        out.push_back(std::move(end));
        ::close(child.pidfd);
        entry = children_.erase(entry);
    }
    return out;
}

void Children::descriptors(std::vector<int>& out) const {
    for (const auto& [job, child] : children_) out.push_back(child.pidfd);
}

Instant Children::next_deadline() const {
    Instant out = never;
    for (const auto& [job, child] : children_) {
        if (!child.killed) out = std::min(out, child.deadline);
    }
    return out;
}

}  // namespace hb::dopd
