// See accounts.hpp.
#include "accounts.hpp"

#include <grp.h>
#include <pwd.h>

#include <cstdint>
#include <vector>

#include "base/text.hpp"

namespace hb::shell {

namespace {

constexpr std::size_t entry_bytes_max = 65536;  // groups may have many members

std::optional<std::uint32_t> as_number(const std::string& name) {
    const auto number = parse_dec(name);
    if (!number || *number >= UINT32_MAX) return std::nullopt;  // the last one is nobody's
    return static_cast<std::uint32_t>(*number);
}

}  // namespace

std::optional<uid_t> user_named(const std::string& name) {
    std::vector<char> buffer(entry_bytes_max);
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) == 0 &&
        found != nullptr) {
        return entry.pw_uid;
    }
    return std::nullopt;
}

std::optional<uid_t> user_id(const std::string& name) {
    const auto user = user_named(name);
    return user ? user : as_number(name);
}

std::optional<gid_t> group_id(const std::string& name) {
    std::vector<char> buffer(entry_bytes_max);
    group entry{};
    group* found = nullptr;
    if (::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) == 0 &&
        found != nullptr) {
        return entry.gr_gid;
    }
    return as_number(name);
}

}  // namespace hb::shell
