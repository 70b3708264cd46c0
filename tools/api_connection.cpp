// See api_connection.hpp.
#include "api_connection.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

namespace hb::tools {

namespace {

using Steady = std::chrono::steady_clock;

tl::unexpected<Error> refused_by_system(const std::string& what) {
    const int error = errno;
    const Errc code = error == ENOENT || error == ECONNREFUSED ? Errc::not_found
                      : error == EACCES                        ? Errc::permission
                                                               : Errc::io;
    return fail(code, what + ": " + std::strerror(error));
}

bool is_answer(const wire::Message& message, std::string_view request) {
    if (message.type() == "hbapi-resp") return message.get("reqtype") == request;
    // A daemon of another node answers this one as a message (clientapi.md 6.1).
    return request == "clientstatus" && message.type() == "respond-cstatus";
}

}  // namespace

Result<void> ApiConnection::wait(short events, Duration patience) {
    const auto end = Steady::now() + patience;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Steady::now());
        pollfd entry{socket_.get(), events, 0};
        const int ready = ::poll(&entry, 1, left.count() > 0 ? static_cast<int>(left.count()) : 0);
        if (ready > 0) return {};
        if (ready == 0) return fail(Errc::io, "the daemon gave no answer in time");
        if (errno != EINTR) return refused_by_system("poll");
    }
}

Result<ApiConnection> ApiConnection::sign_on(const std::string& path, Duration patience) {
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    if (path.size() >= sizeof where.sun_path) return fail(Errc::io, path + ": too long a name");
    path.copy(where.sun_path, path.size());
    shell::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return refused_by_system("socket");
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
        return refused_by_system(path);
    }
    ApiConnection made(std::move(socket), std::to_string(::getpid()));
    const auto sent = made.say(
        "signon", {{"uid", std::to_string(::geteuid())}, {"gid", std::to_string(::getegid())}},
        patience);
    if (!sent) return tl::unexpected(sent.error());
    for (;;) {
        auto message = made.next(patience);
        if (!message) return tl::unexpected(message.error());
        if (!is_answer(*message, "signon")) continue;
        if (message->get("result") != "OK") {
            return fail(Errc::permission, "refused: " + std::string(message->get("info")));
        }
        made.welcome_ = *std::move(message);
        return made;
    }
}

Result<void> ApiConnection::say(std::string_view request, const Fields& fields, Duration patience) {
    wire::Message message = wire::make_message("hbapi-req");
    message.set("reqtype", request);
    message.set("pid", id_);
    message.set("from_id", id_);
    for (const auto& [name, value] : fields) message.set(name, value);
    const auto frame = wire::client_frame::encode(message, wire::client_frame::Form::text);
    if (!frame) return tl::unexpected(frame.error());
    for (ByteView rest = *frame; !rest.empty();) {
        const ssize_t sent = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN) {
            if (auto ready = wait(POLLOUT, patience); !ready) return ready;
        } else if (errno != EINTR) {
            return refused_by_system("the daemon's socket");
        }
    }
    return {};
}

Result<wire::Message> ApiConnection::next(Duration patience) {
    while (bodies_.empty()) {
        if (auto ready = wait(POLLIN, patience); !ready) return tl::unexpected(ready.error());
        std::array<char, 16384> buffer{};
        const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (got == 0) return fail(Errc::io, "the daemon has closed the connection");
        if (got < 0) {
            if (errno == EAGAIN || errno == EINTR) continue;
            return refused_by_system("the daemon's socket");
        }
        auto found = reader_.feed(ByteView(buffer.data(), static_cast<std::size_t>(got)));
        for (Bytes& body : found.bodies) bodies_.push_back(std::move(body));
        if (found.broken && bodies_.empty()) return tl::unexpected(*found.broken);
    }
    const Bytes body = std::move(bodies_.front());
    bodies_.pop_front();
    return wire::client_frame::decode(body);
}

Result<std::vector<wire::Message>> ApiConnection::ask(std::string_view request,
                                                      const Fields& fields, Duration patience) {
    if (auto sent = say(request, fields, patience); !sent) return tl::unexpected(sent.error());
    std::vector<wire::Message> answers;
    const auto end = Steady::now() + patience;
    for (;;) {
        auto message = next(std::max<Duration>(end - Steady::now(), Duration::zero()));
        if (!message) return tl::unexpected(message.error());
        if (!is_answer(*message, request)) continue;
        const std::string_view result = message->get("result");
        if (result != "OK" && result != "ok/more") {
            return fail(Errc::not_found, std::string(message->get("info")));
        }
        answers.push_back(*std::move(message));
        if (result == "OK") return answers;
    }
}

}  // namespace hb::tools
