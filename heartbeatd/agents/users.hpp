// Who keeps a mount busy: a look at every process in /proc, by what the kernel says there of its
// folders, its open files and its memory. No file of anybody is touched: a server behind one may
// have died. Ends nobody.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agents/mounts.hpp"

namespace hb::agents {

struct Process {
    pid_t id{};
    pid_t parent{};
    pid_t group{};
    std::uint64_t started{};  // with `id` it is this process and no later one
    std::string name;         // as the kernel has it
    bool of_kernel{};         // a thread of the kernel's
};
// Nothing: it is gone.
std::optional<Process> read_process(pid_t id, const std::string& proc = "/proc");

// What is to be unmounted.
struct Target {
    Mount mount;
    // Whoever uses its file system, in whichever mount namespace. Else the file system is mounted
    // elsewhere as well: only who uses it at this place.
    bool everywhere{};
};

// In the order of their numbers, threads of the kernel left out.
std::vector<Process> users_of(const Target& target, const std::string& proc = "/proc");

// Loop devices with a file on it, "/dev/loop0 (/m/image)": they are no process's.
std::vector<std::string> loops_on(const Target& target, const std::string& proc = "/proc",
                                  const std::string& block = "/sys/block");

// Who must never be signalled: init, this process and those above it, and the daemon's helpers.
// `group`: its process group as well, which a program shares with those who work for it. The
// daemon's may be that of whoever started it.
class Spared {
public:
    explicit Spared(bool group, std::string proc = "/proc");
    bool spares(const Process& process) const;

private:
    std::string proc_;
    pid_t self_;
    pid_t group_;  // -1: none
    std::set<pid_t> above_;
};

}  // namespace hb::agents
