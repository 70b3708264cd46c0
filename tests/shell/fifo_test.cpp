// The FIFO itself. How frames are found in it: tests/unit/wire/serial_frame_test.cpp.
#include "fifo.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "fd.hpp"
#include "loop.hpp"

namespace hb::shell {
namespace {

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
