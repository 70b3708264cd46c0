// See mounts.hpp.
#include "agents/mounts.hpp"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <optional>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "fd.hpp"
#include "system_error.hpp"

namespace hb::agents {

namespace {

bool is_octal(std::string_view digits) {
    return digits.size() == 3 && digits[0] <= '3' &&
           std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '7'; });
}

// 36 35 98:0 /root /point options ... - type source options
std::optional<Mount> parse_line(std::string_view line) {
    const auto fields = words(line, " ");
    if (fields.size() < 5 || fields[4].front() != '/') return std::nullopt;
    const auto id = parse_dec(fields[0]);
    const std::size_t colon = fields[2].find(':');
    if (!id || colon == std::string::npos) return std::nullopt;
    return Mount{*id, fields[2], unescaped(fields[4])};
}

}  // namespace

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view digits = text.substr(i + 1, 3);
        if (text[i] == '\\' && is_octal(digits)) {
            out +=
                static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + digits[2] - '0');
            i += 3;
        } else {
            out += text[i];
        }
    }
    return out;
}

MountTable parse_mounts(std::string_view text) {
    MountTable out;
    for (const std::string& line : words(text, "\n")) {
        if (auto mount = parse_line(line)) out.push_back(*std::move(mount));
    }
    return out;
}

Result<MountTable> read_mounts(const std::string& file) {
    const auto text = read_text(file, limits::mount_table_bytes_max);
    if (!text) return tl::unexpected(text.error());
    return parse_mounts(*text);
}

bool is_mounted(const MountTable& table, std::string_view point) {
    return std::any_of(table.begin(), table.end(),
                       [point](const Mount& mount) { return mount.point == point; });
}

bool is_below(std::string_view path, std::string_view folder) {
    if (folder == "/") return path.size() > 1 && path.front() == '/';
    return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

const Mount* mount_of(const MountTable& table, std::string_view path) {
    const Mount* found = nullptr;
    for (const Mount& mount : table) {
        if (path != mount.point && !is_below(path, mount.point)) continue;
        if (found == nullptr || mount.point.size() >= found->point.size()) found = &mount;
    }
    return found;
}

std::string tidy_path(std::string_view path) {
    std::string out;
    for (const char c : path) {
        if (c != '/' || out.empty() || out.back() != '/') out += c;
    }
    if (out.size() > 1 && out.back() == '/') out.pop_back();
    return out;
}

std::string real_path(const std::string& path, const MountTable& table) {
    const auto split = [](const std::string& text) { return words(text, "/"); };
    const auto names = split(path);
    std::deque<std::string> left(names.begin(), names.end());
    std::string out;
    unsigned followed = 0;
    while (!left.empty()) {
        const std::string name = std::move(left.front());
        left.pop_front();
        if (name == ".") continue;
        if (name == "..") {
            out.resize(out.empty() ? 0 : out.rfind('/'));
            continue;
        }
        const std::string next = out + "/" + name;
        const std::string link = is_mounted(table, next) ? "" : read_link(next);
        if (link.empty()) {
            out = next;
            continue;
        }
        if (++followed > limits::links_followed_max) return "";
        if (link.front() == '/') out.clear();
        const auto more = split(link);
        left.insert(left.begin(), more.begin(), more.end());
    }
    return out.empty() ? "/" : out;
}

Result<std::string> read_text(const std::string& file, std::size_t bytes_max) {
    const shell::Fd opened(::open(file.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    if (!opened) return shell::system_error(file, errno);
    std::string out;
    std::array<char, 16384> piece;
    while (out.size() < bytes_max) {
        const ssize_t got = ::read(opened.get(), piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return shell::system_error(file, errno);
        if (got == 0) break;
        out.append(piece.data(), static_cast<std::size_t>(got));
    }
    return out;
}

std::string read_link(const std::string& path) {
    std::array<char, PATH_MAX> text;
    const ssize_t size = ::readlink(path.c_str(), text.data(), text.size());
    return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

}  // namespace hb::agents
