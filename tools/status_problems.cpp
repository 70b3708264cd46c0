// See status_problems.hpp.
#include "status_problems.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace hb::tools {

namespace {

using core::GroupStatus;
using core::NodeStatus;
using shell::StatusReport;

constexpr std::size_t shown_bytes = 200;
// Fewer missed heartbeats are no news: of a link, in thousandths and in number.
constexpr std::uint64_t missed_per_mille = 10, missed_least = 10;
constexpr auto stall_is_news = std::chrono::hours(24);
constexpr auto script_is_news = std::chrono::hours(24);

// Reasons that end by themselves, or that somebody wanted.
bool passes(const std::string& why) {
    return why == "asking" || why == "hand_over" || why == "this_node_stops" ||
           why == "not_managed" || why == "waits_for_group";
}

class Finder {
public:
    explicit Finder(const StatusReport& report) : report_(report) {}

    Problems find() {
        node();
        for (const GroupStatus& group : report_.node.groups) this->group(group);
        fencing();
        for (const NodeStatus& peer : report_.node.nodes) this->peer(peer);
        for (const auto& ping : report_.node.ping_nodes) {
            if (ping.state == "up") continue;
            add(ProblemLevel::warning, "ping_node_dead", ping.name,
                ping.kind + " " + shown(ping.name) + " does not answer" + since(ping.age));
        }
        lines();
        programs();
        machine();
        std::stable_sort(found_.begin(), found_.end(),
                         [](const Problem& a, const Problem& b) { return a.level < b.level; });
        return std::move(found_);
    }

private:
    void add(ProblemLevel level, const char* id, const std::string& about, std::string words,
             std::string advice = {}) {
        found_.push_back({level, id, about, std::move(words), std::move(advice)});
    }
    static std::string since(const core::Age& age) {
        return age ? ", for " + age_text(*age) : ", and never did since this daemon was started";
    }
    void node();
    void group(const GroupStatus& group);
    void group_is_down(const GroupStatus& group);
    void scripts(const GroupStatus& group);
    void fencing();
    void peer(const NodeStatus& peer);
    void links(const NodeStatus& peer);
    void lines();
    void programs();
    void machine();

