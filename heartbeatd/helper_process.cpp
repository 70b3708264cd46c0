// See helper_process.hpp.
#include "helper_process.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "asio.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "clock.hpp"
#include "helper_output.hpp"
#include "plugin_status.hpp"

namespace hb::shell {

namespace {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using wire::helper_frame::Frame;
using wire::helper_frame::Kind;

// For the loop's one thread.
std::array<char, 65536> scratch;
// What is made into lines and frames is read in small pieces, so that a talkative helper takes
// little of the loop at once ...
constexpr std::size_t piece_bytes = 4096;
// ... and what is thrown away in large ones with pauses.
constexpr std::chrono::milliseconds flood_pause{2};
// Rest of the socket and the pipe when the helper has ended.
constexpr int last_reads_max = 64;

std::string text_of(const Frame& frame, std::string_view name) {
    for (const auto& [known, value] : frame.fields) {
        if (known == name) return value;
    }
    return {};
}

LogId words_id(const std::string& level) {
    if (level == "1") return LogId::plugin_error;
    if (level == "2") return LogId::plugin_warning;
    if (level == "3") return LogId::plugin_notice;
    if (level == "5") return LogId::plugin_debug;
    return LogId::plugin_info;
}

class Process final : public HelperProcess {
public:
    Process(asio::io_context& loop, HelperOrder order, HelperHooks hooks)
        : loop_(loop),
          order_(std::move(order)),
          hooks_(std::move(hooks)),
          socket_(loop),
          pipe_(loop),
          pause_(loop) {}

    void begin(Launcher& launcher, const Paths& paths);
    bool send(Frame frame) override;
    void hang_up() override;
    void kill() override {
        if (child_) child_->kill();
    }
    void forget() override;

private:
    std::shared_ptr<Process> self() {
        return std::static_pointer_cast<Process>(shared_from_this());
    }
    void fail_later(int error);
    void write();
    void wait_writable();
    void read_socket();
    void take(ByteView bytes);
    void take_frame(Frame frame);
    void read_pipe();
    void take_output(ByteView bytes);
    void complain_of_noise();
    void say(LogId id, const std::string& words);
    void broke_rules(std::string what);
    void child_ended(ChildEnd end);
    void close();

