// A serial line over a socket pair (bytes in any pieces) and over a pseudo-terminal. What the queue
// does: serial_queue_test.cpp. How frames are found: tests/unit/wire/serial_frame_test.cpp.
#include "serial_link.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "base/limits.hpp"
#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

const Bytes frame = ">>>\nt=status\nseq=1\nx=y\n<<<\n";

// As it goes out: with its check line.
Bytes on_line(const Bytes& sent) { return wire::check_line(sent) + sent; }

Bytes heartbeat(unsigned number) {
    return ">>>\nt=status\nseq=" + std::to_string(number) + "\nx=" + Bytes(280, 'x') + "\n<<<\n";
}

struct SerialLinkTest : testing::Test {
    // What the opener finds next; a device that is not there when there is nothing.
    struct Found {
        std::mutex mutex;
        std::deque<Result<SerialDevice>> next;
    };

    // Plugs in a device; its other end is `far`.
    void plug_in() {
        std::array<int, 2> ends{};
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()),
                  0);
        far = Fd(ends[1]);
        SerialDevice device;
        device.line = Fd(ends[0]);
        device.is_terminal = false;
        const std::lock_guard guard(found->mutex);
        found->next.emplace_back(std::move(device));
    }
    void make(unsigned baud, OpenSerial open = {}) {
        config::Medium medium;
        medium.kind = config::MediumKind::serial;
        medium.name = medium.device = "/dev/ttyS0";
        medium.baud = baud;
        if (!open) {
            open = [there = found]() -> Result<SerialDevice> {
                const std::lock_guard guard(there->mutex);
                if (there->next.empty()) return fail(Errc::not_found, "not there");
                auto device = std::move(there->next.front());
                there->next.pop_front();
                return device;
            };
        }
        link =
            std::make_unique<SerialLink>(loop, clock, LinkId{3}, medium, open,
                                         [this](const LogLine& line) { logged.push_back(line); });
        link->open([this](LinkId, ByteView bytes) { frames.emplace_back(bytes); },
                   [this](LinkId, bool usable) { states.push_back(usable); });
    }
    bool until(const std::function<bool()>& happened) {
        return run_until(loop.context(), happened);
    }
    void open_now(unsigned baud) {
        plug_in();
        make(baud);
        ASSERT_TRUE(until([this] { return link->usable(); }));
    }
    Bytes read_far() const {
        std::array<char, 4096> buffer;
        Bytes all;
        for (ssize_t got = 0; (got = ::read(far.get(), buffer.data(), buffer.size())) > 0;) {
            all.append(buffer.data(), static_cast<std::size_t>(got));
        }
        return all;
    }
    void write_far(ByteView bytes) const {
        ASSERT_EQ(::write(far.get(), bytes.data(), bytes.size()),
                  static_cast<ssize_t>(bytes.size()));
    }
    std::size_t count(LogId id) const {
        return static_cast<std::size_t>(std::count_if(
            logged.begin(), logged.end(), [id](const LogLine& line) { return line.id == id; }));
    }

    Loop loop;
    Clock clock;
    std::shared_ptr<Found> found = std::make_shared<Found>();
    Fd far;
    std::unique_ptr<SerialLink> link;
    std::vector<LogLine> logged;
    std::vector<Bytes> frames;
    std::vector<bool> states;
};

// Why: the first thing on the line ends whatever half a line stands there already.
TEST_F(SerialLinkTest, SendsWholeFramesBehindAnEndOfLine) {
    open_now(460800);
    Bytes got;
    link->send(frame);
    link->send(heartbeat(2));
    const Bytes wanted = "\n" + on_line(frame) + on_line(heartbeat(2));
    EXPECT_TRUE(until([&] { return (got += read_far()).size() >= wanted.size(); }));
    EXPECT_EQ(got, wanted);
    EXPECT_EQ(link->dropped(), 0U);
}

// Why: a line has no borders: frames come in halves and in threes.
TEST_F(SerialLinkTest, HandsUpFramesWholeHoweverTheyCome) {
    open_now(19200);
    write_far(frame.substr(0, 7));
    loop.run_ready();
    EXPECT_TRUE(frames.empty());
    write_far(frame.substr(7) + frame + frame.substr(0, 3));
    EXPECT_TRUE(until([this] { return frames.size() == 2; }));
    EXPECT_EQ(frames, (std::vector<Bytes>{frame, frame}));
    EXPECT_EQ(link->damaged(), 0U);
}

// Why: at 9600 bit/s what a loop says in a moment takes the line minutes. The caller must not wait,
// the driver must not be given seconds of old heartbeats, the memory must not grow.
TEST_F(SerialLinkTest, ASlowLineIsNotGivenMoreThanItCanSend) {
    constexpr double bytes_a_second = 960;
    open_now(9600);
    const auto began = std::chrono::steady_clock::now();
    for (unsigned number = 1; number <= 500; ++number) link->send(heartbeat(number));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    Bytes got = read_far();
    EXPECT_LT(static_cast<double>(got.size()), bytes_a_second * (took.count() + 0.3));
    EXPECT_EQ(count(LogId::link_send_failed), 1U);
    ASSERT_TRUE(until([&] {
        got += read_far();
        return got.find(heartbeat(500)) != Bytes::npos;
    }));
    // A second of older ones at most, what was under way, and the newest.
    std::size_t heartbeats = 0;
    for (auto at = got.find("t=status"); at != Bytes::npos; at = got.find("t=status", at + 1)) {
        ++heartbeats;
    }
    EXPECT_LE(heartbeats, 5 + static_cast<std::size_t>(3 * took.count()));
    EXPECT_GT(link->dropped(), 400U);
}

