// What other machines announce, on a cable of the test's own: a network namespace with a veth pair.
#include "rival_watch.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agents/announce.hpp"
#include "base/limits.hpp"
#include "clock.hpp"
#include "loop.hpp"
#include "own_network.hpp"
#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

const agents::Mac their_mac{2, 0, 0, 0, 0, 9};

class RivalWatchTest : public OwnNetworkTest {
protected:
    void SetUp() override {
        OwnNetworkTest::SetUp();
        if (!kernel) return;
        ASSERT_EQ(std::system("ip link add ours type veth peer name theirs && "
                              "ip link set ours up && ip link set theirs up"),
                  0);
        const auto links = kernel->links();
        ASSERT_TRUE(links);
        for (const agents::Link& link : *links) {
            if (link.name == "ours") ours = link;
            if (link.name == "theirs") theirs = link;
        }
        auto opened = agents::Announcer::open();
        ASSERT_TRUE(opened);
        announcer.emplace(*std::move(opened));
        ASSERT_TRUE(watch.listen(AF_INET));
        ASSERT_TRUE(watch.listen(AF_INET6));
        ASSERT_TRUE(watch.listen(AF_INET)) << "again";
    }
    void announce(const std::string& ip, unsigned frame) const {
        agents::Burst burst;
        burst.index = theirs.index;
        burst.mac = their_mac;
        burst.ip = *agents::parse_ip(ip);
        ASSERT_EQ(announcer->send(burst, frame), 0);
    }
    bool happens(const std::function<bool()>& what) { return run_until(loop.context(), what); }

    Loop loop;
    std::vector<std::string> heard;
    RivalWatch watch{loop, [this](const agents::Claim& claim, unsigned link) {
                         if (claim.mac != their_mac) return;  // what the kernel says of itself
                         EXPECT_EQ(link, ours.index);
                         heard.push_back(agents::to_text(claim.ip));
                     }};
    agents::Link ours, theirs;
    std::optional<agents::Announcer> announcer;
};

TEST_F(RivalWatchTest, HearsBothFormsOfBothFamilies) {
    for (const unsigned frame : {0U, 1U}) {
        announce("10.0.0.5", frame);
        announce("fd00::5", frame);
    }
    EXPECT_TRUE(happens([this] { return heard.size() >= 4; }));
    EXPECT_EQ(std::count(heard.begin(), heard.end(), "10.0.0.5"), 2);
    EXPECT_EQ(std::count(heard.begin(), heard.end(), "fd00::5"), 2);
}

// Why: questions are most of what is on a segment, and claim nothing.
TEST_F(RivalWatchTest, DoesNotHearQuestions) {
    agents::Link asker = theirs;
    asker.mac = their_mac;
    static_cast<void>(agents::who_has(
        asker, {*agents::parse_ip("10.0.0.5"), *agents::parse_ip("fd00::5")}, 1ms, {}));
    announce("10.0.0.6", 0);
    announce("fd00::6", 0);
    EXPECT_TRUE(happens([this] { return heard.size() >= 2; }));
    std::sort(heard.begin(), heard.end());
    EXPECT_EQ(heard, (std::vector<std::string>{"10.0.0.6", "fd00::6"}));
}

// Why: a daemon that was stopped reads what was announced by the node that took over: answering
// that would take the address back from it.
TEST_F(RivalWatchTest, DoesNotHearWhatIsOld) {
    // The kernel begins to stamp frames a moment after the first socket has asked for it; until
    // then they are as old as their reading.
    announce("10.0.0.4", 0);
    EXPECT_TRUE(happens([this] { return !heard.empty(); }));
    std::this_thread::sleep_for(100ms);
    heard.clear();
    announce("10.0.0.5", 0);
    std::this_thread::sleep_for(limits::claim_age_max + 10ms);  // age is what is tested
    announce("10.0.0.6", 0);
    EXPECT_TRUE(happens([this] { return !heard.empty(); }));
    EXPECT_EQ(heard, std::vector<std::string>{"10.0.0.6"});
}

// Why: nobody on the segment may keep the loop from its heartbeats.
TEST_F(RivalWatchTest, AFloodIsHeardInPart) {
    Clock clock;
    const Instant began = clock.now();
    for (std::size_t i = 0; i < 4 * limits::claims_per_second; ++i) {
        announce("10.0.0.5", i % 2);
        if (i % 50 == 0) loop.run_ready();
    }
    loop.run_ready();
    EXPECT_GE(heard.size(), limits::claims_per_second / 2);
    const auto seconds = static_cast<std::size_t>((clock.now() - began) / 1s);
    EXPECT_LE(heard.size(), (seconds + 2) * (limits::claims_per_second + 16));
    EXPECT_LT(heard.size(), 4 * limits::claims_per_second);
}

}  // namespace
}  // namespace hb::shell
