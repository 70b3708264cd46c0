// Who may sign on as which client (apiauth; clientapi.md 5).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.hpp"

namespace hb::core {

class ClientRules {
public:
    void set(std::vector<ClientRule> rules) { rules_ = std::move(rules); }
    // Empty when this user or group may be that client, else why not, as 3.0.6 says it.
    std::string refusal(std::string_view client, bool casual, std::uint32_t uid,
                        std::uint32_t gid) const;

private:
    const ClientRule* find(std::string_view client) const;
    std::vector<ClientRule> rules_;
};

}  // namespace hb::core
