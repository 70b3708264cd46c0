// See check_copies.hpp.
#include "check_copies.hpp"

#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "base/text.hpp"
#include "file_text.hpp"
#include "load_config.hpp"
#include "plugin/device_program.hpp"

namespace hb::tools {

namespace {

using check::FileCopy;

FileCopy copy_of(const std::string& path) {
    const shell::FileText file = shell::read_file(path);
    FileCopy copy{path, file.text, "", 0600U};
    if (file.error != 0) copy.why = std::strerror(file.error);
    return copy;
}

std::string first_word(std::string_view text) {
    const auto parts = words(text.substr(0, text.find('\n')));
    return parts.empty() ? "" : lower(parts.front());
}

std::string shell_quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

// One answer for all: name and time, then each file behind a line with its mode and size.
std::string remote_script(const std::string& folder) {
    return "cd " + shell_quoted(folder) +
           " || exit 1; uname -n; date +%s; for f in nodeinfo ha.cf authkeys haresources; do"
           " if [ -r $f ]; then echo \"file $f $(stat -Lc %a $f) $(wc -c <$f)\"; cat $f; echo;"
           " else echo \"none $f\"; fi; done; echo end";
}

std::string program_named(const std::string& name) {
    const char* path = std::getenv("PATH");
    for (const std::string& folder : words(path == nullptr ? "/usr/bin:/bin" : path, ":")) {
        std::string file = folder + "/" + name;
        if (::access(file.c_str(), X_OK) == 0) return file;
    }
    return "/usr/bin/" + name;
}

std::optional<std::string> line_off(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    std::string line(rest.substr(0, end));
    rest.remove_prefix(end + 1);
    return line;
}

// The file that `head` announces, off the front of `rest`; nothing when the answer is damaged.
std::optional<FileCopy> file_off(const std::vector<std::string>& head, const std::string& shown,
                                 std::string_view& rest) {
    FileCopy copy{shown, "", "", 0600U};
    if (head[0] == "none") {
        copy.why = "is not there or cannot be read";
        return copy;
    }
    constexpr std::size_t parts = 4;
    if (head.size() != parts) return std::nullopt;
    const auto size = parse_dec(head[3]);
    if (!size || *size >= rest.size()) return std::nullopt;
    copy.text = rest.substr(0, *size);
    copy.mode = static_cast<unsigned>(std::strtoul(head[2].c_str(), nullptr, 8));
    rest.remove_prefix(*size + 1);
    return copy;
}

Result<Fetched> read_answer(std::string_view rest, const std::string& host,
                            const std::string& folder) {
    const auto damaged = [] {
        return fail(Errc::io,
                    "the answer is damaged: a login script over there may print something");
    };
    Fetched out;
    const auto name = line_off(rest);
    const auto seconds = line_off(rest);
    const auto there = seconds ? parse_dec(*seconds) : std::nullopt;
    if (!name || !there) return damaged();
    out.node = first_word(*name);
    out.clock_off = std::chrono::seconds(static_cast<std::int64_t>(*there) -
                                         static_cast<std::int64_t>(::time(nullptr)));
    for (auto line = line_off(rest); line; line = line_off(rest)) {
        if (*line == "end") return out;
        const auto head = words(*line);
        if (head.size() < 2 || (head[0] != "none" && head[0] != "file")) return damaged();
        auto copy = file_off(head, host + ":" + folder + "/" + head[1], rest);
        if (!copy) return damaged();
        if (head[1] == "nodeinfo") {
            if (copy->why.empty()) out.node = first_word(copy->text);
        } else if (head[1] == "ha.cf") {
            out.files.ha_cf = std::move(*copy);
        } else if (head[1] == "authkeys") {
            out.files.authkeys = std::move(*copy);
        } else {
            out.files.haresources = std::move(*copy);
        }
    }
    return damaged();
}

}  // namespace

check::Side own_side(const shell::Paths& paths) {
    shell::LoadedConfig loaded = shell::load_config(paths, true, shell::AskPlugins::yes);
    check::Side side;
    side.files.ha_cf = {paths.ha_cf(), std::move(loaded.texts.ha_cf), "", 0600U};
    side.files.authkeys = {paths.authkeys(), std::move(loaded.texts.authkeys), "",
                           loaded.texts.authkeys_mode};
    side.files.haresources = {paths.haresources(), std::move(loaded.texts.haresources), "", 0600U};
    side.node = loaded.node_name;
    side.ha_cf = std::move(loaded.ha_cf);
    side.keys = std::move(loaded.keys);
    side.groups = std::move(loaded.groups);
    side.found = std::move(loaded.found);
    return side;
}

Fetched copies_in(const std::string& folder) {
    Fetched out;
    out.files = {copy_of(folder + "/ha.cf"), copy_of(folder + "/authkeys"),
                 copy_of(folder + "/haresources")};
    const FileCopy name = copy_of(folder + "/nodeinfo");
    if (name.why.empty()) out.node = first_word(name.text);
    return out;
}

Result<Fetched> copies_over_ssh(const std::string& host, const std::string& folder) {
    fence::DeviceProgram ssh;
    ssh.argv = {program_named("ssh"), "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "--", host,
                remote_script(folder)};
    for (char** each = environ; *each != nullptr; ++each) ssh.env.emplace_back(*each);
    constexpr Duration patience = std::chrono::seconds(30);
    ssh.timeout = patience;
    const fence::DeviceEnd end = fence::run(ssh);
    if (!end.ok()) {
        const std::string words = fence::end_words(end, patience);
        return fail(Errc::io, "ssh " + printable(host, 80) + ": " + words +
                                  (end.words.empty() ? "" : ": " + printable(end.words)));
    }
    return read_answer(end.output, host, folder);
}

}  // namespace hb::tools
