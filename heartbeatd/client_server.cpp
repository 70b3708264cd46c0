// See client_server.hpp.
#include "client_server.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "loop.hpp"
#include "system_error.hpp"

namespace hb::shell {

namespace {

// A sign-on names the process that it comes from. Whether there is one, lib/core cannot know.
bool claimed_process_lives(const Bytes& body) {
    constexpr std::size_t sign_on_bytes_max = 4096;
    if (body.size() > sign_on_bytes_max || body.find("signon") == Bytes::npos) return false;
    const auto message = wire::client_frame::decode(body);
    const auto pid = message ? message->dec("pid") : std::nullopt;
    if (!pid || *pid == 0 || *pid > static_cast<std::uint64_t>(INT32_MAX)) return false;
    return ::kill(static_cast<pid_t>(*pid), 0) == 0 || errno == EPERM;
}

}  // namespace

Result<std::unique_ptr<ClientServer>> ClientServer::open(Loop& loop, const std::string& path,
                                                         ClientHooks hooks) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return fail(Errc::io, path + ": path too long");
    std::memcpy(address.sun_path, path.data(), path.size());
    Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!listener) return system_error(path + ": socket", errno);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        return system_error(path + ": cannot be replaced", errno);
    }
    const auto* where = reinterpret_cast<const sockaddr*>(&address);
    if (::bind(listener.get(), where, sizeof address) != 0) {
        return system_error(path + ": bind", errno);
    }
    if (::chmod(path.c_str(), 0777) != 0) return system_error(path + ": chmod", errno);
    if (::listen(listener.get(), limits::client_backlog) != 0) {
        return system_error(path + ": listen", errno);
    }
    hooks.log(log_line(LogId::client_socket, path));
    return std::unique_ptr<ClientServer>(
        new ClientServer(loop, path, listener.release(), std::move(hooks)));
}

ClientServer::ClientServer(Loop& loop, std::string path, int descriptor, ClientHooks hooks)
    : loop_(loop),
      path_(std::move(path)),
      hooks_(std::move(hooks)),
      listening_(std::make_unique<Watch>(loop, descriptor)),
      spare_(::open("/dev/null", O_RDONLY | O_CLOEXEC)),
      alive_(std::make_shared<bool>(true)) {
    listening_->on_readable([this] { accept_some(); });
}

ClientServer::~ClientServer() {
    *alive_ = false;
    ::unlink(path_.c_str());
}

// --- who comes ---

void ClientServer::accept_some() {
    for (std::size_t i = 0; i < limits::client_calls_per_turn; ++i) {
        Fd peer(
            ::accept4(listening_->descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!peer) {
            if (errno == EMFILE || errno == ENFILE) refuse_one();
            return;
        }
        ucred who{};
        socklen_t size = sizeof who;
        if (::getsockopt(peer.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) continue;
        const ConnectionId id{++last_id_};
        auto& connection =
            connections_.try_emplace(id, loop_, peer.release(), who.pid).first->second;
        connection.watch().on_readable([this, id] { readable(id); });
        if (paused_) connection.watch().pause_reading();
        hooks_.came({id, who.pid, who.uid, who.gid});
    }
}

// Else it would wait, and the loop would turn for it without end.
void ClientServer::refuse_one() {
    spare_.reset();
    const Fd refused(::accept4(listening_->descriptor(), nullptr, nullptr, SOCK_CLOEXEC));
    if (refused) hooks_.log(log_line(LogId::client_too_many, 1));
    Fd again(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    spare_ = std::move(again);
}

// --- what they say ---

void ClientServer::readable(ConnectionId id) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) return;
    ClientConnection& connection = found->second;
    if (connection.read() && connection.bodies().empty()) return;
    connection.watch().pause_reading();
    ready_.push_back(id);
    work_later();
}

void ClientServer::work_later() {
    if (paused_ || ready_.empty() || std::exchange(working_, true)) return;
    loop_.post([this, alive = alive_] {
        if (!*alive) return;
        working_ = false;
        work();
    });
}

void ClientServer::work() {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < limits::client_calls_per_turn && !ready_.empty(); ++i) {
        if (paused_) return;
        if (bytes >= limits::client_bytes_per_turn || (i > 0 && hooks_.due())) break;
        const ConnectionId id = ready_.front();
        ready_.pop_front();
        const auto found = connections_.find(id);
        if (found == connections_.end()) continue;
        auto& bodies = found->second.bodies();
        if (!bodies.empty()) {
            Bytes body = std::move(bodies.front());
            bodies.pop_front();
            bytes += body.size();
            const bool lives = claimed_process_lives(body);
            hooks_.call({id, std::move(body), lives});  // which may end the connection
        }
        rest(id);
    }
    work_later();
}

