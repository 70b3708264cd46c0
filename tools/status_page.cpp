// See status_page.hpp.
#include "status_page.hpp"

#include <algorithm>
#include <vector>

namespace hb::tools {

namespace {

using shell::StatusReport;

// Rows whose columns stand below each other.
class Table {
public:
    void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    std::string text() const {
        std::vector<std::size_t> widths;
        for (const auto& row : rows_) {
            if (widths.size() < row.size()) widths.resize(row.size());
            for (std::size_t i = 0; i < row.size(); ++i) {
                widths[i] = std::max(widths[i], row[i].size());
            }
        }
        std::string out;
        for (const auto& row : rows_) {
            std::string line = " ";
            for (std::size_t i = 0; i < row.size(); ++i) {
                line += " " + row[i] + std::string(widths[i] - row[i].size(), ' ') + " ";
            }
            line.resize(line.find_last_not_of(' ') + 1);
            out += line + "\n";
        }
        return out;
    }

private:
    std::vector<std::vector<std::string>> rows_;
};

std::string age_or(const core::Age& age, const char* otherwise) {
    return age ? age_text(*age) : otherwise;
}

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string us_text(std::uint64_t us) {
    return number(us / 1000) + "." + number(us % 1000 / 100) + "ms";
}

std::string heading(const StatusReport& report, const Problems& problems) {
    const auto errors = std::count_if(problems.begin(), problems.end(), [](const Problem& each) {
        return each.level == ProblemLevel::error;
    });
    std::string out = shown(report.node.name) + ": ";
    if (problems.empty()) return out + "all is well\n";
    const auto warnings = static_cast<std::ptrdiff_t>(problems.size()) - errors;
    const auto count = [](std::ptrdiff_t n, const char* one) {
        return std::to_string(n) + " " + one + (n == 1 ? "" : "s");
    };
    if (errors > 0) out += count(errors, "error") + (warnings > 0 ? ", " : "");
    if (warnings > 0) out += count(warnings, "warning");
    out += "\n";
    for (const Problem& problem : problems) {
        out += problem.level == ProblemLevel::error ? "  ERROR " : "  warn  ";
        out += problem.words + "\n";
        if (!problem.advice.empty()) out += "        -> " + problem.advice + "\n";
    }
    return out;
}

std::string groups(const StatusReport& report) {
    if (report.node.groups.empty()) return "";
    std::string out = "\ngroups\n";
    Table table;
    for (const core::GroupStatus& group : report.node.groups) {
        std::string where = group.owner.empty() ? "nowhere" : "on " + shown(group.owner);
        if (group.owner == report.node.name) where += " (here)";
        std::string note =
            group.owner == group.preferred ? "at home" : "home is " + shown(group.preferred);
        if (!group.why.empty()) note += ", " + shown(group.why);
        if (!group.about.empty()) note += " " + shown(group.about);
        table.row({shown(group.name), shown(group.state), where, note});
    }
    return out + table.text();
}

std::string scripts(const StatusReport& report) {
    Table table;
    bool any = false;
    for (const core::GroupStatus& group : report.node.groups) {
        for (const core::ResourceStatus& resource : group.resources) {
            const auto cell = [](const char* name,
                                 const std::optional<core::ScriptStatus>& script) -> std::string {
                if (!script) return "";
                std::string text = std::string(name) + " " + age_text(script->took);
                if (script->longest > script->took) text += "/" + age_text(script->longest);
                if (script->result != "ok") text += " " + shown(script->result);
                if (script->failures > 0) {
                    text += " (failed " + number(script->failures) + " of " + number(script->runs) +
                            ")";
                }
                return text + ", " + age_or(script->age, "never") + " ago";
            };
            if (!resource.start && !resource.stop && !resource.status) continue;
            any = true;
            table.row({shown(resource.name), cell("start", resource.start),
                       cell("stop", resource.stop), cell("status", resource.status)});
        }
    }
    return any ? "\nscripts: the last run/the longest\n" + table.text() : "";
}

std::string nodes(const StatusReport& report) {
    std::string out = "\nnodes\n";
    Table table;
    const core::Status& own = report.node;
    table.row({shown(own.name), shown(own.state), "here", "holds " + shown(own.holdings)});
    for (const core::NodeStatus& peer : own.nodes) {
        std::string note = peer.left       ? "stopped in order"
                           : peer.reported ? "holds " + shown(peer.holdings)
                                           : "has not said what it holds";
        if (!peer.ours && peer.generation > 0) note += ", Heartbeat 3.0.6 or older";
        if (peer.deadtime) note += ", deadtime " + age_text(*peer.deadtime);
        if (peer.late > 0) note += ", late " + number(peer.late) + " times";
        if (peer.deaths > 0) note += ", died " + number(peer.deaths) + " times";
        if (peer.lost > 0) note += ", " + number(peer.lost) + " messages asked for again";
        const std::string heard =
            peer.age ? "heard " + age_text(*peer.age) + " ago" : "never heard";
        table.row({shown(peer.name), shown(peer.state), heard, note});
    }
    for (const core::PingStatus& ping : own.ping_nodes) {
        const std::string heard =
            ping.age ? "heard " + age_text(*ping.age) + " ago" : "never heard";
        table.row({shown(ping.name), shown(ping.state), heard, shown(ping.kind)});
    }
    return out + table.text();
}

std::string links(const StatusReport& report) {
    Table table;
    for (const core::NodeStatus& peer : report.node.nodes) {
        for (const core::LinkStatus& link : peer.links) {
            const std::uint64_t all = link.heard + link.missed;
            std::string lost =
                all == 0 ? "" : number(link.missed) + " of " + number(all) + " heartbeats lost";
            std::string way = link.way == "from_peer_only" ? "one way: from there"
                              : link.way == "to_peer_only" ? "one way: to there"
                                                           : "";
            table.row({shown(peer.name), shown(link.name), shown(link.state),
                       age_or(link.age, "never"), lost, way});
        }
    }
    std::string out = report.node.nodes.empty() ? "" : "\nlinks\n" + table.text();
    Table own;
    for (const shell::LineReport& line : report.lines) {
        std::string bad;
        const auto add = [&bad](std::uint64_t n, const char* what) {
            if (n > 0) bad += (bad.empty() ? "" : ", ") + number(n) + what;
        };
        add(line.dropped, " not sent");
        add(line.damaged, " damaged");
        add(line.line.refused, " refused");
        own.row({shown(line.kind), shown(line.line.name), line.line.usable ? "open" : "CLOSED",
                 number(line.sent) + " sent, " + number(line.line.received) + " received", bad});
    }
    return report.lines.empty() ? out : out + "\nlines of this node, frames\n" + own.text();
}

std::string fencing(const StatusReport& report) {
    std::string out;
    if (!report.devices.empty()) {
        Table table;
        for (const shell::DeviceReport& device : report.devices) {
            table.row({shown(device.name), shown(device.words)});
        }
        out += "\nfencing devices\n" + table.text();
    }
    if (!report.fence_history.empty()) {
        out += "\nresets of other nodes, the last one last\n";
        for (const std::string& line : report.fence_history) out += "  " + shown(line) + "\n";
    }
    return out;
}

std::string programs(const StatusReport& report) {
    if (report.programs.empty() && report.plugins.empty()) return "";
    Table table;
    for (const core::ProgramStatus& program : report.programs) {
        table.row({shown(program.kind), shown(program.path), shown(program.state)});
    }
    for (const shell::PluginReport& plugin : report.plugins) {
        table.row({"plugin", shown(plugin.name), shown(plugin.state)});
    }
    return "\nprograms\n" + table.text();
}

std::string daemon(const StatusReport& report) {
    const core::Status& own = report.node;
    const core::TimerStatus& timers = own.timers;
    Table table;
    table.row({"running", "heartbeatd " + shown(report.version) + ", pid " + number(report.pid) +
                              ", for " + age_text(own.uptime)});
    table.row({"timers", "keepalive " + age_text(timers.keepalive) + ", warntime " +
                             age_text(timers.warntime) + ", deadtime " + age_text(timers.deadtime) +
                             ", deadping " + age_text(timers.deadping) + ", initdead " +
                             age_text(timers.initdead)});
    table.row({"lateness", us_text(report.loop.recent_us) + " in the last minutes, " +
                               us_text(report.loop.worst_us) + " at worst"});
    table.row(
        {"sent", number(own.heartbeats) + " heartbeats, " + number(own.messages) + " messages"});
    if (!own.arbiter.empty()) table.row({"arbiter", shown(own.arbiter)});
    if (!own.handover.empty() && own.handover != "idle") {
        table.row({"hand-over", shown(own.handover) + " with " + shown(own.handover_with)});
    }
    return "\nthis daemon\n" + table.text();
}

}  // namespace

std::string status_page(const StatusReport& report, const Problems& problems) {
    return heading(report, problems) + groups(report) + nodes(report) + links(report) +
           scripts(report) + fencing(report) + programs(report) + daemon(report);
}

}  // namespace hb::tools
