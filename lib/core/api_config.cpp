// See api_config.hpp.
#include "core/api_config.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace hb::core {
namespace {

// Clients compare with this; what runs stands behind it.
constexpr std::string_view spoken_version = "3.0.6";

std::optional<unsigned> facility_of(const config::HaCf& ha_cf) {
    const auto given = ha_cf.recorded.find("logfacility");
    if (given == ha_cf.recorded.end()) return std::nullopt;
    static constexpr std::array<std::string_view, 24> names{
        "kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
        "uucp",   "cron",   "authpriv", "ftp",    "",       "",       "",       "",
        "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};
    std::string_view name = given->second;
    if (name == "security") name = "auth";  // its old name
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return 0U;
    return static_cast<unsigned>(found - names.begin()) * 8U;
}

}  // namespace

ApiConfig make_api_config(const config::HaCf& ha_cf, const NodeName& self) {
    ApiConfig api;
    api.self = self;
    api.listed = ha_cf.listed;
    api.deadtime = ha_cf.deadtime;
    api.keepalive = ha_cf.keepalive;
    api.version = spoken_version;
    api.long_version.append(spoken_version).append(" (heartbeatd " HB_VERSION ")");
    const auto pacemaker = ha_cf.recorded.find("pacemaker");
    if (pacemaker != ha_cf.recorded.end()) api.pacemaker = pacemaker->second;
    api.facility = facility_of(ha_cf);
    api.netstring = !ha_cf.classic;
    api.manages_resources = ha_cf.manage_resources;
    api.parameters = ha_cf.recorded;
    api.parameters.emplace("debug", std::to_string(ha_cf.debug));  // 3.0.6 tells it in any case
    return api;
}

}  // namespace hb::core
