// One running program: its output, its time-out, its end. Reaped by pidfd; its whole process group
// is ended by the kill ladder. Does not know what the program is for.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/event.hpp"
#include "base/instant.hpp"
#include "base/limits.hpp"
#include "launcher.hpp"

namespace boost::asio {
class io_context;
}

namespace hb::shell {

struct ChildOrder {
    std::function<std::vector<std::string>()> command;  // see SpawnRequest
    std::vector<std::string> environment;
    Duration timeout{};  // from the hand-over to the launcher to SIGTERM
    bool stays{false};   // runs without end: the time-out is for the start only
    Duration kill_pause{limits::kill_ladder_pause};  // from SIGTERM to SIGKILL
    bool capture_stdout{false};                      // else stdout goes where stderr goes
    Fd stdin_socket;                                 // see SpawnRequest
    Fd output_pipe;                                  // see SpawnRequest
    bool group_ends_with_it{false};      // what it started and left is killed at its end
    std::string log_file;                // see SpawnRequest
    std::function<void(pid_t)> started;  // see SpawnRequest
};

struct ChildEnd {
    ScriptEnd end{};
    int status{};        // exit status, or the signal's number
    int error{};         // not_started: errno, ETIMEDOUT when the start gave no answer
    std::string output;  // first limits::script_output_bytes_max bytes of a captured stdout
    Duration took{};
    pid_t pid{-1};                     // -1 when it never ran
    std::vector<std::string> command;  // what ran; empty when missing or never known
};

// What its owner hears, all on the loop. `ended` comes exactly once, never from within start().
struct ChildHooks {
    std::function<void(const std::vector<std::string>& command)> running;
    std::function<void(pid_t pid)> started;  // with it
    std::function<void(Duration waited)> slow;
    std::function<void(ChildEnd)> ended;
};

class Child : public std::enable_shared_from_this<Child> {
public:
    static std::shared_ptr<Child> start(boost::asio::io_context& loop, Launcher& launcher,
                                        ChildOrder order, ChildHooks hooks);
    virtual ~Child() = default;
    // SIGTERM to its group now, after `kill_pause` SIGKILL. Its end still comes; it
    // reads `signalled` or `exited`, as it happened.
    virtual void kill() = 0;
    // The owner goes: nobody is called any more. The program is left alone.
    virtual void forget() = 0;
};

}  // namespace hb::shell
