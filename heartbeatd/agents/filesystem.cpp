// See filesystem.hpp: the arguments, status and start.
#include "agents/filesystem.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "agents/filesystem_task.hpp"
#include "agents/program.hpp"
#include "base/text.hpp"
#include "fd.hpp"

namespace hb::agents {

namespace {

constexpr int fsck_left_errors = 4;  // exit status of fsck(8), and whatever is above it
constexpr std::string_view no_table = "/proc/self/mountinfo cannot be read: expected /proc";
constexpr std::string_view told_to_stop = "told to stop before it was done";

// They look after themselves when they are mounted, or cannot be checked.
constexpr std::array<std::string_view, 23> not_checked{
    "ext3", "ext4",  "xfs",   "jfs",     "reiserfs", "btrfs",    "f2fs",  "nilfs2",
    "vfat", "ocfs2", "gfs",   "gfs2",    "zfs",      "tmpfs",    "ramfs", "overlay",
    "none", "proc",  "sysfs", "iso9660", "udf",      "squashfs", "fuse"};
constexpr std::array<std::string_view, 8> network{"nfs",   "nfs4", "cifs",      "smb3",
                                                  "smbfs", "ceph", "glusterfs", "9p"};

template <std::size_t N>
bool holds(const std::array<std::string_view, N>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

bool has_option(const std::string& options, std::string_view wanted) {
    const auto all = words(options, ",");
    return std::find(all.begin(), all.end(), wanted) != all.end();
}

mode_t kind_of(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & static_cast<mode_t>(S_IFMT) : 0;
}

// The peer may have written to a shared disk since this machine read it.
void flush_buffers(const std::string& device) {
    if (kind_of(device) != S_IFBLK) return;
    const shell::Fd opened(::open(device.c_str(), O_RDONLY | O_CLOEXEC));
    if (opened) static_cast<void>(::ioctl(opened.get(), BLKFLSBUF, 0));
}

}  // namespace

FilesystemTask::FilesystemTask(const AgentCall& call, Host& host)
    : call_(call), host_(host), directory_(call.arguments[1]) {
    if (call.arguments.size() > 2) type_ = call.arguments[2];
    if (call.arguments.size() > 3) options_ = call.arguments[3];
}

void FilesystemTask::tell(const std::string& words) {
    const std::string line = call_.type + "(" + directory_ + "): " + words + "\n";
    words_ += line;
    host_.progress.say(line);
}

Answer FilesystemTask::good(Answer answer) {
    answer.err = std::move(words_);
    return answer;
}

Answer FilesystemTask::failed(const std::string& words) {
    tell("ERROR: " + words);
    return failed_with(std::move(words_));
}

// Nothing can be mounted by arguments that start refuses.
Answer FilesystemTask::illegal(const std::string& words) {
    tell("ERROR: " + words);
    if (call_.action == ScriptAction::stop) return good(succeeded());
    return illegal_with(std::move(words_));
}

std::string FilesystemTask::set_device(const std::string& text) {
    device_ = text;
    for (const auto& [mark, name] : {std::pair<std::string_view, std::string_view>{"-U", "UUID"},
                                     {"--uuid=", "UUID"},
                                     {"-L", "LABEL"},
                                     {"--label=", "LABEL"}}) {
        if (!text.starts_with(mark) || text.size() == mark.size()) continue;
        device_ = std::string(name) + "=" + text.substr(mark.size());
        return "";
    }
    if (!text.starts_with("-")) return "";
    return "device " + text + ": expected a value, as in -Ldata or LABEL=data";
}

std::string FilesystemTask::set_directory() {
    if (!directory_.starts_with("/")) {
        return "mount point " + directory_ + ": expected a path from the root";
    }
    directory_ = tidy_path(directory_);
    return directory_ == "/" ? "mount point /: expected another directory" : "";
}

bool FilesystemTask::is_bind() const {
    return has_option(options_, "bind") || has_option(options_, "rbind");
}

bool FilesystemTask::is_network() const {
    if (holds(network, type_) || device_.starts_with("//")) return true;
    return !device_.starts_with("/") && device_.find(":/") != std::string::npos;
}

std::optional<bool> FilesystemTask::mounted() {
    auto table = read_mounts();
    if (!table) return std::nullopt;
    table_ = *std::move(table);
    if (is_mounted(table_, directory_)) return true;
    const std::string real = real_path(directory_, table_);
    if (real.empty() || real == directory_) return false;
    directory_ = real;
    return is_mounted(table_, directory_);
}

Answer FilesystemTask::run() {
    if (const std::string wrong = set_device(call_.arguments[0]); !wrong.empty()) {
        return illegal(wrong);
    }
    if (const std::string wrong = set_directory(); !wrong.empty()) return illegal(wrong);
    if (type_ == "bind" || type_ == "rbind") {
        options_ = type_ + (options_.empty() ? "" : "," + options_);
    }
    if (is_bind()) type_.clear();
    const auto there = mounted();
    if (!there) return failed(std::string(no_table));
    switch (call_.action) {
        case ScriptAction::status:
            return good(*there ? runs() : is_stopped());
        case ScriptAction::start:
            return *there ? good(succeeded()) : start();
        case ScriptAction::stop:
            return *there ? stop() : good(succeeded());
    }
    return failed("an action that nobody knows");
}

Answer FilesystemTask::start() {
    const auto below = std::find_if(table_.begin(), table_.end(), [this](const Mount& mount) {
        return is_below(mount.point, directory_);
    });
    if (below != table_.end()) {
        tell("ERROR: " + below->point + " is mounted below it: unmount that first");
        return good({6, "ERROR:  Program is not configured\n", ""});
    }
    std::string wrong = check_device();
    host_.progress.waits_for("the folder " + directory_);
    if (wrong.empty()) wrong = make_directory();
    host_.progress.waits_for("");
    if (cancelled()) return failed(std::string(told_to_stop));
    if (!wrong.empty()) return failed(wrong);
    std::vector<std::string> command{"mount"};
    if (!type_.empty()) command.insert(command.end(), {"-t", type_});
    if (!options_.empty()) command.insert(command.end(), {"-o", options_});
    command.insert(command.end(), {"--", device_, directory_});
    const ProgramEnd end = run_program(std::move(command), host_);
    words_ += end.output;
    if (end.status == 0) return good(succeeded());
    if (end.cancelled) return failed(std::string(told_to_stop));
    return failed("mount of " + device_ + " on " + directory_ +
                  " failed, see the message of 'mount' above");
}

std::string FilesystemTask::check_device() {
    if (is_network()) return "";
    host_.progress.waits_for("the device " + device_);
    const mode_t kind = kind_of(device_);
    if (is_bind()) return kind != 0 ? "" : device_ + " does not exist: expected what to bind";
    if (device_.starts_with("/")) {
        if (kind != S_IFBLK && kind != S_IFREG) {
            return device_ + " does not exist or is no block device: expected what to mount";
        }
    } else if (device_.find('=') == std::string::npos) {
        return "";  // tmpfs and its like
    }
    if (std::string wrong = check_file_system(); !wrong.empty()) return wrong;
    flush_buffers(device_);
    return "";
}

std::string FilesystemTask::check_file_system() {
    const std::string type = type_to_check();
    if (type.empty()) return "";
    const ProgramEnd end = run_program({"fsck", "-T", "-t", type, "-p", device_}, host_);
    words_ += end.output;
    if (end.status < fsck_left_errors) return "";
    return "fsck left errors on " + device_ + ": repair it by hand";
}

// "": none that `fsck -p` is to look after.
std::string FilesystemTask::type_to_check() {
    if (has_option(options_, "ro") || holds(not_checked, type_) || type_.starts_with("fuse")) {
        return "";
    }
    std::string type = type_;
    if (type.empty() || type == "auto") type = type_found() == "ext2" ? "ext2" : "";
    return type.empty() || find_program("fsck." + type, host_).empty() ? "" : type;
}

std::string FilesystemTask::type_found() const {
    std::vector<std::string> command{"blkid", "-o", "value", "-s", "TYPE"};
    if (!device_.starts_with("/")) command.emplace_back("-t");
    command.push_back(device_);
    const ProgramEnd end = run_program(std::move(command), host_);
    return end.status == 0 ? std::string(trim(end.output)) : "";
}

std::string FilesystemTask::make_directory() const {
    const mode_t kind = kind_of(directory_);
    if (kind == S_IFDIR || kind == S_IFREG) return "";
    int error = 0;
    for (std::size_t slash = 0; slash != std::string::npos;) {
        slash = directory_.find('/', slash + 1);
        const bool made = ::mkdir(directory_.substr(0, slash).c_str(), 0777) == 0;
        if (!made && errno != EEXIST && error == 0)
            error = errno;  // what follows from it says less
    }
    if (kind_of(directory_) == S_IFDIR) return "";
    return "cannot make the mount point " + directory_ + ": " + std::strerror(error);
}

std::vector<Answer> run_filesystems(std::span<const AgentCall> calls, Host& host) {
    std::vector<Answer> out;
    for (const AgentCall& call : calls) out.push_back(FilesystemTask(call, host).run());
    return out;
}

}  // namespace hb::agents
