// dopd's socket and its children, with real ones.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "plugin/dopd_children.hpp"
#include "plugin/dopd_socket.hpp"

namespace hb::dopd {
namespace {

class DopdFolder : public testing::Test {
protected:
    DopdFolder() {
        std::array<char, 32> name{"/tmp/dopd-test-XXXXXX"};
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        folder = name.data();
    }
    ~DopdFolder() override { std::filesystem::remove_all(folder); }

    // Waits until one of them can be read.
    static bool wait(const std::vector<int>& descriptors) {
        std::vector<pollfd> entries;
        for (const int descriptor : descriptors) entries.push_back({descriptor, POLLIN, 0});
        return ::poll(entries.data(), entries.size(), 20'000) > 0;
    }

    std::string folder;
};

class DopdSocket : public DopdFolder {
protected:
    int connect() const {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strcpy(address.sun_path, path().c_str());
        const int out = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(::connect(out, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        return out;
    }
    std::string path() const { return folder + "/dopd/outdater"; }
    static void write(int to, const Bytes& bytes) {
        EXPECT_EQ(::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }
    static Bytes question(const char* resource) {
        return wire::client_frame::encode(message_of(Question{"beta", resource}),
                                          wire::client_frame::Form::text)
            .value();
    }
};

// Why: DRBD's handler of any version speaks so.
TEST_F(DopdSocket, HearsAQuestionInPiecesAndAnswers) {
    Socket socket(path());
    struct stat found {};
    ASSERT_EQ(::stat(path().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0777U);
    const int client = connect();
    const Bytes bytes = question("r0");
    write(client, bytes.substr(0, 11));
    EXPECT_TRUE(socket.hear().questions.empty());
    write(client, bytes.substr(11));
    const auto heard = socket.hear();
    ASSERT_EQ(heard.questions.size(), 1U);
    EXPECT_EQ(heard.questions[0].second.resource, "r0");
    socket.answer(heard.questions[0].first, message_of("alpha", 4));
    std::array<char, 200> buffer{};
    const ssize_t got = ::recv(client, buffer.data(), buffer.size(), 0);
    ASSERT_GT(got, 8);
    const auto answer =
        wire::client_frame::decode({buffer.data() + 8, static_cast<std::size_t>(got) - 8});
    ASSERT_TRUE(answer);
    EXPECT_EQ(value_of(*answer), 4);
    // Why: 3.0.6's dopd dies of this.
    ::close(client);
    std::vector<int> descriptors;
    socket.descriptors(descriptors);
    ASSERT_TRUE(wait(descriptors));
    EXPECT_EQ(socket.hear().closed, std::vector<Connection>{heard.questions[0].first});
    socket.answer(heard.questions[0].first, message_of("alpha", 4));
}

TEST_F(DopdSocket, CutsOffNonsenseAndKeepsOthers) {
    Socket socket(path());
    const int bad = connect(), good = connect();
    write(bad, std::string("\xff\xff\xff\x7f\xcd\xab\0\0", 8));
    write(good, question("r0"));
    const auto heard = socket.hear();
    EXPECT_EQ(heard.closed.size(), 1U);
    EXPECT_EQ(heard.questions.size(), 1U);
    ::close(bad);
    ::close(good);
}

// Why: whoever connects and says nothing must not shut DRBD out.
TEST_F(DopdSocket, TheOldestSilentOneMakesRoom) {
    Socket socket(path());
    std::vector<int> silent;
    std::size_t closed = 0;
    for (std::size_t i = 0; i < connections_max; ++i) {
        silent.push_back(connect());
        closed += socket.hear().closed.size();
    }
    EXPECT_EQ(closed, 0U);
    const int late = connect();
    write(late, question("r0"));
    const auto heard = socket.hear();
    EXPECT_EQ(heard.closed.size(), 1U);
    EXPECT_EQ(heard.questions.size(), 1U);
    for (const int descriptor : silent) ::close(descriptor);
    ::close(late);
}

TEST_F(DopdSocket, TakesThePlaceOfOneThatWasKilled) {
    { std::ofstream(folder + "/dopd-not-a-folder"); }
    EXPECT_THROW(Socket(folder + "/dopd-not-a-folder/outdater"), std::runtime_error);
    std::filesystem::create_directory(folder + "/dopd");
    { std::ofstream(folder + "/dopd/outdater"); }
    { Socket socket(path()); }
    EXPECT_FALSE(std::filesystem::exists(path()));
}

class DopdChildren : public DopdFolder {
protected:
    DopdChildren() : path_before(std::getenv("PATH")) {
        ::setenv("PATH", (folder + ":" + path_before).c_str(), 1);
    }
    ~DopdChildren() override { ::setenv("PATH", path_before.c_str(), 1); }
    void drbdadm(const std::string& script) const {
        { std::ofstream(folder + "/drbdadm") << "#!/bin/sh\n" << script; }
        std::filesystem::permissions(folder + "/drbdadm", std::filesystem::perms{0755U});
    }
    std::vector<Children::Ended> wait_for_end(Children& children, Instant now) const {
        std::vector<int> descriptors;
        children.descriptors(descriptors);
        EXPECT_EQ(descriptors.size(), 1U);
        EXPECT_TRUE(wait(descriptors));
        return children.reap(now);
    }
    const std::string path_before;
    const Instant begun{std::chrono::seconds(100)};
};

TEST_F(DopdChildren, TheEndOfDrbdadmIsHeard) {
    drbdadm("[ \"$*\" = 'outdate r0' ] || exit 9\nexit 17\n");
    Children children;
    EXPECT_EQ(children.start(begun, {7, "r0"}), "");
    EXPECT_EQ(children.next_deadline(), begun + drbdadm_patience);
    const auto ended = wait_for_end(children, begun);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].job, 7U);
    EXPECT_EQ(ended[0].exit_status, 17);
    EXPECT_EQ(children.next_deadline(), never);
}

TEST_F(DopdChildren, ASignalOrALongWaitIsNoExitStatus) {
    drbdadm("kill -KILL $$\n");
    Children children;
    EXPECT_EQ(children.start(begun, {1, "r0"}), "");
    EXPECT_EQ(wait_for_end(children, begun).at(0).exit_status, std::nullopt);
    drbdadm("exec sleep 600\n");
    EXPECT_EQ(children.start(begun, {2, "r0"}), "");
    EXPECT_TRUE(children.reap(begun).empty());
    EXPECT_TRUE(children.reap(begun + drbdadm_patience).empty());  // it is killed now
    const auto ended = wait_for_end(children, begun + drbdadm_patience);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_TRUE(ended[0].timed_out);
    EXPECT_EQ(ended[0].exit_status, std::nullopt);
}

TEST_F(DopdChildren, AMissingDrbdadmIsSaid) {
    ::setenv("PATH", folder.c_str(), 1);
    Children children;
    EXPECT_NE(children.start(begun, {1, "r0"}).find("cannot be started"), std::string::npos);
}

}  // namespace
}  // namespace hb::dopd
