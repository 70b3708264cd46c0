// See udp_link.hpp.
#include "udp_link.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <tuple>
#include <utility>

#include "base/limits.hpp"

namespace hb::shell {

UdpLink::UdpLink(Loop& loop, const Clock& clock, LinkId id, config::Medium medium, OnLog log)
    : loop_(loop),
      id_(id),
      medium_(std::move(medium)),
      log_(std::move(log)),
      troubles_(clock, medium_.name, log_),
      errand_(loop) {
    // Not cleared: most packets fill a small part of the first one.
    for (auto& buffer : buffers_) buffer = std::make_unique_for_overwrite<char[]>(buffer_bytes);
}

void UdpLink::open(OnFrame frame, OnState state) {
    frame_ = std::move(frame);
    state_ = std::move(state);
    try_open(look(medium_, true));
}

UdpLink::Found UdpLink::look(const config::Medium& medium, bool opens) {
    Found out;
    out.interface = look_at_interface(medium.device);
    if (opens && out.interface && out.interface->up) {
        out.sockets = open_udp_sockets(medium, *out.interface);
    }
    return out;
}

void UdpLink::look_again() {
    if (errand_.busy()) {
        changed_ = true;
        return;
    }
    changed_ = false;
    struct Work {
        config::Medium medium;
        std::vector<Fd> leaving;
        Found found;
    };
    const bool opened = usable();
    const auto work = std::make_shared<Work>(Work{medium_, std::exchange(leaving_, {}), {}});
    const int error = errand_.start(
        [work, opened] {
            work->leaving.clear();
            work->found = look(work->medium, !opened);
        },
        [this, work, opened] { found(opened, std::move(work->found)); });
    if (error != 0) troubles_.failed(std::string("thread: ") + std::strerror(error));
}

void UdpLink::found(bool opened, Found found) {
    if (!opened) {
        try_open(std::move(found));
    } else if (!found.interface ||
               !sockets_still_fit(medium_.kind, opened_with_, *found.interface)) {
        close(!found.interface       ? "there is no interface " + medium_.device
              : !found.interface->up ? "interface " + medium_.device + " is down"
                                     : "interface " + medium_.device + " changed");
        changed_ = true;
    }
    if (changed_) look_again();
}

LogLine UdpLink::line(LogId id, const std::string& words) const {
    return log_line(id, medium_.name, config::medium_word(medium_.kind), words);
}

void UdpLink::try_open(Found found) {
    const auto& interface = found.interface;
    Result<UdpSockets>& sockets = found.sockets;
    interface_up_ = interface && interface->up;
    std::string failure;
    if (!interface) {
        failure = "there is no interface " + medium_.device;
    } else if (!interface->up) {
        failure = "interface " + medium_.device + " is down";
    } else if (!sockets) {
        failure = sockets.error().what;
    }
    if (!failure.empty()) {
        if (failure != failure_) log_(line(LogId::link_failed, failure));
        failure_ = std::move(failure);
        return;
    }
    failure_.clear();
    opened_with_ = *interface;
    destination_ = sockets->destination;
    receive_ = std::make_unique<Watch>(loop_, sockets->receive.release());
    send_ = std::make_unique<Watch>(loop_, sockets->send.release());
    receive_->on_readable([this] { drain(); });
    log_(line(LogId::link_opened,
              "sends to " + destination_.shown() + " port " + std::to_string(medium_.port)));
    state_(id_, true);
}

void UdpLink::close(const std::string& reason) {
    drain();  // what has arrived still counts
    leaving_.emplace_back(receive_->release());
    leaving_.emplace_back(send_->release());
    receive_.reset();
    send_.reset();
    dropped_ += waiting_.size();
    waiting_.clear();
    failure_ = reason;
    log_(line(LogId::link_closed, reason));
    state_(id_, false);
}

void UdpLink::interface_changed(std::string_view name) {
    if (!name.empty() && name != medium_.device) return;
    look_again();
}

void UdpLink::tick() {
    if (!usable() && !errand_.busy()) look_again();
    if (usable()) troubles_.look();
}

// Two at once: whoever gets one knows without another call that there is no second.
void UdpLink::drain() {
    constexpr std::size_t places = std::tuple_size_v<decltype(buffers_)>;
    std::array<iovec, places> where{};
    std::array<mmsghdr, places> messages{};
    for (std::size_t i = 0; i < places; ++i) {
        where[i] = {buffers_[i].get(), buffer_bytes};
        messages[i].msg_hdr.msg_iov = &where[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    for (std::size_t turn = 0; turn < limits::frames_per_drain && usable(); turn += places) {
        const int got =
            ::recvmmsg(receive_->descriptor(), messages.data(), places, MSG_DONTWAIT, nullptr);
        // An error is the echo of an earlier send (ECONNREFUSED and the like), once each.
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        const auto count = static_cast<std::size_t>(std::max(got, 0));
        for (std::size_t i = 0; i < count; ++i) {
            frame_(id_, ByteView(buffers_[i].get(), messages[i].msg_len));
        }
        if (got > 0 && count < places) return;
    }
}

void UdpLink::send(ByteView frame) {
    if (!usable()) {
        ++dropped_;
        if (interface_up_) ++sent_;  // its address may have gone with the carrier
        return;
    }
    if (!waiting_.empty()) {
        queue(frame);
        return;
    }
    const int error = send_now(frame);
    if (error == EAGAIN) {
        queue(frame);
    } else if (error != 0) {
        sending_failed(error);
    }
}

int UdpLink::send_now(ByteView frame) {
    for (;;) {
        const ssize_t sent =
            ::sendto(send_->descriptor(), frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                     reinterpret_cast<const sockaddr*>(&destination_.storage), destination_.size);
        if (sent >= 0) {
            ++sent_;
            return 0;
        }
        if (errno != EINTR) return errno == EWOULDBLOCK ? EAGAIN : errno;
    }
}

void UdpLink::queue(ByteView frame) {
    if (waiting_.size() >= limits::send_queue_frames) {
        waiting_.pop_front();
        sending_failed(EAGAIN);
    }
    waiting_.emplace_back(frame);
    send_->once_writable([this] { send_queued(); });
}

void UdpLink::send_queued() {
    while (!waiting_.empty()) {
        const int error = send_now(waiting_.front());
        if (error == EAGAIN) {
            send_->once_writable([this] { send_queued(); });
            return;
        }
        if (error != 0) sending_failed(error);
        waiting_.pop_front();
    }
}

void UdpLink::sending_failed(int error) {
    ++dropped_;
    troubles_.failed(std::strerror(error));
}

}  // namespace hb::shell
