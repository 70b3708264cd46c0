// What the daemon tells of itself and of its cluster: core::Status, and what only the shell knows.
// As JSON it is the answer to the client request for the status, and what `cl_status status --json`
// prints. The names in it are public (core/status.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/status.hpp"

namespace hb::shell {

// A medium line of ha.cf.
struct LineReport {
    core::LineStatus line;
    std::string kind;  // bcast, mcast, ucast, serial, ping ...
    // Frames: that left, that never did, that came damaged (of a serial line).
    std::uint64_t sent{}, dropped{}, damaged{};

    static void fields(auto& it, auto&& each) {
        each("kind", it.kind);
        core::LineStatus::fields(it.line, each);
        each("sent", it.sent);
        each("dropped", it.dropped);
        each("damaged", it.damaged);
    }
    bool operator==(const LineReport&) const = default;
};

struct DeviceReport {
    std::string name;
    std::string health;  // works, fails, unknown
    std::string words;   // what it said last, and when

    static void fields(auto& it, auto&& each) {
        each("name", it.name);
        each("health", it.health);
        each("words", it.words);
    }
    bool operator==(const DeviceReport&) const = default;
};

struct PluginReport {
    std::string name;
    std::string state;  // running, starting, waiting, given_up

    static void fields(auto& it, auto&& each) {
        each("name", it.name);
        each("state", it.state);
    }
    bool operator==(const PluginReport&) const = default;
};

// How late our timer fired: how well this machine serves us.
struct LoopReport {
    std::uint64_t worst_us{};   // since the start
    std::uint64_t recent_us{};  // worst of the last minute or two

    static void fields(auto& it, auto&& each) {
        each("worst_us", it.worst_us);
        each("recent_us", it.recent_us);
    }
    bool operator==(const LoopReport&) const = default;
};

struct StatusReport {
    std::uint64_t format{1};  // higher: a name has changed its meaning or is gone
    std::string version;
    std::uint64_t pid{};
    core::Status node;
    std::vector<LineReport> lines;  // node.lines is empty: they are in here
    std::vector<DeviceReport> devices;
    std::vector<std::string> fence_history;  // the last resets, kept over restarts; oldest first
    std::vector<core::ProgramStatus> programs;
    std::vector<PluginReport> plugins;
    LoopReport loop;
    std::uint64_t log_lines_lost{};
    std::uint64_t left_out{};  // entries of lists that found no room

    static void fields(auto& it, auto&& each) {
        each("format", it.format);
        each("version", it.version);
        each("pid", it.pid);
        core::Status::fields(it.node, each);
        each("lines", it.lines);
        each("devices", it.devices);
        each("fence_history", it.fence_history);
        each("programs", it.programs);
        each("plugins", it.plugins);
        each("loop", it.loop);
        each("log_lines_lost", it.log_lines_lost);
        each("left_out", it.left_out);
    }
    bool operator==(const StatusReport&) const = default;
};

// At most `bytes_max` bytes: lists that are too long for it are cut, and `left_out` says so.
std::string status_text(StatusReport report, std::size_t bytes_max);

}  // namespace hb::shell
