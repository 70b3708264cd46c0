// See dopd_socket.hpp.
#include "plugin/dopd_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace hb::dopd {
namespace {

constexpr int backlog = 64;
constexpr mode_t for_clients = 0777;  // the folder above says who may come (ipfail.md 3.2)

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

}  // namespace

Socket::Socket(std::string path) : path_(std::move(path)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path) throw std::runtime_error(path_ + " is too long");
    std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
    const std::string folder = path_.substr(0, path_.find_last_of('/'));
    if (::mkdir(folder.c_str(), 0750) != 0 && errno != EEXIST) fail("cannot create " + folder);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener_ < 0) fail("cannot make a socket");
    ::unlink(path_.c_str());  // of one that was killed
    const bool good =
        ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
        ::chmod(path_.c_str(), for_clients) == 0 && ::listen(listener_, backlog) == 0;
    if (!good) {
        const int error = errno;
        ::close(listener_);
        errno = error;
        fail("cannot listen at " + path_);
    }
}

Socket::~Socket() {
    ::unlink(path_.c_str());
    ::close(listener_);
    for (auto& [id, peer] : peers_) ::close(peer.descriptor);
}

bool Socket::make_room(Heard& out) {
    if (peers_.size() < connections_max) return true;
    // The oldest one that has asked nothing.
    for (auto entry = peers_.begin(); entry != peers_.end(); ++entry) {
        if (entry->second.asked) continue;
        ::close(entry->second.descriptor);
        out.closed.push_back(entry->first);
        peers_.erase(entry);
        return true;
    }
    return false;
}

void Socket::accept(Heard& out) {
    for (;;) {
        const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (descriptor < 0) return;
        if (!make_room(out)) {
            ::close(descriptor);
            continue;
        }
        peers_[next_++].descriptor = descriptor;
    }
}

bool Socket::read(Connection id, Peer& peer, Heard& out) {
    std::array<char, 4096> buffer;
    const ssize_t got = ::recv(peer.descriptor, buffer.data(), buffer.size(), 0);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) return false;
    const auto found = peer.reader.feed({buffer.data(), static_cast<std::size_t>(got)});
    for (const Bytes& body : found.bodies) {
        const auto message = wire::client_frame::decode(body);
        if (!message) continue;
        if (auto question = question_of(*message)) {
            peer.asked = true;
            out.questions.emplace_back(id, *std::move(question));
        }
    }
    return !found.broken;
}

Socket::Heard Socket::hear() {
    Heard out;
    accept(out);
    for (auto entry = peers_.begin(); entry != peers_.end();) {
        if (read(entry->first, entry->second, out)) {
            ++entry;
            continue;
        }
        ::close(entry->second.descriptor);
        out.closed.push_back(entry->first);
        entry = peers_.erase(entry);
    }
    return out;
}

void Socket::answer(Connection to, const wire::Message& message) {
    const auto found = peers_.find(to);
    if (found == peers_.end()) return;
    const auto bytes = wire::client_frame::encode(message, wire::client_frame::Form::text);
    if (bytes) {
        const ssize_t sent =
            ::send(found->second.descriptor, bytes->data(), bytes->size(), MSG_NOSIGNAL);
        if (sent == static_cast<ssize_t>(bytes->size())) return;
    }
    // hear() finds it gone.
    ::shutdown(found->second.descriptor, SHUT_RDWR);
}

void Socket::descriptors(std::vector<int>& out) const {
    out.push_back(listener_);
    for (const auto& [id, peer] : peers_) out.push_back(peer.descriptor);
}

}  // namespace hb::dopd
