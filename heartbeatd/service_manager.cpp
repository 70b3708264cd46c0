// See service_manager.hpp. No libsystemd: these are a few datagrams.
#include "service_manager.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "clock.hpp"

namespace hb::shell {

namespace {

std::optional<std::uint64_t> number_of(const char* variable) {
    const char* const text = std::getenv(variable);
    return text == nullptr ? std::nullopt : parse_dec(text);
}

}  // namespace

std::string service_words(const core::Status& status) {
    std::string out;
    if (!status.managed) {
        out = "groups are not managed";
    } else if (!status.comm_up) {
        out = "waits for the other nodes";
    } else {
        std::size_t here = 0;
        std::size_t failed = 0;
        for (const core::GroupStatus& group : status.groups) {
            if (group.state == "running") ++here;
            if (group.state == "failed" || group.state == "stuck") ++failed;
        }
        out = std::to_string(here) + " of " + std::to_string(status.groups.size()) +
              (here == 1 ? " groups runs here" : " groups run here");
        if (failed > 0) out += ", " + std::to_string(failed) + " failed";
    }
    const char* between = "; ";
    for (const core::NodeStatus& node : status.nodes) {
        if (out.size() > limits::service_words_bytes) return out + between + "...";
        out += between + node.name + " " + node.state;
        between = ", ";
    }
    return out;
}

ServiceManager::ServiceManager() {
    const char* const path = std::getenv("NOTIFY_SOCKET");
    if (path == nullptr) return;
    const std::size_t length = std::strlen(path);
    if (length < 2 || length >= sizeof address_.sun_path) return;
    if (path[0] != '/' && path[0] != '@') return;
    socket_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket_) return;
    address_.sun_family = AF_UNIX;
    std::memcpy(address_.sun_path, path, length);
    if (path[0] == '@') address_.sun_path[0] = '\0';
    size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    const auto for_whom = number_of("WATCHDOG_PID");
    if (for_whom && *for_whom != static_cast<std::uint64_t>(::getpid())) return;
    if (const auto patience_us = number_of("WATCHDOG_USEC"); patience_us && *patience_us > 0) {
        constexpr std::uint64_t bound_us = 86'400'000'000U;  // a day, so that nothing overflows
        alive_every_ = std::chrono::microseconds{std::min(*patience_us, bound_us) / 2};
    }
}

void ServiceManager::ready() {
    if (!stopping_) state("READY=1");
}

void ServiceManager::reloading() {
    if (stopping_) return;
    state("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(Clock::monotonic_us()));
}

void ServiceManager::stopping() {
    if (!std::exchange(stopping_, true)) state("STOPPING=1");
}

void ServiceManager::alive() {
    if (!owed_.empty()) state(std::exchange(owed_, {}));
    if (alive_every_) static_cast<void>(send("WATCHDOG=1"));
}

void ServiceManager::status(const std::string& words) {
    if (words != words_ && send("STATUS=" + words)) words_ = words;
}

// Only the last state counts.
void ServiceManager::state(std::string text) {
    if (!send(text)) owed_ = std::move(text);
}

bool ServiceManager::send(std::string_view text) const {
    if (!listens()) return true;
    return ::sendto(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL,
                    reinterpret_cast<const sockaddr*>(&address_), size_) >= 0;
}

}  // namespace hb::shell
