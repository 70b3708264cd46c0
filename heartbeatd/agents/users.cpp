// See users.hpp. What a process holds is found by the name that the kernel gives it; for an open
// file it also says on which mount that is.
#include "agents/users.hpp"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace hb::agents {

namespace {

constexpr std::uint64_t kernel_thread = 0x00200000;  // PF_KTHREAD, in the flags of /proc/PID/stat
constexpr std::size_t small_file_bytes = 4096;
constexpr std::string_view helper_name = "heartbeat";  // how the names of our programs begin

// Calls `look` with each name that is a number, until it says true.
bool any_number(const std::string& folder, std::size_t max,
                const std::function<bool(const std::string& name)>& look) {
    const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), ::closedir);
    for (std::size_t i = 0; open && i < max; ++i) {
        const dirent* const entry = ::readdir(open.get());
        if (entry == nullptr) break;
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
        if (look(entry->d_name)) return true;
    }
    return false;
}

std::vector<pid_t> all_processes(const std::string& proc) {
    std::vector<pid_t> out;
    any_number(proc, limits::processes_looked_at_max, [&out](const std::string& name) {
        const auto id = parse_dec(name);
        if (id && *id <= INT32_MAX) out.push_back(static_cast<pid_t>(*id));
        return false;
    });
    std::sort(out.begin(), out.end());
    return out;
}

std::string folder_of(const std::string& proc, pid_t id) { return proc + "/" + std::to_string(id); }

class Scan {
public:
    Scan(const Target& target, const std::string& proc)
        : target_(target), proc_(proc), own_(read_link(proc + "/self/ns/mnt")) {
        tables_[own_] = {};  // also when it cannot be read
        learn(own_, "", proc + "/self");
    }
    // Before the first uses(): what is mounted where this process is.
    void learn(pid_t id) {
        const std::string folder = folder_of(proc_, id);
        const std::string space = read_link(folder + "/ns/mnt");
        if (space.empty() || space == own_) return;
        const std::string root = read_link(folder + "/root");
        if (roots_[space].insert(root).second) learn(space, root == "/" ? "" : root, folder);
    }
    bool uses(pid_t id) const {
        const std::string folder = folder_of(proc_, id);
        const std::string space = read_link(folder + "/ns/mnt");
        const bool ours = space.empty() || space == own_;
        const auto found = tables_.find(ours ? own_ : space);
        if (found == tables_.end()) return false;
        const MountTable& table = found->second;
        for (const char* const name : {"/cwd", "/root", "/exe"}) {
            if (is_on_it(read_link(folder + name), table, ours)) return true;
        }
        return has_open(folder, table, ours) || has_mapped(folder, table, ours);
    }
    bool is_on_it(const std::string& path) const { return is_on_it(path, tables_.at(own_), true); }

private:
    // `above`: the root of that process, which its table does not name.
    void learn(const std::string& space, const std::string& above, const std::string& folder) {
        auto mounts = read_mounts(folder + "/mountinfo");
        if (!mounts) return;
        for (Mount& mount : *mounts) {
            if (!above.empty()) mount.point = above + (mount.point == "/" ? "" : mount.point);
            if (!by_id_.emplace(mount.id, Known{mount, space == own_}).second) continue;
            tables_[space].push_back(std::move(mount));
        }
    }
    bool is_it(const Mount& mount, bool ours) const {
        if (mount.device != target_.mount.device) return false;
        if (target_.everywhere) return true;
        return ours ? mount.id == target_.mount.id : mount.point == target_.mount.point;
    }
    bool is_on_it(const std::string& path, const MountTable& table, bool ours) const {
        if (path.empty() || path.front() != '/') return false;  // a socket, a pipe
        // Of us nothing else can be on it, and this costs less.
        const std::string& point = target_.mount.point;
        if (ours && path != point && !is_below(path, point)) return false;
        const Mount* const mount = mount_of(table, path);
        return mount != nullptr && is_it(*mount, ours);
    }
    bool has_open(const std::string& folder, const MountTable& table, bool ours) const {
        return any_number(
            folder + "/fd", limits::descriptors_looked_at_max, [&](const std::string& name) {
                const std::string path = read_link(folder + "/fd/" + name);
                if (path.empty() || path.front() != '/') return false;
                const bool by_name = is_on_it(path, table, ours);
                // Others may have been given files of ours, by names of ours.
                if (ours && !by_name) return false;
                const auto known = by_id_.find(mount_id(folder + "/fdinfo/" + name));
                return known == by_id_.end() ? by_name
                                             : is_it(known->second.mount, known->second.ours);
            });
    }
    static std::uint64_t mount_id(const std::string& file) {
        const auto text = read_text(file, small_file_bytes);
        for (const std::string& line : words(text.value_or(""), "\n")) {
            const auto parts = words(line);
            if (parts.size() == 2 && parts[0] == "mnt_id:") return parse_dec(parts[1]).value_or(0);
        }
        return 0;
    }
    // 7f00-7f01 r--p 00000000 08:01 1234    /path, the device in hexadecimal
    bool has_mapped(const std::string& folder, const MountTable& table, bool ours) const {
        const auto text = read_text(folder + "/maps", limits::memory_map_bytes_max);
        if (!text) return false;
        std::string last;
        for (std::string_view rest = *text; !rest.empty();) {
            const std::string_view line = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(std::min(rest.size(), line.size() + 1));
            const std::size_t slash = line.find('/');
            if (slash == std::string_view::npos || line.substr(slash) == last) continue;
            last = line.substr(slash);
            if (target_.everywhere ? has_device(line) : is_on_it(unescaped(last), table, ours)) {
                return true;
            }
        }
        return false;
    }
    bool has_device(std::string_view line) const {
        const auto fields = words(line.substr(0, line.find('/')));
        const auto numbers = fields.size() < 4 ? fields : words(fields[3], ":");
        if (numbers.size() != 2) return false;
        const auto major = parse_hex(numbers[0]);
        const auto minor = parse_hex(numbers[1]);
        return major && minor &&
               std::to_string(*major) + ":" + std::to_string(*minor) == target_.mount.device;
    }

