// mcast6 and ucast6 on a real cable in a network namespace of the test's own. Skipped without the
// right to make one, and without IPv6.
#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <cstdlib>

#include "link_watch.hpp"
#include "loop.hpp"
#include "shell_fixture.hpp"
#include "udp_link.hpp"

namespace hb::shell {
namespace {

using Kind = config::MediumKind;

bool shell(const std::string& text) { return std::system(text.c_str()) == 0; }

config::Medium medium(Kind kind, const std::string& device, const char* address, bool loops) {
    config::Medium out;
    out.kind = kind;
    out.name = out.device = device;
    out.address = address;
    out.port = 6946;
    out.loop = loops;
    return out;
}

using Frames = std::vector<std::pair<unsigned, Bytes>>;

struct Udp6LinkTest : testing::Test {
    // Two ends of one cable: hb0 with fe80::1 and hb1 with fe80::2.
    static void SetUpTestSuite() {
        network = ::unshare(CLONE_NEWNET) == 0 &&
                  shell(
                      "ip link set lo up && ip link add hb0 address 02:00:00:00:00:01 type veth "
                      "peer name hb1 address 02:00:00:00:00:02 && "
                      "sysctl -qw net.ipv6.conf.hb0.accept_dad=0 net.ipv6.conf.hb1.accept_dad=0 && "
                      "ip link set hb0 up && ip link set hb1 up && "
                      "ip address add fe80::1/64 dev hb0 nodad && "
                      "ip address add fe80::2/64 dev hb1 nodad 2>/dev/null");
    }
    void SetUp() override {
        if (!network) GTEST_SKIP() << "no right to make a network namespace, or no IPv6";
    }

    std::unique_ptr<UdpLink> make(unsigned id, const config::Medium& what) {
        auto out =
            std::make_unique<UdpLink>(loop, clock, LinkId{static_cast<std::uint16_t>(id)}, what,
                                      [this](const LogLine& line) { logged.push_back(line.id); });
        out->open(
            [this](LinkId link, ByteView bytes) {
                frames.emplace_back(static_cast<unsigned>(link), bytes);
            },
            [this](LinkId, bool usable) { states.push_back(usable); });
        return out;
    }
    bool wait_frames(std::size_t count) {
        return run_until(loop.context(), [&] { return frames.size() >= count; });
    }
    // Those that came, sorted; what is still on its way has come, too.
    Frames all() {
        loop.run_ready();
        std::sort(frames.begin(), frames.end());
        return frames;
    }
    std::ptrdiff_t count(LogId id) const { return std::count(logged.begin(), logged.end(), id); }

    static inline bool network = false;
    Loop loop;
    Clock clock;
    std::vector<LogId> logged;
    Frames frames;
    std::vector<bool> states;
};

// Why: with LOOP 0 only the other end hears; the group is joined on one interface.
TEST_F(Udp6LinkTest, MulticastReachesTheOtherEnd) {
    auto left = make(0, medium(Kind::mcast6, "hb0", "ff02::694", false));
    auto right = make(1, medium(Kind::mcast6, "hb1", "ff02::694", false));
    ASSERT_TRUE(left->usable() && right->usable());
    left->send("group");
    ASSERT_TRUE(wait_frames(1));
    EXPECT_EQ(all(), (Frames{{1, "group"}}));
}

// Why: with LOOP 1 our own link comes up by our own packets, as with bcast.
TEST_F(Udp6LinkTest, MulticastMayComeBack) {
    auto left = make(0, medium(Kind::mcast6, "hb0", "ff02::694", true));
    auto right = make(1, medium(Kind::mcast6, "hb1", "ff02::694", false));
    left->send("group");
    ASSERT_TRUE(wait_frames(2));
    EXPECT_EQ(all(), (Frames{{0, "group"}, {1, "group"}}));
}

// Why: a link-local address means something only with its interface, which ha.cf names before it.
TEST_F(Udp6LinkTest, UnicastGoesToALinkLocalAddress) {
    auto left = make(0, medium(Kind::ucast6, "hb0", "fe80::2", false));
    auto right = make(1, medium(Kind::ucast6, "hb1", "fe80::1%hb1", false));
    ASSERT_TRUE(left->usable() && right->usable());
    left->send("to the right");
    right->send("to the left");
    ASSERT_TRUE(wait_frames(2));
    EXPECT_EQ(all(), (Frames{{0, "to the left"}, {1, "to the right"}}));
}

// Why: two lines on one port of one device must not pass for each other, or a dead one looks alive.
TEST_F(Udp6LinkTest, UnicastAndMulticastOnOnePortAreKeptApart) {
    auto left_one = make(0, medium(Kind::ucast6, "hb0", "fe80::2", false));
    auto left_all = make(1, medium(Kind::mcast6, "hb0", "ff02::694", false));
    auto right_one = make(2, medium(Kind::ucast6, "hb1", "fe80::1", false));
    auto right_all = make(3, medium(Kind::mcast6, "hb1", "ff02::694", false));
    // The kernel keeps only a few packets while it looks for the neighbour.
    left_one->send("one");
    ASSERT_TRUE(wait_frames(1));
    left_all->send("all");
    for (int i = 1; i < 20; ++i) {
        left_one->send("one");
        left_all->send("all");
    }
    ASSERT_TRUE(wait_frames(40));
    EXPECT_EQ(std::count(frames.begin(), frames.end(), std::pair(2U, Bytes("one"))), 20);
    EXPECT_EQ(std::count(frames.begin(), frames.end(), std::pair(3U, Bytes("all"))), 20);
}

// Why: after `ip link set up` an address is tentative for a second or two; one line says that the
// link waits, and it opens by itself when the address can be used.
TEST_F(Udp6LinkTest, ATentativeAddressIsWaitedFor) {
    auto link = make(0, medium(Kind::mcast6, "hb9", "ff02::694", false));
    EXPECT_EQ(count(LogId::link_failed), 1);
    auto watch = LinkWatch::start(
        loop, {[&](std::string_view name) { link->interface_changed(name); },
               [](const agents::Ip&, unsigned) {}, [](const std::string&) {}, [] {}});
    ASSERT_TRUE(watch);
    ASSERT_TRUE(
        shell("ip link add hb9 type veth peer name hb8 && ip link set hb8 up && "
              "ip link set hb9 up"));
    ASSERT_TRUE(run_until(loop.context(), [&] { return !states.empty(); }));
    EXPECT_TRUE(link->usable());
    EXPECT_LE(count(LogId::link_failed), 3);  // no interface; down; no address yet
    EXPECT_EQ(count(LogId::link_opened), 1);
    ASSERT_TRUE(shell("ip link set hb9 down"));
    ASSERT_TRUE(run_until(loop.context(), [&] { return states.size() == 2; }));
    EXPECT_FALSE(link->usable());
    EXPECT_EQ(count(LogId::link_closed), 1);
    ASSERT_TRUE(shell("ip link delete hb9"));
}

}  // namespace
}  // namespace hb::shell
