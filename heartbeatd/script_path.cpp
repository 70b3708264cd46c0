// See script_path.hpp.
#include "script_path.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace hb::shell {

namespace {

constexpr std::string_view unit_status_action = "is-active";

bool is_regular(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

std::vector<std::string> unit_command(const Paths& paths, const AgentCall& call) {
    const auto systemctl = std::find_if(paths.systemctl.begin(), paths.systemctl.end(), is_script);
    if (systemctl == paths.systemctl.end()) return {};
    const std::string unit = call.type + ".service";
    const bool known =
        std::any_of(paths.unit_dirs.begin(), paths.unit_dirs.end(),
                    [&unit](const std::string& folder) { return is_regular(folder + "/" + unit); });
    if (!known) return {};
    if (call.action == ScriptAction::status) {
        return {*systemctl, std::string(unit_status_action), "--quiet", unit};
    }
    return {*systemctl, action_word(call.action), unit};
}

}  // namespace

bool is_script(const std::string& path) {
    return is_regular(path) && ::access(path.c_str(), X_OK) == 0;
}

bool is_script_name(const std::string& type) {
    return !type.empty() && type.front() != '.' && type.find('/') == std::string::npos &&
           std::none_of(type.begin(), type.end(), is_control);
}

std::vector<std::string> find_script(const Paths& paths, const AgentCall& call) {
    if (!is_script_name(call.type)) return {};
    for (const std::string& folder : {paths.resource_dir(), paths.init_dir}) {
        const std::string path = folder + "/" + call.type;
        if (!is_script(path)) continue;
        std::vector<std::string> argv{path};
        argv.insert(argv.end(), call.arguments.begin(), call.arguments.end());
        argv.emplace_back(action_word(call.action));
        return argv;
    }
    return unit_command(paths, call);
}

bool is_unit_status(const std::vector<std::string>& command) {
    return command.size() == 4 && command[1] == unit_status_action && command[2] == "--quiet";
}

}  // namespace hb::shell
