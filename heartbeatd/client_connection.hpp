// One client's connection: what came of it in whole bodies, what waits to be written. Decides
// nothing; ClientServer does.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "base/event.hpp"
#include "base/ids.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "fd.hpp"
#include "wire/client_frame.hpp"

namespace hb::shell {

class Loop;
class Watch;

class ClientConnection {
public:
    ClientConnection(Loop& loop, int descriptor, std::int64_t pid);
    ~ClientConnection();
    ClientConnection(ClientConnection&&) noexcept;
    ClientConnection& operator=(ClientConnection&&) = delete;

    Watch& watch() noexcept { return *watch_; }
    std::int64_t pid() const noexcept { return pid_; }

    // One read. False: nothing more will come (`broken` says why, if it is the client's fault).
    bool read();
    const std::optional<Error>& broken() const noexcept { return broken_; }
    bool ended() const noexcept { return end_reason_ != nullptr; }
    // REQUIRES: ended().
    const char* end_reason() const noexcept { return end_reason_; }
    // Its process is gone, whoever holds the other end. What it said last still counts.
    void died() noexcept { end_reason_ = died_audit; }
    // Whole bodies that were read.
    std::deque<Bytes>& bodies() noexcept { return bodies_; }

    // Written as far as the client takes it; the rest goes into the queue. False: that is full.
    bool add(ByteView frame);
    // Writes what the client takes. True when nothing waits any more.
    bool flush();
    void allow(std::size_t frames) noexcept { frames_max_ = frames; }
    std::size_t waiting_frames() const noexcept { return waiting_.size(); }
    std::size_t waiting_bytes() const noexcept { return waiting_bytes_; }
    // False: its process is gone.
    bool signal(int number);
    bool process_lives() const;

private:
    std::unique_ptr<Watch> watch_;
    std::int64_t pid_;
    Fd process_;  // a pidfd, once a signal was wanted
    wire::client_frame::Reader reader_;
    std::deque<Bytes> bodies_;
    std::optional<Error> broken_;
    const char* end_reason_{};  // set once nothing more will be read
    bool deaf_{false};          // it has closed its end; what we write is for nobody
    // How much of it is taken now. Nothing: no more can be written at all.
    std::size_t write(ByteView bytes);

    std::deque<Bytes> waiting_;
    std::size_t waiting_bytes_{};
    std::size_t written_{};  // of the first
    std::size_t frames_max_{limits::client_queue_frames};
};

}  // namespace hb::shell