// What comes after a body of this client: the next one, its end, or more of its stream.
void ClientServer::rest(ConnectionId id) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) return;
    ClientConnection& connection = found->second;
    if (!connection.bodies().empty()) {
        ready_.push_back(id);
    } else if (!connection.ended()) {
        connection.watch().resume_reading();
    } else {
        if (connection.broken()) {
            hooks_.log(log_line(LogId::client_broken, connection.pid(), connection.broken()->what));
        }
        const char* reason = connection.end_reason();
        connections_.erase(found);
        hooks_.gone({id, reason});
    }
}

// --- what they are told ---

void ClientServer::client(const Notify& order) {
    const auto found = connections_.find(order.connection);
    if (found == connections_.end()) return;
    ClientConnection& connection = found->second;
    const bool idle = connection.waiting_frames() == 0;
    if (!connection.add(order.frame)) return cut_off(order.connection);
    const bool waits = connection.waiting_frames() != 0;
    // With something in front of it, it waits for the same moment.
    if (idle && waits) {
        connection.watch().once_writable([this, id = order.connection] { writable(id); });
    }
    if (order.signal != 0 && !connection.signal(order.signal)) {
        return drop(order.connection, "died");
    }
    if (waits) cut_off_the_slowest();
}

void ClientServer::writable(ConnectionId id) {
    const auto found = connections_.find(id);
    if (found == connections_.end() || found->second.flush()) return;
    found->second.watch().once_writable([this, id] { writable(id); });
}

void ClientServer::cut_off(ConnectionId id) {
    const ClientConnection& slow = connections_.at(id);
    hooks_.log(
        log_line(LogId::client_slow, slow.pid(), slow.waiting_frames(), slow.waiting_bytes()));
    drop(id, "sendfail");
}

void ClientServer::cut_off_the_slowest() {
    std::size_t all = 0;
    for (const auto& [id, connection] : connections_) all += connection.waiting_bytes();
    if (all <= limits::client_waiting_bytes_max) return;
    const auto slowest = std::max_element(
        connections_.begin(), connections_.end(), [](const auto& a, const auto& b) {
            return a.second.waiting_bytes() < b.second.waiting_bytes();
        });
    cut_off(slowest->first);
}

// The core is in the middle of a step when it says this: it hears of it afterwards.
void ClientServer::drop(ConnectionId id, const char* reason) {
    connections_.erase(id);
    loop_.post([this, alive = alive_, id, reason = std::string(reason)] {
        if (*alive) hooks_.gone({id, reason});
    });
}

// A child may hold the connection of a process that is gone.
void ClientServer::audit(Instant now) {
    if (now < next_audit_) return;
    next_audit_ = now + limits::client_audit_pause;
    for (auto& [id, connection] : connections_) {
        if (connection.ended() || connection.process_lives()) continue;  // its end is on its way
        connection.watch().pause_reading();
        connection.died();
        ready_.push_back(id);
    }
    work_later();
}

// What the client has not taken by now it does not get; what the kernel holds it can still read.
void ClientServer::client(const EndClient& order) { connections_.erase(order.connection); }

void ClientServer::client(const ClientQueue& order) {
    const auto found = connections_.find(order.connection);
    if (found != connections_.end()) found->second.allow(order.frames);
}

void ClientServer::client(const PauseClients& order) {
    if (std::exchange(paused_, order.paused) == order.paused) return;
    for (auto& [id, connection] : connections_) {
        if (paused_) {
            connection.watch().pause_reading();
        } else if (connection.bodies().empty() && !connection.ended()) {
            connection.watch().resume_reading();
        }
    }
    work_later();
}

}  // namespace hb::shell