    const StatusReport& report_;
    Problems found_;
};

void Finder::node() {
    const core::Status& own = report_.node;
    if (own.stopping) {
        add(ProblemLevel::warning, "stopping", own.name, "this node is being stopped");
    } else if (!own.comm_up) {
        add(ProblemLevel::warning, "no_communication", own.name,
            "this node waits for the other nodes, " + age_text(own.timers.initdead) +
                " at most (initdead), and starts nothing before");
    }
    if (own.arbiter == "isolated") {
        add(ProblemLevel::error, "isolated", own.name,
            "no arbiter answers, and the other node is silent: this node gives everything up",
            "look at this node's network");
    } else if (own.arbiter == "waiting") {
        add(ProblemLevel::warning, "waits_for_arbiter", own.name,
            "the other node is silent, and it is not certain yet who goes on");
    }
    if (report_.left_out > 0) {
        add(ProblemLevel::warning, "left_out", own.name,
            std::to_string(report_.left_out) + " entries found no room in this status");
    }
}

void Finder::group(const GroupStatus& group) {
    if (!group.rival.empty()) {
        add(ProblemLevel::error, "group_twice", group.name,
            "group " + shown(group.name) + " is claimed by " + shown(group.owner) + " and by " +
                shown(group.rival) + " at the same time",
            "if this does not end within seconds, stop heartbeatd on one of them");
    }
    if (group.owner.empty() || group.why == "stop_failed") group_is_down(group);
    scripts(group);
}

void Finder::group_is_down(const GroupStatus& group) {
    const std::string down = "group " + shown(group.name) + " runs nowhere: ";
    const std::string about = shown(group.about);
    const auto error = [&](const std::string& words, std::string advice) {
        add(ProblemLevel::error, "group_down", group.name, down + words, std::move(advice));
    };
    if (group.why == "waits_for_fencing") {
        error("node " + about + " may still run it, and its reset is not confirmed yet", "");
    } else if (group.why == "fencing_blocked") {
        error("node " + about + " may still run it, and no device could reset it",
              "make sure that " + about + " is without power, then: hb_takeover --confirm-fenced " +
                  about);
    } else if (group.why == "waits_for_arbiter") {
        error("the other node may still run it", "");
    } else if (group.why == "isolated") {
        error("no arbiter answers this node", "look at this node's network");
    } else if (group.why == "start_failed") {
        error("it could not be started here, and no other node has taken it yet",
              "look at its scripts below, then: hb_takeover");
    } else if (group.why == "failed_everywhere") {
        error("it could not be started on any node that is there",
              "look at its scripts below, mend what is wrong, then: hb_takeover");
    } else if (group.why == "stop_failed") {
        add(ProblemLevel::error, "stop_failed", group.name,
            "group " + shown(group.name) + " could not be stopped: this machine is given up");
    } else if (group.why == "waits_for_report") {
        add(ProblemLevel::warning, "group_waits", group.name,
            down + "node " + about + " has not said yet what it holds");
    } else if (group.why == "waits_for_nodes") {
        add(ProblemLevel::warning, "group_waits", group.name,
            down + "the other nodes are waited for");
    } else if (!passes(group.why)) {
        error("no node takes it", "hb_takeover on the node where it is to run");
    }
}

void Finder::scripts(const GroupStatus& group) {
    for (const core::ResourceStatus& resource : group.resources) {
        const auto look = [&](const char* action, const std::optional<core::ScriptStatus>& script) {
            if (!script || script->result == "ok" || !script->age) return;
            if (*script->age > script_is_news) return;
            if (std::string_view(action) == "status" && script->result.starts_with("exit")) return;
            add(ProblemLevel::warning, "script_failed", group.name,
                shown(resource.name) + " " + action + ": " + shown(script->result) + " after " +
                    age_text(script->took) + ", " + age_text(*script->age) + " ago");
        };
        look("start", resource.start);
        look("stop", resource.stop);
        look("status", resource.status);
    }
}

void Finder::fencing() {
    for (const std::string& node : report_.node.fencing.blocked) {
        const auto& groups = report_.node.groups;
        const bool told = std::any_of(groups.begin(), groups.end(), [&node](const auto& group) {
            return group.owner.empty() && group.why == "fencing_blocked" && group.about == node;
        });
        if (told) continue;
        add(ProblemLevel::error, "fencing_blocked", node,
            "no device could reset " + shown(node) + "; what may run there is started nowhere",
            "make sure that it is without power, then: hb_takeover --confirm-fenced " +
                shown(node));
    }
    for (const core::FenceOrder& order : report_.node.fencing.orders) {
        std::string words = "node " + shown(order.node) + " is to be reset by " +
                            shown(order.device) + " (round " + std::to_string(order.round) +
                            " of " + std::to_string(order.rounds_max) + "): ";
        words += order.shooting ? "under way" : order.next ? "in " + age_text(*order.next) : "soon";
        if (!order.because.empty()) words += "; " + shown(order.because);
        add(order.round > 1 ? ProblemLevel::error : ProblemLevel::warning, "fencing", order.node,
            std::move(words));
    }
    for (const shell::DeviceReport& device : report_.devices) {
        if (device.health != "fails") continue;
        add(ProblemLevel::error, "device_fails", device.name,
            "fencing device " + shown(device.name) + " " + shown(device.words),
            "when a node dies now, its groups may stay down; mend the device, then: heartbeatd -r");
    }
}

void Finder::peer(const NodeStatus& peer) {
    const std::string name = "node " + shown(peer.name);
    if (peer.left) {
        add(ProblemLevel::warning, "node_left", peer.name, name + " was stopped in order");
    } else if (peer.state == "dead") {
        add(ProblemLevel::warning, "node_dead", peer.name,
            name + (peer.age ? " is dead: silent" : " is dead: never heard") +
                (peer.age ? " for " + age_text(*peer.age) : " since this daemon was started"));
    } else if (!peer.hears_us) {
        add(ProblemLevel::error, "node_deaf", peer.name, name + " hears nothing from this node",
            "look at the links, and at firewalls, in that direction");
    }
    if (peer.file_differs && !peer.left) {
        add(ProblemLevel::warning, "haresources_differ", peer.name,
            "haresources on " + name + " is another one",
            "hb_check --peer ssh:" + shown(peer.name) + " shows where they differ");
    }
    if (peer.state != "dead" && !peer.left) links(peer);
}

void Finder::links(const NodeStatus& peer) {
    for (const core::LinkStatus& link : peer.links) {
        const std::string words = "link " + shown(link.name) + " to " + shown(peer.name);
        if (link.state == "never") {
            add(ProblemLevel::warning, "link_never", link.name,
                words + ": it was never heard over it");
        } else if (link.state != "up") {
            add(ProblemLevel::warning, "link_dead", link.name,
                words + " is dead" + since(link.age));
        } else if (link.way == "from_peer_only" || link.way == "to_peer_only") {
            add(ProblemLevel::warning, "link_one_way", link.name,
                words + " works one way only: " +
                    (link.way == "from_peer_only" ? "from there to here" : "from here to there"));
        } else if (link.missed >= missed_least &&
                   link.missed * 1000 >= (link.heard + link.missed) * missed_per_mille) {
            add(ProblemLevel::warning, "link_loses", link.name,
                words + " has lost " + std::to_string(link.missed) + " of " +
                    std::to_string(link.heard + link.missed) + " heartbeats");
        }
    }
}

void Finder::lines() {
    for (const shell::LineReport& line : report_.lines) {
        if (line.line.usable) continue;
        add(ProblemLevel::warning, "line_unusable", line.line.name,
            shown(line.kind) + " " + shown(line.line.name) + " cannot be used now",
            "the log says why");
    }
}

void Finder::programs() {
    for (const core::ProgramStatus& program : report_.programs) {
        if (program.state == "down") {
            add(ProblemLevel::error, "program_down", program.path,
                shown(program.path) + " (" + shown(program.kind) + ") has ended for good",
                "heartbeatd -r lets it try again");
        } else if (program.state == "waiting" && program.crashes > 0) {
            add(ProblemLevel::warning, "program_crashes", program.path,
                shown(program.path) + " (" + shown(program.kind) + ") has ended too soon, " +
                    std::to_string(program.crashes) + " times in a row");
        }
    }
    for (const shell::PluginReport& plugin : report_.plugins) {
        if (plugin.state == "given_up") {
            add(ProblemLevel::error, "plugin_down", plugin.name,
                "plugin " + shown(plugin.name) + " was given up",
                "heartbeatd -r lets it try again");
        } else if (plugin.state == "waiting") {
            add(ProblemLevel::warning, "plugin_waits", plugin.name,
                "plugin " + shown(plugin.name) + " has ended and waits for its next start");
        }
    }
}

void Finder::machine() {
    const core::StallStatus& stalls = report_.node.stalls;
    if (stalls.count > 0 && stalls.age && *stalls.age < stall_is_news) {
        add(ProblemLevel::warning, "stalled", report_.node.name,
            "this machine kept heartbeatd from running for " + age_text(stalls.worst) +
                " at worst; " + std::to_string(stalls.count) + " such stalls, the last " +
                age_text(*stalls.age) + " ago");
    }
    if (report_.log_lines_lost > 0) {
        add(ProblemLevel::warning, "log_lines_lost", report_.node.name,
            std::to_string(report_.log_lines_lost) + " log lines were lost",
            "is the disk of the log file full?");
    }
}

}  // namespace

