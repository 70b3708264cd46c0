// Where hb_check gets the three files from: this machine, a folder, or the other node over ssh.
#pragma once

#include <optional>
#include <string>

#include "base/instant.hpp"
#include "base/result.hpp"
#include "check/side.hpp"
#include "check_options.hpp"

namespace hb::tools {

// This machine's, checked against it as heartbeatd does at its start.
check::Side own_side(const shell::Paths& paths);

struct Fetched {
    check::Copies files;
    std::string node;                   // as that machine calls itself; empty: not known
    std::optional<Duration> clock_off;  // of that machine, ahead of ours
};

// Of a folder, whoever it is from. Modes of copies mean nothing.
Fetched copies_in(const std::string& folder);
// Errors: io, with ssh's own words.
Result<Fetched> copies_over_ssh(const std::string& host, const std::string& folder);

}  // namespace hb::tools
