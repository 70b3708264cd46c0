// See privileges.hpp.
#include "privileges.hpp"

#include <sched.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>

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

void lower_privileges(std::vector<LogLine>& log) {
    const sched_param parameter{};
    if (::sched_setscheduler(0, SCHED_OTHER, &parameter) != 0) {
        log.push_back(log_line(LogId::priority_failed, std::strerror(errno)));
    }
    ::munlockall();
}

}  // namespace hb::shell
