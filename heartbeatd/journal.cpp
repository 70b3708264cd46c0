// See journal.hpp. No spdlog: a ring of pointers and four small sinks need a tenth of its memory,
// and share no lock between the real-time loop and a thread of normal priority.
#include "journal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "clock.hpp"
#include "log_sinks.hpp"
#include "side_thread.hpp"

namespace hb::shell {

namespace {

// One line is one line, whatever a script or a peer put into it.
std::string one_line(std::string text) {
    if (text.size() > limits::log_line_bytes_max) text.resize(limits::log_line_bytes_max);
    std::replace_if(
        text.begin(), text.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return text;
}

// True when stderr is the stream that systemd connected to its journal.
bool under_journald() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat info {};
    if (stream == nullptr || ::fstat(STDERR_FILENO, &info) != 0) return false;
    return std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino) == stream;
}

}  // namespace

JournalTargets with_fallback(JournalTargets targets) {
    const bool named =
        !targets.logfile.empty() || !targets.debugfile.empty() || !targets.facility.empty();
    // With a facility as well: the journal hands lines on to syslog, and keeps what they are about.
    if (!targets.facility.empty() && under_journald()) targets.journald = true;
    if (named || targets.terminal || targets.journald) return targets;
    targets.journald = under_journald();
    if (!targets.journald) targets.facility = "daemon";
    return targets;
}

