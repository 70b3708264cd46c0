// Which program carries out one action of a resource type: a script of resource.d, of init.d, or
// systemctl for a unit of that name. Looks at the file system; runs nothing.
#pragma once

#include <string>
#include <vector>

#include "base/event.hpp"
#include "paths.hpp"

namespace hb::shell {

// A regular file that may be executed.
bool is_script(const std::string& path);

// May stand in a path: not empty, no '/', no dot in front, no control byte.
bool is_script_name(const std::string& type);

// The argument vector of `call`, [0] the path: resource.d/TYPE, then init.d/TYPE, then systemctl
// for the unit TYPE.service (resources.md 1.5). Empty when none is there or `type` is no script
// name. May wait for a disk: not for the loop's thread.
std::vector<std::string> find_script(const Paths& paths, const AgentCall& call);

// `systemctl is-active`: it answers by its exit status, where scripts print a word.
bool is_unit_status(const std::vector<std::string>& command);

// What a unit's `is-active` would have printed as a script.
constexpr const char* unit_status_word(int exit_status) noexcept {
    return exit_status == 0 ? "running" : "stopped";
}

}  // namespace hb::shell
