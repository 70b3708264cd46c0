// The rc.d queue: administrators' scripts that hear of messages, one at a time, with a time-out.
// What Heartbeat's own rc.d scripts did is the core's business; files of these names do not run.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.hpp"
#include "launcher.hpp"
#include "paths.hpp"

namespace boost::asio {
class io_context;
}

namespace hb::shell {

// status, ip-request, ip-request-resp, hb_takeover, ask_resources: scripts that Heartbeat brought.
bool is_heartbeat_hook(std::string_view name) noexcept;
// Files of such names in `rc_dir` that differ from what Debian shipped, by full path, sorted.
std::vector<std::string> changed_heartbeat_hooks(const std::string& rc_dir);

struct HookSettings {
    std::vector<std::string> environment;  // of every child (environment.hpp)
    std::string log_file;                  // HA_DEBUGLOG; empty when there is none
    Duration timeout{};                    // hook_timeout
    bool run_all{false};                   // rc_d_all: Heartbeat's own names run as well
    bool managed{true};                    // auto_failback on or off: HA_NICEFAILBACK=yes
};

class Hooks {
public:
    using OnLog = std::function<void(LogLine)>;

    Hooks(boost::asio::io_context& loop, Launcher& launcher, const Paths& paths, OnLog log);
    ~Hooks();
    Hooks(const Hooks&) = delete;
    Hooks& operator=(const Hooks&) = delete;

    // At start and at each reload: lists rc.d anew (3.0.6 lists it once in a life) and warns of
    // changed files that do not run. Reads files: do it before the priority is raised or accept
    // the wait.
    void configure(HookSettings settings);

    // Queues the script of this type, if there is one; at most limits::hook_queue_max wait.
    void run(RunHook hook);
    // Waiting and running ones.
    std::size_t unfinished() const noexcept;

private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace hb::shell
