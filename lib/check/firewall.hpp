// Reads `nft list ruleset`, as far as it takes to say that heartbeats are dropped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hb::check {

// True when a chain for what comes in drops what no rule accepts, and no rule can be meant for UDP
// packets to `port` over one of `devices`. In doubt false: a rule that is not understood counts as
// one that accepts them.
bool drops_port(std::string_view ruleset, unsigned port, const std::vector<std::string>& devices);

}  // namespace hb::check
