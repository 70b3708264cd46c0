// Which program carries out one action of a resource type: a script of resource.d, of init.d, or
// systemctl for a unit of that name. Looks at the file system; runs nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/event.hpp"
#include "paths.hpp"

namespace hb::shell {

// A regular file that may be executed.
bool is_script(const std::string& path);

// May stand in a path: not empty, no '/', no dot in front, no control byte.
bool is_script_name(const std::string& type);

struct ScriptCommand {
    std::vector<std::string> argv;  // [0] is the path
    // A systemd unit's `is-active`: exit 0 means running, and nothing readable is printed.
    bool status_by_exit{};
};

// resource.d/TYPE, then init.d/TYPE, then the unit TYPE.service (resources.md 1.5). Nothing when
// none is there or `type` is no script name. May wait for a disk: not for the loop's thread.
std::optional<ScriptCommand> find_script(const Paths& paths, const AgentCall& call);

}  // namespace hb::shell
