// See environment.hpp.
#include "environment.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace hb::shell {

namespace {

constexpr std::string_view null_device = "/dev/null";

bool is_field_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
}

// A text with a zero byte would be cut by exec; one that has it is not passed at all.
bool is_passable(std::string_view value) { return value.find('\0') == std::string_view::npos; }

using Variables = std::map<std::string, std::string>;

// Where scripts log. Without any target 3.0.6 would point them at its logging daemon, which is not
// there: syslog is where their words are found then. With a facility, the file that is not
// configured reads /dev/null, as in 3.0.6.
void add_log_targets(const config::HaCf& ha_cf, Variables& out) {
    out["HA_LOGD"] = "no";
    const bool no_target =
        ha_cf.logfile.empty() && ha_cf.debugfile.empty() && ha_cf.logfacility.empty();
    const std::string facility = no_target ? "daemon" : ha_cf.logfacility;
    if (!facility.empty()) out["HA_LOGFACILITY"] = facility;
    const std::string missing(facility.empty() ? "" : null_device);
    const std::string& log = ha_cf.logfile.empty() ? missing : ha_cf.logfile;
    const std::string& debug = ha_cf.debugfile.empty() ? missing : ha_cf.debugfile;
    if (!log.empty()) out["HA_LOGFILE"] = log;
    if (!debug.empty()) out["HA_DEBUGLOG"] = debug;
}

}  // namespace

std::vector<std::string> script_environment(const config::HaCf& ha_cf, const Paths& paths,
                                            std::string_view node_name, int debug) {
    Variables variables;
    for (const auto& [name, text] : ha_cf.recorded) variables["HA_" + name] = text;
    variables["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin:" + paths.share_dir;
    variables["HA_CURHOST"] = node_name;
    variables["HA_DIR"] = paths.config_dir + "/";
    variables["HA_FUNCS"] = paths.config_dir + "/shellfuncs";
    variables["HA_DATEFMT"] = "%Y/%m/%d_%T\t";
    variables["HA_COMPRESSION"] = ha_cf.compression;
    variables["OCF_ROOT"] = "/usr/lib/ocf";
    add_log_targets(ha_cf, variables);
    if (debug > 0) variables["HA_debug"] = std::to_string(debug);
    for (const auto& [name, text] : ha_cf.env) variables["HA_" + name] = text;

    std::vector<std::string> out;
    out.reserve(variables.size());
    for (const auto& [name, text] : variables) {
        if (is_passable(text)) out.push_back(name + "=" + text);
    }
    return out;
}

std::string script_log(const std::vector<std::string>& environment) {
    constexpr std::string_view name = "HA_DEBUGLOG=";
    for (const std::string& variable : environment) {
        if (variable.compare(0, name.size(), name) != 0) continue;
        std::string path = variable.substr(name.size());
        return path == null_device ? std::string() : path;
    }
    return {};
}

std::vector<std::string> with_fields(
    std::vector<std::string> base, const std::vector<std::pair<std::string, std::string>>& fields) {
    std::set<std::string> taken;
    for (const std::string& variable : base) taken.insert(variable.substr(0, variable.find('=')));
    for (const auto& [field, value] : fields) {
        if (!is_field_name(field) || !is_passable(value)) continue;
        const std::string name = "HA_" + field;
        if (taken.insert(name).second) base.push_back(name + "=" + value);
    }
    return base;
}

}  // namespace hb::shell
