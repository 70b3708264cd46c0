// See device_program.hpp. The program stays in our process group, so that it ends with the helper.
#include "plugin/device_program.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>

#include "base/text.hpp"
#include "plugin/device_limits.hpp"

namespace hb::fence {

namespace {

Duration since_boot() {
    timespec t{};
    ::clock_gettime(CLOCK_BOOTTIME, &t);
    return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

class Descriptor {
public:
    explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
    ~Descriptor() { close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    void set(int fd) noexcept {
        close();
        fd_ = fd;
    }
    void close() noexcept {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }
    int get() const noexcept { return fd_; }

private:
    int fd_;
};

struct Pipe {
    Descriptor read;
    Descriptor write;
    bool open() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
        read.set(ends[0]);
        write.set(ends[1]);
        return true;
    }
};

// All children of this process, those among them that an ended program left to us.
std::set<pid_t> children_of(const std::string& process) {
    std::set<pid_t> out;
    const std::string tasks = "/proc/" + process + "/task";
    DIR* folder = ::opendir(tasks.c_str());
    if (folder == nullptr) return out;
    while (const dirent* entry = ::readdir(folder)) {
        if (entry->d_name[0] == '.') continue;
        std::ifstream file(tasks + "/" + entry->d_name + "/children");
        for (pid_t pid = 0; file >> pid;) out.insert(pid);
    }
    ::closedir(folder);
    return out;
}

// The dead leave their children to us (PR_SET_CHILD_SUBREAPER), so each round reaches one
// generation further. A program that forks faster than this ends with the helper's group.
void kill_tree(const std::set<pid_t>& others) {
    constexpr int rounds = 200;
    for (int round = 0; round < rounds; ++round) {
        bool any = false;
        for (const pid_t pid : children_of("self")) {
            if (others.contains(pid)) continue;
            any = true;
            ::kill(pid, SIGKILL);
            while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
            }
        }
        if (!any) return;
    }
}

// One stream of the program. What is beyond its bound is read and dropped.
class Stream {
public:
    Stream(bool keep_end, std::size_t bytes_max) : keep_end_(keep_end), bytes_max_(bytes_max) {}
    Pipe pipe;
    std::string text;

    // False at its end.
    bool read() {
        std::array<char, 8192> buffer;
        const ssize_t got = ::read(pipe.read.get(), buffer.data(), buffer.size());
        if (got < 0) return errno == EINTR || errno == EAGAIN;
        if (got == 0) return false;
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (text.size() > bytes_max_) {
            if (keep_end_) text.erase(0, text.size() - bytes_max_);
            text.resize(bytes_max_);
        }
        return true;
    }
    // What lies there now, without waiting; a child in the background may hold the pipe for ever.
    void drain() {
        ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
        constexpr int reads_max = 1000;
        for (int i = 0; i < reads_max; ++i) {
            pollfd entry{pipe.read.get(), POLLIN, 0};
            if (::poll(&entry, 1, 0) <= 0 || !read()) return;
        }
    }

private:
    bool keep_end_;
    std::size_t bytes_max_;
};

std::string last_line(std::string_view text) {
    std::string out;
    for (const std::string& line : words(text, "\n")) {
        if (!trim(line).empty()) out = trim(line);
    }
    return out;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
    out.push_back(nullptr);
    return out;
}

// The program as a child with those three descriptors; an error number when it cannot be started.
int spawn(const DeviceProgram& program, std::array<int, 3> streams, pid_t& pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    for (int i = 0; i < 3; ++i) {
        ::posix_spawn_file_actions_adddup2(&actions, streams[static_cast<std::size_t>(i)], i);
    }
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    const auto argv = pointers(program.argv);
    const auto env = pointers(program.env);
    const int error = ::posix_spawn(&pid, program.argv[0].c_str(), &actions, &attributes,
                                    argv.data(), env.data());
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    return error;
}

struct Running {
    pid_t pid{};
    Stream out{false, limits::device_output_bytes_max};
    Stream err{true, limits::device_words_bytes_max};
};

// Until the child has ended or the time is over; false then.
bool wait_for(Running& it, const Deadline& deadline) {
    const Descriptor pidfd(static_cast<int>(::syscall(SYS_pidfd_open, it.pid, 0)));
    std::array<pollfd, 3> entries{pollfd{pidfd.get(), POLLIN, 0},
                                  pollfd{it.out.pipe.read.get(), POLLIN, 0},
                                  pollfd{it.err.pipe.read.get(), POLLIN, 0}};
    for (;;) {
        const auto left = to_ms(deadline.left());
        if (left <= 0) return false;
        constexpr std::int64_t longest_ms = 60'000;
        const int ready = ::poll(entries.data(), entries.size(),
                                 static_cast<int>(std::min<std::int64_t>(left, longest_ms)));
        if (ready < 0 && errno != EINTR) return false;
        if (ready <= 0) continue;
        if (entries[1].revents != 0 && !it.out.read()) entries[1].fd = -1;
        if (entries[2].revents != 0 && !it.err.read()) entries[2].fd = -1;
        if (entries[0].revents != 0) return true;
    }
}

DeviceEnd not_started(const std::string& why) {
    DeviceEnd out;
    out.words = why;
    return out;
}

}  // namespace

Deadline::Deadline(Duration span) : end_(since_boot() + span) {}

Duration Deadline::left() const { return std::max(end_ - since_boot(), Duration::zero()); }

DeviceEnd run(const DeviceProgram& program) {
    Running it;
    Pipe in;
    if (program.input.size() > limits::device_input_bytes_max) {
        return not_started("its parameters are too long");
    }
    if (!in.open() || !it.out.pipe.open() || !it.err.pipe.open()) {
        return not_started(std::strerror(errno));
    }
    // It fits into the pipe, so nobody has to wait for the program to read it.
    const auto written = ::write(in.write.get(), program.input.data(), program.input.size());
    if (written != static_cast<ssize_t>(program.input.size())) {
        return not_started("its parameters could not be written");
    }
    in.write.close();
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    const std::set<pid_t> others = children_of("self");
    const Deadline deadline(program.timeout);
    const std::array<int, 3> streams{in.read.get(), it.out.pipe.write.get(),
                                     it.err.pipe.write.get()};
    if (const int error = spawn(program, streams, it.pid); error != 0) {
        return not_started(std::strerror(error));
    }
    it.out.pipe.write.close();
    it.err.pipe.write.close();
    DeviceEnd out;
    int status = 0;
    if (!wait_for(it, deadline)) {
        kill_tree(others);
        out.how = DeviceEnd::How::timed_out;
    } else if (::waitpid(it.pid, &status, 0) == it.pid) {
        const bool exited = WIFEXITED(status);
        out.how = exited ? DeviceEnd::How::exited : DeviceEnd::How::crashed;
        out.status = exited ? WEXITSTATUS(status) : WTERMSIG(status);
    } else {
        out.how = DeviceEnd::How::crashed;  // its end was taken by somebody else: unknown
    }
    it.out.drain();
    it.err.drain();
    out.output = std::move(it.out.text);
    out.words = last_line(it.err.text);
    return out;
}

std::string end_words(const DeviceEnd& end, Duration timeout) {
    switch (end.how) {
        case DeviceEnd::How::exited:
            return "exit status " + std::to_string(end.status);
        case DeviceEnd::How::crashed:
            return "signal " + std::to_string(end.status);
        case DeviceEnd::How::timed_out:
            return "no answer within " + show(timeout);
        case DeviceEnd::How::not_started:
            return "could not be started";
    }
    return "";
}

}  // namespace hb::fence
