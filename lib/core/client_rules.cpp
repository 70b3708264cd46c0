// See client_rules.hpp.
#include "core/client_rules.hpp"

#include <algorithm>

namespace hb::core {

const ClientRule* ClientRules::find(std::string_view client) const {
    const auto found = std::find_if(rules_.begin(), rules_.end(), [client](const ClientRule& rule) {
        return rule.client == client;
    });
    return found == rules_.end() ? nullptr : &*found;
}

std::string ClientRules::refusal(std::string_view client, bool casual, std::uint32_t uid,
                                 std::uint32_t gid) const {
    const ClientRule* rule = find(casual ? "anon" : client);
    if (rule == nullptr && casual) return "apiauth anon missing";
    if (rule == nullptr) rule = find("default");
    if (rule == nullptr) return "no default client auth";
    const auto in = [](const std::vector<std::uint32_t>& all, std::uint32_t one) {
        return std::find(all.begin(), all.end(), one) != all.end();
    };
    // Root is not special, and other groups of the user do not count.
    return in(rule->uids, uid) || in(rule->gids, gid) ? "" : "client failed authorization";
}

}  // namespace hb::core