    asio::io_context& loop_;
    HelperOrder order_;
    HelperHooks hooks_;
    stream_descriptor socket_;
    stream_descriptor pipe_;
    asio::steady_timer pause_;
    std::shared_ptr<Child> child_;
    wire::helper_frame::Reader reader_;
    Clock clock_;
    Allowance bytes_{limits::helper_burst_bytes, limits::helper_bytes_per_second};
    OutputLines output_;
    Bytes to_write_;
    bool waits_writable_{false};
    bool hangs_up_{false};
    bool lawless_{false};
    bool noisy_{false};
    bool over_{false};
};

void Process::begin(Launcher& launcher, const Paths& paths) {
    std::array<int, 2> ends{-1, -1};
    std::array<int, 2> pipe{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return fail_later(errno);
    }
    socket_.assign(ends[0]);
    Fd theirs(ends[1]);
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return fail_later(errno);
    pipe_.assign(pipe[0]);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    ::fcntl(pipe[0], F_SETFL, O_NONBLOCK);

    ChildOrder order;
    order.command = [helper = paths.plugin_helper] { return std::vector<std::string>{helper}; };
    order.environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"};
    order.timeout = order_.timeout;
    order.stdin_socket = std::move(theirs);
    order.output_pipe = Fd(pipe[1]);
    order.group_ends_with_it = true;
    ChildHooks hooks;
    hooks.slow = [me = self()](Duration waited) {
        if (me->hooks_.log) {
            me->hooks_.log(log_line(LogId::spawn_slow, "plugin " + me->order_.plugin, waited));
        }
    };
    hooks.ended = [me = self()](ChildEnd end) { me->child_ended(std::move(end)); };
    child_ = Child::start(loop_, launcher, std::move(order), std::move(hooks));
    send({Kind::order,
          {{"kind", order_.kind},
           {"plugin", order_.plugin},
           {"folder", paths.plugin_dir},
           {"user", order_.user},
           {"set_id_programs", order_.set_id_programs ? "yes" : "no"}}});
    // Never without it: the helper would wait. What is no text of C is no parameter of a plugin.
    if (!send({Kind::config, order_.config})) send({Kind::config, {}});
    read_socket();
    read_pipe();
}

void Process::fail_later(int error) {
    asio::post(loop_, [me = self(), error] {
        ChildEnd end;
        end.end = ScriptEnd::not_started;
        end.error = error;
        me->child_ended(std::move(end));
    });
}

// --- to the helper ---

bool Process::send(Frame frame) {
    const auto bytes = wire::helper_frame::encode(frame);
    if (!bytes) return false;
    if (over_ || lawless_ || hangs_up_) return true;
    if (to_write_.size() + bytes->size() > limits::helper_queue_bytes_max) {
        lawless_ = true;
        to_write_.clear();
        asio::post(loop_, [me = self()] {
            if (!me->over_ && me->hooks_.stuck) me->hooks_.stuck();
        });
        return true;
    }
    to_write_ += *bytes;
    write();
    return true;
}

void Process::write() {
    while (!to_write_.empty()) {
        const ssize_t sent = ::send(socket_.native_handle(), to_write_.data(), to_write_.size(),
                                    MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN) return wait_writable();
        if (sent <= 0) {  // it ends: child_ended() comes
            to_write_.clear();
            return;
        }
        to_write_.erase(0, static_cast<std::size_t>(sent));
    }
    if (hangs_up_) ::shutdown(socket_.native_handle(), SHUT_WR);
}

void Process::wait_writable() {
    if (std::exchange(waits_writable_, true)) return;
    socket_.async_wait(stream_descriptor::wait_write, [me = self()](const auto& error) {
        me->waits_writable_ = false;
        if (!error && !me->over_) me->write();
    });
}

void Process::hang_up() {
    if (over_ || std::exchange(hangs_up_, true)) return;
    if (to_write_.empty()) ::shutdown(socket_.native_handle(), SHUT_WR);
}

// --- from the helper ---

void Process::read_socket() {
    socket_.async_wait(stream_descriptor::wait_read, [me = self()](const auto& error) {
        if (error || me->over_ || me->lawless_) return;
        const ssize_t got = ::read(me->socket_.native_handle(), scratch.data(), piece_bytes);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return;
        if (got > 0) me->take({scratch.data(), static_cast<std::size_t>(got)});
        if (!me->over_ && !me->lawless_) me->read_socket();
    });
}

void Process::take(ByteView bytes) {
    if (!bytes_.take(clock_.now(), bytes.size())) {
        return broke_rules("it sends more than " + std::to_string(limits::helper_bytes_per_second) +
                           " bytes a second");
    }
    auto found = reader_.feed(bytes);
    for (Frame& frame : found.frames) {
        if (over_ || lawless_) return;
        take_frame(std::move(frame));
    }
    if (found.broken) broke_rules("it sends nonsense: " + found.broken->what);
}

void Process::take_frame(Frame frame) {
    if (frame.kind == Kind::words) {
        const std::string text = text_of(frame, "text");
        if (output_.may_say(clock_.now(), text.size()))
            say(words_id(text_of(frame, "level")), text);
        complain_of_noise();
    } else if (hooks_.frame) {
        hooks_.frame(std::move(frame));
    }
}

void Process::read_pipe() {
    pipe_.async_wait(stream_descriptor::wait_read, [me = self()](const auto& error) {
        if (error || me->over_) return;
        const std::size_t most = me->output_.full() ? scratch.size() : piece_bytes;
        const ssize_t got = ::read(me->pipe_.native_handle(), scratch.data(), most);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return;
        if (got > 0) me->take_output({scratch.data(), static_cast<std::size_t>(got)});
        if (me->over_) return;
        if (!me->output_.full()) return me->read_pipe();
        me->pause_.expires_after(flood_pause);
        me->pause_.async_wait([me](const auto& stopped) {
            if (!stopped && !me->over_) me->read_pipe();
        });
    });
}

void Process::take_output(ByteView bytes) {
    for (const std::string& line : output_.lines(clock_.now(), bytes)) {
        say(LogId::plugin_info, line);
    }
    complain_of_noise();
}

// Once a span.
void Process::complain_of_noise() {
    const bool noisy = output_.full();
    if (noisy && !noisy_ && hooks_.log) {
        hooks_.log(
            log_line(LogId::plugin_output_full, order_.plugin, limits::helper_output_bytes_max));
    }
    noisy_ = noisy;
}

void Process::say(LogId id, const std::string& words) {
    if (hooks_.log) hooks_.log(log_line(id, order_.plugin, printable(words)));
}

void Process::broke_rules(std::string what) {
    if (over_ || std::exchange(lawless_, true)) return;
    to_write_.clear();
    if (hooks_.broke_rules) hooks_.broke_rules(std::move(what));
}

// --- its end ---

// What it sent before its end is there by now, its last word included.
void Process::child_ended(ChildEnd end) {
    if (over_) return;
    for (int i = 0; i < last_reads_max && !lawless_ && socket_.is_open(); ++i) {
        const ssize_t got =
            ::recv(socket_.native_handle(), scratch.data(), piece_bytes, MSG_DONTWAIT);
        if (got <= 0) break;
        take({scratch.data(), static_cast<std::size_t>(got)});
    }
    for (int i = 0; i < last_reads_max && !output_.full() && pipe_.is_open(); ++i) {
        const ssize_t got = ::read(pipe_.native_handle(), scratch.data(), piece_bytes);
        if (got <= 0) break;
        take_output({scratch.data(), static_cast<std::size_t>(got)});
    }
    take_output("\n");  // a last line without its end
    if (const std::size_t dropped = output_.dropped(); dropped > 0 && hooks_.log) {
        hooks_.log(log_line(LogId::plugin_output_dropped, order_.plugin, dropped));
    }
    close();
    const auto ended = std::move(hooks_.ended);
    hooks_ = {};
    if (ended) ended(std::move(end));
}

void Process::close() {
    over_ = true;
    pause_.cancel();
    boost::system::error_code ignored;
    socket_.close(ignored);
    pipe_.close(ignored);
}

void Process::forget() {
    hooks_ = {};
    if (child_) child_->forget();
    close();
}

}  // namespace

std::shared_ptr<HelperProcess> HelperProcess::start(asio::io_context& loop, Launcher& launcher,
                                                    const Paths& paths, HelperOrder order,
                                                    HelperHooks hooks) {
    auto process = std::make_shared<Process>(loop, std::move(order), std::move(hooks));
    process->begin(launcher, paths);
    return process;
}

bool is_plugin_name(const std::string& name) {
    constexpr std::size_t longest = 64;
    return !name.empty() && name.size() <= longest &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
           });
}

std::string helper_end_words(const ChildEnd& end) {
    switch (end.end) {
        case ScriptEnd::exited:
            if (end.status == helper_status::broken) return "it cannot be loaded";
            return "status " + std::to_string(end.status);
        case ScriptEnd::signalled:
            return "signal " + std::to_string(end.status);
        case ScriptEnd::timed_out:
            return "its time-out after " + std::to_string(to_ms(end.took)) + " ms";
        case ScriptEnd::missing:
            return "heartbeat-plugin-helper is not installed";
        case ScriptEnd::not_started:
            return std::string("heartbeat-plugin-helper: ") + std::strerror(end.error);
    }
    return {};
}

}  // namespace hb::shell
