// Options and faults as a reader of a trace wants them.
#include "sim/fault.hpp"
#include "sim/options.hpp"

namespace hb::sim {
namespace {

std::string ms(Duration d) { return std::to_string(to_ms(d)) + " ms"; }

std::string_view policy_word(config::Failback policy) {
    return policy == config::Failback::on    ? "on"
           : policy == config::Failback::off ? "off"
                                             : "legacy";
}

std::string shown_node(const NodeOptions& node, std::size_t index) {
    std::string text = "\n  " + machine_name(index) + ": keepalive " + ms(node.keepalive) +
                       ", deadtime " + ms(node.deadtime) + ", initdead " + ms(node.initdead) +
                       ", auto_failback " + std::string(policy_word(node.failback));
    if (node.clock_ppm != 0) text += ", clock " + std::to_string(node.clock_ppm) + " ppm fast";
    for (const DeviceMood mood : node.devices) {
        text += ", a device that " + std::string(mood_word(mood));
    }
    return text;
}

}  // namespace

std::string_view script_word(ScriptFault what) {
    static constexpr std::string_view words[] = {
        "start fails",      "start fails once",    "start hangs",
        "status hangs",     "status says running", "status says stopped",
        "stop fails twice", "stop fails",          "stop hangs"};
    return words[static_cast<std::size_t>(what)];
}

std::string_view mood_word(DeviceMood mood) {
    static constexpr std::string_view words[] = {"works",     "is slow",       "refuses",
                                                 "is silent", "acts silently", "lies"};
    return words[static_cast<std::size_t>(mood)];
}

std::string shown(const Options& o) {
    std::string text = "seed " + std::to_string(o.seed) + ": links " + std::to_string(o.links) +
                       ", groups " + std::to_string(o.groups) + " of " + std::to_string(o.members) +
                       ", loss " + std::to_string(o.line.loss_percent) + " %, repeats " +
                       std::to_string(o.line.repeat_percent) + " %, garbled " +
                       std::to_string(o.line.garble_percent) + " %, delay to " +
                       std::to_string(o.line.delay_max.count() / 1000) + " us, scripts to " +
                       ms(o.script_max) + (o.fencing ? ", fencing" : ", no fencing");
    if (o.fencing) {
        text += " (acts within " + ms(o.device_acts) + ", delay " + ms(o.fence_delay) + ")";
    }
    if (o.ipfail) {
        text += ", ipfail with " + std::to_string(o.gateways) + " ping nodes, deadping " +
                ms(o.deadping);
    }
    if (o.arbiter) {
        text +=
            ", arbiter of " + std::to_string(o.gateways) + (o.arbiter_reboots ? ", reboots" : "");
    }
    if (o.gateways > 0 && !o.arbiter) {
        text += ", ping nodes " + std::to_string(o.gateways) + " with deadping " + ms(o.deadping);
    }
    for (std::size_t i = 0; i < o.node.size(); ++i) text += shown_node(o.node[i], i);
    for (const BadScript& bad : o.bad_scripts) {
        text += "\n  " + token_of(bad.group, bad.member) + " on " + machine_name(bad.machine) +
                ": " + std::string(script_word(bad.what));
    }
    return text;
}

std::string_view kind_word(FaultKind kind) {
    static constexpr std::string_view words[] = {"power cut",
                                                 "power cut while starting",
                                                 "old state directory",
                                                 "daemon killed",
                                                 "stands still",
                                                 "stands still, clock too",
                                                 "cut",
                                                 "loss",
                                                 "clogged",
                                                 "garbled",
                                                 "device",
                                                 "command",
                                                 "stop",
                                                 "reload",
                                                 "clock step",
                                                 "operator confirms",
                                                 "user message",
                                                 "no way to ping nodes",
                                                 "plugin",
                                                 "unplugged",
                                                 "haresources edited"};
    return words[static_cast<std::size_t>(kind)];
}

std::string shown(const Fault& fault) {
    return "[" + std::to_string(to_ms(fault.at.since_start)) + "] " +
           std::string(kind_word(fault.kind)) + ", " + machine_name(fault.machine) + ", " +
           ms(fault.span) + ", detail " + std::to_string(fault.detail);
}

}  // namespace hb::sim
