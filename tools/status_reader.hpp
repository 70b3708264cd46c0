// Reads what the daemon says of itself (heartbeatd/status_report.hpp), whatever version it is:
// names that we do not know are passed over, and what is missing stays empty. The only user of
// nlohmann-json is status_reader.cpp.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "status_problems.hpp"
#include "status_report.hpp"

namespace hb::tools {

// Errors: malformed (no JSON, not a status, a member of another kind than expected: the words name
// it), too_large.
Result<shell::StatusReport> read_status(std::string_view text);

// For `--json`: all that the daemon has said, also what we do not know, in lines that a person can
// read, with `problems` added. Errors: as read_status().
Result<std::string> status_for_programs(std::string_view text, const Problems& problems);

}  // namespace hb::tools
