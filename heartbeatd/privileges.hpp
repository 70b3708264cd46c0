// Real-time priority and locked memory for the loop's thread. A refusal is a log line, never an
// error: late heartbeats are better than none.
#pragma once

#include <vector>

#include "base/log.hpp"

namespace hb::shell {

// SCHED_RR at `rtprio`, reset in every child and thread made later; pages locked as they are
// touched. Call it on the loop's thread, after the other threads were started.
void raise_privileges(int rtprio, std::vector<LogLine>& log);
// Makes the calling thread touch its stack and heap, and the heap keep what it has, so that a
// takeover waits for no page of them.
void touch_memory() noexcept;
// Back to normal scheduling and unlocked memory (a reload with `realtime off`).
void lower_privileges(std::vector<LogLine>& log);

}  // namespace hb::shell
