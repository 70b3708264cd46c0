// Real sockets on a real interface that comes, goes and changes, in a network namespace of the
// test's own. Skipped without the right to make one.
#include "udp_link.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>

#include "base/limits.hpp"
#include "fd.hpp"
#include "link_watch.hpp"
#include "loop.hpp"

namespace hb::shell {
namespace {

// Two ends of one cable in one namespace: hb0 (10.77.0.1) and hb1 (10.77.0.2). Made once for the
// process; each test leaves the interfaces as it found them.
bool make_network() {
    if (::unshare(CLONE_NEWNET) != 0) return false;
    return std::system(
               "ip link set lo up && ip link add hb0 type veth peer name hb1 && "
               "ip addr add 10.77.0.1/24 broadcast + dev hb0 && "
               "ip addr add 10.77.0.2/24 broadcast + dev hb1 && "
               "ip link set hb0 up && ip link set hb1 up && "
               "sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.hb0.rp_filter=0 "
               "net.ipv4.conf.hb1.rp_filter=0 net.ipv4.conf.hb0.accept_local=1 "
               "net.ipv4.conf.hb1.accept_local=1 "
               ">/dev/null 2>&1 || true") == 0;
}

void ip(const std::string& words) { ASSERT_EQ(std::system(("ip " + words).c_str()), 0) << words; }

config::Medium medium(config::MediumKind kind, const std::string& device, const char* address) {
    config::Medium out;
    out.kind = kind;
    out.name = out.device = device;
    out.address = address;
    out.port = 6940;
    return out;
}

struct UdpLinkTest : testing::Test {
    static void SetUpTestSuite() { network = make_network(); }
    void SetUp() override {
        if (!network) GTEST_SKIP() << "no right to make a network namespace";
    }

    std::unique_ptr<UdpLink> make(unsigned id, const config::Medium& what) {
        auto out =
            std::make_unique<UdpLink>(loop, clock, LinkId{static_cast<std::uint16_t>(id)}, what,
                                      [this](const LogLine& line) { logged.push_back(line.id); });
        out->open(
            [this](LinkId link, ByteView bytes) {
                frames.emplace_back(static_cast<unsigned>(link), bytes);
                if (frames.size() >= frames_wanted) loop.stop();
            },
            [this](LinkId link, bool usable) {
                states.emplace_back(static_cast<unsigned>(link), usable);
                if (states.size() >= states_wanted) loop.stop();
            });
        return out;
    }
    // Until its thread has looked and the link has drawn its conclusion.
    void settle(const UdpLink& link) {
        while (link.looking()) loop.run_ready();
    }
    void changed(UdpLink& link, const char* name) {
        link.interface_changed(name);
        settle(link);
    }
    std::size_t count(LogId id) const {
        return static_cast<std::size_t>(std::count(logged.begin(), logged.end(), id));
    }

