// What is wrong and what is risky in the files of a pair of nodes, and on one of them. Pure: files
// are parsed already, and what the machine knows is data.
#pragma once

#include <string>
#include <vector>

#include "check/facts.hpp"
#include "check/finding.hpp"
#include "check/side.hpp"

namespace hb::check {

// What is looked at. Only views: what they refer to must outlive them.
struct Subject {
    const Side& own;
    // ha.cf as the other node reads it: its own, or ours when nobody has brought that.
    const Side& other;
    const Side* peer{};    // the other node's own files
    const Facts* facts{};  // of the machine that `own` is from
};

// Sorted, the worst first.
Findings check(const Subject& subject);

// The node that is not `side.node`; "" when there is not exactly one.
std::string other_node(const Side& side);

// What the facts must tell of: hosts of ping lines, files that groups and the watchdog need.
std::vector<std::string> names_of(const Side& side);
std::vector<std::string> paths_of(const Side& side);
std::vector<unsigned> ports_of(const config::HaCf& ha_cf);

}  // namespace hb::check
