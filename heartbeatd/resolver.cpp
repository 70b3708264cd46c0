// See resolver.hpp. One thread per lookup, detached: none is there while nothing is asked.
#include "resolver.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

#include "base/limits.hpp"
#include "fd.hpp"
#include "loop.hpp"
#include "side_thread.hpp"

namespace hb::shell {

namespace {

Result<HostAddress> ask(const std::string& host, int family) {
    addrinfo wanted{};
    wanted.ai_family = family;
    wanted.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(error == 0 ? found : nullptr,
                                                               ::freeaddrinfo);
    if (error != 0) return fail(Errc::not_found, ::gai_strerror(error));
    HostAddress out;
    if (found->ai_addrlen > sizeof out.storage) return fail(Errc::not_found, "no address");
    std::memcpy(&out.storage, found->ai_addr, found->ai_addrlen);
    out.size = found->ai_addrlen;
    return out;
}

}  // namespace

bool HostAddress::same_host(const sockaddr_storage& other) const noexcept {
    if (storage.ss_family != other.ss_family) return false;
    if (storage.ss_family == AF_INET) {
        sockaddr_in a{};
        sockaddr_in b{};
        std::memcpy(&a, &storage, sizeof a);
        std::memcpy(&b, &other, sizeof b);
        return a.sin_addr.s_addr == b.sin_addr.s_addr;
    }
    sockaddr_in6 a{};
    sockaddr_in6 b{};
    std::memcpy(&a, &storage, sizeof a);
    std::memcpy(&b, &other, sizeof b);
    const bool scope = a.sin6_scope_id == 0 || a.sin6_scope_id == b.sin6_scope_id;
    return scope && std::memcmp(&a.sin6_addr, &b.sin6_addr, sizeof a.sin6_addr) == 0;
}

std::string HostAddress::shown() const {
    char text[INET6_ADDRSTRLEN] = "?";
    if (storage.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &storage, sizeof v4);
        static_cast<void>(::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text));
    } else {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &storage, sizeof v6);
        static_cast<void>(::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text));
    }
    return text;
}

std::optional<HostAddress> numeric_address(const std::string& text, int family) {
    HostAddress out;
    if (family == AF_INET) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) != 1) return std::nullopt;
        std::memcpy(&out.storage, &v4, sizeof v4);
        out.size = sizeof v4;
        return out;
    }
    const std::size_t percent = text.find('%');
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    if (::inet_pton(AF_INET6, text.substr(0, percent).c_str(), &v6.sin6_addr) != 1) {
        return std::nullopt;
    }
    if (percent != std::string::npos) {
        v6.sin6_scope_id = ::if_nametoindex(text.substr(percent + 1).c_str());
        if (v6.sin6_scope_id == 0) return std::nullopt;
    }
    std::memcpy(&out.storage, &v6, sizeof v6);
    out.size = sizeof v6;
    return out;
}

// What the loop and the thread both have; the thread may outlive the resolver.
struct Resolver::Shared {
    void run() {
        auto found = ask(host, family);
        const std::lock_guard hold(lock);
        answer = std::move(found);
        raise_event(event);
    }

    std::string host;  // written before the thread is made
    int family{};
    Fd event;
    std::mutex lock;
    std::optional<Result<HostAddress>> answer;
};

Resolver::Resolver(Loop& loop) : shared_(std::make_shared<Shared>()) {
    shared_->event = Fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    const int watched = ::fcntl(shared_->event.get(), F_DUPFD_CLOEXEC, 3);
    if (watched < 0) return;  // every lookup is refused then
    answers_ = std::make_unique<Watch>(loop, watched);
    answers_->on_readable([this] { answered(); });
}

Resolver::~Resolver() = default;

void Resolver::look_up(std::string host, int family, Done done) {
    if (!answers_) return done(fail(Errc::io, "no descriptor left"));
    if (waiting_.size() >= limits::lookups_max) {
        return done(fail(Errc::too_large, "too many names are being looked up"));
    }
    waiting_.push_back({std::move(host), family, std::move(done)});
    if (!running_) start_next();
}

void Resolver::start_next() {
    if (waiting_.empty()) return;
    shared_->host = waiting_.front().host;
    shared_->family = waiting_.front().family;
    running_ = true;
    if (start_side_thread([shared = shared_] { shared->run(); }) == 0) return;
    shared_->answer = fail(Errc::io, "no thread for a lookup");
    raise_event(shared_->event);
}

void Resolver::answered() {
    std::uint64_t count = 0;
    if (::read(answers_->descriptor(), &count, sizeof count) < 0) return;
    std::optional<Result<HostAddress>> answer;
    {
        const std::lock_guard hold(shared_->lock);
        answer.swap(shared_->answer);
    }
    if (!answer || waiting_.empty()) return;
    running_ = false;
    const Done done = std::move(waiting_.front().done);
    waiting_.pop_front();
    start_next();
    done(std::move(*answer));
}

}  // namespace hb::shell
