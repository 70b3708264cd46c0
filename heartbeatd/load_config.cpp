// See load_config.hpp.
#include "load_config.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <set>

#include "accounts.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "fence_check.hpp"
#include "file_text.hpp"
#include "script_path.hpp"

namespace hb::shell {

namespace {

constexpr int status_permission = 4;  // LSB: insufficient privilege
constexpr int status_config = 6;      // LSB: not configured

bool denied(int error) { return error == EACCES || error == EPERM; }

unsigned service_port() {
    const servent* entry = ::getservbyname("ha-cluster", "udp");
    return entry == nullptr ? 0U : ntohs(static_cast<std::uint16_t>(entry->s_port));
}

// The numeric IPv4 address of `host`, or the resolver's words of refusal.
Result<std::string> resolve(const std::string& host) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    in_addr numeric{};
    if (::inet_pton(AF_INET, host.c_str(), &numeric) == 1) return host;
    addrinfo wanted{};
    wanted.ai_family = AF_INET;
    wanted.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
    if (error != 0) return fail(Errc::not_found, ::gai_strerror(error));
    sockaddr_in address{};
    std::memcpy(&address, found->ai_addr, sizeof address);
    ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
    return std::string(text.data());
}

// What is wrong with the file of a program, or "".
std::string mistake_of_program(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return std::strerror(errno);
    if (!S_ISREG(info.st_mode)) return "it is no file";
    return ::access(path.c_str(), X_OK) == 0 ? "" : "it is not executable";
}

bool is_udp(config::MediumKind kind) {
    using config::MediumKind;
    return kind == MediumKind::bcast || kind == MediumKind::mcast || kind == MediumKind::ucast ||
           kind == MediumKind::mcast6 || kind == MediumKind::ucast6;
}

// One load of the three files; the members are the steps, in the order of config.md 6.
class Loading {
public:
    Loading(const Paths& paths, bool manage) : paths_(paths), manage_(manage) {}

    LoadedConfig run() {
        out_.node_name = local_node_name(paths_);
        const bool main_file_read = load_ha_cf();
        load_authkeys();
        if (main_file_read && manage_ && out_.ha_cf.manage_resources) load_haresources();
        if (out_.exit_status == 0 && !out_.found.errors.empty()) out_.exit_status = status_config;
        return std::move(out_);
    }

private:
    // Reads a file or says why not.
    bool read(const std::string& path, FileText& file) {
        file = read_file(path);
        if (file.error == 0) return true;
        std::string what = std::string("cannot be read: ") + std::strerror(file.error);
        if (file.error == ENOENT) what += ", expected to be there";
        out_.found.errors.push_back({path, 0, std::move(what)});
        if (denied(file.error)) out_.exit_status = status_permission;
        return false;
    }
    bool load_ha_cf();
    void check_media();
    void check_programs();
    void look_up_clients();
    void load_devices();
    void check_device(const config::Medium& medium);
    void resolve_host(config::Medium& medium);
    void load_authkeys();
    void load_haresources();
    void check_scripts();

