// What keeps the groups of this pair from running on both nodes at once, in words for the log, and
// the alarm when shared disks have nothing of the kind.
#pragma once

#include <string>
#include <vector>

#include "base/instant.hpp"
#include "base/log.hpp"
#include "config/ha_cf.hpp"
#include "config/haresources.hpp"

namespace hb::core {

struct Protection {
    std::vector<std::string> lines;    // to the other node, as ha.cf has them
    std::vector<std::string> devices;  // fencing devices
    std::string arbiter;               // the line of ha.cf behind the directive; empty: none
    bool watchdog{false};
};

Protection protection_of(const config::HaCf& ha_cf);
// "lines eth0 and eth1; no fencing device; arbiter ping gw; no watchdog".
std::string protection_text(const Protection& protection);
// Keys of the groups with a member that uses a disk as if it were alone.
std::vector<std::string> groups_with_disks(const std::vector<config::ResourceGroup>& groups);

// The line of the start, and the alarm of the start and of each day after it.
class ProtectionWatch {
public:
    ProtectionWatch(Protection protection, const std::vector<config::ResourceGroup>& groups);
    void start(Instant now, std::vector<LogLine>& out);
    void wakeup(Instant now, std::vector<LogLine>& out);
    // After a reload; lines are read at start only. Says what is new.
    void change(Instant now, Protection protection,
                const std::vector<config::ResourceGroup>& groups, std::vector<LogLine>& out);
    Instant next_deadline() const noexcept { return alarm_at_; }

private:
    void look_at(const std::vector<config::ResourceGroup>& groups);

    Protection protection_;
    std::string unprotected_;  // groups; empty: none
    Instant alarm_at_{never};
};

}  // namespace hb::core
