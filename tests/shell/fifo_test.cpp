// The FIFO: frames of several writers come out whole, garbage is counted and bounded.
#include "fifo.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/limits.hpp"
#include "fd.hpp"
#include "loop.hpp"

namespace hb::shell {
namespace {

// Why: a frame comes in as many pieces as the pipe likes.
TEST(FifoFrames, PutsAFrameTogetherByteByByte) {
    const Bytes frame = ">>>\nt=ask_resources\nrsc_hold=all\ninfo=me\n<<<\n";
    FifoFrames frames;
    std::vector<Bytes> got;
    for (const char c : frame + frame) {
        for (Bytes& found : frames.feed(ByteView(&c, 1)).frames) got.push_back(std::move(found));
    }
    EXPECT_EQ(got, (std::vector<Bytes>{frame, frame}));
}

// Why: a writer that died in the middle must not swallow the next writer's message.
TEST(FifoFrames, ANewFrameEndsAnUnfinishedOne) {
    FifoFrames frames;
    const auto found = frames.feed(">>>\nt=half\n>>>\nt=whole\n<<<\n");
    EXPECT_EQ(found.frames, (std::vector<Bytes>{">>>\nt=whole\n<<<\n"}));
    EXPECT_EQ(found.garbage_bytes, std::string(">>>\nt=half\n").size());
}

// Why: a C string's end behind a frame is what Heartbeat's own tools write.
TEST(FifoFrames, TakesANulBehindAFrame) {
    FifoFrames frames;
    const auto found = frames.feed(ByteView(">>>\na=b\n<<<\n\0>>>\nc=d\n<<<\n\0", 26));
    EXPECT_EQ(found.frames.size(), 2U);
    EXPECT_EQ(found.garbage_bytes, 0U);
}

// Why: anybody who is root can `cat /dev/zero` into it; memory must not grow, and later frames
// must come through.
TEST(FifoFrames, BoundsAnEndlessLineAndAnEndlessFrame) {
    FifoFrames frames;
    const Bytes junk(1000, 'x');
    std::size_t wasted = 0;
    for (int i = 0; i < 200; ++i) wasted += frames.feed(junk).garbage_bytes;
    EXPECT_GT(wasted, 200'000 - limits::fifo_bytes_max);
    EXPECT_EQ(frames.feed("\n>>>\nt=x\n<<<\n").frames.size(), 1U);

    frames.feed(">>>\n");
    for (int i = 0; i < 200; ++i) frames.feed(junk + "\n");
    EXPECT_EQ(frames.feed(">>>\nt=y\n<<<\n").frames, (std::vector<Bytes>{">>>\nt=y\n<<<\n"}));
}

struct FifoFile : testing::Test {
    FifoFile() {
        char name[] = "/tmp/hb-fifo-XXXXXX";
        folder = ::mkdtemp(name);
        path = folder + "/fifo";
    }
    ~FifoFile() override { std::filesystem::remove_all(folder); }

    Result<std::unique_ptr<Fifo>> open() {
        return Fifo::open(
            loop, clock, path,
            [this](Bytes message) {
                messages.push_back(std::move(message));
                loop.stop();
            },
            [this](const LogLine& line) { logged.push_back(line); });
    }

    std::string folder, path;
    Loop loop;
    Clock clock;
    std::vector<Bytes> messages;
    std::vector<LogLine> logged;
};

// Why: hb_standby opens, writes once and closes; the daemon must read that and stay ready.
TEST_F(FifoFile, HandsUpWhatAWriterLeft) {
    const auto fifo = open();
    ASSERT_TRUE(fifo);
    struct stat there {};
    ASSERT_EQ(::stat(path.c_str(), &there), 0);
    EXPECT_TRUE(S_ISFIFO(there.st_mode));
    EXPECT_EQ(there.st_mode & 0777U, 0600U);
    for (const char* const text : {">>>\nt=one\n<<<\n", ">>>\nt=two\n<<<\n"}) {
        const Fd writer(::open(path.c_str(), O_WRONLY | O_NONBLOCK));
        ASSERT_TRUE(writer);
        const std::string bytes = text;
        ASSERT_EQ(::write(writer.get(), bytes.data(), bytes.size()),
                  static_cast<ssize_t>(bytes.size()));
    }
    loop.run();
    EXPECT_EQ(messages, (std::vector<Bytes>{">>>\nt=one\n<<<\n", ">>>\nt=two\n<<<\n"}));
}

// Why: garbage is worth one line in the log, not one per write.
TEST_F(FifoFile, LogsGarbageOnce) {
    const auto fifo = open();
    ASSERT_TRUE(fifo);
    logged.clear();
    const Fd writer(::open(path.c_str(), O_WRONLY | O_NONBLOCK));
    for (int i = 0; i < 50; ++i) ASSERT_EQ(::write(writer.get(), "hello\n", 6), 6);
    for (int i = 0; i < 50; ++i) loop.run_ready();
    ASSERT_EQ(::write(writer.get(), ">>>\nt=end\n<<<\nhello\n", 20), 20);
    loop.run_ready();
    EXPECT_EQ(messages.size(), 1U);
    ASSERT_EQ(logged.size(), 1U);
    EXPECT_EQ(logged.front().id, LogId::fifo_garbage);
}

// Why: hb_standby on a host whose FIFO is a regular file (a copied /var/lib) used to be lost.
TEST_F(FifoFile, ReplacesARegularFile) {
    std::ofstream(path) << "not a pipe";
    ASSERT_TRUE(open());
    EXPECT_TRUE(std::filesystem::is_fifo(path));
}

// Why: without its folder the daemon must say so, not crash.
TEST_F(FifoFile, SaysWhatIsWrongWithItsFolder) {
    path = folder + "/nothing/fifo";
    const auto fifo = open();
    ASSERT_FALSE(fifo);
    EXPECT_EQ(fifo.error().code, Errc::io);
    EXPECT_NE(fifo.error().what.find(path), std::string::npos);
}

}  // namespace
}  // namespace hb::shell
