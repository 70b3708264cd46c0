// See client_connection.hpp.
#include "client_connection.hpp"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "loop.hpp"

namespace hb::shell {

ClientConnection::ClientConnection(Loop& loop, int descriptor, std::int64_t pid)
    : watch_(std::make_unique<Watch>(loop, descriptor)), pid_(pid) {}
ClientConnection::~ClientConnection() = default;
ClientConnection::ClientConnection(ClientConnection&&) noexcept = default;

bool ClientConnection::read() {
    std::array<char, limits::client_read_bytes> buffer;
    const ssize_t got = ::recv(watch_->descriptor(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (got <= 0) {
        ended_ = true;
        return false;
    }
    auto found = reader_.feed(ByteView(buffer.data(), static_cast<std::size_t>(got)));
    for (Bytes& body : found.bodies) bodies_.push_back(std::move(body));
    broken_ = std::move(found.broken);
    ended_ = broken_.has_value();
    return !ended_;
}

bool ClientConnection::add(const Bytes& frame) {
    if (deaf_) return true;
    if (waiting_.size() >= frames_max_ ||
        waiting_bytes_ + frame.size() > limits::client_queue_bytes_max) {
        return false;
    }
    waiting_.push_back(frame);
    waiting_bytes_ += frame.size();
    return true;
}

bool ClientConnection::flush() {
    while (!waiting_.empty()) {
        const ByteView rest = ByteView(waiting_.front()).substr(written_);
        const ssize_t taken =
            ::send(watch_->descriptor(), rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (taken < 0 && errno == EINTR) continue;
        if (taken < 0 && errno == EAGAIN) return false;
        if (taken < 0) {  // it is going; the end of its stream will tell
            deaf_ = true;
            waiting_.clear();
            waiting_bytes_ = written_ = 0;
            return true;
        }
        written_ += static_cast<std::size_t>(taken);
        if (written_ < waiting_.front().size()) continue;
        waiting_bytes_ -= waiting_.front().size();
        waiting_.pop_front();
        written_ = 0;
    }
    return true;
}

// By a descriptor of the process, so that no later process of that number is hit.
void ClientConnection::signal(int number) {
    if (!process_) process_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (process_) ::syscall(SYS_pidfd_send_signal, process_.get(), number, nullptr, 0);
}

}  // namespace hb::shell
