// ha.cf: parses every directive of 3.0.6 and our own (directives.def) into one struct (spec:
// config.md). Opens nothing: what needs the machine (does the interface exist?) is the shell's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/instant.hpp"
#include "config/fence_type.hpp"
#include "config/lines.hpp"

namespace hb::config {

using FenceParameters = std::vector<std::pair<std::string, std::string>>;

enum class MediumKind { bcast, mcast, ucast, mcast6, ucast6, serial, ping, ping6, ping_group };
inline constexpr unsigned default_port = 694;  // ha-cluster/udp (IANA)
constexpr bool is_ping(MediumKind kind) noexcept {
    return kind == MediumKind::ping || kind == MediumKind::ping6 || kind == MediumKind::ping_group;
}
// Does it lead to other nodes?
constexpr bool leads_to_nodes(MediumKind kind) noexcept { return !is_ping(kind); }
// The word of ha.cf.
std::string_view medium_word(MediumKind kind) noexcept;

// One link. Which members mean something depends on `kind`.
struct Medium {
    MediumKind kind{};
    std::string name;                // link name (wire.md 7.1): interface, device, host or group
    std::string device;              // interface or serial device
    std::string address;             // ucast: host; mcast: group; ping: host
    std::vector<std::string> hosts;  // ping_group
    unsigned port{};                 // bcast, ucast, mcast (UDP)
    unsigned ttl{1};                 // mcast
    bool loop{false};                // mcast
    unsigned baud{19200};            // serial
    int line{};
    bool operator==(const Medium& other) const;  // without `line`
};

// A program that the daemon keeps running (respawn), or whose failure reboots the node (failfast).
enum class ProgramKind { respawn, failfast };
struct Program {
    ProgramKind kind{};
    std::string user, path;
    std::string command;  // path and arguments as written; a shell reads them, as in 3.0.6
    int line{};
    bool operator==(const Program& other) const;  // without `line`
};
// The word of ha.cf.
std::string_view program_word(ProgramKind kind) noexcept;
// A line with a file of this name selects our own plugin ipfail.so and starts no program.
bool is_ipfail(std::string_view path) noexcept;
bool is_dopd(std::string_view path) noexcept;  // the same of dopd.so
// One of the two.
bool selects_plugin(std::string_view path) noexcept;

// A line `stonith` or `stonith_host` that this node goes by.
struct FenceDevice {
    std::string shown;  // TYPE as written
    FenceType type;
    std::string file;  // of `stonith`: where its parameters stand; the shell reads it
    // In order. What has no name of its own is called 1, 2, ... Passwords are among them.
    FenceParameters parameters;
    int line{};
    // For the log, and unique: `external/ipmi (line 12)`.
    std::string name() const;
    bool operator==(const FenceDevice& other) const;  // without `line`
};

// Who may sign on as a client: names or numbers of users and groups.
struct ApiAuth {
    std::string client;
    std::vector<std::string> users, groups;
    int line{};
    bool operator==(const ApiAuth& other) const {  // without `line`
        return client == other.client && users == other.users && groups == other.groups;
    }
};
// With the rules that 3.0.6 has built in for clients that no line names.
std::vector<ApiAuth> with_built_in_rules(const std::vector<ApiAuth>& lines, bool pacemaker);

enum class Failback { on, off, legacy };
enum class GroupOrder { parallel, file };

// Who decides which of two nodes goes on when they do not hear each other (ours).
struct ArbiterLine {
    std::vector<std::string> names;  // ping nodes, lower case; empty: no arbiter
    bool reboot{false};
    int line{};
    bool operator==(const ArbiterLine& other) const {  // without `line`
        return names == other.names && reboot == other.reboot;
    }
};
// As it stands in the file, without the directive; "" without one.
std::string arbiter_text(const ArbiterLine& arbiter);

struct HaCf {
    std::vector<std::string> nodes;   // normal nodes, lower case, file order
    std::vector<Medium> media;        // file order
    std::vector<std::string> listed;  // nodes and ping nodes, lower case, in the order of the file
    std::vector<ApiAuth> api_auth;    // file order; without those of 3.0.6 itself
    std::vector<Program> programs;    // file order, which is the order of their start
    Duration keepalive{}, deadtime{}, warntime{}, initdead{}, deadping{};
    Duration max_rexmit_delay{};
    unsigned hopfudge{1}, udpport{default_port};
    Failback auto_failback{Failback::legacy};
    bool classic{true};  // msgfmt
    bool log_badpack{true};
    bool generation_from_time{false};  // hbgenmethod time
    bool uuid_from_name{false};        // uuidfrom nodename
    bool traditional_compression{false};
    std::string compression{"zlib"};
    std::size_t compression_threshold_kib{2};
    std::string logfile, debugfile;  // empty: none; /dev/null counts as none
    std::string logfacility;         // empty: none
    bool syslogmsgfmt{true};
    int debug{0};
    bool realtime{true};
    int rtprio{1};
    std::string watchdog;         // device; empty: none
    bool manage_resources{true};  // false with `pacemaker`/`crm` on
    // --- ours ---
    Duration start_timeout{}, status_timeout{}, stop_timeout{}, hook_timeout{};
    Duration announce_refresh{};  // zero: none
    int stop_retries{10};         // also `env STOPRETRYMAX=n`
    GroupOrder group_order{GroupOrder::parallel};
    bool rc_d_all{false};
    ArbiterLine arbiter;
    std::vector<FenceDevice> devices;  // file order, in which they are tried
    Duration fence_delay{};            // what the node waits whose turn is second
    Duration fence_timeout{};          // of one shot; zero: as the device needs
    // --- for children: HA_<name>=<text>, as recorded (config.md 1.3), and `env` lines ---
    std::map<std::string, std::string> recorded;
    std::vector<std::pair<std::string, std::string>> env;

    bool operator==(const HaCf&) const = default;
};

// What only the machine knows. The shell fills it; tests write it by hand.
struct Machine {
    std::string node_name;        // uname -n or nodeinfo, lower case
    bool manage_resources{true};  // false with -M
    unsigned service_port{0};     // ha-cluster/udp of the services database; 0: not there
};

// Parses and cross-checks (config.md 6), with defaults filled in. Errors of the whole file are
// collected; the struct is only fit for use when errors is empty.
HaCf parse_ha_cf(std::string_view text, const std::string& file, const Machine& machine,
                 Diagnostics& found);

// The file of a `stonith` line: the first line that is neither empty nor a comment, as in 3.0.6;
// when it begins with NAME=VALUE, every line is one of these. Mistakes go to `found`.
FenceParameters parse_fence_file(std::string_view text, const std::string& file,
                                 Diagnostics& found);
// Of one shot with this device.
Duration fence_timeout(const HaCf& ha_cf, const FenceDevice& device);

// Whether the plugin ipfail is to run: a line names it, and the rest allows it. (A warning of
// parse_ha_cf says why not.)
bool wants_ipfail(const HaCf& ha_cf);
bool wants_dopd(const HaCf& ha_cf);

// Nodes and ping nodes: whom a line of haresources may name.
std::vector<std::string> known_names(const HaCf& ha_cf);

// Rows for `heartbeatd -D`: directive, default, description.
struct DirectiveRow {
    std::string name, default_text, description;
};
std::vector<DirectiveRow> directive_table();

}  // namespace hb::config
