// The children of dopd: `drbdadm outdate RESOURCE`, without a shell, watched by pidfd, ended when
// they take too long.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.hpp"
#include "plugin/dopd_logic.hpp"

namespace hb::dopd {

// As long as drbd-peer-outdater waits by default: later nobody listens.
inline constexpr std::chrono::seconds drbdadm_patience{60};

class Children {
public:
    Children() = default;
    ~Children();
    Children(const Children&) = delete;
    Children& operator=(const Children&) = delete;

    // Why it could not be started; empty: it runs.
    std::string start(Instant now, const Run& run);
    struct Ended {
        Job job{};
        std::string resource;
        std::optional<int> exit_status;
        bool timed_out{};
    };
    // Those that have ended, without waiting; those that are overdue are killed.
    std::vector<Ended> reap(Instant now);
    void descriptors(std::vector<int>& out) const;
    Instant next_deadline() const;

private:
    struct Child {
        int pid{-1}, pidfd{-1};
        std::string resource;
        Instant deadline{};
        bool killed{false};
    };
    std::map<Job, Child> children_;
};

}  // namespace hb::dopd
