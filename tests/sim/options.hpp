// What one seed draws besides its faults: the cluster, its lines, its scripts and devices, its
// clocks. Printed before a run.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/prng.hpp"
#include "core/core.hpp"

namespace hb::sim {

// A script that misbehaves, on one machine, until calm begins (start_fails: for good).
enum class ScriptFault : std::uint8_t {
    start_fails,
    start_fails_once,
    start_hangs,  // killed at its time limit; the member may run all the same
    status_hangs,
    status_says_running,  // though it does not
    status_says_stopped,  // though it runs
    stop_fails_twice,
    stop_fails,
    stop_hangs,
};
struct BadScript {
    std::size_t machine{}, group{}, member{};
    ScriptFault what{};
};

// What a fencing device does with an order.
enum class DeviceMood : std::uint8_t {
    works,
    slow,     // to accept and to act, within its time limit
    refuses,  // says no, and does nothing
    silent,   // says nothing, does nothing
    no_word,  // resets the machine, but says nothing
    lies,     // says yes, and does nothing
};

struct NodeOptions {
    Duration keepalive{}, deadtime{}, initdead{};
    config::Failback failback{config::Failback::on};
    bool other_file{false};           // its haresources has the groups in another order
    int clock_ppm{0};                 // its clock runs that much faster than the world's
    std::vector<DeviceMood> devices;  // levels by which the other node resets this one
};

// One direction of one line.
struct LineOptions {
    unsigned loss_percent{}, repeat_percent{}, garble_percent{};
    Duration delay_min{}, delay_max{};
};

struct Options {
    std::uint64_t seed{};
    std::size_t links{1};
    std::size_t groups{1};
    std::size_t members{2};  // of each group
    std::array<NodeOptions, 2> node;
    LineOptions line;  // of every line, unless a fault says otherwise
    Duration script_min{}, script_max{};
    Duration start_timeout{}, status_timeout{}, stop_timeout{};
    std::vector<BadScript> bad_scripts;
    bool real[2]{};  // which machine runs a Heartbeat 3.0.6 (its stand-in)
    bool fencing{false};
    std::size_t gateways{0};  // ping nodes, each of them an arbiter when there is one
    Duration deadping{};      // zero: as deadtime
    bool arbiter{false}, arbiter_reboots{false};
    bool ipfail{false};      // beside each daemon of ours that may have it
    Duration device_acts{};  // from the order to the cut of the power, at most
    Duration fence_delay{};
    Duration boot_min{}, boot_max{};  // of a machine that was reset
    Duration fault_span{};            // faults happen in here, then calm follows
    bool edited{false};               // haresources changes on the way
    bool crc{false};                  // instead of sha1, which is even faster

    Duration keepalive() const { return std::max(node[0].keepalive, node[1].keepalive); }
    Duration deadtime() const { return std::max(node[0].deadtime, node[1].deadtime); }
    Duration initdead() const { return std::max(node[0].initdead, node[1].initdead); }
    bool has(ScriptFault what) const;
    bool has(const BadScript& which) const;
    Duration silence_of_pings(std::size_t machine) const {
        return deadping > Duration::zero() ? deadping : node[machine].deadtime;
    }
    // Whether that machine's daemon has the plugin ipfail.
    bool has_ipfail(std::size_t machine) const;
    // The longest that one script call can take, retries of a stop included.
    Duration longest_script() const;
};

// Ping nodes and an arbiter that asks them; by numbers of their own, so that all else stays as
// drawn.
void draw_arbiter(Options& options, bool always);
// Ping nodes that nobody asks for leave, in some seeds without an arbiter.
void draw_gateways(Options& options);
// ipfail, in some seeds that have ping nodes; `always`: and ping nodes for it. Likewise.
void draw_ipfail(Options& options, bool always);
Options draw_options(std::uint64_t seed, Prng& prng);
std::string shown(const Options& options);

// The configuration of machine `index` (0: alpha, 1: beta), with that version of haresources.
core::CoreConfig core_config(const Options& options, std::size_t index, std::uint64_t generation,
                             std::uint64_t seed, std::uint64_t file = 0);
std::string machine_name(std::size_t index);
std::string device_name(std::size_t level);
// A member's name, `g2m1` for member 1 of group 2, and back.
std::string token_of(std::size_t group, std::size_t member);
std::size_t group_of(const std::string& token);
std::size_t member_of(const std::string& token);
std::string_view mood_word(DeviceMood mood);
std::string_view script_word(ScriptFault what);

}  // namespace hb::sim
