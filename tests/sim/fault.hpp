// What can happen to the machines, lines, devices and operators of the simulated world, as data:
// drawn from a seed, printed, and taken away one by one when a failing run is made smaller.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/options.hpp"

namespace hb::sim {

enum class FaultKind : std::uint8_t {
    power_cut,
    power_cut_at_start,  // and once more while it starts
    old_state,           // power cut, and its state directory is an older copy afterwards
    daemon_killed,       // its groups live on
    pause,               // the machine stands still, its clock runs on
    pause_clock_too,     // a paused virtual machine
    cut,                 // lines and directions by `detail`
    loss,                // heavy, for a while
    clog,                // long delays, so that packets overtake each other
    garble,              // many packets are damaged
    device,              // `detail`: the mood of the device that resets `machine`
    command,             // `detail`: hb_standby or hb_takeover with a class
    stop,                // the daemon is stopped in order, and started later
    reload,              // SIGHUP, with nothing changed
    clock_step,          // of the wall clock
    operator_confirms,   // that `machine` is without power, if it is
    user_message,        // a program of the user sends one through the cluster
    gateways_cut,  // `detail`, 2 bits: which machines; 2: which ping nodes, none: all; 1: flaps
    plugin,        // ipfail crashes, hangs or raves, by `detail`
    unplugged,     // `machine` from everybody, or as a whole in one direction
    edited,        // haresources becomes version `detail`, on the other machine after `span`
};
inline constexpr std::size_t fault_kinds = 21;

struct Fault {
    Instant at{};
    FaultKind kind{};
    std::size_t machine{};
    Duration span{};
    std::uint64_t detail{};
};

// The whole of a run.
struct Plan {
    Options options;
    std::vector<Fault> faults;
    std::uint64_t last_file{};  // version of haresources that both have at the end
};

// What the command line fixes; the seed draws the rest.
struct Wanted {
    enum class Fencing : std::uint8_t { drawn, on, off } fencing{Fencing::drawn};
    // Of the stand-ins of a Heartbeat 3.0.6; with one the seed says which machine runs it.
    bool arbiter{false};  // always, and never a fencing device
    bool ipfail{false};   // always
    bool edits{false};    // of haresources, always
    enum class Peer : std::uint8_t { ours, real, both } peer{Peer::ours};
};
Plan draw(std::uint64_t seed, const Wanted& wanted = {});

std::string shown(const Fault& fault);
std::string_view kind_word(FaultKind kind);

}  // namespace hb::sim
