// See hbclient_channel.hpp.
#include "client/hbclient_channel.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace hb::hbclient {

bool Channel::open() {
    close();
    // As 3.0.6 opens it; on all systems /var/run leads to /run.
    std::string name = "path";
    std::string path = "/var/run/heartbeat/register";
    GHashTable* attributes = g_hash_table_new(g_str_hash, g_str_equal);
    if (attributes == nullptr) return false;
    g_hash_table_insert(attributes, name.data(), path.data());
    std::string type = "uds";
    channel_ = ipc_channel_constructor(type.c_str(), attributes);
    g_hash_table_destroy(attributes);
    if (channel_ == nullptr) return false;
    // A reference of our own: else the end of a main loop source would free what we still use.
    ++channel_->refcount;
    if (channel_->ops->initiate_connection(channel_) == ipc_ok) return true;
    close();
    return false;
}

void Channel::disconnect() {
    if (channel_ != nullptr && channel_->ch_status != 0) channel_->ops->disconnect(channel_);
}

void Channel::close() {
    if (channel_ == nullptr) return;
    // Sources of a main loop may hold it for some time: they see its end.
    if (channel_->refcount > 1) disconnect();
    channel_->ops->destroy(channel_);
    channel_ = nullptr;
}

bool Channel::send(ha_msg* message) {
    return connected() && msg2ipcchan(message, channel_) == ha_ok;
}

bool Channel::connected() const {
    return channel_ != nullptr && channel_->ops->get_chan_status(channel_) == ch_connected;
}

bool Channel::readable() const {
    return channel_->ch_status == ch_connected || channel_->ch_status == ch_disc_pending;
}

bool Channel::pending() {
    if (channel_ == nullptr) return false;
    channel_->ops->is_message_pending(channel_);
    return channel_->recv_queue->current_qlen != 0;
}

bool Channel::wait(Clock::time_point deadline, bool to_be_sent) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd entry{channel_->ops->get_recv_select_fd(channel_), POLLIN, 0};
    if (entry.fd < 0) return false;
    if (to_be_sent) entry.events |= POLLOUT;
    constexpr long longest = 60'000;
    const int ready = ::poll(&entry, 1, static_cast<int>(std::min<long>(left, longest)));
    // Who waits without an end looks at its signals between two messages.
    if (ready < 0 && (errno != EINTR || deadline == Clock::time_point::max())) return false;
    if (ready > 0 && (entry.revents & POLLNVAL) != 0) return false;
    channel_->ops->resume_io(channel_);
    return true;
}

MessagePtr Channel::take(Clock::time_point deadline) {
    if (channel_ == nullptr) return nullptr;
    for (;;) {
        // What is queued to be sent goes out while we wait. The question reads as well: ask first.
        const bool to_be_sent = channel_->ops->is_sending_blocked(channel_) != 0;
        if (pending()) {
            IPC_Message* raw = nullptr;
            const int got = channel_->ops->recv(channel_, &raw);
            if (got == ipc_broken) return nullptr;
            if (got == ipc_ok && raw != nullptr) {
                MessagePtr message(ipcmsg2hamsg(raw));
                if (raw->msg_done != nullptr) raw->msg_done(raw);
                if (message) return message;
                if (Clock::now() < deadline) continue;
            }
        }
        if (!readable() || !wait(deadline, to_be_sent)) return nullptr;
    }
}

}  // namespace hb::hbclient
