// See filesystem.hpp: the stop. Signals go to processes by their descriptors, so that a number
// given anew is nobody's end.
#include <signal.h>

#include <algorithm>
#include <utility>

#include "agents/filesystem_task.hpp"
#include "agents/program.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "fd.hpp"
#include "spawn_settings.hpp"

namespace hb::agents {

namespace {

// What a stop says of those it signals; beyond it they are not named.
constexpr std::size_t words_bytes_max = 65536;

// 1 to 9999, without a zero in front; else the default.
std::chrono::seconds seconds_of(const std::string& text) {
    const auto standard = std::chrono::duration_cast<std::chrono::seconds>(limits::filesystem_stop);
    const auto number = text.starts_with("0") ? std::nullopt : parse_dec(text);
    const auto longest = static_cast<std::uint64_t>(limits::filesystem_stop_max.count());
    return number && *number <= longest ? std::chrono::seconds(*number) : standard;
}

std::string one_line(const std::string& text) {
    std::string out(trim(text));
    std::replace(out.begin(), out.end(), '\n', ' ');
    return out;
}

std::string shown(const Process& process) {
    return std::to_string(process.id) + " (" + process.name + ")";
}

}  // namespace

Answer FilesystemTask::stop() {
    const std::chrono::seconds seconds = seconds_of(host_.variable("HA_FILESYSTEM_STOP_SECONDS"));
    span_ = seconds;
    end_ = clock_.now() + span_;
    half_ = clock_.now() + std::chrono::seconds(seconds.count() / 2);
    spared_.emplace(!host_.children_apart());
    for (const Mount& mount : points()) {
        const std::string wrong = unmount(mount.point);
        if (!wrong.empty()) return failed(wrong);
    }
    const auto still = mounted();
    if (!still || *still) return failed("something is still mounted on " + directory_);
    return good(succeeded());
}

// What is to be unmounted, the last mounted first: all below the directory, all other places where
// the same disk was mounted since (the peer will want it for itself), the directory at last. A bind
// mount shares its numbers with the file system it shows a part of, which is not ours.
std::vector<Mount> FilesystemTask::points() const {
    std::vector<Mount> out;
    std::string ours;
    for (const Mount& mount : table_) {
        if (mount.point == directory_) {
            if (!mount.device.starts_with("0:") && !is_bind()) ours = mount.device;
        } else if (!is_below(mount.point, directory_) && mount.device != ours) {
            continue;
        }
        out.push_back(mount);
    }
    std::reverse(out.begin(), out.end());
    return out;
}

std::size_t FilesystemTask::look_at(const std::string& point, Target& target) {
    if (auto table = read_mounts()) table_ = *std::move(table);
    std::size_t times = 0;
    for (const Mount& mount : table_) {
        if (mount.point != point) continue;
        target.mount = mount;
        ++times;
    }
    const auto places = std::count_if(table_.begin(), table_.end(), [&target](const Mount& mount) {
        return mount.device == target.mount.device;
    });
    // With a dead server behind it nobody else's view of it is asked for.
    target.everywhere = places == 1 && !is_network();
    return times;
}

std::string FilesystemTask::unmount(const std::string& point) {
    Target target;
    const std::size_t before = look_at(point, target);
    // Another one may lie beneath it, and belongs to its own turn.
    for (unsigned attempt = 0; look_at(point, target) >= before && before > 0; ++attempt) {
        std::vector<std::string> command{"umount"};
        if (is_network()) command.emplace_back("-f");
        command.insert(command.end(), {"--", point});
        const ProgramEnd end = run_program(std::move(command), host_);
        if (end.status == 0) return "";
        if (end.cancelled) return one_line(end.output) + " told to stop before it was done";
        const Instant now = clock_.now();
        if (now >= end_) {
            return one_line(end.output) + " gave up after " +
                   std::to_string(std::chrono::duration_cast<std::chrono::seconds>(span_).count()) +
                   " s, used by:" + name_users(target);
        }
        if (attempt % limits::unmounts_per_signal == 0) {
            signal_users(target, now < half_ ? SIGTERM : SIGKILL);
        }
        if (host_.cancel.wait(limits::unmount_pause)) {
            return one_line(end.output) + " told to stop, used by:" + name_users(target);
        }
    }
    return "";
}

void FilesystemTask::signal_users(const Target& target, int signal) {
    for (const Process& user : users_of(target)) {
        if (spared_->spares(user)) continue;
        const shell::Fd process(shell::open_pidfd(user.id));
        const auto still = read_process(user.id);
        if (!process || !still || still->started != user.started) continue;
        if (words_.size() < words_bytes_max) {
            tell("INFO: " + target.mount.point + " is busy: sending " +
                 (signal == SIGTERM ? "SIGTERM" : "SIGKILL") + " to process " + shown(user));
        }
        shell::signal_pidfd(process.get(), signal);
    }
}

std::string FilesystemTask::name_users(const Target& target) const {
    std::string out;
    for (const Process& user : users_of(target)) {
        // hb_agent has no other folder than its caller's.
        if (user.id == ::getpid() && !host_.children_apart()) continue;
        out += " " + shown(user);
    }
    for (const std::string& device : loops_on(target)) out += " " + device;
    return out.empty() ? " nobody that can be found" : out;
}

}  // namespace hb::agents
