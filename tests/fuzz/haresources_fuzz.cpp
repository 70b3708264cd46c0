// Any bytes as haresources: every group that comes out must be one that can be run.
#include <algorithm>
#include <set>

#include "config/diff.hpp"
#include "config/haresources.hpp"
#include "fuzz/messages.hpp"

using namespace hb;

// A reload names each group that came, went or changed, and nothing without a change.
static void reload(const std::vector<config::ResourceGroup>& groups) {
    const config::HaCf ha_cf;
    const config::AuthKeys keys{};
    const auto between = [&](const auto& a, const auto& b) {
        return config::compare({ha_cf, keys, a}, {ha_cf, keys, b});
    };
    fuzz::require(between(groups, groups).empty(), "groups differ from themselves");
    if (groups.empty()) return;
    auto other = groups;
    std::reverse(other.begin(), other.end());
    fuzz::require(between(groups, other).empty() == (groups.size() == 1), "another order");
    other.pop_back();
    fuzz::require(!between(groups, other).empty() && !between(other, groups).empty(), "one gone");
    other = groups;
    other[0].members.push_back(other[0].members[0]);
    fuzz::require(!between(groups, other).empty(), "one changed");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    config::Diagnostics found;
    const auto groups =
        config::parse_haresources(fuzz::view(data, size), "haresources", {"alpha", "beta"}, found);
    fuzz::check_messages(found);
    if (found.errors.empty()) reload(groups);
    std::set<std::string> keys;
    for (const config::ResourceGroup& group : groups) {
        fuzz::require(group.node == "alpha" || group.node == "beta", "an unknown node");
        fuzz::require(keys.insert(group.key).second, "a key twice");
        fuzz::require(!group.members.empty() && group.members[0].token == group.key, "no members");
        for (const config::Member& member : group.members) {
            fuzz::require(!member.type.empty() && member.type.front() != '-' &&
                              member.type.find('/') == std::string::npos,
                          "a type that is no name of a script");
            for (const std::string& argument : member.arguments) {
                fuzz::require(!argument.empty(), "an empty argument");
                fuzz::require(
                    argument.find_first_of(std::string(" \t\n\0", 4)) == std::string::npos,
                    "an argument that is no word");
            }
        }
    }
    return 0;
}
