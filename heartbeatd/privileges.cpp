// See privileges.hpp.
#include "privileges.hpp"

#include <malloc.h>
#include <sched.h>
#include <sys/mman.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/limits.hpp"

namespace hb::shell {

void raise_privileges(int rtprio, std::vector<LogLine>& log) {
    sched_param parameter{};
    parameter.sched_priority = rtprio;
    // Scripts and helper threads must not inherit real time: a busy loop in one would stop the
    // machine.
    if (::sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &parameter) != 0) {
        log.push_back(log_line(LogId::priority_failed, std::strerror(errno)));
    }
    // ONFAULT: only pages that were touched stay, which halves the resident memory.
    if (::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0) {
        log.push_back(log_line(LogId::memory_lock_failed, std::strerror(errno)));
    }
}

void touch_memory() noexcept {
    ::mallopt(M_TRIM_THRESHOLD, static_cast<int>(limits::heap_kept_bytes));
    std::array<char, limits::stack_touched_bytes> stack;
    ::explicit_bzero(stack.data(), stack.size());
    // In blocks that come from the heap, not from a mapping of their own.
    std::array<void*, limits::heap_touched_blocks> blocks{};
    for (void*& block : blocks) {
        block = std::malloc(limits::heap_touched_block_bytes);
        if (block != nullptr) ::explicit_bzero(block, limits::heap_touched_block_bytes);
    }
    for (void* const block : blocks) std::free(block);
}

void lower_privileges(std::vector<LogLine>& log) {
    const sched_param parameter{};
    if (::sched_setscheduler(0, SCHED_OTHER, &parameter) != 0) {
        log.push_back(log_line(LogId::priority_failed, std::strerror(errno)));
    }
    ::munlockall();
}

}  // namespace hb::shell
