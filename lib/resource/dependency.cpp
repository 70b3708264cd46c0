// See dependency.hpp.
#include "resource/dependency.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace hb::resource {

// A path without doubled slashes and without one at the end.
static std::string tidy_path(std::string_view path) {
    std::string out;
    for (const char c : path) {
        if (c == '/' && out.ends_with('/')) continue;
        out += c;
    }
    if (out.size() > 1 && out.ends_with('/')) out.pop_back();
    return out;
}

// True when the words of `path` begin with all words of `top`: /srv/a lies below /srv, /srv2 not.
static bool at_or_below(std::string_view path, std::string_view top) {
    if (!path.starts_with(top)) return false;
    return path.size() == top.size() || path[top.size()] == '/';
}

// What one group has for itself, as far as its arguments tell.
struct Footprint {
    std::vector<std::string> devices;  // paths, or `type name` for what has no path
    std::vector<std::string> mounts;   // mount points of Filesystem members
    std::vector<std::string> volume_groups;
    std::vector<std::string> paths;  // every argument that is an absolute path
};

// `tmpfs` or `none` is a kind of file system, which many groups may have at once, and no device.
static bool names_a_device(std::string_view text) {
    return text.find_first_of("/=-") != std::string_view::npos;
}

static void add_member(Footprint& footprint, const config::Member& member) {
    for (const std::string& argument : member.arguments) {
        if (!argument.starts_with('/')) continue;
        footprint.paths.push_back(tidy_path(argument));
        if (argument.starts_with("/dev/") && argument != "/dev/null") {
            footprint.devices.push_back(footprint.paths.back());
        }
    }
    if (member.arguments.empty()) return;
    const std::string& first = member.arguments.front();
    if (member.type == "Filesystem") {
        if (names_a_device(first)) footprint.devices.push_back(tidy_path(first));
        // A mount of the root would put every path below it and says nothing.
        if (member.arguments.size() > 1 && tidy_path(member.arguments[1]) != "/") {
            footprint.mounts.push_back(tidy_path(member.arguments[1]));
        }
    } else if (member.type == "LVM") {
        const std::string name = first.starts_with("/dev/") ? first.substr(5) : first;
        footprint.volume_groups.push_back(tidy_path(name));
    } else if (member.type == "drbddisk") {
        footprint.devices.push_back("drbddisk " + first);
    }
}

static Footprint footprint_of(const config::ResourceGroup& group) {
    Footprint out;
    for (const config::Member& member : group.members) add_member(out, member);
    return out;
}

// The device mapper's name of a volume group: a dash in it stands twice (lvm(8)).
static std::string mapper_prefix(std::string_view volume_group) {
    std::string out = "/dev/mapper/";
    for (const char c : volume_group) out += c == '-' ? "--" : std::string(1, c);
    return out + "-";
}

static bool lies_in_volume_group(std::string_view device, std::string_view volume_group) {
    if (at_or_below(device, "/dev/" + std::string(volume_group))) return true;
    const std::string prefix = mapper_prefix(volume_group);
    // Another dash would belong to the name: vg0 and vg0-a are two volume groups.
    return device.starts_with(prefix) && device.substr(prefix.size(), 1) != "-";
}

static bool has(const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

// Why `later` leans on `earlier`, or nothing.
static std::optional<std::string> reason_between(const Footprint& later, const Footprint& earlier) {
    for (const std::string& device : later.devices) {
        if (has(earlier.devices, device)) return "uses " + device + " of it";
        for (const std::string& name : earlier.volume_groups) {
            if (lies_in_volume_group(device, name)) return "uses volume group " + name + " of it";
        }
    }
    for (const std::string& name : later.volume_groups) {
        if (has(earlier.volume_groups, name)) return "uses volume group " + name + " of it";
    }
    for (const std::string& path : later.paths) {
        for (const std::string& mount : earlier.mounts) {
            if (path == mount) return "uses " + mount + " of it";
            if (at_or_below(path, mount)) return "lies below " + mount + " of it";
        }
    }
    return std::nullopt;
}

std::vector<Dependency> dependencies(const std::vector<config::ResourceGroup>& groups,
                                     config::GroupOrder order) {
    std::vector<Dependency> out;
    if (order == config::GroupOrder::file) {
        for (std::size_t i = 1; i < groups.size(); ++i)
            out.push_back({i, i - 1, "group_order file"});
        return out;
    }
    std::vector<Footprint> footprints;
    footprints.reserve(groups.size());
    for (const config::ResourceGroup& group : groups) footprints.push_back(footprint_of(group));
    for (std::size_t later = 1; later < groups.size(); ++later) {
        for (std::size_t earlier = 0; earlier < later; ++earlier) {
            auto reason = reason_between(footprints[later], footprints[earlier]);
            if (reason) out.push_back({later, earlier, std::move(*reason)});
        }
    }
    return out;
}

}  // namespace hb::resource
