// See serial_lock.hpp.
#include "serial_lock.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "fd.hpp"

namespace hb::shell {

namespace {

constexpr int rounds = 5;  // others may take and leave the same lock meanwhile

// The process of a lock file; 0 when the file says nothing of use.
pid_t holder_of(const std::string& path) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    std::array<char, 32> text{};
    if (!file || ::read(file.get(), text.data(), text.size() - 1) <= 0) return 0;
    const long pid = std::strtol(text.data(), nullptr, 10);
    return pid > 0 && pid < INT32_MAX ? static_cast<pid_t>(pid) : 0;
}

// Not `permission`, whatever errno says: that is for a lock that another holds.
tl::unexpected<Error> cannot_lock(const std::string& path) {
    return fail(Errc::io, path + ": " + std::strerror(errno));
}

bool lives(pid_t pid) { return ::kill(pid, 0) == 0 || errno == EPERM; }

// A file with our pid that has no other name yet: a lock is never seen half written.
bool write_pid(const std::string& path) {
    const Fd file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644));
    std::array<char, 32> text{};
    const int size =
        std::snprintf(text.data(), text.size(), "%11ld\n", static_cast<long>(::getpid()));
    return file && ::write(file.get(), text.data(), static_cast<std::size_t>(size)) == size;
}

}  // namespace

std::string SerialLock::name_of(const std::string& device) {
    const std::string_view dev = "/dev/";
    std::string name = "LCK..";
    for (const char c : device.substr(device.starts_with(dev) ? dev.size() : 0)) {
        if (c != '/') name += c;
    }
    return name;
}

Result<SerialLock> SerialLock::take(const std::string& folder, const std::string& device) {
    const std::string path = folder + "/" + name_of(device);
    const std::string ours = path + "." + std::to_string(::getpid());
    if (!write_pid(ours)) return cannot_lock(ours);
    Result<SerialLock> out = fail(Errc::io, path + ": cannot be taken");
    for (int round = 0; round < rounds; ++round) {
        if (::link(ours.c_str(), path.c_str()) == 0) {
            out = SerialLock(path);
            break;
        }
        if (errno != EEXIST) {
            out = cannot_lock(path);
            break;
        }
        const pid_t holder = holder_of(path);
        if (holder != 0 && holder != ::getpid() && lives(holder)) {
            out = fail(Errc::permission,
                       "process " + std::to_string(holder) + " uses it (" + path + ")");
            break;
        }
        ::unlink(path.c_str());
    }
    ::unlink(ours.c_str());
    return out;
}

SerialLock::SerialLock(SerialLock&& other) noexcept : path_(std::exchange(other.path_, {})) {}

SerialLock& SerialLock::operator=(SerialLock&& other) noexcept {
    if (this == &other) return *this;
    release();
    path_ = std::exchange(other.path_, {});
    return *this;
}

SerialLock::~SerialLock() { release(); }

void SerialLock::release() noexcept {
    if (!path_.empty()) ::unlink(path_.c_str());
    path_.clear();
}

}  // namespace hb::shell
