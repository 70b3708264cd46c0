// The connection to the daemon as messages of libplumb: opened, written, read with a time-out. What
// the messages say is not known here.
#pragma once

#include <chrono>
#include <memory>

#include "client/hbclient_plumb.hpp"

namespace hb::hbclient {

struct MessageEnd {
    void operator()(ha_msg* message) const noexcept { ha_msg_del(message); }
};
using MessagePtr = std::unique_ptr<ha_msg, MessageEnd>;

using Clock = std::chrono::steady_clock;

class Channel {
public:
    Channel() = default;
    ~Channel() { close(); }
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    // A new connection; an old one is closed. False: nobody is there.
    bool open();
    // The connection ends; plain() stays valid, as programs keep it.
    void disconnect();
    void close();

    // May block, when set_send_block_mode() says so or the daemon does not read.
    bool send(ha_msg* message);
    // The next message, until `deadline`. Null: none came, or the daemon has gone. What cannot be
    // decoded is passed over.
    MessagePtr take(Clock::time_point deadline);
    bool pending();
    bool connected() const;

    IPC_Channel* plain() const noexcept { return channel_; }

private:
    bool readable() const;
    bool wait(Clock::time_point deadline, bool to_be_sent) const;

    IPC_Channel* channel_{};
};

}  // namespace hb::hbclient
