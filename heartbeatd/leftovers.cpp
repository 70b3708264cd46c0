// See leftovers.hpp.
#include "leftovers.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "asio.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "clock.hpp"
#include "fd.hpp"

namespace hb::shell {

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

std::string text_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream all;
    all << file.rdbuf();
    return all.str();
}

// Ticks since boot; nothing when there is no such process. proc(5), /proc/pid/stat, field 22; the
// name before it may hold anything.
std::optional<std::uint64_t> start_time(pid_t pid) {
    const std::string stat = text_of("/proc/" + std::to_string(pid) + "/stat");
    const std::size_t name_ends = stat.rfind(')');
    if (name_ends == std::string::npos) return std::nullopt;
    std::istringstream fields(stat.substr(name_ends + 1));
    std::string field;
    constexpr int behind_the_name = 20;
    for (int i = 0; i < behind_the_name; ++i) fields >> field;
    return parse_dec(field);
}

// Milliseconds of the boot clock, that long from now.
std::int64_t boot_ms(Duration from_now) {
    const timespec t = Clock().on_boot_clock(Instant{from_now});
    return std::int64_t{t.tv_sec} * 1000 + t.tv_nsec / 1'000'000;
}

struct Note {
    pid_t pid{};
    Fd process;
    Duration rest{};
    std::string command;
};

constexpr std::size_t note_bytes_max = 64;  // two numbers

// Why what lies there is not to be believed, or "".
std::string doubt(const struct stat& info) {
    if (info.st_uid != ::geteuid()) {
        return "it belongs to user " + std::to_string(info.st_uid) + ", not to the daemon's";
    }
    return (info.st_mode & (S_IWGRP | S_IWOTH)) != 0 ? "others can write to it" : "";
}

Result<Fd> open_folder(const std::string& path) {
    Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat info {};
    if (!folder || ::fstat(folder.get(), &info) != 0) return fail(Errc::io, std::strerror(errno));
    if (std::string wrong = doubt(info); !wrong.empty()) return fail(Errc::permission, wrong);
    return folder;
}

// The process that a note tells of, if it still runs.
std::optional<Note> read_note(const ScriptNotes::Text& note_text) {
    const auto pid = parse_dec(note_text.name);
    std::istringstream text(note_text.text);
    std::uint64_t started = 0;
    std::int64_t deadline_ms = 0;
    if (!pid || *pid < 2 || *pid > INT32_MAX || !(text >> started >> deadline_ms)) {
        return std::nullopt;
    }
    Note note;
    note.pid = static_cast<pid_t>(*pid);
    note.process = Fd(static_cast<int>(::syscall(SYS_pidfd_open, note.pid, 0)));
    if (!note.process || start_time(note.pid) != started) return std::nullopt;
    const auto rest = std::chrono::milliseconds(deadline_ms - boot_ms(Duration::zero()));
    note.rest = std::clamp<Duration>(rest, Duration::zero(), limits::script_rest_max);
    note.command = text_of("/proc/" + std::to_string(note.pid) + "/cmdline");
    std::replace(note.command.begin(), note.command.end(), '\0', ' ');
    return note;
}

}  // namespace

void ScriptNotes::open(const std::function<void(LogLine)>& log) {
    auto folder = open_folder(folder_);
    if (!folder) {
        log(log_line(LogId::notes_not_ours, folder_, folder.error().what));
        std::error_code ignored;
        fs::remove_all(folder_, ignored);  // a link is removed, not followed
        static_cast<void>(::mkdir(folder_.c_str(), 0755));
        folder = open_folder(folder_);
    }
    opened_ = folder ? *std::move(folder) : Fd();
}

