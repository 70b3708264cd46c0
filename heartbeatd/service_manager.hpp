// What the service manager is told (sd_notify(3), `Type=notify` of systemd.service(5)): state, a
// line for people, and that we live. Where nobody listens nothing happens.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/instant.hpp"
#include "core/status.hpp"
#include "fd.hpp"

namespace hb::shell {

// "1 of 2 groups runs here, 1 failed; beta active": for `systemctl status`.
std::string service_words(const core::Status& status);

// No call waits. A state that the manager could not take is said again with the next call.
class ServiceManager {
public:
    // Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
    ServiceManager();

    bool listens() const noexcept { return size_ > 0; }
    // How often alive() is to be called: half of what the manager waits for. Nothing: it does not.
    std::optional<Duration> alive_every() const noexcept { return alive_every_; }

    // Up, or at the end of a reload.
    void ready();
    void reloading();
    void stopping();
    void alive();
    // Is sent when it is another one than before.
    void status(const std::string& words);

private:
    void state(std::string text);
    bool send(std::string_view text) const;

    sockaddr_un address_{};
    socklen_t size_{};  // of the address; 0: nobody listens
    Fd socket_;
    std::optional<Duration> alive_every_;
    std::string owed_;  // a state that is still to be said
    std::string words_;
    bool stopping_{false};
};

}  // namespace hb::shell
