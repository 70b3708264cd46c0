// systemd's journal as a target: the fields of each line, the facility, a journald that restarts.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "fd.hpp"
#include "journal.hpp"
#include "shell_fixture.hpp"

namespace hb::shell {
namespace {

using namespace std::chrono_literals;

// systemd's journal: its datagrams, field by field.
class FakeJournald {
public:
    explicit FakeJournald(const std::string& path)
        : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address)) {
            throw std::runtime_error("no socket");
        }
    }
    // Of the next line; empty when there is none.
    std::map<std::string, std::string> fields() {
        std::array<char, 65536> buffer{};
        const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
        std::map<std::string, std::string> out;
        std::istringstream text(std::string(buffer.data(), size > 0 ? std::size_t(size) : 0));
        for (std::string line; std::getline(text, line);) {
            const std::size_t equals = line.find('=');
            EXPECT_NE(equals, std::string::npos) << line;
            EXPECT_TRUE(out.emplace(line.substr(0, equals), line.substr(equals + 1)).second)
                << line;
        }
        return out;
    }

private:
    Fd socket_;
};

// Why: who asks the journal for a node, a group or an id must find every line about it, and a text
// that came from outside must not become a field.
TEST(Journald, GetsWhatALineIsAboutAsFields) {
    TempFolder folder;
    JournalTargets targets;
    targets.node = "node1";
    targets.journald = true;
    targets.journald_socket = folder.at("socket");
    FakeJournald journald(targets.journald_socket);
    Journal journal(targets);
    journal.write(log_line(LogId::link_dead, "node2\nPRIORITY=0", "eth0"));
    journal.write(log_line(LogId::generation_new, 7));
    ASSERT_TRUE(journal.flush(2s));
    const std::map<std::string, std::string> wanted{
        {"MESSAGE", "Link node2 PRIORITY=0:eth0 dead."},
        {"PRIORITY", "4"},
        {"SYSLOG_FACILITY", "3"},
        {"SYSLOG_IDENTIFIER", "heartbeat"},
        {"SYSLOG_PID", std::to_string(::getpid())},
        {"MESSAGE_ID", message_id(log_entry(LogId::link_dead))},
        {"HB_LOG_ID", "link_dead"},
        {"HB_NODE", "node1"},
        {"HB_PEER", "node2 PRIORITY=0"},
        {"HB_LINK", "eth0"}};
    EXPECT_EQ(journald.fields(), wanted);
    auto second = journald.fields();
    EXPECT_EQ(second["MESSAGE"], "generation is 7");
    EXPECT_EQ(second.count("HB_PEER"), 0U);
    EXPECT_EQ(journal.lines_lost(), 0U);
}

// Why: with `logfacility local0` journald hands the line on to syslog as before, and no second one.
TEST(Journald, HandsOnTheFacilityThatWasAskedFor) {
    TempFolder folder;
    JournalTargets targets;
    targets.journald = true;
    targets.facility = "local0";
    targets.journald_socket = folder.at("socket");
    FakeJournald journald(targets.journald_socket);
    Journal journal(targets);
    journal.write(log_line(LogId::peer_dead, "node2"));
    ASSERT_TRUE(journal.flush(2s));
    auto fields = journald.fields();
    EXPECT_EQ(fields["SYSLOG_FACILITY"], "16");
    EXPECT_EQ(fields["MESSAGE"], "WARN: node node2: is dead") << "as in syslog";
}

// Why: an upgrade of systemd restarts journald; the first line after that must not be lost, and
// lines that nobody takes are counted.
TEST(Journald, IsMetAgainAfterARestart) {
    TempFolder folder;
    JournalTargets targets;
    targets.journald = true;
    targets.journald_socket = folder.at("socket");
    auto journald = std::make_unique<FakeJournald>(targets.journald_socket);
    Journal journal(targets);
    const auto write = [&](int number) {
        journal.write(log_line(LogId::generation_new, number));
        ASSERT_TRUE(journal.flush(2s));
    };
    write(1);
    EXPECT_EQ(journald->fields()["MESSAGE"], "generation is 1");
    journald.reset();
    std::filesystem::remove(targets.journald_socket);
    write(2);
    EXPECT_EQ(journal.lines_lost(), 1U);
    journald = std::make_unique<FakeJournald>(targets.journald_socket);
    write(3);
    EXPECT_EQ(journald->fields()["MESSAGE"], "generation is 3");
}

}  // namespace
}  // namespace hb::shell
