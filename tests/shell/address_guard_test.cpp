// What the guard has done, and what people are told, with a thread that answers as the test wants.
#include "address_guard.hpp"

#include <sys/socket.h>

#include <utility>

#include "base/limits.hpp"
#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;
using agents::Cared;
using agents::CareResult;

class GuardTest : public testing::Test {
protected:
    void start(const std::string& address) {
        const JobId job{++last};
        guard.asked({job, {"IPaddr2", {address}, ScriptAction::start}, 10s});
        guard.ended({job, ScriptEnd::exited, 0, {}, {}});
    }
    void goes(const std::string& address) { guard.address_removed(*agents::parse_ip(address), 2); }
    bool asked(std::size_t times) {
        return run_until(loop, [&] { return requests.size() >= times; });
    }
    CareResult result(std::size_t i, Cared cared) const {
        CareResult out;
        out.cared = cared;
        out.written = requests.back()[i].call.arguments[0];
        out.interface = "eth0";
        out.suspects = "NetworkManager, which manages eth0";
        return out;
    }
    void reply(AsideEnd end, std::vector<CareResult> results) {
        std::exchange(answer, {})(end, std::move(results));
    }

    boost::asio::io_context loop;
    std::vector<std::vector<agents::InCare>> requests;
    AddressGuard::Answer answer;
    std::vector<AgentCall> undone;
    std::vector<std::string> log;
    AddressGuard guard{loop,
                       {[this](std::vector<agents::InCare> addresses, AddressGuard::Answer then) {
                            ASSERT_FALSE(answer) << "one at a time";
                            requests.push_back(std::move(addresses));
                            answer = std::move(then);
                        },
                        [this](AgentCall call) { undone.push_back(std::move(call)); },
                        [this](const LogLine& line) { log.push_back(log_text(line)); }}};
    std::uint64_t last{};
};

// Why: `ip addr flush` takes many at one time; that is one piece of work and one line.
TEST_F(GuardTest, WhatGoesTogetherIsPutBackTogether) {
    start("10.0.0.5");
    start("10.0.0.6");
    goes("10.0.0.6");
    goes("10.0.0.5");
    goes("10.0.0.7");
    ASSERT_TRUE(asked(1));
    ASSERT_EQ(requests[0].size(), 2U);
    reply(AsideEnd::done, {result(0, Cared::put_back), result(1, Cared::put_back)});
    EXPECT_EQ(log, std::vector<std::string>{"10.0.0.5 10.0.0.6 went from eth0: put back and "
                                            "announced. Taken by NetworkManager, which manages "
                                            "eth0"});
    EXPECT_TRUE(undone.empty());
}

// Why: nobody may be asked twice at one time, and nothing may be forgotten meanwhile.
TEST_F(GuardTest, WhatGoesMeanwhileComesNext) {
    start("10.0.0.5");
    start("10.0.0.6");
    goes("10.0.0.5");
    ASSERT_TRUE(asked(1));
    goes("10.0.0.6");
    loop.restart();
    loop.poll();
    ASSERT_EQ(requests.size(), 1U);
    reply(AsideEnd::done, {result(0, Cared::there)});
    ASSERT_TRUE(asked(2));
    EXPECT_EQ(requests[1][0].call.arguments[0], "10.0.0.6");
    EXPECT_TRUE(log.empty());
}

TEST_F(GuardTest, AFightIsToldOnceAndLoudly) {
    start("10.0.0.5");
    for (std::size_t i = 0; i < limits::address_mends_max; ++i) {
        goes("10.0.0.5");
        ASSERT_TRUE(asked(i + 1));
        reply(AsideEnd::done, {result(0, Cared::put_back)});
    }
    EXPECT_EQ(log.size(), limits::address_mends_max + 1);
    EXPECT_EQ(log.back(),
              "10.0.0.5 was removed 5 times within 60 s: left alone for 300 s. Taken by "
              "NetworkManager, which manages eth0");
    goes("10.0.0.5");
    loop.restart();
    loop.poll();
    EXPECT_EQ(requests.size(), limits::address_mends_max);
}

