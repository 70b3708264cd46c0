// See program.hpp. What the program says goes to a file in memory and not through a pipe: a daemon
// that a mount leaves behind (FUSE) may say something later, and must not die of it.
#include "agents/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "fd.hpp"
#include "oom_score.hpp"
#include "spawn_settings.hpp"

namespace hb::agents {

namespace {

using shell::Fd;

constexpr int not_started = 127;    // as a shell says
constexpr int signal_offset = 128;  // likewise
constexpr std::string_view system_folders = "/usr/sbin:/usr/bin:/sbin:/bin";

std::string path_of(const Host& host) {
    const std::string own = host.variable("PATH");
    return own + (own.empty() ? "" : ":") + std::string(system_folders);
}

std::vector<std::string> environment_for(const Host& host) {
    std::vector<std::string> out = host.environment();
    std::erase_if(out, [](const std::string& one) {
        return one.starts_with("PATH=") || one.starts_with("LC_ALL=");
    });
    out.push_back("PATH=" + path_of(host));
    out.emplace_back("LC_ALL=C");
    return out;
}

// It cannot grow beyond its bound: what is written there fails.
Fd open_words() {
    Fd file(::memfd_create("words", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file) return file;
    const bool bounded =
        ::ftruncate(file.get(), static_cast<off_t>(limits::program_output_file_bytes)) == 0 &&
        ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) == 0;
    return bounded ? std::move(file) : Fd();
}

// The place in the file is the child's, too.
std::string read_words(const Fd& file) {
    const off_t size = ::lseek(file.get(), 0, SEEK_CUR);
    std::string out(std::min(limits::script_output_bytes_max,
                             static_cast<std::size_t>(std::max<off_t>(size, 0))),
                    '\0');
    const ssize_t got = ::pread(file.get(), out.data(), out.size(), 0);
    out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return out;
}

// Makes host.cancel raise an event for as long as it lives.
class Told {
public:
    explicit Told(Cancel& cancel) : cancel_(cancel) { cancel_.raises(event_.get()); }
    ~Told() { cancel_.raises(-1); }
    Told(const Told&) = delete;
    Told& operator=(const Told&) = delete;
    int event() const noexcept { return event_.get(); }

private:
    Cancel& cancel_;
    Fd event_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
};

// True: the child has ended. False: `span` is over, or the event was raised (-1: not looked at).
bool wait_for_end(const Fd& pidfd, int event, std::optional<Duration> span) {
    const int timeout =
        span
            ? static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(*span).count())
            : -1;
    for (;;) {
        std::array<pollfd, 2> watched{{{pidfd.get(), POLLIN, 0}, {event, POLLIN, 0}}};
        const int ready = ::poll(watched.data(), watched.size(), timeout);
        if (ready < 0 && errno == EINTR) continue;
        return (watched[0].revents & POLLIN) != 0;
    }
}

int status_of(const siginfo_t& info) {
    return info.si_code == CLD_EXITED ? info.si_status : signal_offset + info.si_status;
}

std::string joined(const std::string& name, const std::vector<std::string>& command) {
    std::string out = name;
    for (std::size_t i = 1; i < command.size(); ++i) out += " " + command[i];
    return out;
}

ProgramEnd refused(const std::string& program, int error) {
    return {not_started, program + ": " + std::strerror(error) + "\n", false};
}

}  // namespace

std::string find_program(const std::string& name, const Host& host) {
    for (const std::string& folder : words(path_of(host), ":")) {
        std::string path = folder + "/" + name;
        struct stat info {};
        const bool there = ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
        if (there && ::access(path.c_str(), X_OK) == 0) return path;
    }
    return "";
}

ProgramEnd run_program(std::vector<std::string> command, Host& host) {
    const std::string name = command.front();
    command.front() = find_program(name, host);
    if (command.front().empty()) return {not_started, name + ": not found\n", false};
    const Fd file = open_words();
    if (!file) return refused(name, errno);
    const bool apart = host.children_apart();
    shell::SpawnSettings settings(apart);
    settings.descriptors(-1, file.get(), file.get());
    std::vector<std::string> environment = environment_for(host);
    const Told told(host.cancel);
    if (host.cancel.stopped()) return {not_started, "", true};
    pid_t pid = -1;
    int error = 0;
    if (apart) {
        const shell::UnprotectedBirth as_any_other;
        error = settings.run(pid, command, environment);
    } else {
        error = settings.run(pid, command, environment);
    }
    if (error != 0) return refused(name, error);
    host.began(pid);
    host.progress.waits_for(joined(name, command));
    ProgramEnd out;
    // Not reaped before the last signal, so its number means it and its group alone.
    const Fd pidfd(shell::open_pidfd(pid));
    if (pidfd && !wait_for_end(pidfd, told.event(), std::nullopt)) {
        out.cancelled = true;
        const pid_t whom = apart ? -pid : pid;
        ::kill(whom, SIGTERM);
        const bool ended = wait_for_end(pidfd, -1, limits::kill_ladder_pause);
        if (!ended || apart) ::kill(whom, SIGKILL);
        if (!ended) static_cast<void>(wait_for_end(pidfd, -1, std::nullopt));
    }
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED) != 0 && errno == EINTR) {
    }
    host.ended(pid);
    host.progress.waits_for("");
    out.status = info.si_pid == pid ? status_of(info) : not_started;
    out.output = read_words(file);
    return out;
}

}  // namespace hb::agents
