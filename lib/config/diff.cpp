// See diff.hpp.
#include "config/diff.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "config/directive.hpp"

namespace hb::config {
namespace {

// One value of ha.cf. Without `take` it waits for a restart.
struct Row {
    const char* name;
    std::string (*shown)(const HaCf&);
    void (*take)(HaCf& to, const HaCf& from);
};

// A member of HaCf as a Row; `how` makes text of it.
#define HB_LIVE(member, how)                                                                      \
    Row {                                                                                         \
#member,                                                                                  \
            [](const HaCf& cf) { return how(cf.member); },                                        \
                                                        [](HaCf & to,                             \
                                                           const HaCf&                            \
                                                               from) { to.member = from.member; } \
    }
#define HB_WAITS(name, member, how)                                  \
    Row {                                                            \
        name, [](const HaCf& cf) { return how(cf.member); }, nullptr \
    }

std::string or_none(const std::string& text) { return text.empty() ? "none" : text; }
std::string yes_no(bool value) { return value ? "yes" : "no"; }
template <class T>
std::string number(T value) {
    return std::to_string(value);
}
std::string failback_word(Failback failback) {
    switch (failback) {
        case Failback::on:
            return "on";
        case Failback::off:
            return "off";
        case Failback::legacy:
            return "legacy";
    }
    return "";
}
std::string arbiter_or_none(const ArbiterLine& arbiter) { return or_none(arbiter_text(arbiter)); }
std::string order_word(GroupOrder order) {
    return order == GroupOrder::parallel ? "parallel" : "file";
}

const std::vector<Row>& rows() {
    static const std::vector<Row> table = {
        HB_LIVE(keepalive, show),
        HB_LIVE(deadtime, show),
        HB_LIVE(warntime, show),
        HB_LIVE(initdead, show),
        HB_LIVE(deadping, show),
        HB_LIVE(max_rexmit_delay, show),
        HB_LIVE(start_timeout, show),
        HB_LIVE(status_timeout, show),
        HB_LIVE(stop_timeout, show),
        HB_LIVE(hook_timeout, show),
        HB_LIVE(announce_refresh, show),
        HB_LIVE(stop_retries, number),
        HB_LIVE(fence_delay, show),
        HB_LIVE(fence_timeout, show),
        HB_LIVE(auto_failback, failback_word),
        HB_LIVE(logfile, or_none),
        HB_LIVE(debugfile, or_none),
        HB_LIVE(logfacility, or_none),
        HB_LIVE(syslogmsgfmt, yes_no),
        HB_LIVE(debug, number),
        HB_WAITS("hopfudge", hopfudge, number),
        HB_WAITS("udpport", udpport, number),
        HB_WAITS("msgfmt classic", classic, yes_no),
        HB_WAITS("log_badpack", log_badpack, yes_no),
        HB_WAITS("hbgenmethod time", generation_from_time, yes_no),
        HB_WAITS("uuidfrom nodename", uuid_from_name, yes_no),
        HB_WAITS("traditional_compression", traditional_compression, yes_no),
        HB_WAITS("compression", compression, or_none),
        HB_WAITS("compression_threshold", compression_threshold_kib, number),
        HB_WAITS("realtime", realtime, yes_no),
        HB_WAITS("rtprio", rtprio, number),
        HB_WAITS("watchdog", watchdog, or_none),
        HB_WAITS("group_order", group_order, order_word),
        HB_WAITS("rc_d_all", rc_d_all, yes_no),
        HB_WAITS("arbiter", arbiter, arbiter_or_none),
        HB_WAITS("manage resources", manage_resources, yes_no),
    };
    return table;
}

#undef HB_LIVE
#undef HB_WAITS

// The directive that a row is about: its name up to the first blank. `manage resources` has none of
// its own, its text stands under pacemaker.
std::string directive_of(const Row& row) {
    const std::string name = words(row.name).front();
    return name == "manage" ? "pacemaker" : name;
}

void compare_values(const HaCf& running, const HaCf& next, Difference& out) {
    for (const Row& row : rows()) {
        const std::string before = row.shown(running);
        const std::string after = row.shown(next);
        if (before == after) continue;
        auto& list = row.take != nullptr ? out.live : out.waiting;
        list.push_back(std::string(row.name) + " " + before + " -> " + after);
    }
    if (running.env != next.env) out.live.emplace_back("env");
}

// Directives that only children see have no member of their own.
void compare_recorded(const HaCf& running, const HaCf& next, Difference& out) {
    std::set<std::string> compared;
    for (const Row& row : rows()) compared.insert(directive_of(row));
    for (const Directive& directive : directives()) {
        if (directive.support == Support::later || compared.count(directive.name) > 0) continue;
        const auto before = running.recorded.find(directive.name);
        const auto after = next.recorded.find(directive.name);
        const bool was = before != running.recorded.end();
        const bool is = after != next.recorded.end();
        if (was != is || (was && before->second != after->second)) {
            out.live.push_back(directive.name);
        }
    }
}

// "NAME (a new, b gone, c changed)", or nothing when there is no change.
struct Changes {
    std::vector<std::string> items;
    void add(const std::string& item, const char* what) { items.push_back(item + " " + what); }
    void tell(const std::string& name, std::vector<std::string>& out) const {
        if (!items.empty()) out.push_back(name + " (" + listed(items, "and") + ")");
    }
};

template <class T>
bool has(const std::vector<T>& all, const T& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

template <class T, class Name>
Changes compare_lists(const std::vector<T>& running, const std::vector<T>& next, Name name_of) {
    Changes changes;
    for (const T& one : next) {
        if (!has(running, one)) changes.add(name_of(one), "new");
    }
    for (const T& one : running) {
        if (!has(next, one)) changes.add(name_of(one), "gone");
    }
    if (changes.items.empty() && running != next) changes.items.emplace_back("another order");
    return changes;
}

std::string medium_name(const Medium& medium) {
    const bool to_host = !medium.address.empty() && medium.address != medium.name;
    std::string out = std::string(medium_word(medium.kind)) + " " + medium.name +
                      (to_host ? " " + medium.address : "");
    for (const std::string& host : medium.hosts) out += " " + host;
    return out;
}

bool starts_program(std::string_view path) noexcept { return !selects_plugin(path); }

// The lines that `belongs` takes.
using Belongs = bool (*)(std::string_view path) noexcept;
std::vector<Program> programs_of(const HaCf& cf, Belongs belongs) {
    std::vector<Program> out;
    for (const Program& program : cf.programs) {
        if (belongs(program.path)) out.push_back(program);
    }
    return out;
}

std::string program_name(const Program& program) {
    return std::string(program_word(program.kind)) + " " + program.user + " " +
           printable(program.command, 80);
}

Changes compare_programs(const HaCf& running, const HaCf& next, Belongs belongs) {
    return compare_lists(programs_of(running, belongs), programs_of(next, belongs), program_name);
}

Changes compare_devices(const HaCf& running, const HaCf& next) {
    return compare_lists(running.devices, next.devices,
                         [](const FenceDevice& device) { return device.name(); });
}

Changes compare_rules(const HaCf& running, const HaCf& next) {
    return compare_lists(running.api_auth, next.api_auth,
                         [](const ApiAuth& rule) { return rule.client; });
}

// By key: members and preferred node may change. Lines may move about freely.
Changes compare_groups(const std::vector<ResourceGroup>& running,
                       const std::vector<ResourceGroup>& next) {
    Changes changes;
    const auto find = [](const std::vector<ResourceGroup>& all, const std::string& key) {
        return std::find_if(all.begin(), all.end(),
                            [&](const ResourceGroup& group) { return group.key == key; });
    };
    std::vector<std::string> order_before;
    std::vector<std::string> order_after;
    for (const ResourceGroup& group : next) {
        const auto before = find(running, group.key);
        order_after.push_back(group.key);
        if (before == running.end()) {
            changes.add("group " + group.key, "new");
        } else if (before->node != group.node || before->members != group.members) {
            changes.add("group " + group.key, "changed");
        }
    }
    for (const ResourceGroup& group : running) {
        order_before.push_back(group.key);
        if (find(next, group.key) == next.end()) changes.add("group " + group.key, "gone");
    }
    if (changes.items.empty() && order_before != order_after) {
        changes.items.emplace_back("another order");
    }
    return changes;
}

Changes compare_keys(const AuthKeys& running, const AuthKeys& next) {
    Changes changes;
    for (std::size_t i = 0; i < running.by_index.size(); ++i) {
        const auto& before = running.by_index[i];
        const auto& after = next.by_index[i];
        const std::string name = "key " + std::to_string(i);
        if (before && !after) changes.add(name, "gone");
        if (!before && after) changes.add(name, "new");
        if (before && after && (before->method != after->method || before->text != after->text)) {
            changes.add(name, "changed");
        }
    }
    if (running.signing != next.signing) {
        changes.add("key " + std::to_string(next.signing), "signs");
    }
    return changes;
}

}  // namespace

Difference compare(const Files& running, const Files& next) {
    Difference out;
    compare_keys(running.keys, next.keys).tell("authkeys", out.live);
    compare_values(running.ha_cf, next.ha_cf, out);
    compare_recorded(running.ha_cf, next.ha_cf, out);
    compare_programs(running.ha_cf, next.ha_cf, starts_program).tell("programs", out.live);
    compare_rules(running.ha_cf, next.ha_cf).tell("apiauth", out.live);
    compare_devices(running.ha_cf, next.ha_cf).tell("fencing devices", out.live);
    compare_programs(running.ha_cf, next.ha_cf, is_ipfail).tell("ipfail", out.waiting);
    compare_programs(running.ha_cf, next.ha_cf, is_dopd).tell("dopd", out.waiting);
    compare_lists(running.ha_cf.nodes, next.ha_cf.nodes, [](const std::string& name) {
        return name;
    }).tell("node", out.waiting);
    compare_lists(running.ha_cf.media, next.ha_cf.media, medium_name).tell("media", out.waiting);
    compare_groups(running.groups, next.groups).tell("haresources", out.live);
    return out;
}

HaCf with_live_part(const HaCf& running, const HaCf& next) {
    HaCf out = running;
    out.recorded = next.recorded;
    out.env = next.env;
    out.devices = next.devices;
    out.api_auth = next.api_auth;
    out.programs = programs_of(running, selects_plugin);
    for (Program& program : programs_of(next, starts_program))
        out.programs.push_back(std::move(program));
    for (const Row& row : rows()) {
        if (row.take != nullptr) {
            row.take(out, next);
            continue;
        }
        // Children must not hear of a value that is not in force yet.
        const std::string name = directive_of(row);
        const auto before = running.recorded.find(name);
        if (before == running.recorded.end()) {
            out.recorded.erase(name);
        } else {
            out.recorded[name] = before->second;
        }
    }
    return out;
}

}  // namespace hb::config
