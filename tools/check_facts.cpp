// See check_facts.hpp.
#include "check_facts.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>

#include "base/text.hpp"
#include "client/connection.hpp"
#include "core/client_requests.hpp"
#include "environment.hpp"
#include "fd.hpp"
#include "file_text.hpp"
#include "plugin/device_program.hpp"
#include "resource/status_text.hpp"
#include "script_path.hpp"
#include "status_reader.hpp"

namespace hb::tools {

namespace {

namespace fs = std::filesystem;
using check::Facts;
using check::ScriptFact;
using check::ScriptState;

// What lies below a VLAN; a bond of several is a wire of its own.
std::string wire_below(std::string name) {
    constexpr int depth_max = 8;
    for (int depth = 0; depth < depth_max; ++depth) {
        std::vector<std::string> lower;
        std::error_code error;
        for (const auto& entry : fs::directory_iterator("/sys/class/net/" + name, error)) {
            const std::string file = entry.path().filename().string();
            if (file.starts_with("lower_")) lower.push_back(file.substr(std::strlen("lower_")));
        }
        if (lower.size() != 1) return name;
        name = lower.front();
    }
    return name;
}

std::vector<check::InterfaceFact> interfaces() {
    std::vector<check::InterfaceFact> out;
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0) return out;
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(first, ::freeifaddrs);
    for (const ifaddrs* each = first; each != nullptr; each = each->ifa_next) {
        auto found = std::find_if(out.begin(), out.end(),
                                  [&](const auto& it) { return it.name == each->ifa_name; });
        if (found == out.end()) {
            out.push_back(
                {each->ifa_name, (each->ifa_flags & IFF_UP) != 0, {}, wire_below(each->ifa_name)});
            found = out.end() - 1;
        }
        if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET) continue;
        sockaddr_in address{};
        std::memcpy(&address, each->ifa_addr, sizeof address);
        sockaddr_in mask{};
        if (each->ifa_netmask != nullptr) std::memcpy(&mask, each->ifa_netmask, sizeof mask);
        std::array<char, INET_ADDRSTRLEN> text{};
        ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
        found->addresses.push_back(
            {text.data(), static_cast<unsigned>(std::popcount(mask.sin_addr.s_addr))});
    }
    return out;
}

std::vector<std::string> addresses_of(const std::string& host) {
    addrinfo wanted{};
    wanted.ai_family = AF_INET;
    wanted.ai_socktype = SOCK_DGRAM;
    addrinfo* first = nullptr;
    if (::getaddrinfo(host.c_str(), nullptr, &wanted, &first) != 0) return {};
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(first, ::freeaddrinfo);
    std::vector<std::string> out;
    for (const addrinfo* each = first; each != nullptr; each = each->ai_next) {
        sockaddr_in address{};
        std::memcpy(&address, each->ai_addr, sizeof address);
        std::array<char, INET_ADDRSTRLEN> text{};
        ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
        out.emplace_back(text.data());
    }
    return out;
}

// Ours or a 3.0.6.
bool heartbeat_runs(const std::string& pid_file) {
    const auto pid = parse_dec(trim(shell::read_file(pid_file).text));
    if (!pid || *pid == 0) return false;
    const std::string name = shell::read_file("/proc/" + std::to_string(*pid) + "/comm").text;
    return name.starts_with("heartbeat");
}

bool is_taken(unsigned port) {
    const shell::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return socket &&
           ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
           errno == EADDRINUSE;
}

std::string packet_filter() {
    fence::DeviceProgram nft{{"/usr/sbin/nft", "list", "ruleset"}, {"LC_ALL=C"}, "", {}};
    constexpr Duration patience = std::chrono::seconds(5);
    nft.timeout = patience;
    const fence::DeviceEnd end = fence::run(nft);
    return end.ok() ? end.output : "";
}

std::optional<bool> clock_kept() {
    timex state{};
    const int answer = ::adjtimex(&state);
    if (answer < 0) return std::nullopt;
    return answer != TIME_ERROR && (static_cast<unsigned>(state.status) & STA_UNSYNC) == 0;
}

// The link in a folder X.wants or rcN.d that starts it at boot, or "".
std::string boot_link(const shell::Paths& paths, const std::string& type) {
    std::error_code error;
    for (const std::string& folder : paths.unit_dirs) {
        for (const auto& entry : fs::directory_iterator(folder, error)) {
            if (!entry.path().string().ends_with(".wants")) continue;
            const fs::path link = entry.path() / (type + ".service");
            if (fs::is_symlink(link, error)) return link.string();
        }
    }
    for (const char* level : {"rc2.d", "rc3.d", "rc4.d", "rc5.d"}) {
        const fs::path folder = fs::path(paths.init_dir).parent_path() / level;
        for (const auto& entry : fs::directory_iterator(folder, error)) {
            const std::string name = entry.path().filename().string();
            constexpr std::size_t number = 3;  // S01
            if (name.starts_with('S') && name.size() > number && name.substr(number) == type) {
                return entry.path().string();
            }
        }
    }
    return "";
}

