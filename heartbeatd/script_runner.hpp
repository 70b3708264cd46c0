// Carries out RunAgent and KillJob: a native agent, or one process per job, a bounded number at
// once; one ScriptDone per job whatever happens. Does not know what a resource group is.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "address_guard.hpp"
#include "base/event.hpp"
#include "launcher.hpp"
#include "paths.hpp"

namespace boost::asio {
class io_context;
}

namespace hb::shell {

class ScriptRunner {
public:
    // Both are called on the loop, never from within run() or kill().
    using OnDone = std::function<void(ScriptDone)>;
    using OnLog = std::function<void(LogLine)>;

    ScriptRunner(boost::asio::io_context& loop, Launcher& launcher, const Paths& paths, OnDone done,
                 OnLog log);
    // Running scripts are left alone; nobody is called any more.
    ~ScriptRunner();
    ScriptRunner(const ScriptRunner&) = delete;
    ScriptRunner& operator=(const ScriptRunner&) = delete;

    // For the scripts that start from now on. `log_file`: HA_DEBUGLOG, empty when there is none.
    void surroundings(std::vector<std::string> environment, std::string log_file);

    // Once, before the first job, when it is certain that no other daemon lives: scripts that one
    // before us began and that still run (leftovers.hpp). Every job waits until they have gone.
    // Again: nothing happens, for what runs then is our own.
    void await_leftovers();

    // Before the first job, if a start must wait for no disk and no memory.
    void rehearse();
    // For what the kernel says of addresses and links.
    AddressGuard& addresses() noexcept;

    // limits::children_max run at once, the rest waits in order. A script's time-out counts from
    // its turn.
    void run(RunAgent job);
    // Those were all of this moment: native ones begin now, and not at the loop's next turn.
    void begin();
    // Of a job that waits: it ends `signalled` by SIGTERM without having run. An unknown job is
    // ignored (its answer is under way).
    void kill(JobId job);
    // Jobs whose ScriptDone has not come yet.
    std::size_t unfinished() const noexcept;

private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace hb::shell
