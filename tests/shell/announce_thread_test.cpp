// Repeats of announcements, sent by a thread for real. On the loopback device, where nobody minds.
#include "announce_thread.hpp"

#include <gtest/gtest.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <set>
#include <utility>

#include "fd.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

constexpr unsigned loopback = 1;  // its index in every network namespace

// Hears ARP on the loopback device.
class Ear {
public:
    Ear() {
        if (!socket_) return;
        sockaddr_ll where{};
        where.sll_family = AF_PACKET;
        where.sll_protocol = htons(ETH_P_ARP);
        where.sll_ifindex = static_cast<int>(loopback);
        const auto* address = reinterpret_cast<const sockaddr*>(&where);
        if (::bind(socket_.get(), address, sizeof where) != 0) socket_.reset();
    }
    bool works() const { return static_cast<bool>(socket_); }
    // The next frame as it arrives that announces 240.0.0.N for one of these N: its N, and ARP's
    // operation. Zeros: none came.
    std::pair<int, int> next(const std::set<int>& wanted) const {
        constexpr int patience_ms = 10000;
        pollfd entry{socket_.get(), POLLIN, 0};
        while (::poll(&entry, 1, patience_ms) > 0) {
            std::array<std::uint8_t, 128> frame{};
            sockaddr_ll from{};
            socklen_t size = sizeof from;
            auto* address = reinterpret_cast<sockaddr*>(&from);
            const auto got =
                ::recvfrom(socket_.get(), frame.data(), frame.size(), 0, address, &size);
            if (got < 42 || from.sll_pkttype == PACKET_OUTGOING) continue;
            if (frame[28] == 240 && wanted.contains(frame[31])) return {frame[31], frame[21]};
        }
        return {};
    }

private:
    Fd socket_{::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)};
};

agents::Burst burst_of(const char* text) {
    agents::Burst out;
    out.index = loopback;
    out.mac = {2, 0, 0, 0, 0, 1};
    out.ip = *agents::parse_ip(text);
    out.pairs = 2;
    out.interval = 20ms;
    out.while_here = false;
    return out;
}

// Why: neighbours that miss the first pair need another.
TEST(AnnounceThread, SendsWhatFollowsTheFirstPair) {
    const Ear ear;
    if (!ear.works()) GTEST_SKIP() << "packet sockets need root";
    AnnounceThread thread;
    const auto socket = thread.announcer();
    ASSERT_TRUE(socket);
    const agents::Burst burst = burst_of("240.0.0.77");
    if ((*socket)->send_first_pair(burst) != 0) GTEST_SKIP() << "the loopback device is down";
    EXPECT_EQ(thread.add({burst}), "");
    for (const int operation : {1, 2, 1, 2}) {
        EXPECT_EQ(ear.next({77}), std::pair(77, operation));
    }
}

// Why: after a stop the peer has the address; a frame of ours would take its neighbours away.
TEST(AnnounceThread, SendsNothingOfAnEndedAddressNorOfOneThatIsNotHere) {
    const Ear ear;
    if (!ear.works()) GTEST_SKIP() << "packet sockets need root";
    AnnounceThread thread;
    const auto socket = thread.announcer();
    ASSERT_TRUE(socket);
    agents::Burst gone = burst_of("240.0.0.78");
    gone.while_here = true;  // and it never was
    agents::Burst ended = burst_of("240.0.0.79");
    ended.interval = 500ms;
    agents::Burst last = burst_of("240.0.0.80");
    last.interval = 800ms;  // due after all the others
    if ((*socket)->send_first_pair(last) != 0) GTEST_SKIP() << "the loopback device is down";
    EXPECT_EQ(thread.add({gone, ended, last}), "");
    thread.end(ended.ip);
    for (const int operation : {1, 2, 1, 2}) {
        EXPECT_EQ(ear.next({78, 79, 80}), std::pair(80, operation));
    }
}

TEST(AnnounceThread, EndsWithItsOwner) {
    AnnounceThread thread;
    agents::Burst burst = burst_of("240.0.0.81");
    burst.interval = 60s;
    EXPECT_EQ(thread.add({burst}), "");
}

}  // namespace
}  // namespace hb::shell
