// One node's three files as they were parsed, with the mistakes in them. Where the texts come from
// (this machine, a folder, another host) is not known here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/authkeys.hpp"
#include "config/ha_cf.hpp"
#include "config/haresources.hpp"

namespace hb::check {

struct FileCopy {
    std::string name;      // as shown
    std::string text;      // what could be read
    std::string why;       // it could not be read; empty: it could
    unsigned mode{0600U};  // permission bits
    bool may_lack{};       // that it could not be read is no mistake
};

struct Copies {
    FileCopy ha_cf, authkeys, haresources;
};

struct Side {
    Copies files;
    std::string node;  // whose files these are
    config::HaCf ha_cf;
    config::AuthKeys keys;
    std::vector<config::ResourceGroup> groups;
    config::Diagnostics found;

    // No mistake was found in that file, so what was parsed counts.
    bool sound(const FileCopy& file) const;
    // Of the last line of ha.cf with that directive; 0: there is none.
    int line_of(std::string_view directive) const;
};

// Parses the files as the node `machine.node_name` would.
Side read_side(const Copies& files, const config::Machine& machine);

// "bcast eth0", "ucast eth0 192.0.2.1".
std::string medium_text(const config::Medium& medium);

}  // namespace hb::check
