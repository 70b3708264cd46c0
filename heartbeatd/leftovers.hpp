// Scripts that a daemon began and did not see the end of. Each start and stop under way is noted in
// a file below /run; the daemon that comes after one that was killed waits for what is left. Knows
// nothing of what the scripts are for.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

#include "base/event.hpp"
#include "base/instant.hpp"

namespace boost::asio {
class io_context;
}

namespace hb::shell {

// One file per script, named by its pid: its start time, which tells it from a later process of
// that number, and the moment of its time-out. A note that cannot be written is done without.
class ScriptNotes {
public:
    explicit ScriptNotes(std::string folder) : folder_(std::move(folder)) {}

    // Called on any thread, as soon as the script runs.
    void began(pid_t pid, Duration timeout) const;
    void ended(pid_t pid) const;
    const std::string& folder() const noexcept { return folder_; }

private:
    std::string folder_;
};

// What was under way when this daemon came. Each gets the rest of its time, then the kill ladder;
// what even SIGKILL does not end is not waited for any longer.
class Leftovers {
public:
    // Reads and empties the notes. `over` is called on the loop when the last one has gone; never
    // when any() is false from the start.
    Leftovers(boost::asio::io_context& loop, const ScriptNotes& notes,
              const std::function<void(LogLine)>& log, std::function<void()> over);
    ~Leftovers();
    Leftovers(const Leftovers&) = delete;
    Leftovers& operator=(const Leftovers&) = delete;

    bool any() const noexcept;

private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace hb::shell