    static inline bool network = false;
    Loop loop;
    Clock clock;
    std::vector<LogId> logged;
    std::vector<std::pair<unsigned, Bytes>> frames;
    std::vector<std::pair<unsigned, bool>> states;
    std::size_t frames_wanted{SIZE_MAX}, states_wanted{SIZE_MAX};
};

using Kind = config::MediumKind;

// Why: bcast is what every tutorial configures; all but the sender must hear it, for the kernel
// gives it back to him as well.
TEST_F(UdpLinkTest, BroadcastReachesTheOtherEnd) {
    auto left = make(0, medium(Kind::bcast, "hb0", ""));
    auto right = make(1, medium(Kind::bcast, "hb1", ""));
    ASSERT_TRUE(left->usable() && right->usable());
    frames_wanted = 1;
    left->send("hello");
    loop.run();
    EXPECT_EQ(left->frames_left(), 1U);  // the watchdog goes by this
    // Another program of this machine, by another port, is heard: it may be of a namesake.
    const Fd stranger(::socket(AF_INET, SOCK_DGRAM, 0));
    const int on = 1;
    ASSERT_EQ(::setsockopt(stranger.get(), SOL_SOCKET, SO_BROADCAST, &on, sizeof on), 0);
    ASSERT_EQ(::setsockopt(stranger.get(), SOL_SOCKET, SO_BINDTODEVICE, "hb0", 4), 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(6940);
    to.sin_addr.s_addr = htonl(INADDR_BROADCAST);
    ASSERT_EQ(::sendto(stranger.get(), "x", 1, 0, reinterpret_cast<sockaddr*>(&to), sizeof to), 1);
    EXPECT_TRUE(run_until(loop.context(), [this] { return frames.size() >= 3; }));
    std::sort(frames.begin(), frames.end());
    EXPECT_EQ(frames, (std::vector<std::pair<unsigned, Bytes>>{{0, "x"}, {1, "hello"}, {1, "x"}}));
}

// Why: with LOOP 0 and IP_MULTICAST_ALL off, a link must hear its own interface and nothing else.
TEST_F(UdpLinkTest, MulticastComesInByItsOwnInterfaceOnly) {
    auto left = make(0, medium(Kind::mcast, "hb0", "225.0.0.1"));
    auto right = make(1, medium(Kind::mcast, "hb1", "225.0.0.1"));
    frames_wanted = 1;
    left->send("group");
    loop.run();
    loop.run_ready();
    EXPECT_EQ(frames, (std::vector<std::pair<unsigned, Bytes>>{{1, "group"}}));
}

// Why: the receiving side listens on every address of the device, whatever the sender's port.
TEST_F(UdpLinkTest, UnicastReceivesFromAnyPort) {
    auto left = make(0, medium(Kind::ucast, "lo", "127.0.0.1"));
    ASSERT_TRUE(left->usable());
    const Fd stranger(::socket(AF_INET, SOCK_DGRAM, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(6940);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    frames_wanted = 2;
    ASSERT_EQ(::sendto(stranger.get(), "x", 1, 0, reinterpret_cast<sockaddr*>(&to), sizeof to), 1);
    left->send("y");
    loop.run();
    EXPECT_EQ(frames.size(), 2U);
}

// Why: a flood on one link must not hold back the timer.
TEST_F(UdpLinkTest, DrainIsBounded) {
    auto left = make(0, medium(Kind::ucast, "lo", "127.0.0.1"));
    for (std::size_t i = 0; i < limits::frames_per_drain + 10; ++i) left->send("flood");
    left->drain();
    EXPECT_EQ(frames.size(), limits::frames_per_drain);
    left->drain();
    EXPECT_EQ(frames.size(), limits::frames_per_drain + 10);
}

// Why: on a direct cable the peer's end takes the carrier, and some network managers then take the
// address: the survivor must not be reset by its watchdog for it. An interface that is off is ours.
TEST_F(UdpLinkTest, AnAddressThatIsGoneDoesNotStarveTheWatchdog) {
    auto link = make(0, medium(Kind::bcast, "hb0", ""));
    ip("addr flush dev hb0");
    changed(*link, "hb0");
    EXPECT_FALSE(link->usable());
    link->send("lost");
    EXPECT_EQ(link->frames_left(), 1U);
    ip("link set hb0 down");
    changed(*link, "hb0");
    link->send("lost");
    EXPECT_EQ(link->frames_left(), 1U);
    ip("link set hb0 up");
    ip("addr add 10.77.0.1/24 broadcast + dev hb0");
    changed(*link, "hb0");
    EXPECT_TRUE(link->usable());
}

// Why: the daemon starts at boot before the network does; one line says so, and the link opens
// when the interface comes, without waiting for a poll.
TEST_F(UdpLinkTest, OpensWhenTheInterfaceComes) {
    auto link = make(0, medium(Kind::bcast, "hb9", ""));
    EXPECT_FALSE(link->usable());
    for (int i = 0; i < 5; ++i) {
        link->tick();
        settle(*link);
    }
    EXPECT_EQ(count(LogId::link_failed), 1U);
    link->send("lost");
    EXPECT_EQ(link->dropped(), 1U);
    EXPECT_EQ(link->frames_left(), 0U);

    auto watch = LinkWatch::start(
        loop, {[&](std::string_view name) { link->interface_changed(name); },
               [](const agents::Ip&, unsigned) {}, [](const std::string&) {}, [] {}});
    ASSERT_TRUE(watch);
    states_wanted = 1;
    ip("link add hb9 type veth peer name hb8");
    ip("addr add 10.78.0.1/24 broadcast + dev hb9");
    ip("link set hb9 up");
    loop.run();
    EXPECT_TRUE(link->usable());

    states_wanted = 2;
    ip("link del hb9");
    loop.run_ready();
    if (states.size() < 2) loop.run();
    EXPECT_FALSE(link->usable());
    EXPECT_EQ(states, (std::vector<std::pair<unsigned, bool>>{{0, true}, {0, false}}));
}

// Why: an administrator who changes the address changes the broadcast address, too.
TEST_F(UdpLinkTest, ReopensWhenTheAddressChanges) {
    auto link = make(0, medium(Kind::bcast, "hb0", ""));
    ip("addr add 10.99.0.1/16 broadcast + dev hb0");
    changed(*link, "hb0");
    EXPECT_EQ(states.size(), 1U) << "a second address is no change";
    ip("addr del 10.77.0.1/24 dev hb0");
    changed(*link, "hb0");
    ip("addr del 10.99.0.1/16 dev hb0");
    ip("addr add 10.77.0.1/24 broadcast + dev hb0");
    changed(*link, "hb0");
    EXPECT_EQ(states, (std::vector<std::pair<unsigned, bool>>{
                          {0, true}, {0, false}, {0, true}, {0, false}, {0, true}}));
    EXPECT_EQ(count(LogId::link_closed), 2U);
}

// Why: a refused send is logged once, not once a keepalive, and the link stays open.
TEST_F(UdpLinkTest, ARefusedSendIsLoggedOnceAndCounted) {
    auto link = make(0, medium(Kind::ucast, "hb0", "198.51.100.7"));
    const Bytes too_large(limits::udp_bytes_max + 1, 'x');
    for (int i = 0; i < 20; ++i) link->send(too_large);
    EXPECT_EQ(count(LogId::link_send_failed), 1U);
    EXPECT_EQ(link->dropped(), 20U);
    EXPECT_TRUE(link->usable());
}

}  // namespace
}  // namespace hb::shell
