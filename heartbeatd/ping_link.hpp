// A ping, ping6 or ping_group medium: echo requests out of a raw socket, the data of the replies in
// (wire.md 7.7). The packets are wire/icmp_echo's, what the data mean is lib/cluster's.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "clock.hpp"
#include "config/ha_cf.hpp"
#include "loop.hpp"
#include "medium.hpp"
#include "resolver.hpp"
#include "send_troubles.hpp"
#include "wire/icmp_echo.hpp"

namespace hb::shell {

class PingLink final : public Medium {
public:
    using OnLog = std::function<void(LogLine)>;

    // `identifier`: of our echo packets. REQUIRES: `loop`, `clock` and `resolver` outlive the link.
    PingLink(Loop& loop, const Clock& clock, Resolver& resolver, LinkId id, config::Medium medium,
             std::uint16_t identifier, OnLog log);

    void open(OnFrame frame, OnState state) override;
    // One request to each host whose address is known.
    void send(ByteView frame) override;
    void drain() override;
    // Opens the socket if it is closed, and looks up the names that have no address yet.
    void tick() override;
    void interface_changed(std::string_view) override {}

    bool usable() const noexcept { return usable_; }

private:
    struct Host {
        std::string name;
        HostAddress address{};
        bool known{false};
        bool asked{false};  // a lookup is on its way
        Instant next_lookup{};
        std::string failure{};  // of the lookup, as last logged
    };
    void try_open();
    void find_hosts();
    void found(std::size_t host, Result<HostAddress> address);
    void tell_usable();
    void received(ByteView packet, const sockaddr_storage& from);
    // Whether it is the answer to a request of ours; of a group each is counted once.
    bool counts(std::uint16_t sequence, ByteView data);
    LogLine line(LogId id, const std::string& words) const;

    Loop& loop_;
    const Clock& clock_;
    Resolver& resolver_;
    const LinkId id_;
    const config::Medium medium_;
    const std::uint16_t identifier_;
    const wire::icmp_echo::Family family_;
    OnLog log_;
    OnFrame frame_;
    OnState state_;

    std::vector<Host> hosts_;
    std::unique_ptr<Watch> socket_;
    std::string failure_;  // why it is closed, as last logged
    std::vector<char> buffer_;
    bool usable_{false};
    std::uint16_t next_sequence_{};
    // The last requests, by sequence number modulo their count. Another medium of ours that asks
    // the same host uses the same numbers: what comes back tells them apart.
    struct Request {
        std::uint16_t sequence{};
        bool waits{false};
        Bytes frame;
    };
    std::array<Request, limits::ping_sequences> requests_;
    SendTroubles troubles_;
};

}  // namespace hb::shell
