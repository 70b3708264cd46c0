// Echo requests to this machine's own addresses, in a network namespace of the test's own: the
// kernel answers. Skipped without the right to make one.
#include "ping_link.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <cstdlib>

#include "loop.hpp"
#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

using Kind = config::MediumKind;

config::Medium medium(Kind kind, std::vector<std::string> hosts) {
    config::Medium out;
    out.kind = kind;
    out.name = kind == Kind::ping_group ? "routers" : hosts.front();
    if (kind == Kind::ping_group) {
        out.hosts = std::move(hosts);
    } else {
        out.address = hosts.front();
    }
    return out;
}

struct PingLinkTest : testing::Test {
    static void SetUpTestSuite() {
        network = ::unshare(CLONE_NEWNET) == 0 && std::system("ip link set lo up") == 0;
    }
    void SetUp() override {
        if (!network) GTEST_SKIP() << "no right to make a network namespace";
    }

    std::unique_ptr<PingLink> make(const config::Medium& what, std::uint16_t identifier = 77) {
        auto out =
            std::make_unique<PingLink>(loop, clock, resolver, LinkId{3}, what, identifier,
                                       [this](const LogLine& line) { logged.push_back(line.id); });
        out->open([this](LinkId, ByteView bytes) { frames.emplace_back(bytes); },
                  [this](LinkId link, bool usable) {
                      EXPECT_EQ(link, LinkId{3});
                      states.push_back(usable);
                  });
        return out;
    }
    // Until that many frames are there.
    bool wait_frames(std::size_t count) {
        return run_until(loop.context(), [&] { return frames.size() >= count; });
    }
    std::ptrdiff_t count(LogId id) const { return std::count(logged.begin(), logged.end(), id); }

    static inline bool network = false;
    Loop loop;
    Clock clock;
    Resolver resolver{loop};
    std::vector<LogId> logged;
    std::vector<Bytes> frames;
    std::vector<bool> states;
};

// Why: this is all that a ping node does.
TEST_F(PingLinkTest, AHostSendsBackWhatItGot) {
    auto link = make(medium(Kind::ping, {"127.0.0.1"}));
    EXPECT_EQ(states, std::vector<bool>{true});
    EXPECT_EQ(count(LogId::link_opened), 1);
    link->send("first");
    link->send("second");
    ASSERT_TRUE(wait_frames(2));
    EXPECT_EQ(frames, (std::vector<Bytes>{"first", "second"}));
}

// Why: the same over IPv6, whose header the kernel keeps and whose sum it makes.
TEST_F(PingLinkTest, AHostAnswersOverIpv6) {
    auto link = make(medium(Kind::ping6, {"::1"}));
    link->send("six");
    ASSERT_TRUE(wait_frames(1));
    EXPECT_EQ(frames, std::vector<Bytes>{"six"});
}

// Why: of a group any answer counts, each request once; and the first one (3.0.6 never counts it).
TEST_F(PingLinkTest, AGroupAnswersOnce) {
    auto link = make(medium(Kind::ping_group, {"127.0.0.1", "127.0.0.2", "127.0.0.3"}));
    for (int i = 0; i < 300; ++i) {
        link->send(std::to_string(i));
        ASSERT_TRUE(wait_frames(static_cast<std::size_t>(i) + 1)) << i;
    }
    link->drain();
    EXPECT_EQ(frames.size(), 300U);
    EXPECT_EQ(frames.front(), "0");
    EXPECT_EQ(frames.back(), "299");
}

// Why: a raw socket hears the replies to everybody on this machine.
TEST_F(PingLinkTest, RepliesToOthersDoNotCount) {
    auto link = make(medium(Kind::ping_group, {"127.0.0.1", "127.0.0.2"}));
    auto other_host = make(medium(Kind::ping, {"127.0.0.9"}));
    auto other_process = make(medium(Kind::ping, {"127.0.0.1"}), 78);
    other_host->send("host");
    other_process->send("process");
    ASSERT_TRUE(wait_frames(2));
    loop.run_ready();
    link->drain();
    // Each heard its own and nothing else.
    std::sort(frames.begin(), frames.end());
    EXPECT_EQ(frames, (std::vector<Bytes>{"host", "process"}));
}

