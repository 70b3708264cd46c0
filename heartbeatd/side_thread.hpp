// A thread beside the loop, for what may block (a spawn, a lookup, a slow disk, a serial device),
// and the event by which it and the loop wake each other.
#pragma once

#include <pthread.h>

#include <functional>

#include "fd.hpp"

namespace hb::shell {

enum class Priority {
    ordinary,    // for what may keep a processor for long
    below_loop,  // real time like the loop's, one step below it: for what a takeover waits for
};

// Runs `body` in a thread with a small stack and every signal blocked: signals are the loop's. It
// is detached, and `body` owns what it uses, for it may outlive its starter. What it starts has
// ordinary priority in any case, and so has the thread itself while the loop has.
// Returns 0 when it runs, else the errno; then `body` was never called.
int start_side_thread(std::function<void()> body, Priority priority = Priority::ordinary);
// The same; the caller joins or detaches it.
int start_side_thread(std::function<void()> body, pthread_t& thread,
                      Priority priority = Priority::ordinary);

// An eventfd's counter is raised by one, or taken. Never blocks on one that is made non-blocking.
void raise_event(const Fd& event) noexcept;
void take_event(const Fd& event) noexcept;

}  // namespace hb::shell
