// Starts programs without ever holding up the loop: a thread beside it does the
// posix_spawn, the loop hears of it through an eventfd. Knows nothing of what the program is for
// or how it ends (child.hpp does).
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/instant.hpp"
#include "fd.hpp"
#include "side_thread.hpp"

namespace boost::asio {
class io_context;
}

namespace hb::shell {

// What to start. The child gets its own process group, default signals, nothing blocked, exactly
// `environment`, stdin /dev/null unless said otherwise, working directory `/`, descriptors above 2
// closed, normal scheduling.
struct SpawnRequest {
    // Called on the launcher's thread, since looking a script up can wait for a disk: the argument
    // vector, [0] an absolute path. Empty: there is no such program.
    std::function<std::vector<std::string>()> command;
    std::vector<std::string> environment;
    Fd stdout_pipe;                      // given away to the child when set ...
    Fd stdin_socket;                     // given away to the child as stdin when set
    Fd output_pipe;                      // given away as stdout and stderr when set, no log then
    std::function<void(pid_t)> started;  // called on the launcher's thread as soon as it runs
    std::string log_file;  // ... else appended here; stderr always. Empty: the daemon's own stderr
};

struct Spawned {
    bool missing{};  // `command` found nothing
    int error{};     // errno of the start, 0 when it runs
    pid_t pid{-1};
    Fd pidfd;
    std::vector<std::string> command;  // what was started, or tried
};

class Launcher {
public:
    // Called on the loop: this program's start gives no answer for limits::spawn_answer. From then
    // on other programs are started by a fresh thread.
    using OnSlow = std::function<void(Duration waited)>;

    // `priority` is the thread's; what it starts has normal priority in any case.
    explicit Launcher(boost::asio::io_context& loop, Priority priority = Priority::ordinary);
    // A thread that hangs in a start is left behind, it owns what it needs.
    ~Launcher();
    Launcher(const Launcher&) = delete;
    Launcher& operator=(const Launcher&) = delete;

    // Queues the start. `done` is called once, on the loop, in the order of the starts; never
    // when the start hangs for ever or the Launcher goes first. False: limits::children_max wait
    // already, nothing was queued.
    [[nodiscard]] bool start(SpawnRequest request, std::function<void(Spawned)> done,
                             OnSlow slow = {});
    // Runs `work` there, in its turn: what may wait for a disk or a name server and starts nothing.
    // It must own what it needs. False as above.
    [[nodiscard]] bool call(std::function<void()> work, std::function<void()> done);

private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace hb::shell
