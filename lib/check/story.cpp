// See story.hpp.
#include "check/story.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "core/protection.hpp"
#include "resource/fencer.hpp"

namespace hb::check {
namespace {

using config::HaCf;

std::string joined(const std::vector<std::string>& items) { return config::listed(items, "and"); }

std::string count(std::size_t n, const char* what) {
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

class Story {
public:
    Story(const Subject& subject) : subject_(subject) {}
    std::vector<Failure> tell() {
        for (const std::string& node : subject_.own.ha_cf.nodes) node_dies(node);
        one_line();
        all_lines();
        node_hangs();
        scripts();
        pings();
        stops();
        return std::move(out_);
    }

private:
    void node_dies(const std::string& victim);
    void one_line();
    void all_lines();
    void node_hangs();
    void scripts();
    void pings();
    void stops();

    const HaCf& file_of(const std::string& node) const {
        return node == subject_.own.node ? subject_.own.ha_cf : subject_.other.ha_cf;
    }
    const std::string& other_of(const std::string& node) const {
        return node == subject_.own.node ? subject_.other.node : subject_.own.node;
    }
    std::vector<std::string> homes(const std::string& node) const {
        std::vector<std::string> keys;
        for (const config::ResourceGroup& group : subject_.own.groups) {
            if (group.node == node) keys.push_back(printable(group.key, 80));
        }
        return keys;
    }
    // Of a node's fencing delay, as its resource manager counts it when both nodes run what prefers
    // them and hear their ping nodes.
    int slots_of(const std::string& node) const {
        resource::Standpoint at;
        at.first_in_file = subject_.own.ha_cf.nodes.front() == node;
        at.owns_less = homes(node).size() < homes(other_of(node)).size();
        return resource::delay_slots(at);
    }
    std::string devices_of(const std::string& node) const {
        std::vector<std::string> names;
        for (const auto& device : file_of(node).devices) names.push_back(device.name());
        std::string text;
        for (const std::string& name : names) text += (text.empty() ? "" : ", then ") + name;
        return text;
    }
    void fence(const std::string& victim, const std::string& taker, Failure& out) const;
    bool manages() const { return subject_.own.ha_cf.manage_resources; }

    const Subject& subject_;
    std::vector<Failure> out_;
};

// What has to be proven before groups start.
void Story::fence(const std::string& victim, const std::string& taker, Failure& out) const {
    const HaCf& ha_cf = file_of(taker);
    if (ha_cf.devices.empty()) {
        if (ha_cf.arbiter.names.empty()) {
            out.then.push_back("nothing proves that " + victim + " is down: " + taker +
                               " goes on at once");
        } else {
            out.then.push_back(
                taker + " waits for another " + show(ha_cf.deadtime) + " and goes on if it hears " +
                printable(config::arbiter_text(ha_cf.arbiter)) + ", else it starts nothing");
        }
        return;
    }
    const Duration delay = ha_cf.fence_delay * slots_of(taker);
    const std::string when =
        delay == Duration::zero() ? "at once" : show(delay) + " later (fence_delay)";
    const bool in_defence = homes(victim).empty();
    out.then.push_back(taker + " fences " + victim + " by " + devices_of(taker) + ", " + when +
                       (in_defence ? "; nothing waits for that, since " + victim + " runs nothing"
                                   : "; nothing starts before a device has confirmed"));
    if (in_defence) return;
    out.then.push_back("if no device confirms in " + std::to_string(limits::fence_rounds) +
                       " rounds, the groups stay down until somebody makes sure that " + victim +
                       " is without power and says `hb_takeover --confirm-fenced " + victim +
                       "` on " + taker);
}

void Story::node_dies(const std::string& victim) {
    const std::string taker = other_of(victim);
    const HaCf& ha_cf = file_of(taker);
    Failure out{"node_dies", victim + " dies", {}};
    out.then.push_back(taker + " counts it dead after " + show(ha_cf.deadtime) + " (after " +
                       show(ha_cf.initdead) + " when it was never heard since " + taker +
                       " started)");
    if (manages()) {
        fence(victim, taker, out);
        const auto keys = homes(victim);
        const auto own = homes(taker);
        out.then.push_back(keys.empty() ? "then nothing has to start: no group prefers " + victim
                                        : "then " + taker + " starts " + joined(keys) +
                                              (own.empty() ? "" : ", beside " + joined(own)));
        if (!keys.empty()) {
            out.then.push_back(ha_cf.auto_failback == config::Failback::on
                                   ? "when " + victim + " is back, they go home by themselves"
                                   : "when " + victim + " is back, they stay; `hb_takeover` on " +
                                         victim + " fetches them");
        }
    }
    out_.push_back(std::move(out));
}

void Story::one_line() {
    std::vector<std::string> lines;
    for (const auto& medium : subject_.own.ha_cf.media) {
        if (config::leads_to_nodes(medium.kind)) lines.push_back(medium_text(medium));
    }
    if (lines.size() < 2) return;
    out_.push_back({"line_cut",
                    "one of " + joined(lines) + " is cut",
                    {"nothing moves: the nodes hear each other over what is left",
                     "the log says so once (link_dead) and each day after"}});
}

void Story::all_lines() {
    Failure out{"lines_cut", "the nodes do not hear each other at all, and both live", {}};
    const std::string here = subject_.own.node;
    const std::string there = subject_.other.node;
    const bool a = !file_of(here).devices.empty();
    const bool b = !file_of(there).devices.empty();
    const auto& arbiter = subject_.own.ha_cf.arbiter;
    if (!manages()) {
        out.then.push_back("each counts the other dead");
    } else if (a && b) {
        const std::string first = slots_of(here) < slots_of(there) ? here : there;
        const std::string second = other_of(first);
        const auto steps = slots_of(second) - slots_of(first);
        out.then.push_back(first + " fences first, and " + second + " would " +
                           show(file_of(second).fence_delay * steps) + " later: " + first +
                           " survives and runs everything");
        out.then.push_back("a node that hears none of its ping nodes comes after both");
    } else if (a || b) {
        const std::string& armed = a ? here : there;
        out.then.push_back(armed + " fences " + other_of(armed) + " and runs everything");
        out.then.push_back("until then " + other_of(armed) +
                           " runs everything as well: it has no device to wait for");
    } else if (!arbiter.names.empty()) {
        out.then.push_back("the node that hears " + printable(config::arbiter_text(arbiter)) +
                           " runs everything, the other one gives its groups up within " +
                           show(subject_.own.ha_cf.deadtime));
        out.then.push_back("if both hear it, both run everything: only a device is a proof");
    } else {
        out.then.push_back("both run every group: each address answers twice");
        const auto disks = core::groups_with_disks(subject_.own.groups);
        if (!disks.empty()) {
            out.then.push_back("the disks of " + printable(joined(disks)) +
                               " are in use on both nodes: their data is destroyed");
        }
        out.then.push_back(
            "when a line works again, each group stops on the node that it does not "
            "prefer");
    }
    out_.push_back(std::move(out));
}

void Story::node_hangs() {
    const HaCf& ha_cf = subject_.own.ha_cf;
    Failure out{"node_hangs", "heartbeatd hangs, or is killed, and its machine lives", {}};
    const bool fenced = !ha_cf.devices.empty() && !subject_.other.ha_cf.devices.empty();
    if (!ha_cf.watchdog.empty()) {
        out.then.push_back("the watchdog " + printable(ha_cf.watchdog) +
                           " resets the machine, then it is as if it had died");
    } else if (fenced) {
        out.then.push_back("the other node fences it, then it is as if it had died");
    } else {
        out.then.push_back(
            "its groups run on, and after " + show(ha_cf.deadtime) +
            " the other node starts them as well: nothing ends them here (a watchdog line would)");
    }
    out_.push_back(std::move(out));
}

void Story::scripts() {
    if (!manages() || subject_.own.groups.empty()) return;
    const HaCf& ha_cf = subject_.own.ha_cf;
    out_.push_back({"start_fails",
                    "a script does not start, or not within " + show(ha_cf.start_timeout),
                    {"its group is stopped and goes to the other node, the others stay",
                     "if it fails there, too, it stays down until `hb_takeover`, a reload or the "
                     "node's return"}});
    Failure stop{
        "stop_fails", "a script does not stop, or not within " + show(ha_cf.stop_timeout), {}};
    stop.then.push_back(
        ha_cf.stop_retries > 0
            ? "it is tried " + count(static_cast<std::size_t>(ha_cf.stop_retries), "more time") +
                  ", then the machine resets itself and the other node goes on"
            : std::string("it is tried again for ever, and the group runs nowhere"));
    out_.push_back(std::move(stop));
}

void Story::pings() {
    const HaCf& ha_cf = subject_.own.ha_cf;
    std::vector<std::string> pings;
    for (const auto& medium : ha_cf.media) {
        if (config::is_ping(medium.kind)) pings.push_back(printable(medium.name, 80));
    }
    if (pings.empty()) return;
    Failure out{"ping_lost", "a node no longer hears " + config::listed(pings), {}};
    if (config::wants_ipfail(ha_cf)) {
        out.then.push_back("after " + show(ha_cf.deadping) +
                           " its groups go to the other node if that one hears more ping nodes");
    } else {
        out.then.push_back("after " + show(ha_cf.deadping) +
                           " the log says so; nothing moves (a respawn line of ipfail would)");
    }
    out_.push_back(std::move(out));
}

void Story::stops() {
    if (!manages()) return;
    out_.push_back({"node_stops",
                    "heartbeat is stopped on one node, or its machine shut down",
                    {"its groups stop here, then start on the other node; nobody is fenced"}});
}

}  // namespace

std::vector<Failure> failures(const Subject& subject) {
    const std::string other = other_node(subject.own);
    if (other.empty() || subject.other.node != other) return {};
    if (subject.own.ha_cf.manage_resources && subject.own.groups.empty()) return {};
    return Story(subject).tell();
}

}  // namespace hb::check