ScriptFact script_fact(const shell::Paths& paths, const std::string& type) {
    ScriptFact fact{type, ScriptState::missing, "", ""};
    if (!shell::is_script_name(type)) return fact;
    fact.boot_by = boot_link(paths, type);
    const auto command = shell::find_script(paths, {type, {}, ScriptAction::start});
    if (!command.empty()) {
        struct stat info {};
        fact.state = ScriptState::there;
        fact.path = command.front();
        if (::stat(fact.path.c_str(), &info) == 0) {
            const bool open = (info.st_mode & (S_IWGRP | S_IWOTH)) != 0 || info.st_uid != 0;
            if (open) fact.state = ScriptState::open;
        }
        return fact;
    }
    for (const std::string& folder : {paths.resource_dir(), paths.init_dir}) {
        const std::string path = folder + "/" + type;
        std::error_code error;
        if (!fs::is_regular_file(path, error)) continue;
        fact.state = ScriptState::not_executable;
        fact.path = path;
        return fact;
    }
    return fact;
}

// What the running daemon has seen of this machine.
void add_daemon_lateness(const shell::Paths& paths, Facts& facts) {
    constexpr Duration patience = std::chrono::seconds(5);
    const auto connection = client::Connection::start("", paths.client_socket());
    if (!connection || !(*connection)->wait_signed_on(patience)) return;
    const auto answers = (*connection)->ask(core::status_request, {}, patience);
    if (!answers || answers->empty()) return;
    const auto report = read_status(answers->front().get("status"));
    if (!report) return;
    const Duration worst = std::chrono::microseconds(report->loop.worst_us);
    facts.lateness = std::max(worst, report->node.stalls.worst);
    facts.lateness_from = "the running daemon, since its start";
}

Duration now() {
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

// As a program of no priority sees it: the daemon with its real-time priority is less late.
void measure_lateness(Duration span, Facts& facts) {
    const Duration end = now() + span;
    constexpr long step_ns = 10'000'000;
    Duration worst{};
    for (Duration before = now(); before < end;) {
        const timespec step{0, step_ns};
        ::nanosleep(&step, nullptr);
        const Duration after = now();
        worst = std::max(worst, after - before - std::chrono::nanoseconds(step_ns));
        before = after;
    }
    if (!facts.lateness || *facts.lateness < worst) {
        facts.lateness = worst;
        facts.lateness_from = "measured for " + show(span);
    }
}

// What one resource answers to `stop`, or "" when all is well or it runs.
std::string try_stop(const config::Member& member, const shell::Paths& paths, Duration patience,
                     const std::vector<std::string>& environment) {
    const auto run = [&](ScriptAction action) -> std::optional<fence::DeviceEnd> {
        auto command = shell::find_script(paths, {member.type, member.arguments, action});
        if (command.empty()) return std::nullopt;
        return fence::run({std::move(command), environment, "", patience});
    };
    const auto status = run(ScriptAction::status);
    if (!status || resource::says_running(status->output)) return "";
    for (const char* time : {"the first time", "the second time"}) {
        const auto end = run(ScriptAction::stop);
        if (!end || end->ok()) continue;
        return fence::end_words(*end, patience) + " " + time +
               (end->words.empty() ? "" : ": " + end->words);
    }
    return "";
}

}  // namespace

Facts gather_facts(const check::Side& side, const CheckOptions& options) {
    const shell::Paths& paths = options.paths;
    Facts facts;
    facts.interfaces = interfaces();
    for (const std::string& name : check::names_of(side)) facts.names[name] = addresses_of(name);
    std::set<std::string> types;
    for (const config::ResourceGroup& group : side.groups) {
        for (const config::Member& member : group.members) types.insert(member.type);
    }
    for (const std::string& type : types) facts.scripts.push_back(script_fact(paths, type));
    for (const std::string& path : check::paths_of(side)) {
        std::error_code error;
        facts.paths[path] = fs::exists(path, error);
    }
    facts.daemon_runs = heartbeat_runs(paths.pid_file);
    if (!facts.daemon_runs) {
        for (const unsigned port : check::ports_of(side.ha_cf)) {
            if (is_taken(port)) facts.taken_ports.push_back(port);
        }
    }
    facts.packet_filter = packet_filter();
    facts.fstab = shell::read_file(options.fstab).text;
    facts.resource_dir = paths.resource_dir();
    facts.init_dir = paths.init_dir;
    facts.clock_kept = clock_kept();
    if (facts.daemon_runs) add_daemon_lateness(paths, facts);
    if (options.measure > Duration::zero()) measure_lateness(options.measure, facts);
    if (facts.lateness) {
        facts.lateness = std::chrono::ceil<std::chrono::milliseconds>(*facts.lateness);
    }
    return facts;
}

std::vector<check::StopTrial> try_stops(const check::Side& side, const shell::Paths& paths) {
    const auto environment = shell::script_environment(side.ha_cf, paths, side.node, 0);
    std::vector<check::StopTrial> out;
    for (const config::ResourceGroup& group : side.groups) {
        for (auto member = group.members.rbegin(); member != group.members.rend(); ++member) {
            out.push_back(
                {member->token, try_stop(*member, paths, side.ha_cf.stop_timeout, environment)});
        }
    }
    return out;
}

}  // namespace hb::tools
