// A program's connection to the daemon of this node: the socket below an Exchange, and how to wait
// for what it brings. For libheartbeat and for our own tools.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/instant.hpp"
#include "base/result.hpp"
#include "client/exchange.hpp"

namespace hb::client {

inline constexpr const char* default_socket = "/var/run/heartbeat/register";

class Connection {
public:
    // Connects and says who we are, without waiting for the answer. `name` empty: casual. Errors:
    // not_found (nobody listens: the daemon is stopped, or not yet in touch with the cluster),
    // permission (the folder), too_large (a name), io.
    static Result<std::unique_ptr<Connection>> start(const std::string& name,
                                                     const std::string& socket = default_socket);
    // Signs off, unless in a forked child.
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // --- driven by poll() ---
    int descriptor() const noexcept { return socket_; }
    short wanted_events() const noexcept;
    // Writes and reads once, as far as that does not wait. While messages fill the queue nothing is
    // read: take them, or the daemon cuts this client off.
    void process();

    // --- waiting. A negative `patience` has no end. ---
    // Errors: permission (the daemon refuses), io (it went away, or no answer in time).
    Result<void> wait_signed_on(Duration patience);
    // The answers to one request. Errors: as Exchange::take(), and io when there is none in time.
    Result<Messages> ask(std::string_view request, const Fields& fields, Duration patience);
    Result<Messages> wait_answer(Ticket ticket, Duration patience);
    // Nothing when none came in time.
    Result<wire::Message> wait_message(Duration patience);
    Result<void> wait_sent(Duration patience);
    // A wait since the last begin() ended by its time.
    bool timed_out() const noexcept { return timed_out_; }
    void begin() noexcept { timed_out_ = false; }

    Exchange& exchange() noexcept { return exchange_; }
    const Exchange& exchange() const noexcept { return exchange_; }

private:
    Connection(int socket, Self self);
    void write_some();
    void read_some();
    // `reads`: although messages fill the queue.
    template <class Done>
    Result<void> wait_until(Done done, Duration patience, bool reads = false);

    int socket_;
    std::int64_t owner_;
    Exchange exchange_;
    bool timed_out_{};
};

}  // namespace hb::client
