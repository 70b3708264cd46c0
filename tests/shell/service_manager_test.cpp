// What a service manager hears, with a socket of the test in its place.
#include "service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "clock.hpp"
#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

class ServiceManagerTest : public testing::Test {
protected:
    ~ServiceManagerTest() override {
        for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) {
            ::unsetenv(name);
        }
    }
    // `@` stands for the zero byte of an abstract name.
    void listen(const std::string& name) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        name.copy(address.sun_path, sizeof address.sun_path - 1);
        if (name[0] == '@') address.sun_path[0] = '\0';
        ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address),
                         static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size())),
                  0);
        ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    }
    // The next message; empty: there is none.
    std::string told() {
        std::array<char, 4096> buffer{};
        const ssize_t size = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
        return size < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(size));
    }

    TempFolder folder;
    Fd socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
};

// Why: systemd kills a service whose start, reload or stop it does not hear of.
TEST_F(ServiceManagerTest, HearsOfEachState) {
    listen(folder.at("notify"));
    ServiceManager manager;
    EXPECT_TRUE(manager.listens());
    manager.ready();
    EXPECT_EQ(told(), "READY=1");
    const std::uint64_t before = Clock::monotonic_us();
    manager.reloading();
    const std::string reload = told();
    const std::string head = "RELOADING=1\nMONOTONIC_USEC=";
    ASSERT_EQ(reload.substr(0, head.size()), head);
    EXPECT_GE(std::stoull(reload.substr(head.size())), before);
    EXPECT_LE(std::stoull(reload.substr(head.size())), Clock::monotonic_us());
    manager.ready();
    EXPECT_EQ(told(), "READY=1");
    manager.stopping();
    manager.stopping();
    EXPECT_EQ(told(), "STOPPING=1");
    manager.reloading();
    manager.ready();
    EXPECT_EQ(told(), "") << "a stop is final";
}

// Why: an abstract name is what user managers and containers give.
TEST_F(ServiceManagerTest, IsFoundUnderAnAbstractName) {
    listen("@hb-test-" + std::to_string(::getpid()));
    ServiceManager().ready();
    EXPECT_EQ(told(), "READY=1");
}

// Why: half of the time is what sd_watchdog_enabled(3) asks for, and only of the process it names.
TEST_F(ServiceManagerTest, IsToldThatWeLiveTwiceAsOftenAsItAsks) {
    listen(folder.at("notify"));
    EXPECT_FALSE(ServiceManager().alive_every());
    ServiceManager().alive();
    EXPECT_EQ(told(), "") << "nobody asked";
    ::setenv("WATCHDOG_USEC", "3000000", 1);
    EXPECT_EQ(ServiceManager().alive_every(), Duration(1500ms));
    ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
    ServiceManager manager;
    EXPECT_EQ(manager.alive_every(), Duration(1500ms));
    manager.alive();
    EXPECT_EQ(told(), "WATCHDOG=1");
    ::setenv("WATCHDOG_PID", "1", 1);
    EXPECT_FALSE(ServiceManager().alive_every()) << "meant for another process";
    ::unsetenv("WATCHDOG_PID");
    for (const char* odd : {"", "0", "x", "-1"}) {
        ::setenv("WATCHDOG_USEC", odd, 1);
        EXPECT_FALSE(ServiceManager().alive_every()) << odd;
    }
}

// Why: its socket's queue is short, and a reload whose end is not heard hangs for a minute.
TEST_F(ServiceManagerTest, IsToldLaterWhatItCouldNotTake) {
    listen(folder.at("notify"));
    ServiceManager manager;
    manager.ready();
    int sent = 0;
    for (; sent < 100000; ++sent) {  // until its queue is full
        const std::string words = "STATUS=" + std::to_string(sent);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        folder.at("notify").copy(address.sun_path, sizeof address.sun_path - 1);
        const Fd other(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (::sendto(other.get(), words.data(), words.size(), 0,
                     reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) {
            break;
        }
    }
    ASSERT_LT(sent, 100000);
    manager.reloading();
    manager.ready();
    for (std::string next = told(); !next.empty(); next = told()) EXPECT_NE(next[0], 'W');
    manager.alive();
    EXPECT_EQ(told(), "READY=1");
    EXPECT_EQ(told(), "") << "the reload before it is over";
}

// Why: most daemons run without one.
TEST_F(ServiceManagerTest, IsNotMissed) {
    for (const char* odd : {"", "/", "relative", "vsock:2:1"}) {
        ::setenv("NOTIFY_SOCKET", odd, 1);
        EXPECT_FALSE(ServiceManager().listens()) << odd;
    }
    ::unsetenv("NOTIFY_SOCKET");
    ServiceManager manager;
    EXPECT_FALSE(manager.listens());
    manager.ready();
    manager.status("x");
    manager.alive();
}

// Why: `systemctl status` shows one line; it must say what matters, once.
TEST_F(ServiceManagerTest, ShowsALineWhenItChanges) {
    listen(folder.at("notify"));
    ServiceManager manager;
    manager.status("a");
    manager.status("a");
    manager.status("b");
    EXPECT_EQ(told(), "STATUS=a");
    EXPECT_EQ(told(), "STATUS=b");
    EXPECT_EQ(told(), "");
}

TEST_F(ServiceManagerTest, ShowsGroupsAndNodes) {
    core::Status status;
    status.managed = true;
    core::NodeStatus node;
    node.name = "beta";
    node.state = "init";
    status.nodes = {node};
    EXPECT_EQ(service_words(status), "waits for the other nodes; beta init");
    status.comm_up = true;
    status.nodes[0].state = "active";
    for (const char* state : {"running", "on_peer", "failed"}) {
        status.groups.emplace_back();
        status.groups.back().state = state;
    }
    EXPECT_EQ(service_words(status), "1 of 3 groups runs here, 1 failed; beta active");
    status.nodes.push_back({});
    status.nodes[1].name = std::string(300, 'x');
    status.nodes.push_back(node);
    EXPECT_LT(service_words(status).size(), 400U);
    status.managed = false;
    status.nodes.clear();
    EXPECT_EQ(service_words(status), "groups are not managed");
}

}  // namespace
}  // namespace hb::shell
