// What only a machine knows, gathered by the tool and judged by the rules.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.hpp"

namespace hb::check {

struct Ip4 {
    std::string address;  // "192.0.2.1"
    unsigned prefix{};    // bits of its network
};

struct InterfaceFact {
    std::string name;
    bool up{};
    std::vector<Ip4> addresses;
    std::string wire;  // the interface below a VLAN; itself otherwise
};

enum class ScriptState : std::uint8_t { there, missing, not_executable, open };
struct ScriptFact {
    std::string type;
    ScriptState state{};
    std::string path;     // of the file, or of the unit
    std::string boot_by;  // the link that starts it at boot; empty: none
};

// Two stops of a resource that did not run.
struct StopTrial {
    std::string resource;  // as haresources has it
    std::string failure;   // "exit status 1 the second time"; empty: it is as it should be
};

struct Facts {
    std::vector<InterfaceFact> interfaces;
    std::map<std::string, std::vector<std::string>> names;  // of names_of(): addresses; empty: none
    std::vector<ScriptFact> scripts;                        // one for each type of haresources
    std::map<std::string, bool> paths;                      // of paths_of(): is it there?
    std::vector<StopTrial> trials;
    std::vector<unsigned> taken_ports;  // UDP, by others than heartbeat
    std::string packet_filter;          // `nft list ruleset`; empty: not known
    std::string fstab;
    std::string resource_dir, init_dir;  // where scripts are looked for
    bool daemon_runs{};
    std::optional<bool> clock_kept;
    std::optional<Duration> peer_clock_off;
    std::optional<Duration> lateness;
    std::string lateness_from;  // "the running daemon, since its start"
};

}  // namespace hb::check
