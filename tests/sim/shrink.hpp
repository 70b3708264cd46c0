// Makes a failing plan smaller: fewer faults, a simpler cluster, a shorter run, as long as the same
// invariant is broken.
#pragma once

#include "sim/fault.hpp"

namespace hb::sim {

// `violation`: of the plan as it is. Runs some hundred worlds at most.
Plan shrink(Plan plan, const std::string& violation);

}  // namespace hb::sim
