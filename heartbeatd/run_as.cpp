// See run_as.hpp.
#include "run_as.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace hb::shell {

namespace {

constexpr std::string_view option = "--run-as";
constexpr int words_expected = 5;       // the executable, the option, user, folder, command
constexpr int status_cannot_run = 126;  // as a shell says it

bool become(const passwd& user) {
    if (::getuid() == 0 && ::initgroups(user.pw_name, user.pw_gid) != 0) return false;
    return ::setresgid(user.pw_gid, user.pw_gid, user.pw_gid) == 0 &&
           ::setresuid(user.pw_uid, user.pw_uid, user.pw_uid) == 0;
}

}  // namespace

std::vector<std::string> run_as_words(const std::string& self, const std::string& user,
                                      const std::string& folder, const std::string& command) {
    return {self, std::string(option), user, folder, command};
}

std::optional<int> run_as(int count, const char* const* words) {
    if (count < 2 || words[1] != option) return std::nullopt;
    if (count != words_expected) return status_cannot_run;
    const passwd* user = ::getpwnam(words[2]);
    if (user == nullptr || !become(*user)) return status_cannot_run;
    ::umask(022);
    if (::chdir(words[3]) != 0) static_cast<void>(::chdir("/") == 0);
    const std::string command = "exec " + std::string(words[4]);  // as 3.0.6 (config.md 4.2)
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    return status_cannot_run;
}

}  // namespace hb::shell
