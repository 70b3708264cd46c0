// What operators make of haresources in the simulated world: any number of versions, each from a
// number of its own.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "config/haresources.hpp"
#include "sim/options.hpp"

namespace hb::sim {

// Version 0 is the one that the cluster was set up with; in the others groups and members are
// missing, members stand in another group, preferences are the other way round. The same on both
// machines, but for the order of groups (NodeOptions::other_file).
std::vector<config::ResourceGroup> file_of(const Options& options, std::size_t machine,
                                           std::uint64_t version);
std::set<std::string> tokens_of(const config::ResourceGroup& group);
std::set<std::string> tokens_of(const std::vector<config::ResourceGroup>& groups);

}  // namespace hb::sim
