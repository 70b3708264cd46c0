// The watchdog device, with a FIFO in its place: what is written, and when.
#include "watchdog.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>

#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

class WatchdogTest : public testing::Test {
protected:
    WatchdogTest() {
        EXPECT_EQ(::mkfifo(device.c_str(), 0600), 0);
        reader.reset(::open(device.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    }
    std::string fed() {
        std::array<char, 64> buffer{};
        const ssize_t size = ::read(reader.get(), buffer.data(), buffer.size());
        return size <= 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(size));
    }
    // Nobody holds the other end any more.
    bool closed() {
        char byte = 0;
        return ::read(reader.get(), &byte, 1) == 0;
    }

    TempFolder folder;
    std::string device{folder.at("watchdog")};
    Fd reader;
    std::map<LogId, int> lines;
    std::unique_ptr<Watchdog> watchdog{
        std::make_unique<Watchdog>([this](const LogLine& line) { ++lines[line.id]; })};
};

// Why: fed at once, since the device counts from its opening; disarmed by the magic letter alone.
TEST_F(WatchdogTest, IsFedAtHeartbeatsAndDisarmedByAnOrderlyStop) {
    watchdog->open(device, 10s);
    watchdog->heartbeat(true);
    EXPECT_EQ(fed(), std::string(2, '\0'));
    EXPECT_FALSE(closed());
    watchdog->disarm();
    EXPECT_EQ(fed(), "V");
    EXPECT_TRUE(closed());
    EXPECT_EQ(lines[LogId::watchdog_armed], 1);
    EXPECT_EQ(lines[LogId::watchdog_untimed], 1);  // a FIFO has no clock
    EXPECT_EQ(lines[LogId::watchdog_disarmed], 1);
}

// Why: a crash that disarmed the device would take its only purpose away.
TEST_F(WatchdogTest, StaysArmedWhenItsOwnerIsGone) {
    watchdog->open(device, 10s);
    watchdog.reset();
    EXPECT_EQ(fed(), std::string(1, '\0'));
    EXPECT_TRUE(closed());
}

// Why: the operator must learn of it while there is time, and once.
TEST_F(WatchdogTest, IsNotFedWhenHeartbeatsDoNotLeave) {
    watchdog->open(device, 10s);
    fed();
    watchdog->heartbeat(false);
    watchdog->heartbeat(false);
    EXPECT_EQ(fed(), "");
    EXPECT_EQ(lines[LogId::watchdog_starves], 1);
    watchdog->heartbeat(true);
    EXPECT_EQ(fed(), std::string(1, '\0'));
    EXPECT_EQ(lines[LogId::watchdog_feeds], 1);
}

// Why: without a device the cluster works as well as before, but somebody should know.
TEST_F(WatchdogTest, AMissingDeviceIsAWarning) {
    watchdog->open(folder.at("nosuch"), 10s);
    watchdog->heartbeat(true);
    watchdog->timeout(20s);
    watchdog->disarm();
    EXPECT_EQ(lines, (std::map<LogId, int>{{LogId::watchdog_missing, 1}}));
}

// Why: a device that hangs must not hold up the heartbeats that it watches.
TEST_F(WatchdogTest, ADeviceThatTakesNothingDoesNotBlock) {
    watchdog->open(device, 10s);
    for (int i = 0; i < 200'000; ++i) watchdog->heartbeat(true);
    EXPECT_EQ(lines[LogId::watchdog_failed], 1);
}

// Why: no `watchdog` line, no word of it.
TEST_F(WatchdogTest, NothingIsOpenedWithoutADevice) {
    watchdog->open("", 10s);
    watchdog->heartbeat(false);
    watchdog->disarm();
    EXPECT_TRUE(lines.empty());
}

// Why: only a heartbeat that left is one; a machine that never had a network must not reboot for
// ever.
TEST(Health, CountsHeartbeatsThatLeft) {
    Health health;
    EXPECT_TRUE(health.fine(Instant{100s}, 10s));   // nothing was due yet
    EXPECT_TRUE(health.heartbeat(Instant{1s}, 0));  // no link opened so far
    EXPECT_TRUE(health.heartbeat(Instant{2s}, 4));
    EXPECT_TRUE(health.heartbeat(Instant{3s}, 6));
    EXPECT_FALSE(health.heartbeat(Instant{4s}, 6));
    EXPECT_TRUE(health.fine(Instant{12s}, 10s));
    EXPECT_FALSE(health.fine(Instant{13s}, 10s));
    EXPECT_TRUE(health.heartbeat(Instant{14s}, 7));
    EXPECT_TRUE(health.fine(Instant{14s}, 10s));
}

}  // namespace
}  // namespace hb::shell
