// See serial_link.hpp.
#include "serial_link.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace hb::shell {

namespace {

constexpr unsigned bits_per_byte = 10;  // with start and stop bit

}  // namespace

SerialLink::SerialLink(Loop& loop, const Clock& clock, LinkId id, config::Medium medium,
                       OpenSerial open, OnLog log)
    : loop_(loop),
      clock_(clock),
      id_(id),
      medium_(std::move(medium)),
      log_(std::move(log)),
      opening_(loop, std::move(open)),
      frames_(limits::message_bytes_max, wire::SerialFrames::Begin::midway),
      queue_(line_bytes(limits::serial_queue_time), line_bytes(limits::serial_hurry)),
      piece_bytes_(std::min(limits::serial_piece_bytes, line_bytes(limits::serial_ahead))),
      ahead_bytes_(line_bytes(limits::serial_ahead)),
      troubles_(clock, medium_.name, log_) {}

SerialLink::~SerialLink() {
    if (damaged_ > damaged_logged_) log_damage();
    if (line_ && device_.is_terminal) {
        static_cast<void>(::tcflush(line_->descriptor(), TCIOFLUSH));  // else close() may wait
    }
}

Duration SerialLink::line_time(std::size_t bytes) const {
    return std::chrono::nanoseconds{bytes * bits_per_byte * 1'000'000'000ULL / medium_.baud};
}

std::size_t SerialLink::line_bytes(Duration time) const {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    return static_cast<std::size_t>(ms) * medium_.baud / bits_per_byte / 1000;
}

LogLine SerialLink::line(LogId id, const std::string& words) const {
    return log_line(id, medium_.name, config::medium_word(medium_.kind), words);
}

// --- opening and losing it ---

void SerialLink::open(OnFrame frame, OnState state) {
    frame_ = std::move(frame);
    state_ = std::move(state);
    const int timer = ::timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (timer >= 0) {
        timer_ = std::make_unique<Watch>(loop_, timer);
        timer_->on_readable([this] {
            std::uint64_t expirations = 0;
            if (::read(timer_->descriptor(), &expirations, sizeof expirations) > 0) pump();
        });
    }
    try_open();
}

void SerialLink::try_open() {
    if (opening_.busy()) return;
    opening_ticks_ = 0;
    opening_.start([this](Result<SerialDevice> device) { opened(std::move(device)); });
}

void SerialLink::opened(Result<SerialDevice> device) {
    if (!device) {
        // Whoever was told that the device vanished need not hear that it is still away.
        const bool still_away = !failure_.empty() && device.error().code == Errc::not_found;
        if (!still_away && device.error().what != failure_) {
            log_(line(LogId::link_failed, device.error().what));
            failure_ = device.error().what;
        }
        return;
    }
    failure_.clear();
    broken_.clear();
    device_ = *std::move(device);
    line_ = std::make_unique<Watch>(loop_, device_.line.release());
    line_->on_readable([this] { drain(); });
    frames_ = wire::MendingFrames(limits::message_bytes_max, wire::SerialFrames::Begin::midway);
    queue_.clear();
    queue_.cut();
    free_at_ = last_written_ = clock_.now();
    log_(line(LogId::link_opened, device_.how));
    state_(id_, true);
    pump();
}

void SerialLink::lost(const std::string& reason) {
    // Its end may have to wait for the driver, so it is closed elsewhere.
    device_.line = Fd(line_->release());
    line_.reset();
    opening_.close(std::move(device_));
    device_ = SerialDevice();
    queue_.clear();
    failure_ = reason;
    log_(line(LogId::serial_lost, reason));
    state_(id_, false);
}

void SerialLink::tick() {
    if (line_ && !broken_.empty()) lost(broken_);
    if (!line_) {
        if (opening_.busy() && ++opening_ticks_ == limits::serial_opening_ticks) {
            log_(line(LogId::link_failed, "the driver gives no answer"));
        }
        try_open();
    }
    if (line_) unblock();
    if (usable()) troubles_.look();
    if (damaged_ > damaged_logged_ && clock_.now() >= next_damage_log_) log_damage();
}

// --- reading ---

void SerialLink::drain() {
    std::array<char, 4096> buffer;
    for (int i = 0; i < limits::serial_reads_per_drain && line_; ++i) {
        const ssize_t got = ::read(line_->descriptor(), buffer.data(), buffer.size());
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
        // A hang-up reads as an end.
        if (got <= 0) return lost(got == 0 ? "hung up" : std::strerror(errno));
        const auto found = frames_.feed(ByteView(buffer.data(), static_cast<std::size_t>(got)));
        if (found.damaged + found.mended + found.garbage_bytes > 0) count_damage(found);
        for (const Bytes& frame : found.frames) frame_(id_, frame);
    }
}

void SerialLink::count_damage(const wire::MendingFrames::Found& found) {
    damaged_ += found.damaged + found.mended;
    mended_ += found.mended;
    garbage_ += found.garbage_bytes;
    if (garbage_shown_.size() < wire::SerialFrames::garbage_shown_bytes) {
        garbage_shown_ += found.garbage;
    }
    if (damaged_ > damaged_logged_ && clock_.now() >= next_damage_log_) log_damage();
}

void SerialLink::log_damage() {
    log_(log_line(LogId::serial_damaged, damaged_ - damaged_logged_, medium_.name,
                  std::exchange(mended_, 0), std::exchange(garbage_, 0),
                  printable(garbage_shown_, wire::SerialFrames::garbage_shown_bytes)));
    garbage_shown_.clear();
    damaged_logged_ = damaged_;
    next_damage_log_ = clock_.now() + limits::bad_packet_log_pause;
}

// --- writing ---

void SerialLink::send(ByteView frame) {
    if (!usable()) {
        ++dropped_;
        return;
    }
    ++given_;
    if (queue_.empty()) last_written_ = clock_.now();
    const std::size_t dropped = queue_.put(wire::check_line(frame) + Bytes(frame));
    if (dropped > 0) sending_failed("the line is too slow for what is to be said", dropped);
    pump();
}

// In pieces, and never much more than the line can have sent by now: what the driver has taken
// can no longer be outrun by a newer heartbeat.
void SerialLink::pump() {
    while (line_ && broken_.empty() && !queue_.empty()) {
        const Instant now = clock_.now();
        if (free_at_ > now + limits::serial_ahead) {
            return call_again(free_at_ - now - limits::serial_ahead);
        }
        if (line_is_full(now)) return call_again(limits::serial_ahead);
        const ByteView piece = queue_.next().substr(0, piece_bytes_);
        const ssize_t done = ::write(line_->descriptor(), piece.data(), piece.size());
        if (done < 0 && errno == EINTR) continue;
        if (done < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return line_->once_writable([this] { pump(); });
        }
        if (done < 0) {
            broken_ = std::strerror(errno);  // not here: send() must not call back
            return;
        }
        const auto written = static_cast<std::size_t>(done);
        queue_.sent(written);
        last_written_ = now;
        free_at_ = std::max(free_at_, now) + line_time(written);
    }
}

// The driver holds more than it can still be sending: the other side is off (RTS/CTS), or the line
// is slower than told.
bool SerialLink::line_is_full(Instant now) const {
    int unsent = 0;
    if (!device_.is_terminal || ::ioctl(line_->descriptor(), TIOCOUTQ, &unsent) != 0) return false;
    const std::size_t due = line_bytes(std::max(free_at_ - now, Duration::zero()));
    return static_cast<std::size_t>(std::max(unsent, 0)) > due + ahead_bytes_;
}

void SerialLink::call_again(Duration later) {
    if (!timer_) return;  // then tick() goes on
    itimerspec when{};
    // A time of zero would switch the timer off.
    const auto wait = std::max<Duration>(later, std::chrono::milliseconds{1});
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wait);
    when.it_value = {static_cast<std::time_t>(seconds.count()),
                     static_cast<long>((wait - seconds).count())};
    static_cast<void>(::timerfd_settime(timer_->descriptor(), 0, &when, nullptr));
}

// Nothing has been taken for a while: what the driver holds is old by now, and goes.
void SerialLink::unblock() {
    const Instant now = clock_.now();
    if (queue_.empty()) last_written_ = now;
    if (now < last_written_ + limits::serial_stuck) return pump();
    if (device_.is_terminal) static_cast<void>(::tcflush(line_->descriptor(), TCOFLUSH));
    sending_failed("nothing is taken: the other side is off, or RTS/CTS are not wired",
                   queue_.cut() ? 1 : 0);
    last_written_ = now;
    pump();
}

void SerialLink::sending_failed(const char* why, std::size_t frames) {
    dropped_ += frames;
    troubles_.failed(why, frames);
}

}  // namespace hb::shell