Problems problems_of(const StatusReport& report) { return Finder(report).find(); }

const std::vector<std::string>& problem_ids() {
    static const std::vector<std::string> ids = {
        "device_fails",     "fencing",       "fencing_blocked",    "group_down",
        "group_twice",      "group_waits",   "haresources_differ", "isolated",
        "left_out",         "line_unusable", "link_dead",          "link_loses",
        "link_never",       "link_one_way",  "log_lines_lost",     "no_communication",
        "node_dead",        "node_deaf",     "node_left",          "ping_node_dead",
        "plugin_down",      "plugin_waits",  "program_crashes",    "program_down",
        "script_failed",    "stalled",       "stop_failed",        "stopping",
        "waits_for_arbiter"};
    return ids;
}

std::string age_text(Duration age) {
    using namespace std::chrono_literals;
    const std::int64_t ms = to_ms(age);
    const std::int64_t s = ms / 1000, m = s / 60, h = m / 60, d = h / 24;
    const auto two = [](std::int64_t a, const char* big, std::int64_t b, const char* small) {
        const std::string rest = b == 0 ? "" : " " + std::to_string(b) + small;
        return std::to_string(a) + big + rest;
    };
    if (age < 1s) return std::to_string(ms) + "ms";
    if (age < 10s) {
        const std::int64_t tenth = ms % 1000 / 100;
        return std::to_string(s) + (tenth == 0 ? "" : "." + std::to_string(tenth)) + "s";
    }
    if (m < 1) return std::to_string(s) + "s";
    if (h < 1) return two(m, "m", s % 60, "s");
    if (d < 1) return two(h, "h", m % 60, "m");
    return two(d, "d", h % 24, "h");
}

std::string shown(const std::string& text) { return printable(text, shown_bytes); }

}  // namespace hb::tools
