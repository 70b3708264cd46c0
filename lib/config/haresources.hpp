// haresources: one resource group a line (spec: resources.md 1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/lines.hpp"

namespace hb::config {

struct Member {
    std::string type;                    // script name; `IPaddr` for a bare address
    std::vector<std::string> arguments;  // empty ones vanish, as in 3.0.6
    std::string token;                   // as written
    bool operator==(const Member&) const = default;
};

struct ResourceGroup {
    std::string node;             // preferred node, lower case
    std::string key;              // first resource token, unique in the file
    std::vector<Member> members;  // at least one
    int line{};                   // where it begins
    bool operator==(const ResourceGroup&) const = default;
};

// All errors go to `errors`, and what is right is returned all the same. `nodes`: names of ha.cf,
// ping nodes included; a line of any other node is an error (without any name, none is).
std::vector<ResourceGroup> parse_haresources(std::string_view text, const std::string& file,
                                             const std::vector<std::string>& nodes,
                                             Diagnostics& errors);

}  // namespace hb::config
