// See state_folder.hpp.
#include "agents/state_folder.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>

#include "agents/agent.hpp"
#include "agents/cancel.hpp"
#include "base/text.hpp"
#include "system_error.hpp"

namespace hb::agents {

namespace {

using namespace std::chrono_literals;

std::string first_line(int file) {
    std::array<char, 256> text{};
    const ssize_t got = ::read(file, text.data(), text.size());
    const std::string all(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    return all.substr(0, all.find('\n'));
}

bool is_announcer(const std::string& pid) {
    const shell::Fd file(::open(("/proc/" + pid + "/comm").c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return false;
    const std::string name = first_line(file.get());
    return name == "hb_agent" || name == "hb_send_arp" || name == "send_arp";
}

}  // namespace

StateFolder::StateFolder(const Host& host) : path_(host.variable("HA_RSCTMP")) {
    if (path_.empty()) path_ = "/run/heartbeat/rsctmp";
}

void StateFolder::make() const {
    for (std::size_t slash = 1; slash != std::string::npos;) {
        slash = path_.find('/', slash + 1);
        ::mkdir(path_.substr(0, slash).c_str(), 0755);  // what is missing shows at the next open
    }
}

std::optional<std::string> StateFolder::read(const std::string& name) const {
    constexpr int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    const shell::Fd opened(::open(file(name).c_str(), flags));
    struct stat info {};
    if (!opened || ::fstat(opened.get(), &info) != 0) return std::nullopt;
    if (!S_ISREG(info.st_mode) || info.st_uid != ::geteuid()) return std::nullopt;
    return first_line(opened.get());
}

bool StateFolder::exists(const std::string& name) const {
    return ::access(file(name).c_str(), F_OK) == 0;
}

Result<void> StateFolder::write(const std::string& name, const std::string& line) const {
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    shell::Fd opened(::open(file(name).c_str(), flags, 0644));
    if (!opened && errno == ENOENT) {
        make();
        opened.reset(::open(file(name).c_str(), flags, 0644));
    }
    if (!opened) return shell::system_error(file(name), errno);
    const std::string text = line + "\n";
    if (::write(opened.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        return shell::system_error(file(name), errno);
    }
    return {};
}

bool StateFolder::remove(const std::string& name) const {
    return ::unlink(file(name).c_str()) == 0 || errno == ENOENT;
}

shell::Fd StateFolder::lock(const std::string& name, Duration span, const Cancel& cancel) const {
    constexpr int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    shell::Fd opened(::open(file(name).c_str(), flags, 0600));
    if (!opened && errno == ENOENT) {
        make();
        opened.reset(::open(file(name).c_str(), flags, 0600));
    }
    if (!opened) return opened;
    constexpr Duration pause = 1ms;
    for (Duration waited{}; ::flock(opened.get(), LOCK_EX | LOCK_NB) != 0; waited += pause) {
        if (errno != EWOULDBLOCK || waited >= span || cancel.wait(pause)) return shell::Fd();
    }
    return opened;
}

void StateFolder::end_announcing_process(const std::string& written) const {
    const auto pid = read("send_arp-" + written);
    const auto number = pid ? parse_dec(*pid) : std::nullopt;
    if (!number || *number < 2 || *number > INT32_MAX) return;
    // Only the name of the program behind the number says whose it is.
    if (is_announcer(*pid)) ::kill(static_cast<pid_t>(*number), SIGTERM);
}

}  // namespace hb::agents
