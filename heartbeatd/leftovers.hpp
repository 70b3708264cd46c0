// Scripts and programs that a daemon began and did not see the end of. Each is noted in a file
// below /run; the daemon that comes after one that was killed waits for what is left. Knows nothing
// of what they are for.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/event.hpp"
#include "base/instant.hpp"
#include "base/result.hpp"
#include "fd.hpp"

namespace boost::asio {
class io_context;
}

namespace hb::shell {

// One file per script, named by its pid: its start time, which tells it from a later process of
// that number, and the moment of its time-out. A note that cannot be written is done without.
class ScriptNotes {
public:
    explicit ScriptNotes(std::string folder) : folder_(std::move(folder)) {}

    // Takes the folder, before anything is noted. One that others can write to, or that is not
    // ours, is emptied and made anew, with a line in `log`: its notes would have us signal whatever
    // process they name. When that fails, too, no notes are kept.
    void open(const std::function<void(LogLine)>& log);
    // Reads all notes and removes them. A file that is not ours, or that others can write to, is
    // removed unread, with a line in `log`.
    struct Text {
        std::string name, text;
    };
    std::vector<Text> take(const std::function<void(LogLine)>& log) const;

    // Called on any thread, as soon as the script runs.
    void began(pid_t pid, Duration timeout) const;
    void ended(pid_t pid) const;

private:
    std::string folder_;
    Fd opened_;
};

// What was under way when this daemon came. Each gets the rest of its time, then the kill ladder;
// what even SIGKILL does not end is not waited for any longer.
class Leftovers {
public:
    // Opens and empties the notes; `left` is logged for each that still runs. `over` is called on
    // the loop when the last one has gone; never when any() is false from the start.
    Leftovers(boost::asio::io_context& loop, ScriptNotes& notes, LogId left,
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