// Why: the numbers of two media of ours are the same; a host that is in a group and pinged for
// itself must count for both.
TEST_F(PingLinkTest, AHostMayBeAskedTwice) {
    auto alone = make(medium(Kind::ping, {"127.0.0.1"}));
    auto group = make(medium(Kind::ping_group, {"127.0.0.1", "127.0.0.2"}));
    for (int i = 0; i < 5; ++i) {
        alone->send("alone " + std::to_string(i));
        group->send("group " + std::to_string(i));
    }
    ASSERT_TRUE(wait_frames(10));
    loop.run_ready();
    std::sort(frames.begin(), frames.end());
    EXPECT_EQ(frames, (std::vector<Bytes>{"alone 0", "alone 1", "alone 2", "alone 3", "alone 4",
                                          "group 0", "group 1", "group 2", "group 3", "group 4"}));
}

// Why: a name server that is slow or gone must not hold up the heartbeats, and one line is enough.
TEST_F(PingLinkTest, NamesAreLookedUpAside) {
    auto known = make(medium(Kind::ping, {"localhost"}));
    auto unknown = make(medium(Kind::ping, {"nosuch.invalid"}));
    EXPECT_TRUE(states.empty());
    known->send("too early");
    ASSERT_TRUE(run_until(loop.context(), [&] {
        return count(LogId::link_failed) == 1 && count(LogId::link_opened) == 1;
    }));
    EXPECT_EQ(states, std::vector<bool>{true});
    EXPECT_TRUE(known->usable());
    EXPECT_FALSE(unknown->usable());
    known->send("now");
    unknown->send("never");
    ASSERT_TRUE(wait_frames(1));
    EXPECT_EQ(frames, std::vector<Bytes>{"now"});
    unknown->tick();  // too soon to be looked up again
    loop.run_ready();
    EXPECT_EQ(count(LogId::link_failed), 1);
}

// Why: without a route a line a minute is enough, and one when it works again.
TEST_F(PingLinkTest, AFailureToSendIsToldOnce) {
    auto link = make(medium(Kind::ping, {"192.0.2.1"}));
    for (int i = 0; i < 5; ++i) link->send("nowhere");
    EXPECT_EQ(count(LogId::link_send_failed), 1);
}

// Why: a flood of replies must not hold back the timer.
TEST_F(PingLinkTest, DrainIsBounded) {
    auto link = make(medium(Kind::ping, {"127.0.0.1"}));
    for (std::size_t i = 0; i < limits::frames_per_drain + 10; ++i) link->send("x");
    link->drain();
    // Of these the last ones count, and ten of them have not been read yet.
    EXPECT_EQ(frames.size(), limits::ping_sequences - 10);
    ASSERT_TRUE(wait_frames(limits::ping_sequences));
}

// Why: an end while a name is being looked up must not leave a callback behind.
TEST_F(PingLinkTest, TheResolverMayEndFirst) {
    int answers = 0;
    {
        Resolver brief(loop);
        brief.look_up("localhost", AF_INET, [&](Result<HostAddress>) { ++answers; });
    }
    bool looked_up = false;
    resolver.look_up("localhost", AF_INET, [&](Result<HostAddress> found) {
        looked_up = found.has_value() && found->shown() == "127.0.0.1";
    });
    ASSERT_TRUE(run_until(loop.context(), [&] { return looked_up; }));
    EXPECT_EQ(answers, 0);
}

// Why: a long list of names must not grow a queue without end.
TEST_F(PingLinkTest, LookupsAreBounded) {
    std::size_t refused = 0, found = 0;
    for (std::size_t i = 0; i < limits::lookups_max + 5; ++i) {
        resolver.look_up("localhost", AF_INET,
                         [&](Result<HostAddress> address) { address ? ++found : ++refused; });
    }
    EXPECT_EQ(refused, 5U);
    ASSERT_TRUE(run_until(loop.context(), [&] { return found == limits::lookups_max; }));
}

}  // namespace
}  // namespace hb::shell
