// Where a finished log line goes: a file, syslog, systemd's journal, the terminal. Used on the
// journal's thread only, where waiting is allowed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "fd.hpp"

namespace hb::shell {

// One line as the loop gave it away.
struct LogRecord {
    std::uint64_t number{};  // of this life, from 0
    std::time_t when{};      // wall time
    const LogEntry* entry{};
    std::string text;
    std::vector<LogField> fields;
};

// CRIT, ERROR, WARN, notice, info, debug: the words of 3.0.6 (resources.md 9).
std::string_view severity_word(Level level) noexcept;
// LOG_CRIT ... LOG_DEBUG of syslog(3).
int syslog_priority(Level level) noexcept;
// LOG_DAEMON and so on; -1 for a name that syslog(3) does not know.
int syslog_facility(std::string_view name) noexcept;

// `Mon DD HH:MM:SS NODE heartbeat: [PID]: SEV: text`, or with `syslogmsgfmt` off
// `heartbeat[PID]: YYYY/MM/DD_HH:MM:SS SEV: text`. Ends in a newline.
std::string file_line(const LogRecord& record, std::string_view node, bool syslogmsgfmt);

// A log file, reopened when somebody moved it away (logrotate).
class LogFile {
public:
    explicit LogFile(std::string path) : path_(std::move(path)) {}
    const std::string& path() const noexcept { return path_; }
    // False when it cannot be written; tried again with the next text.
    bool append(std::string_view text);

private:
    bool open_current();

    std::string path_;
    Fd file_;
    dev_t device_{};
    ino_t inode_{};
};

// systemd's journal by its native datagrams (systemd.io/JOURNAL_NATIVE_PROTOCOL). Each line brings
// its id, its explanation's number in the catalogue, and what it is about as fields.
class JournaldSink {
public:
    explicit JournaldSink(std::string path) : path_(std::move(path)) {}
    // `facility` as of syslog(3): lines that somebody wants there begin with the word of their
    // level. Below 0: nobody has asked for one. False when the journal did not take the line.
    bool send(const LogRecord& record, std::string_view node, int facility);

private:
    bool connect();

    std::string path_;
    Fd socket_;
};

}  // namespace hb::shell
