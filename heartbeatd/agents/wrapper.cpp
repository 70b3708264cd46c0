// See wrapper.hpp.
#include "agents/wrapper.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "fd.hpp"

namespace hb::agents {

namespace {

constexpr std::string_view text =
    "#!/bin/sh\n"
    "# hb_agent: this agent is a program; its arguments are in heartbeat-agents(7). The daemon "
    "runs it\n"
    "# without a process while this file stands as it is; edited, it is run like any script.\n"
    "exec \"${HB_AGENT:-/usr/libexec/heartbeat/hb_agent}\" \"${0##*/}\" \"$@\"\n";

}  // namespace

std::string_view wrapper_text() noexcept { return text; }

bool is_wrapper(const std::string& path) {
    const shell::Fd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
    if (info.st_size != static_cast<off_t>(text.size())) return false;
    if (::access(path.c_str(), X_OK) != 0) return false;
    std::array<char, text.size()> found{};
    if (::read(file.get(), found.data(), found.size()) != static_cast<ssize_t>(found.size())) {
        return false;
    }
    return std::string_view(found.data(), found.size()) == text;
}

}  // namespace hb::agents
