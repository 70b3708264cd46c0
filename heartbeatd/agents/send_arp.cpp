// See send_arp.hpp.
#include "agents/send_arp.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fstream>
#include <string>

#include "agents/netlink.hpp"
#include "agents/state_folder.hpp"
#include "base/text.hpp"

namespace hb::agents {

namespace {

constexpr unsigned interval_ms_default = 200;
constexpr std::uint64_t interval_ms_max =
    60000;  // a slip of the finger must not announce for years
constexpr std::uint64_t pairs_max = 1000;
constexpr int settings_lines_max = 1000;

struct Settings {
    std::uint64_t interval_ms{interval_ms_default}, pairs{limits::announce_pairs};
};

// What an administrator may have set, as NAME=NUMBER in lines of shell: other lines are for others.
// What is wrong with it, or "".
std::string read_settings(const std::string& path, Settings& out) {
    std::ifstream file(path);
    std::string line;
    std::string wrong;
    for (int number = 1; number <= settings_lines_max && std::getline(file, line); ++number) {
        std::string_view text = trim(std::string_view(line).substr(0, line.find('#')));
        if (text.starts_with("export ")) text = trim(text.substr(7));
        const auto equals = text.find('=');
        if (equals == std::string_view::npos) continue;
        const std::string_view name = text.substr(0, equals);
        if (name != "ARP_INTERVAL_MS" && name != "ARP_REPEAT") continue;
        std::string value(text.substr(equals + 1));
        std::erase_if(value, [](char c) { return c == '"' || c == '\''; });
        const bool interval = name == "ARP_INTERVAL_MS";
        const std::uint64_t most = interval ? interval_ms_max : pairs_max;
        const auto parsed = parse_dec(value);
        if (!parsed || *parsed < 1 || *parsed > most) {
            wrong = path + ":" + std::to_string(number) + ": " + std::string(name) + "=" +
                    printable(value) + ": expected a whole number from 1 to " +
                    std::to_string(most);
            continue;
        }
        (interval ? out.interval_ms : out.pairs) = *parsed;
    }
    return wrong;
}

struct Target {
    std::string written, interface;
    Ip ip;
};

Answer start(const AgentCall& call, const Target& target, const std::string& flag, Host& host) {
    const auto failed = [&call](const std::string& what) {
        return failed_with(told(call, "ERROR: " + what));
    };
    const StateFolder state(host);
    if (state.exists(flag)) return succeeded();
    std::string folder = host.variable("HA_DIR");
    if (folder.empty()) folder = "/etc/ha.d/";
    if (folder.back() != '/') folder += '/';
    Settings settings;
    std::string err;
    for (const std::string& ending : {std::string(), ":" + target.interface}) {
        const std::string wrong = read_settings(folder + "conf/arp_config" + ending, settings);
        if (!wrong.empty()) err += told(call, "WARN: " + wrong);
    }
    auto netlink = Netlink::open();
    if (!netlink) return failed(netlink.error().what);
    const auto links = netlink->links();
    if (!links) return failed(links.error().what);
    const auto link = std::find_if(links->begin(), links->end(),
                                   [&](const Link& one) { return one.name == target.interface; });
    if (link == links->end()) {
        return failed("interface " + target.interface +
                      " does not exist: expected one of 'ip link'");
    }
    Burst burst{link->index,
                link->name,
                link->mac,
                target.ip,
                target.written,
                static_cast<unsigned>(settings.pairs),
                std::chrono::milliseconds(settings.interval_ms),
                false};
    if (link->announces) {
        const auto announcer = host.announcer();
        if (!announcer) return failed(announcer.error().what);
        if (const int error = (*announcer)->send_first_pair(burst); error != 0) {
            err += told(call, "WARN: " + link->name + ": " + std::strerror(error));
        }
        const std::string problem = host.go_on({std::move(burst)});
        if (!problem.empty()) err += told(call, "WARN: " + problem);
    }
    if (const auto written = state.write(flag, ""); !written) return failed(written.error().what);
    Answer out = succeeded();
    out.err = err;
    return out;
}

Answer run_one(const AgentCall& call, Host& host) {
    const auto parts = words(call.arguments[0], "/");
    if (parts.size() != 2 || call.arguments[0][0] == '/' ||
        call.arguments[0].find("//") != std::string::npos) {
        return usage_of(*find_native("SendArp"));
    }
    const Target target{parts[0], parts[1], parse_ip(parts[0]).value_or(Ip{})};
    const std::string flag = "SendArp-" + target.written + "-" + target.interface;
    const StateFolder state(host);
    switch (call.action) {
        case ScriptAction::start:
            if (!parse_ip(parts[0])) {
                return failed_with(told(
                    call, "ERROR: " + printable(parts[0]) + ": expected an IPv4 or IPv6 address"));
            }
            return start(call, target, flag, host);
        case ScriptAction::stop:
            host.end_burst(target.written, target.ip);
            if (!state.remove(flag)) {
                return failed_with(told(call, "ERROR: could not remove " + state.file(flag)));
            }
            return succeeded();
        case ScriptAction::status:
            return state.exists(flag) ? runs() : is_stopped();
    }
    return {};
}

}  // namespace

std::vector<Answer> run_send_arps(std::span<const AgentCall> calls, Host& host) {
    std::vector<Answer> out;
    for (const AgentCall& call : calls) out.push_back(run_one(call, host));
    return out;
}

}  // namespace hb::agents
