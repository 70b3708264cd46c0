// See fifo.hpp.
#include "fifo.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "fd.hpp"
#include "loop.hpp"

namespace hb::shell {

namespace {

Error refused(const std::string& path, const char* what) {
    return {errno == EACCES || errno == EPERM ? Errc::permission : Errc::io,
            path + ": " + what + ": " + std::strerror(errno)};
}

}  // namespace

Result<std::unique_ptr<Fifo>> Fifo::open(Loop& loop, const Clock& clock, const std::string& path,
                                         OnMessage message, OnLog log) {
    struct stat there {};
    if (::lstat(path.c_str(), &there) == 0 && !S_ISFIFO(there.st_mode) &&
        ::unlink(path.c_str()) != 0) {
        return tl::unexpected(refused(path, "cannot be replaced by a FIFO"));
    }
    if (::mkfifo(path.c_str(), 0600) != 0 && errno != EEXIST) {
        return tl::unexpected(refused(path, "mkfifo"));
    }
    // For writing as well: else it would read as ended whenever no writer is there.
    Fd opened(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
    if (!opened) return tl::unexpected(refused(path, "open"));
    if (::fstat(opened.get(), &there) != 0 || !S_ISFIFO(there.st_mode)) {
        return fail(Errc::io, path + ": is no FIFO");
    }
    if (::fchmod(opened.get(), 0600) != 0) return tl::unexpected(refused(path, "chmod"));
    if (log) log(log_line(LogId::fifo_opened, path));
    return std::unique_ptr<Fifo>(
        new Fifo(loop, clock, opened.release(), std::move(message), std::move(log)));
}

Fifo::Fifo(Loop& loop, const Clock& clock, int descriptor, OnMessage message, OnLog log)
    : clock_(clock),
      watch_(std::make_unique<Watch>(loop, descriptor)),
      message_(std::move(message)),
      log_(std::move(log)),
      frames_(limits::fifo_bytes_max) {
    watch_->on_readable([this] { read(); });
}

Fifo::~Fifo() = default;

// One read a turn: whatever stands behind it waits until the links had their turn.
void Fifo::read() {
    std::array<char, 4096> buffer;
    const ssize_t got = ::read(watch_->descriptor(), buffer.data(), buffer.size());
    if (got <= 0) return;
    wire::SerialFrames::Found found =
        frames_.feed(ByteView(buffer.data(), static_cast<std::size_t>(got)));
    if (found.garbage_bytes > 0) complain(found);
    for (Bytes& frame : found.frames) message_(std::move(frame));
}

void Fifo::complain(const wire::SerialFrames::Found& found) {
    garbage_ += found.garbage_bytes;
    const Instant now = clock_.now();
    if (now < next_log_) return;
    log_(log_line(LogId::fifo_garbage, std::exchange(garbage_, 0),
                  printable(found.garbage, wire::SerialFrames::garbage_shown_bytes)));
    next_log_ = now + limits::bad_packet_log_pause;
}

}  // namespace hb::shell
