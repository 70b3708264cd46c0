// A status with everything in it that can be there: each member has a value of its own.
#pragma once

#include "status_report.hpp"

namespace hb::test {

using namespace std::chrono_literals;

inline core::ScriptStatus script(std::uint64_t runs, std::uint64_t failures, Duration took,
                                 Duration longest, Duration age, const char* result) {
    return {runs, failures, took, longest, age, result};
}

inline core::NodeStatus beta() {
    core::NodeStatus node;
    node.name = "beta";
    node.state = "dead";
    node.ours = true;
    node.generation = 7;
    node.age = 200s;
    node.deadtime = 12s;
    node.hears_us = false;
    node.deaths = 2;
    node.late = 3;
    node.lost = 4;
    node.repeated = 5;
    node.claim = "blocked";
    node.holdings = "foreign";
    node.file_differs = true;
    node.links = {{"eth0", "dead", 200s, "from_peer_only", 1000, 5},
                  {"ttyS0", "never", {}, "both", 0, 0}};
    return node;
}

inline core::NodeStatus gamma() {
    core::NodeStatus node;
    node.name = "gamma";
    node.state = "active";
    node.generation = 9;
    node.age = 450ms;
    node.claim = "alive";
    node.holdings = "none";
    node.reported = node.left = node.proven_down = true;
    node.links = {{"eth0", "up", 450ms, "both", 990, 10}};
    return node;
}

inline core::Status night_of_core() {
    core::Status status;
    status.name = "alpha";
    status.uuid = "00112233-4455-6677-8899-aabbccddeeff";
    status.generation = 12;
    status.state = "active";
    status.comm_up = status.managed = true;
    status.holdings = "transition";
    status.arbiter = "waiting";
    status.handover = "asked";
    status.handover_with = "gamma";
    status.unix_seconds = 1800000000;
    status.uptime = 90061s;
    status.heartbeats = 90100;
    status.messages = 90200;
    status.timers = {1s, 5s, 10s, 11s, 60s};
    status.stalls = {2, 1500ms, 3600s};
    status.nodes = {beta(), gamma()};
    status.ping_nodes = {{"gw", "ping", "up", 300ms}, {"gw2", "ping6", "unheard", {}}};
    core::GroupStatus web{"IPaddr::10.0.0.1", "alpha", "alpha", "gamma", "running", "", "", {}};
    web.resources = {{"IPaddr::10.0.0.1", script(2, 0, 120ms, 1300ms, 90000s, "ok"), std::nullopt,
                      script(3, 0, 30ms, 30ms, 90000s, "exit 3")},
                     {"httpd", script(2, 1, 5s, 5s, 60s, "exit 1"),
                      script(1, 1, 120s, 120s, 3700s, "timed out"), std::nullopt}};
    core::GroupStatus data{"Filesystem::/dev/sdb", "beta", "", "", "waiting",
                           "fencing_blocked",      "beta", {}};
    status.groups = {web, data};
    status.fencing.orders = {{"beta", "it fell silent", "ipmi (line 20)", false, 12s, 3, 10, true}};
    status.fencing.blocked = {"beta"};
    status.fencing.shots = {{"beta", "ipmi (line 20)", "refused", 2s, 48s, "no route"}};
    return status;
}

inline shell::StatusReport night() {
    shell::StatusReport report;
    report.version = "4.0.0";
    report.pid = 123;
    report.node = night_of_core();
    report.lines = {{{"eth0", false, true, 2000, 6}, "bcast", 90300, 2, 1},
                    {{"gw", true, false, 500, 0}, "ping", 90100, 0, 0}};
    report.devices = {
        {"ipmi (line 20)", "fails", "FAILS: no answer: no route, asked at 2027-01-15T07:00:00Z"},
        {"null (line 21)", "works", "answers (3 ms), asked at 2027-01-15T07:00:00Z"}};
    report.fence_history = {
        "2027-01-15T07:59:12Z beta [ipmi (line 20)] refused after 2000 ms: no route"};
    report.programs = {{"/usr/lib/x", "root", "respawn", "waiting", 4, 16s},
                       {"/usr/lib/y", "nobody", "failfast", "down", 0, {}}};
    report.plugins = {{"ipfail", "given_up"}};
    report.loop = {1500, 40};
    report.log_lines_lost = 8;
    report.left_out = 9;
    return report;
}

// The same cluster when nobody needs to be woken up.
inline shell::StatusReport day() {
    shell::StatusReport report = night();
    core::Status& node = report.node;
    node.holdings = "local";
    node.arbiter = "";
    node.handover = "idle";
    node.handover_with = "";
    node.stalls = {};
    core::NodeStatus& peer = node.nodes[0];
    peer.state = "active";
    peer.hears_us = peer.reported = true;
    peer.file_differs = false;
    peer.claim = "alive";
    peer.age = 300ms;
    peer.deaths = peer.late = peer.lost = 0;
    peer.links = {{"eth0", "up", 300ms, "both", 1000, 1}};
    node.nodes.pop_back();
    node.ping_nodes.pop_back();
    node.groups[0].rival = "";
    node.groups[0].resources.pop_back();
    node.groups[1].owner = "beta";
    node.groups[1].state = "on_peer";
    node.groups[1].why = node.groups[1].about = "";
    node.fencing = {};
    report.lines = {{{"eth0", false, true, 2000, 0}, "bcast", 90300, 0, 0}};
    report.devices.erase(report.devices.begin());
    report.fence_history.clear();
    report.programs.clear();
    report.plugins = {{"ipfail", "running"}};
    report.log_lines_lost = report.left_out = 0;
    return report;
}

}  // namespace hb::test
