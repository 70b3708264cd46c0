// What changed between two readings of the configuration files, and what of it a running daemon
// takes over at once. Carrying it out is the core's and the shell's.
#pragma once

#include <string>
#include <vector>

#include "config/authkeys.hpp"
#include "config/ha_cf.hpp"
#include "config/haresources.hpp"

namespace hb::config {

// The three files as parsed. Only a view: what it refers to must outlive it.
struct Files {
    const HaCf& ha_cf;
    const AuthKeys& keys;
    const std::vector<ResourceGroup>& groups;
};

// Words for the log, each a thing that changed: "keepalive 1s -> 2s", "media (bcast eth1 new)".
// Never shows a key. Both empty: the files mean the same.
struct Difference {
    std::vector<std::string> live;     // keys, timers, log targets, failback, what children get
    std::vector<std::string> waiting;  // what only a restart brings
    bool empty() const { return live.empty() && waiting.empty(); }
};

Difference compare(const Files& running, const Files& next);

// `running` with everything of `next` that counts as live: what is in force after the reload.
HaCf with_live_part(const HaCf& running, const HaCf& next);

}  // namespace hb::config