// The ring: a line's place is its number modulo the size, so that a line that finds its place taken
// overruns the oldest. Whoever exchanges a pointer out of a place owns it.
class Journal::Writer {
public:
    explicit Writer(const JournalTargets& targets)
        : targets_(targets), journald_(targets.journald_socket), debug_level(targets.debug) {
        take_targets();
    }
    ~Writer() {
        for (auto& place : ring_) delete place.exchange(nullptr);
        delete next_targets_.exchange(nullptr);
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    void put(const LogLine& line) {
        auto record = std::make_unique<LogRecord>();
        record->when = Clock::unix_seconds();
        record->entry = &log_entry(line.id);
        record->text = one_line(log_text(line));
        record->fields = log_fields(line);
        for (LogField& field : record->fields) field.value = one_line(std::move(field.value));
        record->number = given_.fetch_add(1);
        const std::size_t place = record->number % ring_.size();
        const std::unique_ptr<LogRecord> overrun(ring_[place].exchange(record.release()));
        if (overrun) lose(1);
        raise_event(wake_);
    }
    void retarget(const JournalTargets& targets) {
        delete next_targets_.exchange(new JournalTargets(targets));
        raise_event(wake_);
    }
    bool wait_written(Duration patience);
    void end() {
        ending_.store(true);
        raise_event(wake_);
    }
    void serve();
    std::uint64_t lines_lost() const noexcept { return all_lost_.load(); }

private:
    void lose(std::uint64_t lines) noexcept {
        lost_.fetch_add(lines);
        all_lost_.fetch_add(lines);
    }
    void take_targets();
    std::vector<std::unique_ptr<LogRecord>> collect();
    void write_out(const std::vector<std::unique_ptr<LogRecord>>& batch);
    struct FileTarget {
        std::optional<LogFile> file;
        std::uint64_t missed{};  // lines that it did not take, and has not been told of
    };
    void write_file(FileTarget& target, const std::vector<std::unique_ptr<LogRecord>>& batch,
                    bool with_debug);
    static std::unique_ptr<LogRecord> lost_record(std::uint64_t lines);
    void say_lost();

    std::array<std::atomic<LogRecord*>, limits::log_queue_lines> ring_{};
    std::atomic<std::uint64_t> given_{0}, written_{0};
    std::atomic<std::uint64_t> lost_{0}, all_lost_{0};  // not told yet; since the start
    std::atomic<JournalTargets*> next_targets_{nullptr};
    std::atomic<bool> ending_{false};
    Fd wake_{::eventfd(0, EFD_CLOEXEC)};
    Fd progress_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    // --- of the thread alone ---
    JournalTargets targets_;
    FileTarget logfile_, debugfile_;
    JournaldSink journald_;
    int facility_{-1};
    std::vector<std::unique_ptr<LogRecord>> carried_;

public:
    std::atomic<int> debug_level;
};

void Journal::Writer::take_targets() {
    const std::unique_ptr<JournalTargets> next(next_targets_.exchange(nullptr));
    if (next) targets_ = *next;
    const auto use = [](FileTarget& target, const std::string& path) {
        if (path.empty()) {
            target = {};
        } else if (!target.file || target.file->path() != path) {
            target.missed = 0;
            target.file.emplace(path);
        }
    };
    use(logfile_, targets_.logfile);
    use(debugfile_, targets_.debugfile);
    facility_ = targets_.facility.empty() ? -1 : syslog_facility(targets_.facility);
}

// In the order of their numbers. A line given while we collect may lie before or behind the place
// that we look at; it is carried to the next batch, where those before it are certain to be.
std::vector<std::unique_ptr<LogRecord>> Journal::Writer::collect() {
    const std::uint64_t until = given_.load();
    std::vector<std::unique_ptr<LogRecord>> batch = std::exchange(carried_, {});
    for (auto& place : ring_) {
        std::unique_ptr<LogRecord> record(place.exchange(nullptr));
        if (!record) continue;
        (record->number < until ? batch : carried_).push_back(std::move(record));
    }
    std::sort(batch.begin(), batch.end(),
              [](const auto& a, const auto& b) { return a->number < b->number; });
    if (!carried_.empty()) raise_event(wake_);
    return batch;
}

void Journal::Writer::write_file(FileTarget& target,
                                 const std::vector<std::unique_ptr<LogRecord>>& batch,
                                 bool with_debug) {
    if (!target.file) return;
    std::string text;
    std::uint64_t count = 0;
    for (const auto& record : batch) {
        if (record->entry->level == Level::debug && !with_debug) continue;
        if (record->entry != &log_entry(LogId::log_lines_lost)) ++count;
        text += file_line(*record, targets_.node, targets_.syslogmsgfmt);
    }
    if (text.empty()) return;
    if (target.missed > 0) {
        text.insert(0,
                    file_line(*lost_record(target.missed), targets_.node, targets_.syslogmsgfmt));
    }
    if (target.file->append(text)) {
        target.missed = 0;
        return;
    }
    target.missed += count;
    lose(count);
    if (facility_ >= 0) return;
    // A full disk is when the log matters most.
    for (const auto& record : batch) {
        if (record->entry->level > Level::warning) continue;
        ::syslog(LOG_DAEMON | syslog_priority(record->entry->level), "%s: %s",
                 std::string(severity_word(record->entry->level)).c_str(), record->text.c_str());
    }
}

void Journal::Writer::write_out(const std::vector<std::unique_ptr<LogRecord>>& batch) {
    write_file(logfile_, batch, false);
    write_file(debugfile_, batch, true);
    for (const auto& record : batch) {
        const bool taken = targets_.journald && journald_.send(*record, targets_.node, facility_);
        if (facility_ >= 0 && !taken) {
            const std::string word(severity_word(record->entry->level));
            ::syslog(facility_ | syslog_priority(record->entry->level), "%s: %s", word.c_str(),
                     record->text.c_str());
        } else if (targets_.journald && !taken &&
                   record->entry != &log_entry(LogId::log_lines_lost)) {
            lose(1);
        }
        if (targets_.terminal) {
            const std::string line = file_line(*record, targets_.node, targets_.syslogmsgfmt);
            [[maybe_unused]] const auto size = ::write(STDERR_FILENO, line.data(), line.size());
        }
    }
}

std::unique_ptr<LogRecord> Journal::Writer::lost_record(std::uint64_t lines) {
    auto record = std::make_unique<LogRecord>();
    record->when = Clock::unix_seconds();
    record->entry = &log_entry(LogId::log_lines_lost);
    record->text = log_text(log_line(LogId::log_lines_lost, lines));
    return record;
}

// Straight to the targets, not through the ring: it would only overrun one more. A file that takes
// nothing at present is told when it does.
void Journal::Writer::say_lost() {
    const std::uint64_t lost = lost_.exchange(0);
    if (lost == 0) return;
    std::vector<std::unique_ptr<LogRecord>> batch;
    batch.push_back(lost_record(lost));
    write_out(batch);
    lost_.store(0);  // of a target that takes nothing at all one line is enough
}

void Journal::Writer::serve() {
    ::openlog("heartbeat", LOG_PID, LOG_DAEMON);
    for (;;) {
        take_event(wake_);
        const bool last = ending_.load();
        const std::uint64_t until = given_.load();
        take_targets();
        write_out(collect());
        say_lost();
        written_.store(until);
        raise_event(progress_);
        if (last) return;
    }
}

bool Journal::Writer::wait_written(Duration patience) {
    const std::uint64_t wanted = given_.load();
    const Clock clock;
    raise_event(wake_);
    while (written_.load() < wanted) {
        const Duration gone = clock.now().since_start;
        if (gone >= patience) return false;
        pollfd entry{progress_.get(), POLLIN, 0};
        ::poll(&entry, 1, static_cast<int>(to_ms(patience - gone)) + 1);
        take_event(progress_);
    }
    return true;
}

Journal::Journal(const JournalTargets& targets) : writer_(std::make_shared<Writer>(targets)) {
    // Without a thread every line waits for the last one: flush() says so by its answer.
    start_side_thread([writer = writer_] { writer->serve(); });
}

Journal::~Journal() {
    flush(limits::log_last_words);
    writer_->end();
}

void Journal::write(const LogLine& line) {
    if (log_entry(line.id).level == Level::debug && debug_level() == 0) return;
    writer_->put(line);
}

void Journal::retarget(const JournalTargets& targets) {
    debug_level(targets.debug);
    writer_->retarget(targets);
}

void Journal::debug_level(int level) noexcept {
    writer_->debug_level.store(std::clamp(level, 0, 255));
}

int Journal::debug_level() const noexcept { return writer_->debug_level.load(); }

std::uint64_t Journal::lines_lost() const noexcept { return writer_->lines_lost(); }

bool Journal::flush(Duration patience) { return writer_->wait_written(patience); }

}  // namespace hb::shell
