// Gathers what hb_check's rules want to know of this machine. Reads; changes nothing but for
// try_stops(), which runs scripts.
#pragma once

#include <string>

#include "check/check.hpp"
#include "check_options.hpp"

namespace hb::tools {

check::Facts gather_facts(const check::Side& side, const CheckOptions& options);

// `stop` twice, for each resource whose `status` says that it does not run.
std::vector<check::StopTrial> try_stops(const check::Side& side, const shell::Paths& paths);

}  // namespace hb::tools
