// What clients may ask of the cluster, as a picture of one moment (clientapi.md 6).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"

namespace hb::core {

struct ApiLink {
    std::string name;
    bool up{};
};

struct ApiNode {
    NodeName name;
    bool ping{};
    std::string status;  // init, up, active, dead; of a ping node ping or dead
    Bytes uuid;          // 16 bytes; empty: not known yet
    // In the order of ha.cf; of several with one name only the first carries the state.
    std::vector<ApiLink> links;
};

struct ApiView {
    std::vector<ApiNode> nodes;  // in the order of ha.cf
    std::string holdings;        // none, local, foreign, all, transition

    const ApiNode* find(std::string_view name) const noexcept {
        for (const ApiNode& node : nodes) {
            if (node.name == name) return &node;
        }
        return nullptr;
    }
};

}  // namespace hb::core