// Why: after a stop the other node has it.
TEST_F(GuardTest, WhatAHangingThreadPutBackAfterTheStopIsTakenAway) {
    start("10.0.0.5");
    for (const AsideEnd end : {AsideEnd::done, AsideEnd::slow}) {
        start("10.0.0.5");
        goes("10.0.0.5");
        ASSERT_TRUE(asked(requests.size() + 1));
        guard.asked({JobId{100}, {"IPaddr2", {"10.0.0.5"}, ScriptAction::stop}, 10s});
        guard.ended({JobId{100}, ScriptEnd::exited, 0, {}, {}});
        reply(end, {result(0, Cared::put_back)});
        EXPECT_EQ(undone.size(), end == AsideEnd::slow ? 1U : 0U);
    }
    EXPECT_TRUE(log.empty());
}

TEST_F(GuardTest, ALinkThatIsBackAndLostNewsMeanALookAtAll) {
    guard.link_returned("eth0");
    guard.news_lost();
    loop.restart();
    loop.poll();
    EXPECT_TRUE(requests.empty()) << "nothing is held";
    start("10.0.0.5");
    guard.link_returned("eth0");
    ASSERT_TRUE(asked(1));
    EXPECT_TRUE(requests[0][0].announce_on.contains("eth0"));
    CareResult found = result(0, Cared::there);
    found.announced = true;
    reply(AsideEnd::done, {found});
    EXPECT_EQ(log, std::vector<std::string>{"10.0.0.5 announced again: eth0 is up again"});
    guard.news_lost();
    ASSERT_TRUE(asked(2));
    EXPECT_TRUE(requests[1][0].announce_on.empty());
    reply(AsideEnd::given_up, {});
    EXPECT_EQ(log.back(),
              "10.0.0.5 went from its interface and could not be put back: the system gives no "
              "answer");
    guard.announce_again({{"IPaddr2", {"10.0.0.5"}, ScriptAction::start}}, "so it is");
    ASSERT_TRUE(asked(3));
    found = result(0, Cared::waits_for_link);
    reply(AsideEnd::done, {found});
    EXPECT_EQ(log.back(),
              "10.0.0.5 went with eth0, which is down or gone: put back when that is up again");
}

// Why: neighbours believe whoever spoke last, and people must learn who that was.
TEST_F(GuardTest, ARivalIsAnsweredAndNamed) {
    const agents::Claim claim{*agents::parse_ip("10.0.0.5"), {2, 0, 0, 0, 0, 9}};
    std::vector<int> families;
    guard.on_first_held([&families](int family) { families.push_back(family); });
    guard.address_claimed(claim, 1);
    start("10.0.0.5");
    start("10.0.0.6");
    guard.address_claimed(claim, 1);
    ASSERT_TRUE(asked(1));
    EXPECT_EQ(families, std::vector<int>{AF_INET});
    ASSERT_EQ(requests[0].size(), 1U);
    EXPECT_EQ(requests[0][0].rival, claim.mac);
    CareResult found = result(0, Cared::there);
    found.announced = found.rivalled = true;
    reply(AsideEnd::done, {found});
    EXPECT_EQ(log, std::vector<std::string>{
                       "10.0.0.5 announced again: 02:00:00:00:00:09 announced it on lo"});
    guard.address_claimed(claim, 1);
    loop.restart();
    loop.poll();
    EXPECT_EQ(requests.size(), 1U) << "he was answered a moment ago";
    // Why: a reason that was none (a frame of our own) must not stand beside the next one.
    guard.address_claimed({*agents::parse_ip("10.0.0.6"), {2, 0, 0, 0, 0, 7}}, 1);
    ASSERT_TRUE(asked(2));
    reply(AsideEnd::done, {result(0, Cared::there)});
    guard.link_returned("eth0");
    ASSERT_TRUE(asked(3));
    CareResult five = result(0, Cared::there);
    five.announced = true;
    reply(AsideEnd::done, {five, result(1, Cared::there)});
    EXPECT_EQ(log.back(), "10.0.0.5 announced again: eth0 is up again");
}

TEST_F(GuardTest, ARefreshIsSilent) {
    start("10.0.0.5");
    guard.refresh_every(1ms);
    for (std::size_t i = 1; i <= 3; ++i) {
        ASSERT_TRUE(asked(i));
        EXPECT_TRUE(requests.back()[0].refresh);
        reply(AsideEnd::done, {result(0, Cared::there)});
    }
    EXPECT_TRUE(log.empty());
    guard.refresh_every(0s);
    loop.restart();
    loop.poll();
    const std::size_t before = requests.size();
    EXPECT_FALSE(answer);
    loop.restart();
    loop.run();  // no timer is left
    EXPECT_EQ(requests.size(), before);
}

}  // namespace
}  // namespace hb::shell
