// How likely the kernel ends this process when memory runs out. The systemd unit protects the
// daemon; a child is born with what its parent has at that moment, and what scripts start must not
// be protected.
#pragma once

#include <string>

namespace hb::shell {

// While one of these lives, children are born unprotected. Any thread; several may live at once,
// also one that stays for ever because its start hangs: the daemon itself is then unprotected as
// well.
class UnprotectedBirth {
public:
    explicit UnprotectedBirth(const std::string& file = "/proc/self/oom_score_adj");
    ~UnprotectedBirth();
    UnprotectedBirth(const UnprotectedBirth&) = delete;
    UnprotectedBirth& operator=(const UnprotectedBirth&) = delete;

private:
    std::string file_;
};

}  // namespace hb::shell
