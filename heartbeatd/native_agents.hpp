// Runs the native agents (agents/) for the ScriptRunner: on threads beside the loop, what waits at
// one moment together. A file of resource.d that is not our wrapper is given back, to be run as a
// script. Does not know what a resource group is.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/event.hpp"
#include "base/log.hpp"
#include "paths.hpp"

namespace boost::asio {
class io_context;
}

namespace hb::agents {
class Host;
}

namespace hb::shell {

class ScriptNotes;

// slow: it hung for a moment, and calls that came after it may have run before its end. given_up:
// it hangs still, or never ran.
enum class AsideEnd : std::uint8_t { done, slow, given_up };

// What is no call of the core's, but must not cross one: on the thread of the quick calls, between
// two batches.
struct Aside {
    std::function<void(agents::Host&)> work;  // owns what it uses
    std::function<void(AsideEnd)> done;       // on the loop
};

class NativeAgents {
public:
    // All on the loop, never from within run() or kill().
    struct Hooks {
        std::function<void(ScriptDone)> done;
        std::function<void(RunAgent)> not_ours;  // instead of `done`
        std::function<void(LogLine)> log;
    };

    // `notes`: for the programs that agents call, as for scripts.
    NativeAgents(boost::asio::io_context& loop, const Paths& paths, Hooks hooks,
                 std::shared_ptr<const ScriptNotes> notes);
    // Nobody is called any more. What runs is told to stop and left alone.
    ~NativeAgents();
    NativeAgents(const NativeAgents&) = delete;
    NativeAgents& operator=(const NativeAgents&) = delete;

    // Whether there is a native agent of this type.
    static bool knows(const std::string& type) noexcept;
    // For the calls that start from now on: NAME=VALUE.
    void surroundings(const std::vector<std::string>& environment);

    // Before the first call: the thread takes memory and looks at the machine as a start would
    // (agents/rehearsal.hpp).
    void rehearse();
    // REQUIRES: knows(job.call.type). The time-out counts from its turn; a call that does not end
    // then is told to stop, and after the time that a script would have is not waited for.
    void run(RunAgent job);
    // Those were all of this moment: they begin now, and not at the loop's next turn.
    void begin();
    // Before the calls that wait now, and before all that come later.
    void run_aside(Aside aside);
    // Ends it, if it is here; else nothing happens. Addresses that are being changed are not left
    // half done: such a call ends by itself, and reads as it ended.
    void kill(JobId job);

private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace hb::shell
