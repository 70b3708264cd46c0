// The device itself: lock files, and a pseudo-terminal with the settings of wire.md 7.6. Real ports
// (libserialport) need hardware.
#include "serial_device.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "serial_port.hpp"
#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

struct SerialDeviceTest : testing::Test {
    SerialDeviceTest() {
        master.reset(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
        EXPECT_TRUE(master && ::grantpt(master.get()) == 0 && ::unlockpt(master.get()) == 0);
        std::array<char, 64> name{};
        EXPECT_EQ(::ptsname_r(master.get(), name.data(), name.size()), 0);
        path = name.data();
        lock = folder.at(SerialLock::name_of(path));
    }
    Result<SerialDevice> open() const { return open_serial_device(path, 9600, folder.path()); }

    TempFolder folder;
    Fd master;
    std::string path, lock;
};

// Why: other programs that use serial lines look for this very file (UUCP).
TEST_F(SerialDeviceTest, TheLockIsThereWhileTheLineIsOpen) {
    EXPECT_EQ(SerialLock::name_of("/dev/ttyS0"), "LCK..ttyS0");
    EXPECT_EQ(SerialLock::name_of("/dev/pts/3"), "LCK..pts3");
    auto device = open();
    ASSERT_TRUE(device) << device.error().what;
    std::array<char, 32> pid{};
    std::snprintf(pid.data(), pid.size(), "%11d\n", ::getpid());
    EXPECT_EQ(text_of(lock), pid.data());
    device->close();
    EXPECT_FALSE(std::filesystem::exists(lock));
    EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "nothing else is left";
}

// Why: a modem program that has the line must not find its bytes eaten.
TEST_F(SerialDeviceTest, ALivingHolderIsRespected) {
    folder.write(SerialLock::name_of(path), "          1\n");
    const auto device = open();
    ASSERT_FALSE(device);
    EXPECT_EQ(device.error().code, Errc::permission);
    EXPECT_NE(device.error().what.find("process 1 uses it"), std::string::npos);
    EXPECT_EQ(text_of(lock), "          1\n");
}

// Why: after a power cut the lock of a dead process would keep the line closed for ever.
TEST_F(SerialDeviceTest, ALockOfTheDeadIsTakenOver) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    for (const std::string& text : {std::to_string(child) + "\n", std::string("rubbish\n"),
                                    std::string(), std::to_string(::getpid()) + "\n"}) {
        folder.write(SerialLock::name_of(path), text);
        EXPECT_TRUE(open()) << text;
    }
}

// Why: no folder for locks is no reason to lose a line; the log says so.
TEST_F(SerialDeviceTest, OpensWithoutAFolderForLocks) {
    const auto device = open_serial_device(path, 9600, folder.at("nowhere"));
    ASSERT_TRUE(device);
    EXPECT_NE(device->how.find("without a lock"), std::string::npos);
}

// Why: only seven bits survive, carriage returns vanish, nothing is echoed or held back (wire.md
// 7.6); whatever the terminal was set to before.
TEST_F(SerialDeviceTest, TheLineIsRawAndSevenBitsWide) {
    EXPECT_EQ(open_serial_port(path, 9600).error().code, Errc::unsupported)
        << "libserialport knows pseudo-terminals now";
    const auto device = open();
    ASSERT_TRUE(device) << device.error().what;
    termios settings{};
    ASSERT_EQ(::tcgetattr(device->line.get(), &settings), 0);
    EXPECT_EQ(::cfgetospeed(&settings), B9600);
    const std::string sent("a\xe2\r\n\x03\x11\0", 7);
    ASSERT_EQ(::write(master.get(), sent.data(), sent.size()), 7);
    std::array<char, 64> buffer{};
    pollfd ready{device->line.get(), POLLIN, 0};
    ASSERT_EQ(::poll(&ready, 1, 10'000), 1);
    const ssize_t got = ::read(device->line.get(), buffer.data(), buffer.size());
    EXPECT_EQ(std::string(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))),
              std::string("ab\n\x03\x11\0", 6));
    ready = {master.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&ready, 1, 0), 0) << "echoed";
    ASSERT_EQ(::write(device->line.get(), "x\ny", 3), 3);
    ASSERT_EQ(::poll(&ready, 1, 10'000), 1);
    EXPECT_EQ(::read(master.get(), buffer.data(), buffer.size()), 3) << "translated";
}

// Why: each kind of trouble has words of its own, and only absence is waited for in silence.
TEST_F(SerialDeviceTest, SaysWhyItDoesNotOpen) {
    const auto open_other = [&](const std::string& other) {
        return open_serial_device(other, 9600, folder.path()).error();
    };
    EXPECT_EQ(open_other("/dev/nosuch").code, Errc::not_found);
    EXPECT_EQ(open_other(folder.write("file", "x")).code, Errc::bad_config);
    EXPECT_EQ(open_other("/dev/null").code, Errc::io);
    EXPECT_EQ(open_serial_device(path, 1234, folder.path()).error().code, Errc::bad_config);
    EXPECT_FALSE(std::filesystem::exists(lock)) << "left behind after a failure";
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace hb::shell
