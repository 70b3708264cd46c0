// The pid file of state_dir.hpp: who runs, and the proof of it.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/text.hpp"
#include "fd.hpp"
#include "state_dir.hpp"
#include "system_error.hpp"

namespace hb::shell {

namespace {

namespace fs = std::filesystem;

// Of a running program whose file was replaced by an upgrade the kernel says "PATH (deleted)".
std::string without_deleted(std::string path) {
    constexpr std::string_view mark = " (deleted)";
    if (path.size() > mark.size() &&
        path.compare(path.size() - mark.size(), mark.size(), mark) == 0) {
        path.resize(path.size() - mark.size());
    }
    return path;
}

std::string executable_of(const std::string& who) {
    std::error_code error;
    const fs::path target = fs::read_symlink("/proc/" + who + "/exe", error);
    return error ? std::string() : without_deleted(target.string());
}

std::optional<pid_t> pid_in(const std::string& path) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return std::nullopt;
    std::array<char, 64> buffer{};
    const ssize_t size = ::read(file.get(), buffer.data(), buffer.size());
    if (size <= 0) return std::nullopt;
    const auto number = parse_dec(trim({buffer.data(), static_cast<std::size_t>(size)}));
    if (!number || *number == 0 || *number > INT_MAX) return std::nullopt;
    return static_cast<pid_t>(*number);
}

std::string pid_text(pid_t pid) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%10ld\n", static_cast<long>(pid));
    return text.data();
}

Result<void> write_pid(const std::string& path) {
    constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
    const Fd file(::open(path.c_str(), flags, 0644));
    if (!file) return system_error("cannot create " + path, errno);
    const std::string text = pid_text(::getpid());
    if (::fchmod(file.get(), 0644) != 0 ||
        ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        return system_error("cannot write " + path, errno);
    }
    return {};
}

// Links `aside` to `path`, out of the way of a stale file. Under the folder's lock: of two daemons
// started at once, the later one must not take the earlier one's file for stale.
Result<void> link_pid(const std::string& aside, const std::string& path) {
    const std::string folder = fs::path(path).parent_path().string();
    const Fd lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!lock || ::flock(lock.get(), LOCK_EX) != 0) {
        return system_error("cannot lock " + folder, errno);
    }
    if (::link(aside.c_str(), path.c_str()) == 0) return {};
    if (errno != EEXIST) return system_error("cannot create " + path, errno);
    if (const auto other = running_daemon(path)) {
        return fail(Errc::bad_config, "already running [pid " + std::to_string(*other) + "]");
    }
    if (::unlink(path.c_str()) != 0 || ::link(aside.c_str(), path.c_str()) != 0) {
        return system_error("cannot replace " + path, errno);
    }
    return {};
}

}  // namespace

std::optional<pid_t> running_daemon(const std::string& pid_file, const std::string& executable) {
    const auto pid = pid_in(pid_file);
    // Our own number in it was written by an earlier life: after a reboot, or as the first process
    // of a container, numbers come again.
    if (!pid || *pid == ::getpid()) return std::nullopt;
    const std::string wanted = executable.empty() ? executable_of("self") : executable;
    if (wanted.empty() || executable_of(std::to_string(*pid)) != wanted) return std::nullopt;
    return pid;
}

Result<PidFile> PidFile::claim(const std::string& path) {
    const std::string aside = path + "." + std::to_string(::getpid());
    if (auto written = write_pid(aside); !written) {
        ::unlink(aside.c_str());
        return tl::unexpected<Error>(written.error());
    }
    const auto linked = link_pid(aside, path);
    ::unlink(aside.c_str());
    if (!linked) return tl::unexpected<Error>(linked.error());
    return PidFile(path);
}

PidFile::PidFile(std::string path) : path_(std::move(path)) {}
PidFile::PidFile(PidFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
PidFile& PidFile::operator=(PidFile&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
}
PidFile::~PidFile() {
    if (!path_.empty() && pid_in(path_) == ::getpid()) ::unlink(path_.c_str());
}

}  // namespace hb::shell
