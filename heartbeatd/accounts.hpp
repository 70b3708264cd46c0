// Users and groups of this machine. May ask a directory service: at start and at a reload only.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace hb::shell {

std::optional<uid_t> user_named(const std::string& name);
// By name, or a number that is taken as it is.
std::optional<uid_t> user_id(const std::string& name);
std::optional<gid_t> group_id(const std::string& name);

}  // namespace hb::shell
