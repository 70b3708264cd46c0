// See log_sinks.hpp.
#include "log_sinks.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/text.hpp"

namespace hb::shell {

namespace {

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t size = ::write(fd, text.data(), text.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

// peer: HB_PEER.
std::string journal_field(std::string_view name) {
    std::string out = "HB_";
    for (const char c : name) out += static_cast<char>(c - 'a' + 'A');
    return out;
}

}  // namespace

std::string_view severity_word(Level level) noexcept {
    switch (level) {
        case Level::critical:
            return "CRIT";
        case Level::error:
            return "ERROR";
        case Level::warning:
            return "WARN";
        case Level::notice:
            return "notice";
        case Level::info:
            return "info";
        case Level::debug:
            return "debug";
    }
    return "";
}

int syslog_priority(Level level) noexcept {
    switch (level) {
        case Level::critical:
            return LOG_CRIT;
        case Level::error:
            return LOG_ERR;
        case Level::warning:
            return LOG_WARNING;
        case Level::notice:
            return LOG_NOTICE;
        case Level::info:
            return LOG_INFO;
        case Level::debug:
            return LOG_DEBUG;
    }
    return LOG_INFO;
}

int syslog_facility(std::string_view name) noexcept {
    static constexpr std::array<std::pair<std::string_view, int>, 22> known{{
        {"auth", LOG_AUTH},     {"authpriv", LOG_AUTHPRIV}, {"cron", LOG_CRON},
        {"daemon", LOG_DAEMON}, {"ftp", LOG_FTP},           {"kern", LOG_KERN},
        {"lpr", LOG_LPR},       {"mail", LOG_MAIL},         {"news", LOG_NEWS},
        {"security", LOG_AUTH}, {"syslog", LOG_SYSLOG},     {"user", LOG_USER},
        {"uucp", LOG_UUCP},     {"local0", LOG_LOCAL0},     {"local1", LOG_LOCAL1},
        {"local2", LOG_LOCAL2}, {"local3", LOG_LOCAL3},     {"local4", LOG_LOCAL4},
        {"local5", LOG_LOCAL5}, {"local6", LOG_LOCAL6},     {"local7", LOG_LOCAL7},
        {"none", -1},
    }};
    for (const auto& [word, value] : known) {
        if (equal_ignoring_case(word, name)) return value;
    }
    return -1;
}

std::string file_line(const LogRecord& record, std::string_view node, bool syslogmsgfmt) {
    tm local{};
    ::localtime_r(&record.when, &local);
    std::array<char, 64> date{};
    const char* form = syslogmsgfmt ? "%b %d %H:%M:%S" : "%Y/%m/%d_%H:%M:%S";
    std::strftime(date.data(), date.size(), form, &local);
    const std::string pid = std::to_string(::getpid());
    std::string out;
    if (syslogmsgfmt) {
        out.append(date.data()).append(" ").append(node).append(" heartbeat: [").append(pid);
        out += "]: ";
    } else {
        out.append("heartbeat[").append(pid).append("]: ").append(date.data()).append(" ");
    }
    out.append(severity_word(record.entry->level)).append(": ").append(record.text).append("\n");
    return out;
}

bool LogFile::open_current() {
    struct stat now {};
    const bool there = ::stat(path_.c_str(), &now) == 0;
    if (file_ && there && now.st_dev == device_ && now.st_ino == inode_) return true;
    // O_NONBLOCK: a named pipe without a reader must not hold the log up for ever.
    constexpr int flags = O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
    file_.reset(::open(path_.c_str(), flags, 0644));
    if (!file_ || ::fstat(file_.get(), &now) != 0) return false;
    device_ = now.st_dev;
    inode_ = now.st_ino;
    return true;
}

bool LogFile::append(std::string_view text) {
    return open_current() && write_all(file_.get(), text);
}

bool JournaldSink::connect() {
    if (socket_) return true;
    sockaddr_un address{};
    if (path_.size() >= sizeof address.sun_path) return false;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    socket_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    // NOLINTNEXTLINE: the socket interface wants this cast
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (socket_ && ::connect(socket_.get(), generic, sizeof address) == 0) return true;
    socket_.reset();
    return false;
}

bool JournaldSink::send(const LogRecord& record, std::string_view node, int facility) {
    std::string fields = "MESSAGE=";
    if (facility >= 0) fields.append(severity_word(record.entry->level)).append(": ");
    const auto add = [&fields](std::string_view name, std::string_view value) {
        fields.append("\n").append(name).append("=").append(value);
    };
    fields += record.text;
    add("PRIORITY", std::to_string(syslog_priority(record.entry->level)));
    add("SYSLOG_FACILITY", std::to_string((facility >= 0 ? facility : LOG_DAEMON) >> 3));
    add("SYSLOG_IDENTIFIER", "heartbeat");
    add("SYSLOG_PID", std::to_string(::getpid()));
    add("MESSAGE_ID", message_id(*record.entry));
    add("HB_LOG_ID", record.entry->name);
    add("HB_NODE", node);
    for (const LogField& field : record.fields) add(journal_field(field.name), field.value);
    fields += "\n";
    // A journald that was restarted is met by the second attempt.
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (!connect()) return false;
        if (::send(socket_.get(), fields.data(), fields.size(), MSG_NOSIGNAL) >= 0) return true;
        socket_.reset();
    }
    return false;
}

}  // namespace hb::shell