    struct Known {
        Mount mount;
        bool ours{};
    };

    const Target& target_;
    std::string proc_;
    std::string own_;  // our mount namespace
    std::map<std::string, MountTable> tables_;
    std::map<std::string, std::set<std::string>> roots_;
    std::map<std::uint64_t, Known> by_id_;
};

}  // namespace

std::optional<Process> read_process(pid_t id, const std::string& proc) {
    const auto text = read_text(folder_of(proc, id) + "/stat", small_file_bytes);
    if (!text) return std::nullopt;
    const std::size_t opens = text->find('(');
    const std::size_t closes = text->rfind(')');  // the name between may hold anything
    if (opens == std::string::npos || closes == std::string::npos) return std::nullopt;
    const auto fields = words(std::string_view(*text).substr(closes + 1));
    if (fields.size() < 20) return std::nullopt;
    const auto number = [&fields](std::size_t at) { return parse_dec(fields[at]).value_or(0); };
    return Process{id,
                   static_cast<pid_t>(number(1)),
                   static_cast<pid_t>(number(2)),
                   number(19),
                   text->substr(opens + 1, closes - opens - 1),
                   (number(6) & kernel_thread) != 0};
}

std::vector<Process> users_of(const Target& target, const std::string& proc) {
    Scan scan(target, proc);
    const auto processes = all_processes(proc);
    for (const pid_t id : processes) scan.learn(id);
    std::vector<Process> out;
    for (const pid_t id : processes) {
        auto process = read_process(id, proc);
        if (process && !process->of_kernel && scan.uses(id)) out.push_back(*std::move(process));
    }
    return out;
}

std::vector<std::string> loops_on(const Target& target, const std::string& proc,
                                  const std::string& block) {
    const Scan scan(target, proc);
    std::vector<std::string> out;
    const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(block.c_str()), ::closedir);
    while (const dirent* const entry = open ? ::readdir(open.get()) : nullptr) {
        const std::string name = entry->d_name;
        if (!name.starts_with("loop")) continue;
        const auto text = read_text(block + "/" + name + "/loop/backing_file", small_file_bytes);
        const std::string file(trim(text.value_or("")));
        if (scan.is_on_it(file)) out.push_back("/dev/" + name + " (" + file + ")");
    }
    std::sort(out.begin(), out.end());
    return out;
}

Spared::Spared(bool group, std::string proc)
    : proc_(std::move(proc)), self_(::getpid()), group_(group ? ::getpgrp() : -1) {
    for (pid_t id = self_; id > 1 && above_.insert(id).second;) {
        const auto process = read_process(id, proc_);
        id = process ? process->parent : 0;
    }
}

bool Spared::spares(const Process& process) const {
    if (process.id <= 1 || process.of_kernel || process.group == group_) return true;
    if (above_.contains(process.id)) return true;
    if (process.parent != self_) return false;
    const std::string program = read_link(folder_of(proc_, process.id) + "/exe");
    return std::string_view(program).substr(program.rfind('/') + 1).starts_with(helper_name);
}

}  // namespace hb::agents
