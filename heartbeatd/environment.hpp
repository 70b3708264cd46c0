// The environment of scripts, as resources.md 1.6 and config.md 7.1 have it. Builds texts only.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/ha_cf.hpp"
#include "paths.hpp"

namespace hb::shell {

// `NAME=value` for every child: PATH, HA_CURHOST, HA_DIR, ..., HA_<directive>, HA_<env>.
// `debug`: the level in force now.
std::vector<std::string> script_environment(const config::HaCf& ha_cf, const Paths& paths,
                                            std::string_view node_name, int debug);

// HA_DEBUGLOG of that environment when scripts may append to it; empty when there is none.
std::string script_log(const std::vector<std::string>& environment);

// `base` plus HA_<field> of each field. A field whose name has other bytes than [A-Za-z0-9_-], or
// whose HA_ name stands in `base`, is left out: a message must not change what the daemon says.
std::vector<std::string> with_fields(
    std::vector<std::string> base, const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace hb::shell
