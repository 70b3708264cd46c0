// Who ought to hold what: a pure function of what this node knows. When a wish may be carried out
// (fencing, hand-overs, the order of starts) is decided elsewhere.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/ids.hpp"

namespace hb::resource {

// One group as it looks from here.
struct PlanGroup {
    std::string key;
    NodeName preferred;
    bool ours{false};         // claimed here
    bool failed_here{false};  // refused here until somebody resets it
    // --- while a live node goes by another haresources ---
    bool disputed{false};            // it has another group of the same members: preferences differ
    bool put_away{false};            // it was taken out of the file there, so nobody takes it
    std::set<NodeName> strangers{};  // nodes whose file has nothing of it: they cannot hold it
};

struct View {
    NodeName self;
    std::vector<NodeName> nodes;                       // file order
    std::set<NodeName> alive;                          // nodes that can hold groups now, `self` too
    std::map<std::string, NodeName> holder;            // by the last word of live peers
    std::map<NodeName, std::set<std::string>> failed;  // groups that failed on live peers
    // Live nodes that take no group by themselves: a Heartbeat 3.0.6 that has settled.
    std::set<NodeName> passive;
    std::vector<PlanGroup> groups;  // file order
};

// Keys of the groups that this node should take, in file order. A group that nobody holds goes to
// its preferred node; when that is dead or passive or it failed there, to the first live node in
// file order that is not passive and on which it did not fail. A disputed one goes to the first
// such node in any case: both nodes must come to the same answer.
std::vector<std::string> groups_to_take(const View& view);

// Keys of the groups we hold that prefer `peer`, did not fail there, and so should go home.
std::vector<std::string> groups_to_give(const View& view, const NodeName& peer);

// Of two live holders of one group: the one that keeps it. Both sides compute the same from the
// same file: the preferred node if it is one of them, else the earlier in file order.
NodeName keeper(const NodeName& a, const NodeName& b, const NodeName& preferred,
                const std::vector<NodeName>& nodes);

}  // namespace hb::resource
