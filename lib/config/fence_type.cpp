// See fence_type.hpp.
#include "config/fence_type.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace hb::config {

namespace {

constexpr std::array<std::string_view, 4> single{"null", "meatware", "ssh", "suicide"};
constexpr std::array<std::string_view, 3> containers{"external", "rhcs", "stonith2"};
constexpr std::string_view agent_prefix = "fence_";

template <std::size_t n>
bool is_one_of(const std::array<std::string_view, n>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// It becomes the name of a file: nothing that leaves its folder.
bool is_file_name(std::string_view name) {
    constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.+";
    constexpr std::size_t longest = 100;
    return !name.empty() && name.size() <= longest && name.front() != '.' &&
           name.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

Result<FenceType> fence_type(std::string_view text) {
    const std::size_t slash = text.find('/');
    const std::string plugin(text.substr(0, slash));
    if (!is_file_name(plugin)) {
        return fail(Errc::bad_config, "'" + printable(text) + "' is no type of a fencing device");
    }
    if (slash == std::string_view::npos) {
        if (is_one_of(single, plugin)) return FenceType{plugin, {}};
        if (plugin.starts_with(agent_prefix) && plugin != agent_prefix) {
            return FenceType{"rhcs", plugin};
        }
        if (!is_one_of(containers, plugin)) return FenceType{"stonith2", plugin};
        return fail(Errc::bad_config, "'" + plugin + "' alone is no type of a fencing device, " +
                                          "expected " + plugin + "/NAME");
    }
    const std::string name(text.substr(slash + 1));
    if (!is_one_of(containers, plugin) || !is_file_name(name)) {
        return fail(Errc::bad_config, "'" + printable(text) + "' is no type of a fencing device, " +
                                          "expected a name, external/NAME or rhcs/NAME");
    }
    if (plugin != "rhcs" || name.starts_with(agent_prefix)) return FenceType{plugin, name};
    return FenceType{plugin, std::string(agent_prefix) + name};
}

}  // namespace hb::config
