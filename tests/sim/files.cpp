// See files.hpp.
#include "sim/files.hpp"

#include <algorithm>

namespace hb::sim {
namespace {

std::vector<config::ResourceGroup> original(const Options& o) {
    std::vector<config::ResourceGroup> groups;
    for (std::size_t g = 0; g < o.groups; ++g) {
        config::ResourceGroup group{machine_name(g % 2), {}, {}, 1};
        for (std::size_t m = 0; m < o.members; ++m) {
            group.members.push_back({token_of(g, m), {}, token_of(g, m)});
        }
        groups.push_back(std::move(group));
    }
    return groups;
}

void edit(std::vector<config::ResourceGroup>& groups, Prng& prng) {
    for (config::ResourceGroup& group : groups) {
        auto& members = group.members;
        if (prng.chance(30)) group.node = machine_name(group.node == machine_name(0) ? 1 : 0);
        if (prng.chance(30)) {
            const auto which = static_cast<std::ptrdiff_t>(prng.below(members.size()));
            const config::Member member = members[static_cast<std::size_t>(which)];
            members.erase(members.begin() + which);
            config::ResourceGroup& other = groups[prng.below(groups.size())];
            if (prng.chance(40) && &other != &group) {
                other.members.insert(prng.chance(50) ? other.members.begin() : other.members.end(),
                                     member);
            }
        }
        if (prng.chance(15)) members.clear();
    }
}

}  // namespace

std::vector<config::ResourceGroup> file_of(const Options& o, std::size_t machine,
                                           std::uint64_t version) {
    std::vector<config::ResourceGroup> groups = original(o);
    if (version != 0) {
        Prng prng(o.seed * 1000003U + version);
        edit(groups, prng);
    }
    std::erase_if(groups, [](const auto& group) { return group.members.empty(); });
    for (config::ResourceGroup& group : groups) group.key = group.members.front().token;
    if (o.node[machine].other_file) std::reverse(groups.begin(), groups.end());
    return groups;
}

std::set<std::string> tokens_of(const config::ResourceGroup& group) {
    std::set<std::string> tokens;
    for (const config::Member& member : group.members) tokens.insert(member.token);
    return tokens;
}

std::set<std::string> tokens_of(const std::vector<config::ResourceGroup>& groups) {
    std::set<std::string> tokens;
    for (const config::ResourceGroup& group : groups) tokens.merge(tokens_of(group));
    return tokens;
}

}  // namespace hb::sim
