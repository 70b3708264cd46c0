// What clients are told of this node's files and version (clientapi.md 4 and 6).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/instant.hpp"
#include "config/ha_cf.hpp"

namespace hb::core {

struct ApiConfig {
    NodeName self;
    std::vector<NodeName> listed;  // nodes and ping nodes in the order of ha.cf
    Duration deadtime{}, keepalive{};
    std::string version;               // of getparm; the field `hbversion` shows more
    std::string long_version;          // at sign-on
    std::string pacemaker{"false"};    // as ha.cf has it
    std::optional<unsigned> facility;  // as <syslog.h> counts; 0: none; nothing: not in ha.cf
    bool netstring{false};             // msgfmt: everything said goes in that form
    bool manages_resources{true};
    std::map<std::string, std::string> parameters;
};

ApiConfig make_api_config(const config::HaCf& ha_cf, const NodeName& self);

}  // namespace hb::core
