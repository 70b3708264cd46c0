// See device_files.hpp.
#include "plugin/device_files.hpp"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>

#include "heartbeat/plugin.hpp"
#include "plugin/device_limits.hpp"

namespace hb::fence {

namespace {

// "" when it may be run, else why not.
std::string objection(const std::string& path, bool links) {
    struct stat info {};
    if ((links ? ::stat : ::lstat)(path.c_str(), &info) != 0) return std::strerror(errno);
    if (!S_ISREG(info.st_mode)) return "is no regular file";
    if ((info.st_mode & S_IXUSR) == 0) return "is not executable";
    if (info.st_uid != 0 && info.st_uid != ::geteuid()) return "belongs to another user";
    if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) return "may be written by others than its owner";
    return "";
}

std::string text_of(const std::string& path) {
    std::string out;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return out;
    struct stat info {};
    const bool ours = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
                      info.st_uid == ::geteuid() && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
    std::array<char, 8192> buffer;
    for (ssize_t got = 0; ours && (got = ::read(fd, buffer.data(), buffer.size())) > 0;) {
        out.append(buffer.data(), static_cast<std::size_t>(got));
        if (out.size() > limits::device_output_bytes_max) break;
    }
    ::close(fd);
    return out;
}

// Whole or not at all. It may fail: then the program is asked again next time.
void keep(const std::string& path, const std::string& text) {
    const std::string part = path + "." + std::to_string(::getpid());
    const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return;
    const bool whole = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(fd);
    if (!whole || ::rename(part.c_str(), path.c_str()) != 0) ::unlink(part.c_str());
}

// Size and time of change of the program: another one has another stamp.
std::string stamp_of(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return "";
    return std::to_string(info.st_size) + " " + std::to_string(info.st_ctim.tv_sec) + "." +
           std::to_string(info.st_ctim.tv_nsec) + "\n";
}

}  // namespace

std::string own_folder() {
    Dl_info info{};
    if (::dladdr(reinterpret_cast<const void*>(&own_folder), &info) == 0) return "/nowhere";
    const std::string path = info.dli_fname;
    return path.substr(0, path.rfind('/'));
}

std::string find_program(const Folders& folders, const std::string& name, bool links) {
    std::string where;
    for (const std::string& folder : folders) {
        const std::string path = folder + "/" + name;
        if (::access(path.c_str(), F_OK) != 0 || name.find('/') != std::string::npos) {
            where += (where.empty() ? "" : " or ") + folder;
            continue;
        }
        const std::string why = objection(path, links);
        if (why.empty()) return path;
        throw plugin::Refusal(HB_BAD_CONFIG, "parameter type: " + path + " " + why);
    }
    throw plugin::Refusal(HB_BAD_CONFIG, "parameter type: there is no " + name + " in " + where);
}

std::vector<std::string> list_programs(const Folders& folders, const std::string& prefix,
                                       bool links) {
    std::set<std::string> names;
    for (const std::string& path : folders) {
        DIR* folder = ::opendir(path.c_str());
        if (folder == nullptr) continue;
        while (const dirent* entry = ::readdir(folder)) {
            const std::string name = entry->d_name;
            if (name.starts_with('.') || !name.starts_with(prefix)) continue;
            if (names.size() >= limits::device_types_max) break;
            if (objection(path + "/" + name, links).empty()) names.insert(name);
        }
        ::closedir(folder);
    }
    return {names.begin(), names.end()};
}

std::string remembered(const std::string& folder, const std::string& path,
                       const std::string& question, const std::function<std::string()>& ask) {
    std::string file = path + "." + question;
    std::replace(file.begin(), file.end(), '/', '_');
    file = folder + "/" + file;
    const std::string stamp = stamp_of(path);
    const std::string kept = text_of(file);
    if (!stamp.empty() && kept.starts_with(stamp)) return kept.substr(stamp.size());
    std::string answer = ask();
    if (!answer.empty()) {
        ::mkdir(folder.c_str(), 0700);
        keep(file, stamp + answer);
    }
    return answer;
}

}  // namespace hb::fence
