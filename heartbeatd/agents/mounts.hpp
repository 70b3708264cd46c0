// The kernel's table of what is mounted where, as values, and paths compared with it by their text:
// nothing here touches what is mounted, which may be a server that has died.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace hb::agents {

struct Mount {
    std::uint64_t id{};
    std::string device;  // MAJOR:MINOR, of the file system
    std::string point;   // from the root, without the kernel's escapes
};
using MountTable = std::vector<Mount>;  // in the order of their mounting

// The text of /proc/PID/mountinfo (proc(5)). Lines that are none are left out.
MountTable parse_mounts(std::string_view text);
// Errors: io, permission.
[[nodiscard]] Result<MountTable> read_mounts(const std::string& file = "/proc/self/mountinfo");
// \040 and its like.
std::string unescaped(std::string_view text);

bool is_mounted(const MountTable& table, std::string_view point);
// Whether `path` lies below `folder`, and is not the same.
bool is_below(std::string_view path, std::string_view folder);
// Where the file of that name is: the deepest one, of several at one place the last. Null: nowhere.
const Mount* mount_of(const MountTable& table, std::string_view path);

// Without a slash at the end or two in a row.
std::string tidy_path(std::string_view path);
// Where a path from the root leads: links are followed, `..` taken back; what does not exist is
// taken as it is written. No mount point is looked at, only names below one. "" when links go in a
// circle.
std::string real_path(const std::string& path, const MountTable& table);

// --- for files of /proc ---
// All of it, or `bytes_max`. Errors: io, permission.
[[nodiscard]] Result<std::string> read_text(const std::string& file, std::size_t bytes_max);
// What a link says; "" when there is none.
std::string read_link(const std::string& path);

}  // namespace hb::agents