std::vector<ScriptNotes::Text> ScriptNotes::take(const std::function<void(LogLine)>& log) const {
    std::vector<Text> out;
    const Fd again(opened_ ? ::openat(opened_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1);
    const int listed = again ? ::dup(again.get()) : -1;
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(listed < 0 ? nullptr : ::fdopendir(listed),
                                                      ::closedir);
    while (const dirent* entry = listing ? ::readdir(listing.get()) : nullptr) {
        const std::string name = entry->d_name;
        if (name == "." || name == "..") continue;
        const Fd file(
            ::openat(opened_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        struct stat info {};
        std::array<char, note_bytes_max> text{};
        ssize_t size = -1;
        if (file && ::fstat(file.get(), &info) == 0 && S_ISREG(info.st_mode)) {
            const std::string wrong = doubt(info);
            if (wrong.empty()) size = ::read(file.get(), text.data(), text.size());
            if (!wrong.empty()) log(log_line(LogId::notes_not_ours, folder_ + "/" + name, wrong));
        }
        if (size > 0)
            out.push_back({name, std::string(text.data(), static_cast<std::size_t>(size))});
        static_cast<void>(::unlinkat(opened_.get(), name.c_str(), 0));
    }
    return out;
}

void ScriptNotes::began(pid_t pid, Duration timeout) const {
    const auto started = start_time(pid);
    if (!started || !opened_) return;
    const std::string name = std::to_string(pid);
    static_cast<void>(::unlinkat(opened_.get(), name.c_str(), 0));
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    const Fd file(::openat(opened_.get(), name.c_str(), flags, 0644));
    const std::string text = std::to_string(*started) + " " + std::to_string(boot_ms(timeout));
    [[maybe_unused]] const auto written = ::write(file.get(), text.data(), text.size());
}

void ScriptNotes::ended(pid_t pid) const {
    if (!opened_) return;
    static_cast<void>(::unlinkat(opened_.get(), std::to_string(pid).c_str(), 0));
}

class Leftovers::State : public std::enable_shared_from_this<Leftovers::State> {
public:
    explicit State(std::function<void()> over) : over_(std::move(over)) {}

    void add(asio::io_context& loop, Note note) {
        auto one = std::make_shared<One>(loop, note.pid, note.process.release());
        left_.push_back(one);
        watch(one);
        arm(one, note.rest);
    }
    bool any() const noexcept { return !left_.empty(); }
    void close() {
        over_ = nullptr;
        for (const auto& one : left_) one->close();
        left_.clear();
    }

private:
    struct One {
        One(asio::io_context& loop, pid_t p, int pidfd)
            : pid(p), process(loop, pidfd), timer(loop) {}
        void close() {
            boost::system::error_code ignored;
            process.close(ignored);
            timer.cancel();
        }
        bool has_ended() {
            pollfd entry{process.native_handle(), POLLIN, 0};
            return ::poll(&entry, 1, 0) != 0;
        }
        pid_t pid;
        asio::posix::stream_descriptor process;
        asio::steady_timer timer;
        int blows{0};
    };

    void watch(const std::shared_ptr<One>& one) {
        one->process.async_wait(asio::posix::stream_descriptor::wait_read,
                                [me = shared_from_this(), one](const auto& error) {
                                    if (error) return;
                                    // Asio may wake us for a descriptor that is closed by now.
                                    one->has_ended() ? me->gone(one) : me->watch(one);
                                });
    }
    void arm(const std::shared_ptr<One>& one, Duration span) {
        one->timer.expires_after(span);
        one->timer.async_wait([me = shared_from_this(), one](const auto& error) {
            if (!error) me->strike(one);
        });
    }
    // While the pidfd is silent the number is still its own, so its group is nobody else's.
    void strike(const std::shared_ptr<One>& one) {
        if (one->blows == 2 || one->has_ended()) return gone(one);
        ::kill(-one->pid, one->blows == 0 ? SIGTERM : SIGKILL);
        arm(one, one->blows == 0 ? limits::kill_ladder_pause : limits::kill_answer);
        ++one->blows;
    }
    void gone(const std::shared_ptr<One>& one) {
        one->close();
        if (std::erase(left_, one) == 0 || any() || !over_) return;
        over_();
    }

    std::function<void()> over_;
    std::vector<std::shared_ptr<One>> left_;
};

Leftovers::Leftovers(asio::io_context& loop, ScriptNotes& notes, LogId left,
                     const std::function<void(LogLine)>& log, std::function<void()> over)
    : state_(std::make_shared<State>(std::move(over))) {
    notes.open(log);
    for (const ScriptNotes::Text& text : notes.take(log)) {
        auto note = read_note(text);
        if (!note) continue;
        log(log_line(left, printable(trim(note->command)), note->pid));
        state_->add(loop, std::move(*note));
    }
}

Leftovers::~Leftovers() { state_->close(); }

bool Leftovers::any() const noexcept { return state_->any(); }

}  // namespace hb::shell
