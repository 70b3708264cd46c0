// How every child of the daemon and of hb_agent begins: posix_spawn's two settings with their ends.
// Knows nothing of what is started.
#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace hb::shell {

// Default signals, nothing blocked, descriptors above 2 closed.
class SpawnSettings {
public:
    // apart: a process group of its own, and the working directory `/`. Else both are inherited.
    explicit SpawnSettings(bool apart = true);
    ~SpawnSettings();
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;

    // Once, before run(). `in` -1: nothing to read.
    void descriptors(int in, int out, int err);
    // argv[0] is a path, and `env` all of its environment. The errno, or 0.
    int run(pid_t& pid, std::vector<std::string>& argv, std::vector<std::string>& env) const;

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
    bool apart_;
};

// glibc 2.36's <sys/pidfd.h> lacks extern "C", hence these. -1 and errno, as the system call says.
int open_pidfd(pid_t pid) noexcept;
int signal_pidfd(int pidfd, int signal) noexcept;

}  // namespace hb::shell
