// Leaving the terminal, with a promise: the caller's exit status tells whether the daemon is really
// up. What the daemon does is not known here.
#pragma once

#include "base/result.hpp"
#include "fd.hpp"

namespace hb::shell {

class Detachment {
public:
    // In a new process and session. The old process waits for ready() and ends with status 0, or
    // with the status of a process that ends before that. REQUIRES: no other thread.
    // Errors: io.
    static Result<Detachment> into_background();
    // The same process, in a session of its own where that is possible.
    static Detachment in_foreground();

    // The daemon is up: lets the waiting process go and closes the terminal.
    void ready();

private:
    explicit Detachment(Fd report) : report_(std::move(report)) {}
    Fd report_;  // to the waiting process; none in the foreground
};

}  // namespace hb::shell
