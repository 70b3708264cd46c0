// A bcast, mcast, ucast, mcast6 or ucast6 medium: datagrams in and out of one interface, reopened
// when the interface returns. Socket options live in udp_sockets, meaning in lib/cluster.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "clock.hpp"
#include "config/ha_cf.hpp"
#include "errand.hpp"
#include "loop.hpp"
#include "medium.hpp"
#include "net_interface.hpp"
#include "send_troubles.hpp"
#include "udp_sockets.hpp"

namespace hb::shell {

class UdpLink final : public Medium {
public:
    using OnLog = std::function<void(LogLine)>;

    // REQUIRES: `loop` and `clock` outlive the link.
    UdpLink(Loop& loop, const Clock& clock, LinkId id, config::Medium medium, OnLog log);

    // The first attempt is made at once, later ones by a thread: whatever asks the kernel for an
    // interface may have to wait for its lock, which container engines hold for long.
    void open(OnFrame frame, OnState state) override;
    void send(ByteView frame) override;
    void drain() override;
    void tick() override;
    void interface_changed(std::string_view name) override;
    std::uint64_t frames_left() const noexcept override { return sent_; }
    MediumCounts frame_counts() const noexcept override { return {sent_, dropped_, 0}; }

    bool usable() const noexcept { return receive_ != nullptr; }
    // The thread is at work for it.
    bool looking() const noexcept { return errand_.busy(); }
    // Frames that never left: closed link, full queue, refused by the system.
    std::uint64_t dropped() const noexcept { return dropped_; }

private:
    // What an attempt has found.
    struct Found {
        std::optional<NetInterface> interface;
        Result<UdpSockets> sockets = fail(Errc::io, {});  // when it was to open them
    };
    static Found look(const config::Medium& medium, bool opens);
    void look_again();
    void found(bool opened, Found found);
    void try_open(Found found);
    void close(const std::string& reason);
    int send_now(ByteView frame);  // errno, 0 when it went out
    void queue(ByteView frame);
    void send_queued();
    void sending_failed(int error);
    LogLine line(LogId id, const std::string& words) const;

    Loop& loop_;
    const LinkId id_;
    const config::Medium medium_;
    OnLog log_;
    OnFrame frame_;
    OnState state_;

    NetInterface opened_with_;
    HostAddress destination_{};
    std::unique_ptr<Watch> receive_, send_;  // both or none
    std::string failure_;                    // why it is closed, as last logged
    bool interface_up_{false};               // when it was last tried to open
    static constexpr std::size_t buffer_bytes = limits::udp_bytes_max + 1;
    std::array<std::unique_ptr<char[]>, 2> buffers_;
    std::deque<Bytes> waiting_;  // for a full socket buffer
    std::uint64_t dropped_{}, sent_{};
    SendTroubles troubles_;
    Errand errand_;
    bool changed_{false};      // the interface, while the errand was under way
    std::vector<Fd> leaving_;  // to be closed by the next one: a group may have to be left
};

}  // namespace hb::shell
