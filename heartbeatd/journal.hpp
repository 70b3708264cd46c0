// Log lines to where the administrator wants them: files, syslog, systemd's journal, the terminal.
// write() never waits: a thread of its own does the writing, and when it cannot keep up the oldest
// lines go and are counted.
#pragma once

#include <memory>
#include <string>

#include "base/log.hpp"

namespace hb::shell {

struct JournalTargets {
    std::string node;
    std::string logfile;    // all but debug lines; empty: none
    std::string debugfile;  // every line; empty: none
    std::string facility;   // syslog facility by name; empty: none
    bool syslogmsgfmt{true};
    bool journald{false};  // systemd's journal; `facility` is then what it hands on to syslog
    std::string journald_socket{"/run/systemd/journal/socket"};  // as at the start
    bool terminal{false};                                        // stderr
    int debug{0};                                                // 0: no debug lines
};

// journald when the process runs under systemd (JOURNAL_STREAM) and a facility or no other target
// is set; syslog `daemon` when nothing else is left.
JournalTargets with_fallback(JournalTargets targets);

class Journal {
public:
    explicit Journal(const JournalTargets& targets);
    // Waits for the last lines, 2 s at most.
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    // From any thread.
    void write(const LogLine& line);
    // From the loop's thread. Lines already given go to the old targets or the new ones.
    void retarget(const JournalTargets& targets);
    // 0..255; debug lines are written when it is above 0.
    void debug_level(int level) noexcept;
    int debug_level() const noexcept;
    // Since the start: overrun in the queue, or not taken by a target.
    std::uint64_t lines_lost() const noexcept;
    // Waits until all lines given so far are written, `patience` at most. False: not all are.
    bool flush(Duration patience);

private:
    class Writer;
    std::shared_ptr<Writer> writer_;  // its thread keeps it when a write hangs
};

}  // namespace hb::shell
