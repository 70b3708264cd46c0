// Reads ha.cf, authkeys and haresources, and checks them against this machine: interfaces, host
// names, scripts. The parsers themselves are in lib/config.
#pragma once

#include <string>
#include <vector>

#include "base/event.hpp"
#include "config/authkeys.hpp"
#include "config/ha_cf.hpp"
#include "config/haresources.hpp"
#include "paths.hpp"

namespace hb::shell {

// `uname -n` in lower case, or the first word of nodeinfo when that file is there.
std::string local_node_name(const Paths& paths);

// The three files as read; empty where one could not be. `authkeys_mode`: its permission bits.
struct FileTexts {
    std::string ha_cf, authkeys, haresources;
    unsigned authkeys_mode{};
};

struct LoadedConfig {
    config::HaCf ha_cf;  // hosts of ucast lines are numeric addresses here
    config::AuthKeys keys;
    std::vector<config::ResourceGroup> groups;  // empty when resources are not managed
    std::vector<ClientRule> client_rules;       // apiauth and what is built in
    std::string node_name;
    FileTexts texts;            // what all this was made of,
    config::Machine machine;    // with this: for a recording
    config::Diagnostics found;  // of all three files, in that order
    // 0: fit for use. 4: a file may not be read. 6: errors (resources.md 6.1).
    int exit_status{};
};

// Whether the plugins of fencing devices are asked if they accept their parameters, which may take
// seconds.
enum class AskPlugins : std::uint8_t { no, yes };

// `manage_resources`: false with -M. Opens files and may ask a name server: at start and at a
// reload only.
LoadedConfig load_config(const Paths& paths, bool manage_resources,
                         AskPlugins plugins = AskPlugins::no);

}  // namespace hb::shell
