// A serial line as a medium: frames in text form over a byte stream that may be slow, noisy, pulled
// out and plugged in again (wire.md 7.6). How a device is opened lives in serial_device.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/log.hpp"
#include "clock.hpp"
#include "config/ha_cf.hpp"
#include "loop.hpp"
#include "medium.hpp"
#include "send_troubles.hpp"
#include "serial_opening.hpp"
#include "serial_queue.hpp"
#include "wire/mending.hpp"

namespace hb::shell {

class SerialLink final : public Medium {
public:
    using OnLog = std::function<void(LogLine)>;

    // `open` is called on another thread. REQUIRES: `loop` and `clock` outlive the link.
    SerialLink(Loop& loop, const Clock& clock, LinkId id, config::Medium medium, OpenSerial open,
               OnLog log);
    ~SerialLink() override;

    void open(OnFrame frame, OnState state) override;
    // Not faster than the line: the rest waits in a queue of limits::serial_queue_time.
    void send(ByteView frame) override;
    void drain() override;
    void tick() override;
    void interface_changed(std::string_view) override {}

    // Also what a line did not take: that is the other side's doing.
    std::uint64_t frames_left() const noexcept override { return given_; }
    MediumCounts frame_counts() const noexcept override { return {given_, dropped_, damaged_}; }

    bool usable() const noexcept { return line_ != nullptr; }
    // Frames that never left: closed line, full queue, outdated.
    std::uint64_t dropped() const noexcept { return dropped_; }
    // Frames that came damaged, mended ones included, and other stretches that were no frame.
    std::uint64_t damaged() const noexcept { return damaged_; }

private:
    void try_open();
    void opened(Result<SerialDevice> device);
    void lost(const std::string& reason);
    void pump();
    bool line_is_full(Instant now) const;
    void call_again(Duration later);
    void unblock();
    void count_damage(const wire::MendingFrames::Found& found);
    void log_damage();
    void sending_failed(const char* why, std::size_t frames);
    LogLine line(LogId id, const std::string& words) const;
    Duration line_time(std::size_t bytes) const;
    std::size_t line_bytes(Duration time) const;

    Loop& loop_;
    const Clock& clock_;
    const LinkId id_;
    const config::Medium medium_;
    OnLog log_;
    OnFrame frame_;
    OnState state_;

    SerialOpening opening_;
    SerialDevice device_;          // without its descriptor, which line_ has
    std::unique_ptr<Watch> line_;  // open or none
    std::unique_ptr<Watch> timer_;
    std::string failure_;  // why it is closed, as last logged
    std::string broken_;   // what a write said; the next read or tick closes the line
    unsigned opening_ticks_{};

    wire::MendingFrames frames_;
    std::uint64_t damaged_{}, damaged_logged_{};
    std::size_t mended_{};   // of those not logged yet
    std::size_t garbage_{};  // bytes since the last line in the log
    std::string garbage_shown_;
    Instant next_damage_log_{};

    SerialQueue queue_;
    const std::size_t piece_bytes_, ahead_bytes_;
    Instant free_at_{};       // when the line has sent what it was given
    Instant last_written_{};  // or when there was nothing to write
    std::uint64_t dropped_{}, given_{};
    SendTroubles troubles_;
};

}  // namespace hb::shell