// Why: flipped bytes on the way to one of ours cost nothing but a line in the log.
TEST_F(SerialLinkTest, ADamagedFrameIsMendedAndCounted) {
    open_now(19200);
    Bytes sent = on_line(heartbeat(1));
    sent[30] ^= 1;
    sent[sent.size() - 20] ^= 4;
    write_far(sent);
    EXPECT_TRUE(until([this] { return !frames.empty(); }));
    EXPECT_EQ(frames, std::vector<Bytes>{heartbeat(1)});
    EXPECT_EQ(link->damaged(), 1U);
    EXPECT_EQ(count(LogId::serial_damaged), 1U);
}

// Why: noise is told at once, and then at a bounded rate; each damaged frame is counted.
TEST_F(SerialLinkTest, DamagedFramesAreCountedAndLoggedOnce) {
    open_now(19200);
    write_far(frame);
    for (int i = 0; i < 20; ++i) write_far(">>>\nt=st\x01\x02");
    write_far("\n" + frame);
    EXPECT_TRUE(until([this] { return frames.size() == 2; }));
    for (int i = 0; i < 20; ++i) write_far(">>X\nt=status\n<<<\n");
    EXPECT_TRUE(until([this] { return link->damaged() >= 20; }));
    EXPECT_EQ(count(LogId::serial_damaged), 1U);
    const auto counted = link->damaged();
    link.reset();
    ASSERT_EQ(count(LogId::serial_damaged), 2U) << "the rest is told at the end";
    EXPECT_EQ(std::stoul(logged[1].arguments[0]) + std::stoul(logged.back().arguments[0]), counted);
}

// Why: an adapter that is pulled out is told once, tried for ever, and used again when it is back.
TEST_F(SerialLinkTest, ADeviceThatVanishesIsOpenedAgainWhenItIsBack) {
    open_now(19200);
    link->send(heartbeat(1));
    far.reset();
    EXPECT_TRUE(until([this] { return !link->usable(); }));
    link->send("lost");
    for (int i = 0; i < 5; ++i) {
        link->tick();
        // The answer of the opener comes through the loop.
        loop.run_ready();
    }
    plug_in();
    EXPECT_TRUE(until([this] {
        link->tick();
        return link->usable();
    }));
    link->send(frame);
    Bytes got;
    EXPECT_TRUE(until([&] { return !(got += read_far()).empty() && got.ends_with("<<<\n"); }));
    EXPECT_EQ(got, "\n" + on_line(frame)) << "nothing of what waited when it went";
    EXPECT_EQ(states, (std::vector<bool>{true, false, true}));
    EXPECT_EQ(count(LogId::serial_lost), 1U);
    EXPECT_EQ(count(LogId::link_failed), 0U);
    EXPECT_EQ(count(LogId::link_opened), 2U);
}

// Why: why it does not open is told once; another reason is told again.
TEST_F(SerialLinkTest, AReasonIsLoggedOnce) {
    // The opener's thread may outlive the test.
    const auto asked = std::make_shared<std::atomic<int>>(0);
    make(19200, [asked]() -> Result<SerialDevice> {
        return fail(Errc::permission, ++*asked <= 5 ? "process 7 uses it" : "no right");
    });
    EXPECT_TRUE(until([this] {
        link->tick();
        return count(LogId::link_failed) == 2;
    }));
    EXPECT_GE(*asked, 6);
    EXPECT_TRUE(states.empty());
}

// Why: a driver that hangs in open() must hold up neither the loop nor the end of the daemon.
TEST_F(SerialLinkTest, ADriverThatHangsHoldsUpNobody) {
    struct Gate {
        std::mutex mutex;
        std::condition_variable opens;
        bool open{false}, passed{false};
    };
    const auto gate = std::make_shared<Gate>();
    make(19200, [gate]() -> Result<SerialDevice> {
        std::unique_lock lock(gate->mutex);
        gate->opens.wait(lock, [&gate] { return gate->open; });
        gate->passed = true;
        gate->opens.notify_all();
        return fail(Errc::io, "too late");
    });
    for (unsigned i = 0; i < 2 * limits::serial_opening_ticks; ++i) link->tick();
    EXPECT_EQ(count(LogId::link_failed), 1U);
    link.reset();
    std::unique_lock lock(gate->mutex);
    gate->open = true;
    gate->opens.notify_all();
    EXPECT_TRUE(gate->opens.wait_for(lock, std::chrono::seconds(10), [&] { return gate->passed; }));
}

// Why: a line that takes nothing (the other side is off, RTS/CTS) must not keep old heartbeats for
// the time when it does again.
TEST_F(SerialLinkTest, ALineThatTakesNothingKeepsOnlyWhatIsNew) {
    open_now(460800);
    int small = 4096;
    ::setsockopt(far.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    for (unsigned number = 1; number <= 3000; ++number) {
        link->send(heartbeat(number));
        loop.run_ready();
    }
    Bytes got;
    EXPECT_TRUE(until([&] {
        got += read_far();
        return got.find("seq=3000\n") != Bytes::npos && got.ends_with("<<<\n");
    }));
    EXPECT_GT(link->dropped(), 1000U);
    EXPECT_EQ(link->frames_left(), 3000U);  // or the peer's end would be ours, by the watchdog
}

}  // namespace
}  // namespace hb::shell
