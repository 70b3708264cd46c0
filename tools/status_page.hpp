// A status as a page for people: what is wrong first, then everything else. Pure.
#pragma once

#include <string>

#include "status_problems.hpp"
#include "status_report.hpp"

namespace hb::tools {

std::string status_page(const shell::StatusReport& report, const Problems& problems);

}  // namespace hb::tools
