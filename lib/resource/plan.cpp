// See plan.hpp.
#include "resource/plan.hpp"

#include <algorithm>

namespace hb::resource {
namespace {

bool failed_at(const View& view, const PlanGroup& group, const NodeName& node) {
    if (node == view.self) return group.failed_here;
    const auto found = view.failed.find(node);
    return found != view.failed.end() && found->second.contains(group.key);
}

bool can_hold(const View& view, const PlanGroup& group, const NodeName& node) {
    return view.alive.contains(node) && !group.strangers.contains(node) &&
           !failed_at(view, group, node);
}

// The node that should take a group nobody holds; empty when none can.
NodeName rightful(const View& view, const PlanGroup& group) {
    const auto takes = [&](const NodeName& node) {
        return can_hold(view, group, node) && !view.passive.contains(node);
    };
    if (!group.disputed && takes(group.preferred)) return group.preferred;
    for (const NodeName& node : view.nodes) {
        if (takes(node)) return node;
    }
    return {};
}

}  // namespace

std::vector<std::string> groups_to_take(const View& view) {
    std::vector<std::string> keys;
    for (const PlanGroup& group : view.groups) {
        if (group.ours || group.put_away || view.holder.contains(group.key)) continue;
        if (rightful(view, group) == view.self) keys.push_back(group.key);
    }
    return keys;
}

std::vector<std::string> groups_to_give(const View& view, const NodeName& peer) {
    std::vector<std::string> keys;
    for (const PlanGroup& group : view.groups) {
        if (group.ours && group.preferred == peer && can_hold(view, group, peer)) {
            keys.push_back(group.key);
        }
    }
    return keys;
}

NodeName keeper(const NodeName& a, const NodeName& b, const NodeName& preferred,
                const std::vector<NodeName>& nodes) {
    if (preferred == a || preferred == b) return preferred;
    for (const NodeName& node : nodes) {
        if (node == a || node == b) return node;
    }
    return std::min(a, b);
}

}  // namespace hb::resource
