// Runs the native agents (agents/) for the ScriptRunner: on threads beside the loop, what waits at
// one moment together. A file of resource.d that is not our wrapper is given back, to be run as a
// script. Does not know what a resource group is.
#pragma once

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

namespace hb::shell {

class NativeAgents {
public:
    // All on the loop, never from within run() or kill().
    struct Hooks {
        std::function<void(ScriptDone)> done;
        std::function<void(RunAgent)> not_ours;  // instead of `done`
        std::function<void(LogLine)> log;
    };

    NativeAgents(boost::asio::io_context& loop, const Paths& paths, Hooks hooks);
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
    // Ends it, if it is here; else nothing happens. Addresses that are being changed are not left
    // half done: such a call ends by itself, and reads as it ended.
    void kill(JobId job);

private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace hb::shell
