// What two nodes compare instead of their haresources.
#pragma once

#include <string>
#include <vector>

#include "config/haresources.hpp"

namespace hb::resource {

// The same for two files that mean the same: comments, blanks and continuation lines do not count,
// the order of groups does. No proof against somebody who wants two files to look equal.
std::string file_digest(const std::vector<config::ResourceGroup>& groups);

}  // namespace hb::resource
