// See connection.hpp.
#include "client/connection.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <utility>

#include "base/limits.hpp"

namespace hb::client {

namespace {

using Steady = std::chrono::steady_clock;

Error system_error(const std::string& what) {
    const int error = errno;
    const Errc code = error == ENOENT || error == ECONNREFUSED ? Errc::not_found
                      : error == EACCES || error == EPERM      ? Errc::permission
                                                               : Errc::io;
    return {code, what + ": " + std::strerror(error)};
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::start(const std::string& name,
                                                      const std::string& path) {
    if (name.size() > limits::client_name_bytes_max) {
        return fail(Errc::too_large, "a client's name has at most " +
                                         std::to_string(limits::client_name_bytes_max) + " bytes");
    }
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    if (path.size() >= sizeof where.sun_path) {
        return fail(Errc::too_large, path + ": too long for the name of a socket");
    }
    path.copy(where.sun_path, path.size());
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket < 0) return tl::unexpected<Error>(system_error("socket"));
    // Of a local socket this waits for nothing; EAGAIN: more are waiting than the daemon allows.
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
        Error error = system_error(path);
        ::close(socket);
        return tl::unexpected<Error>(std::move(error));
    }
    Self self{name, ::getpid(), ::geteuid(), ::getegid()};
    return std::unique_ptr<Connection>(new Connection(socket, std::move(self)));
}

Connection::Connection(int socket, Self self)
    : socket_(socket), owner_(self.pid), exchange_(std::move(self)) {
    write_some();
}

Connection::~Connection() {
    if (owner_ == ::getpid() && exchange_.tell("signoff", {})) write_some();
    ::close(socket_);
}

short Connection::wanted_events() const noexcept {
    const int read = exchange_.full() ? 0 : POLLIN;
    return static_cast<short>(exchange_.to_send().empty() ? read : read | POLLOUT);
}

void Connection::process() {
    write_some();
    if (!exchange_.full()) read_some();
}

void Connection::write_some() {
    while (!exchange_.to_send().empty()) {
        const ByteView rest = exchange_.to_send();
        const ssize_t taken =
            ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (taken >= 0) {
            exchange_.sent(static_cast<std::size_t>(taken));
            continue;
        }
        if (errno == EINTR) continue;
        if (errno == EAGAIN) return;
        // It closed its end: its last words, a reason perhaps, may still be there to be read.
        if (errno != EPIPE && errno != ECONNRESET) {
            return exchange_.closed(system_error("the daemon's socket"));
        }
        return exchange_.sent(rest.size());
    }
}

void Connection::read_some() {
    if (exchange_.state() == Exchange::State::over) return;
    std::array<char, 65536> buffer;
    const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0) {
        return exchange_.received(ByteView(buffer.data(), static_cast<std::size_t>(got)));
    }
    if (got == 0 || errno == ECONNRESET) {
        return exchange_.closed({Errc::io, "the daemon has closed the connection"});
    }
    if (errno != EAGAIN && errno != EINTR) exchange_.closed(system_error("the daemon's socket"));
}

// `done` is asked after each step. Errors: io, when the time is over.
template <class Done>
Result<void> Connection::wait_until(Done done, Duration patience, bool reads) {
    const bool endless = patience < Duration::zero();
    const auto end = Steady::now() + std::min<Duration>(patience, std::chrono::hours(24 * 365));
    for (;;) {
        process();
        if (reads && exchange_.full()) read_some();
        if (done()) return {};
        int wait_ms = -1;
        if (!endless) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Steady::now());
            if (left.count() <= 0) {
                timed_out_ = true;
                return fail(Errc::io, "the daemon gave no answer in time");
            }
            wait_ms = static_cast<int>(
                std::min<std::int64_t>(left.count(), std::numeric_limits<int>::max()));
        }
        const short events = wanted_events();
        pollfd entry{socket_, static_cast<short>(reads ? events | POLLIN : events), 0};
        if (::poll(&entry, 1, wait_ms) < 0 && errno != EINTR) {
            return tl::unexpected<Error>(system_error("poll"));
        }
    }
}

Result<void> Connection::wait_signed_on(Duration patience) {
    const auto waited =
        wait_until([this] { return exchange_.state() != Exchange::State::signing_on; }, patience);
    if (!waited) return waited;
    if (exchange_.state() == Exchange::State::over) {
        return tl::unexpected<Error>(exchange_.why());
    }
    return {};
}

Result<Messages> Connection::ask(std::string_view request, const Fields& fields,
                                 Duration patience) {
    const auto ticket = exchange_.ask(request, fields);
    if (!ticket) return tl::unexpected<Error>(ticket.error());
    return wait_answer(*ticket, patience);
}

Result<Messages> Connection::wait_answer(Ticket ticket, Duration patience) {
    std::optional<Result<Messages>> answers;
    const auto waited = wait_until(
        [&] {
            answers = exchange_.take(ticket);
            return answers.has_value() || exchange_.state() == Exchange::State::over;
        },
        patience, true);
    if (answers) return *std::move(answers);
    exchange_.forget(ticket);
    return tl::unexpected<Error>(waited ? exchange_.why() : waited.error());
}

Result<wire::Message> Connection::wait_message(Duration patience) {
    if (auto message = exchange_.next()) return *std::move(message);
    const auto waited = wait_until(
        [this] { return exchange_.has_messages() || exchange_.state() == Exchange::State::over; },
        patience);
    if (auto message = exchange_.next()) return *std::move(message);
    return tl::unexpected<Error>(waited ? exchange_.why() : waited.error());
}

Result<void> Connection::wait_sent(Duration patience) {
    const auto waited = wait_until(
        [this] {
            return exchange_.to_send().empty() || exchange_.state() == Exchange::State::over;
        },
        patience);
    if (!waited) return waited;
    if (exchange_.state() == Exchange::State::over) {
        return tl::unexpected<Error>(exchange_.why());
    }
    return {};
}

}  // namespace hb::client
