// See client_connection.hpp.
#include "client_connection.hpp"

#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "loop.hpp"

namespace hb::shell {

namespace {

constexpr const char* end_of_stream = "EOF";

}  // namespace

ClientConnection::ClientConnection(Loop& loop, int descriptor, std::int64_t pid)
    : watch_(std::make_unique<Watch>(loop, descriptor)), pid_(pid) {}
ClientConnection::~ClientConnection() = default;
ClientConnection::ClientConnection(ClientConnection&&) noexcept = default;

bool ClientConnection::read() {
    std::array<char, limits::client_read_bytes> buffer;
    const ssize_t got = ::recv(watch_->descriptor(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (got <= 0) {
        end_reason_ = end_of_stream;
        return false;
    }
    auto found = reader_.feed(ByteView(buffer.data(), static_cast<std::size_t>(got)));
    for (Bytes& body : found.bodies) bodies_.push_back(std::move(body));
    broken_ = std::move(found.broken);
    if (broken_) end_reason_ = end_of_stream;
    return !ended();
}

// What it has closed its end for is for nobody; the end of its stream will tell.
std::size_t ClientConnection::write(ByteView bytes) {
    std::size_t taken = 0;
    while (taken < bytes.size()) {
        const ByteView rest = bytes.substr(taken);
        const ssize_t now =
            ::send(watch_->descriptor(), rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (now >= 0) taken += static_cast<std::size_t>(now);
        if (now < 0 && errno == EINTR) continue;
        if (now < 0 && errno != EAGAIN) deaf_ = true;
        if (now < 0) break;
    }
    return taken;
}

bool ClientConnection::add(ByteView frame) {
    if (deaf_) return true;
    if (waiting_.empty()) frame.remove_prefix(write(frame));
    if (deaf_ || frame.empty()) return true;
    if (waiting_.size() >= frames_max_ ||
        waiting_bytes_ + frame.size() > limits::client_queue_bytes_max) {
        return false;
    }
    waiting_.emplace_back(frame);
    waiting_bytes_ += frame.size();
    return true;
}

bool ClientConnection::flush() {
    while (!waiting_.empty() && !deaf_) {
        const ByteView rest = ByteView(waiting_.front()).substr(written_);
        const std::size_t taken = write(rest);
        written_ += taken;
        if (deaf_) break;
        if (taken < rest.size()) return false;
        waiting_bytes_ -= waiting_.front().size();
        waiting_.pop_front();
        written_ = 0;
    }
    waiting_.clear();
    waiting_bytes_ = written_ = 0;
    return true;
}

// By a descriptor of the process, so that no later process of that number is hit.
bool ClientConnection::signal(int number) {
    if (!process_) process_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (!process_) return errno != ESRCH;
    return ::syscall(SYS_pidfd_send_signal, process_.get(), number, nullptr, 0) == 0 ||
           errno != ESRCH;
}

bool ClientConnection::process_lives() const {
    return pid_ <= 0 || ::kill(static_cast<pid_t>(pid_), 0) == 0 || errno != ESRCH;
}

}  // namespace hb::shell