    const Paths& paths_;
    bool manage_;
    LoadedConfig out_;
};

bool Loading::load_ha_cf() {
    FileText file;
    if (!read(paths_.ha_cf(), file)) return false;
    out_.machine.node_name = out_.node_name;
    out_.machine.manage_resources = manage_;
    out_.machine.service_port = service_port();
    out_.ha_cf = config::parse_ha_cf(file.text, paths_.ha_cf(), out_.machine, out_.found);
    out_.texts.ha_cf = std::move(file.text);
    check_media();
    check_programs();
    look_up_clients();
    load_devices();
    return true;
}

void Loading::check_media() {
    for (config::Medium& medium : out_.ha_cf.media) {
        if (medium.kind == config::MediumKind::serial) check_device(medium);
        if (!is_udp(medium.kind)) continue;
        if (::if_nametoindex(medium.device.c_str()) == 0) {
            out_.found.warnings.push_back(
                {paths_.ha_cf(), medium.line,
                 "interface " + printable(medium.device) +
                     " is not there, expected a network interface of this machine; the link opens "
                     "when it comes",
                 config::Topic::interface});
        }
        if (medium.kind == config::MediumKind::ucast) resolve_host(medium);
    }
}

// As 3.0.6 does. A line that selects a plugin of ours starts nothing: an old path does no harm.
void Loading::check_programs() {
    for (const config::Program& program : out_.ha_cf.programs) {
        if (config::selects_plugin(program.path)) continue;
        const std::string word(config::program_word(program.kind));
        if (!user_named(program.user)) {
            out_.found.errors.push_back({paths_.ha_cf(), program.line,
                                         word + ": there is no user " + printable(program.user) +
                                             ", expected one of this machine"});
        }
        if (const std::string wrong = mistake_of_program(program.path); !wrong.empty()) {
            out_.found.errors.push_back({paths_.ha_cf(), program.line,
                                         word + ": " + printable(program.path) + ": " + wrong +
                                             ", expected an executable file"});
        }
    }
}

// Users and groups of built-in rules need not be there: then these let nobody in.
void Loading::look_up_clients() {
    const bool pacemaker = !out_.ha_cf.manage_resources;
    for (const auto& rule : config::with_built_in_rules(out_.ha_cf.api_auth, pacemaker)) {
        ClientRule& found = out_.client_rules.emplace_back(ClientRule{rule.client, {}, {}});
        const auto look_up = [&](const std::vector<std::string>& names, auto id_of,
                                 const char* kind, std::vector<std::uint32_t>& ids) {
            for (const std::string& name : names) {
                if (const auto id = id_of(name)) {
                    ids.push_back(*id);
                } else if (rule.line != 0) {
                    out_.found.errors.push_back(
                        {paths_.ha_cf(), rule.line,
                         "apiauth " + printable(rule.client) + ": there is no " + kind + " " +
                             printable(name) + ", expected a name or number of this machine"});
                }
            }
        };
        look_up(rule.users, user_id, "user", found.uids);
        look_up(rule.groups, group_id, "group", found.gids);
    }
}

// The files of `stonith` lines.
void Loading::load_devices() {
    for (config::FenceDevice& device : out_.ha_cf.devices) {
        if (device.file.empty()) continue;
        const bool absolute = device.file.front() == '/';
        const std::string path = absolute ? device.file : paths_.config_dir + "/" + device.file;
        const FileText file = read_file(path);
        if (file.error != 0) {
            out_.found.errors.push_back({paths_.ha_cf(), device.line,
                                         "stonith " + printable(device.shown, 80) + ": " +
                                             printable(path) + ": " + std::strerror(file.error) +
                                             ", expected a file with its parameters"});
            if (denied(file.error)) out_.exit_status = status_permission;
            continue;
        }
        if ((file.mode & 077U) != 0) {
            out_.found.warnings.push_back({path, 0,
                                           "others than its owner may use it, expected mode 0600, "
                                           "since it may hold a password",
                                           config::Topic::device_file});
        }
        device.parameters = config::parse_fence_file(file.text, path, out_.found);
    }
}

// 3.0.6 does not start without the device; an adapter may be plugged in later.
void Loading::check_device(const config::Medium& medium) {
    struct stat there {};
    const std::string device = "serial " + printable(medium.device);
    if (::stat(medium.device.c_str(), &there) != 0) {
        out_.found.warnings.push_back(
            {paths_.ha_cf(), medium.line,
             device + ": " + std::strerror(errno) +
                 ", expected a serial device like /dev/ttyS0; the link opens when it comes",
             config::Topic::serial_device});
    } else if (!S_ISCHR(there.st_mode)) {
        out_.found.errors.push_back({paths_.ha_cf(), medium.line,
                                     device +
                                         ": is no character device, expected a serial device like "
                                         "/dev/ttyS0 or one of /dev/serial/by-id"});
    }
}

void Loading::resolve_host(config::Medium& medium) {
    if (medium.address.empty()) return;
    auto address = resolve(medium.address);
    if (address) {
        medium.address = std::move(*address);
        return;
    }
    out_.found.errors.push_back({paths_.ha_cf(), medium.line,
                                 "host " + printable(medium.address) + " cannot be resolved (" +
                                     address.error().what +
                                     "), expected an IPv4 address or a name of /etc/hosts",
                                 config::Topic::host});
}

void Loading::load_authkeys() {
    FileText file;
    if (!read(paths_.authkeys(), file)) return;
    out_.keys = config::parse_authkeys(file.text, file.mode, paths_.authkeys(), out_.found);
    out_.texts.authkeys = std::move(file.text);
    out_.texts.authkeys_mode = file.mode;
}

void Loading::load_haresources() {
    FileText file;
    if (!read(paths_.haresources(), file)) return;
    std::vector<std::string> nodes = out_.ha_cf.nodes;
    for (const config::Medium& medium : out_.ha_cf.media) {
        using config::MediumKind;
        const bool is_ping = medium.kind == MediumKind::ping || medium.kind == MediumKind::ping6 ||
                             medium.kind == MediumKind::ping_group;
        if (is_ping) nodes.push_back(medium.name);
    }
    out_.groups = config::parse_haresources(file.text, paths_.haresources(), nodes, out_.found);
    out_.texts.haresources = std::move(file.text);
    check_scripts();
}

// Only a hint: a file system that is not mounted yet may hold them.
void Loading::check_scripts() {
    std::set<std::string> asked;
    for (const config::ResourceGroup& group : out_.groups) {
        for (const config::Member& member : group.members) {
            if (!asked.insert(member.type).second) continue;
            const AgentCall call{member.type, {}, ScriptAction::start};
            if (!find_script(paths_, call).empty()) continue;
            out_.found.warnings.push_back({paths_.haresources(), group.line,
                                           "no script for resource type " + printable(member.type) +
                                               ", expected an executable file in " +
                                               paths_.resource_dir() + " or " + paths_.init_dir +
                                               ", or a systemd unit of that name",
                                           config::Topic::script});
        }
    }
}

}  // namespace

std::string local_node_name(const Paths& paths) {
    const FileText file = read_file(paths.nodeinfo());
    const auto first = words(std::string_view(file.text).substr(0, file.text.find('\n')));
    if (file.error == 0 && !first.empty()) return lower(first.front());
    utsname name{};
    ::uname(&name);
    return lower(name.nodename);
}

LoadedConfig load_config(const Paths& paths, bool manage_resources, AskPlugins plugins) {
    LoadedConfig out = Loading(paths, manage_resources).run();
    if (plugins == AskPlugins::no || out.exit_status != 0) return out;
    check_devices(paths, out);
    if (!out.found.errors.empty()) out.exit_status = status_config;
    return out;
}

}  // namespace hb::shell
