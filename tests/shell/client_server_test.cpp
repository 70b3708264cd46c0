// The socket of clients itself, with real connections. What is said over it: tests/unit/core.
#include "client_server.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/limits.hpp"
#include "loop.hpp"

namespace hb::shell {
namespace {

Bytes frame(const std::string& body) {
    Bytes out(8, '\0');
    const auto length = static_cast<std::uint32_t>(body.size());
    const std::uint32_t magic = 0xabcd;
    std::memcpy(out.data(), &length, 4);
    std::memcpy(out.data() + 4, &magic, 4);
    return out + body;
}

struct ClientSocket : testing::Test {
    ClientSocket() {
        char name[] = "/tmp/hb-clients-XXXXXX";
        folder = ::mkdtemp(name);
        path = folder + "/register";
        auto opened =
            ClientServer::open(loop, path,
                               {[this](const ClientCame& event) { came.push_back(event); },
                                [this](ClientCall event) {
                                    calls.push_back(std::move(event));
                                    if (on_call) on_call(calls.back());
                                },
                                [this](const ClientGone& event) { gone.push_back(event); },
                                [this](const LogLine& line) { logged.push_back(log_text(line)); },
                                [this] { return due; }});
        EXPECT_TRUE(opened) << opened.error().what;
        server = *std::move(opened);
        logged.clear();
    }
    ~ClientSocket() override {
        server.reset();
        std::filesystem::remove_all(folder);
    }

    Fd connect() {
        Fd out(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.data(), path.size());
        EXPECT_EQ(::connect(out.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        turn();
        return out;
    }
    // Everything that is ready, and what comes of it.
    void turn() {
        for (int i = 0; i < 50; ++i) loop.run_ready();
    }
    // A connection whose process has gone; a child of it holds it. Returns that process.
    pid_t connect_and_die() {
        const pid_t child = ::fork();
        if (child == 0) {
            const int end = ::socket(AF_UNIX, SOCK_STREAM, 0);
            sockaddr_un address{};
            address.sun_family = AF_UNIX;
            std::memcpy(address.sun_path, path.data(), path.size());
            const int failed =
                ::connect(end, reinterpret_cast<sockaddr*>(&address), sizeof address);
            if (failed == 0 && ::fork() == 0) {  // holds the connection of the other one to its end
                char byte = 0;
                while (::recv(end, &byte, 1, 0) > 0) {
                }
                ::_exit(0);
            }
            ::_exit(failed == 0 ? 0 : 1);
        }
        int status = -1;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
        turn();
        return child;
    }
    static void say(const Fd& client, const Bytes& bytes) {
        ASSERT_EQ(::send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }
    // What it can read now; `EOF` behind it when that is the end.
    static Bytes heard(const Fd& client) {
        Bytes out;
        char buffer[65536];
        for (;;) {
            const ssize_t got = ::recv(client.get(), buffer, sizeof buffer, 0);
            if (got > 0) out.append(buffer, static_cast<std::size_t>(got));
            if (got == 0) return out + "EOF";
            if (got < 0) return errno == EAGAIN ? out : out + std::strerror(errno);
        }
    }
    std::vector<Bytes> bodies() const {
        std::vector<Bytes> out;
        for (const ClientCall& call : calls) out.push_back(call.body);
        return out;
    }

    std::string folder, path;
    Loop loop;
    std::vector<ClientCame> came;
    std::vector<ClientCall> calls;
    std::vector<ClientGone> gone;
    std::vector<std::string> logged;
    std::function<void(const ClientCall&)> on_call;
    bool due{false};
    std::unique_ptr<ClientServer> server;
};

// Why: clients find it there, with these rights; who they are only the kernel knows.
TEST_F(ClientSocket, TellsWhoConnectsAndIsGoneAtTheEnd) {
    struct stat there {};
    ASSERT_EQ(::stat(path.c_str(), &there), 0);
    EXPECT_TRUE(S_ISSOCK(there.st_mode));
    EXPECT_EQ(there.st_mode & 0777U, 0777U);
    const Fd client = connect();
    ASSERT_EQ(came.size(), 1U);
    EXPECT_EQ(came[0].pid, ::getpid());
    EXPECT_EQ(came[0].uid, ::getuid());
    EXPECT_EQ(came[0].gid, ::getgid());
    server.reset();
    EXPECT_EQ(heard(client), "EOF");
    EXPECT_NE(::stat(path.c_str(), &there), 0);
}

// Why: a killed daemon leaves its socket behind.
TEST_F(ClientSocket, AnOldSocketIsReplaced) {
    auto second = ClientServer::open(loop, path, {{}, {}, {}, [](const LogLine&) {}, {}});
    ASSERT_TRUE(second);
    const std::string too_long = folder + "/" + std::string(120, 'x');
    EXPECT_FALSE(ClientServer::open(loop, too_long, {{}, {}, {}, [](const LogLine&) {}, {}}));
    EXPECT_FALSE(
        ClientServer::open(loop, folder + "/no/such", {{}, {}, {}, [](const LogLine&) {}, {}}));
}

// Why: the order of a client's words is its own, whatever others say meanwhile.
TEST_F(ClientSocket, HandsUpBodiesInTheOrderOfEachClient) {
    const Fd one = connect(), two = connect();
    Bytes stream;
    std::vector<Bytes> expected;
    for (int i = 0; i < 40; ++i) {
        expected.push_back("body " + std::to_string(i));
        stream += frame(expected.back());
    }
    say(one, stream.substr(0, 100));
    turn();
    say(two, frame("other"));
    say(one, stream.substr(100));
    turn();
    std::vector<Bytes> of_one;
    for (const ClientCall& call : calls) {
        if (call.connection == came[0].connection) of_one.push_back(call.body);
    }
    EXPECT_EQ(of_one, expected);
    EXPECT_EQ(calls.size(), expected.size() + 1);
}

// Why: a heartbeat that is due waits for one body of one client at most.
TEST_F(ClientSocket, WhatTheClockWantsComesBeforeTheNextBody) {
    for (const bool now : {false, true}) {
        due = now;
        calls.clear();
        const Fd one = connect(), two = connect();
        std::size_t before_the_clock = 0;
        on_call = [&](const ClientCall&) {
            if (calls.size() == 1) loop.post([&] { before_the_clock = calls.size(); });
        };
        say(one, frame("one"));
        say(two, frame("two"));
        turn();
        EXPECT_EQ(before_the_clock, now ? 1U : 2U);
        EXPECT_EQ(calls.size(), 2U);
    }
}

// Why: libhbclient sends `signoff` and closes; what came before the end counts.
TEST_F(ClientSocket, TheLastWordsComeBeforeTheEnd) {
    Fd client = connect();
    say(client, frame("one") + frame("two"));
    client.reset();
    turn();
    EXPECT_EQ(bodies(), (std::vector<Bytes>{"one", "two"}));
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(gone[0].reason, "EOF");
    EXPECT_EQ(server->connections(), 0U);
    server->client(Notify{gone[0].connection, "late", 0});
}

// Why: the worst bug of the original: one such header, and it answers nobody any more.
TEST_F(ClientSocket, AHeaderBeyondTheBoundEndsThatClientOnly) {
    const Fd good = connect(), bad = connect();
    Bytes header = frame("");
    const std::uint32_t length = 263082;
    std::memcpy(header.data(), &length, 4);
    say(bad, frame("before") + header);
    turn();
    EXPECT_EQ(heard(bad), "EOF");
    EXPECT_EQ(bodies(), std::vector<Bytes>{"before"});
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(logged, std::vector<std::string>{
                          "a client (pid " + std::to_string(::getpid()) +
                          ") is cut off: a client's frame announces 263082 bytes, expected 0 to "
                          "262144"});
    say(good, frame("after"));
    turn();
    EXPECT_EQ(calls.size(), 2U);
    const Fd noise = connect();
    say(noise, "GET / HTTP/1.0\r\n\r\n");
    turn();
    EXPECT_EQ(heard(noise), "EOF");
}

// Why: a client that never reads costs its queue and nothing more.
TEST_F(ClientSocket, ASlowClientLosesItsConnectionAtTheBound) {
    const Fd slow = connect(), good = connect();
    const ConnectionId id = came[0].connection;
    const Bytes note = frame(std::string(1000, 'x'));
    std::size_t sent = 0;
    while (logged.empty() && sent < 5000) {
        server->client(Notify{id, note, 0});
        ++sent;
    }
    ASSERT_EQ(logged.size(), 1U);
    EXPECT_EQ(logged[0],
              "a client (pid " + std::to_string(::getpid()) +
                  ") is cut off: " + std::to_string(limits::client_queue_frames) + " frames, " +
                  std::to_string(limits::client_queue_frames * note.size()) + " bytes wait for it");
    EXPECT_EQ(gone.size(), 0U);  // never within a call
    turn();
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(gone[0].reason, "sendfail");
    const Bytes got = heard(slow);
    EXPECT_GT(got.size(), note.size());
    EXPECT_TRUE(got.ends_with("EOF"));
    server->client(Notify{came[1].connection, note, 0});
    EXPECT_EQ(heard(good), note);
}

// Why: ccm asks for more room; frames that were kept come when the client reads.
TEST_F(ClientSocket, WhatWaitsIsWrittenWhenTheClientReads) {
    const Fd client = connect();
    const ConnectionId id = came[0].connection;
    server->client(ClientQueue{id, 1000});
    const Bytes note = frame(std::string(1000, 'x'));
    constexpr std::size_t count = 700;
    for (std::size_t i = 0; i < count; ++i) server->client(Notify{id, note, 0});
    EXPECT_TRUE(logged.empty());
    Bytes all;
    for (int i = 0; i < 100 && all.size() < count * note.size(); ++i) {
        all += heard(client);
        turn();
    }
    EXPECT_EQ(all.size(), count * note.size());
    for (std::size_t i = 0; i < 3000 && logged.empty(); ++i) server->client(Notify{id, note, 0});
    EXPECT_EQ(logged.size(), 1U);  // the bound in bytes
}

// Why: a core that is crowded wants silence, and nothing may get lost over it.
TEST_F(ClientSocket, PausedClientsAreReadLater) {
    const Fd client = connect();
    server->client(PauseClients{true});
    say(client, frame("one") + frame("two"));
    turn();
    EXPECT_TRUE(calls.empty());
    const Fd late = connect();
    say(late, frame("three"));
    turn();
    EXPECT_TRUE(calls.empty());
    server->client(PauseClients{false});
    turn();
    EXPECT_EQ(calls.size(), 3U);
    on_call = [this](const ClientCall&) { server->client(PauseClients{true}); };
    say(client, frame("four") + frame("five"));
    turn();
    EXPECT_EQ(calls.size(), 4U);
    on_call = nullptr;
    server->client(PauseClients{false});
    turn();
    EXPECT_EQ(calls.size(), 5U);
}

// Why: a refused client must read why before its end.
TEST_F(ClientSocket, TheLastAnswerArrivesBeforeTheEnd) {
    const Fd client = connect();
    on_call = [this](const ClientCall& call) {
        server->client(Notify{call.connection, frame("no"), 0});
        server->client(EndClient{call.connection});
    };
    say(client, frame("may I?") + frame("please"));
    turn();
    EXPECT_TRUE(heard(client).starts_with(frame("no")));
    EXPECT_EQ(calls.size(), 1U);
    EXPECT_TRUE(gone.empty());
}

// Why: only here can be seen whether the process of a sign-on exists.
TEST_F(ClientSocket, LooksForTheProcessOfASignOn) {
    const Fd client = connect();
    const auto sign_on = [&](const std::string& pid) {
        say(client, frame(">>>\nt=hbapi-req\nreqtype=signon\npid=" + pid + "\n<<<\n"));
        turn();
        return calls.back().process_lives;
    };
    EXPECT_TRUE(sign_on(std::to_string(::getpid())));
    EXPECT_FALSE(sign_on("4194304"));  // the kernel's highest is one less
    EXPECT_FALSE(sign_on("0"));
    EXPECT_FALSE(sign_on("99999999999"));
    EXPECT_FALSE(sign_on("x"));
    EXPECT_FALSE(sign_on("-1"));
}

// Why: setsignal: the client sleeps until something is there for it.
TEST_F(ClientSocket, TheSignalFollowsTheFrame) {
    static volatile sig_atomic_t rung = 0;
    struct sigaction ring {};
    struct sigaction before {};
    ring.sa_handler = [](int) { rung = rung + 1; };
    ASSERT_EQ(::sigaction(SIGURG, &ring, &before), 0);
    const Fd client = connect();
    server->client(Notify{came[0].connection, "x", SIGURG});
    server->client(Notify{came[0].connection, "y", 0});
    for (int i = 0; i < 1000 && rung == 0; ++i) loop.run_ready();
    EXPECT_EQ(rung, 1);
    EXPECT_EQ(heard(client), "xy");
    ::sigaction(SIGURG, &before, nullptr);
}

// Why: clientapi.md 8.3: a child may hold the connection of a client that is gone, for ever.
TEST_F(ClientSocket, AConnectionOfAProcessThatIsGoneIsReported) {
    const Fd here = connect();
    const pid_t child = connect_and_die();
    ASSERT_EQ(came.size(), 2U);
    EXPECT_EQ(came[1].pid, child);
    Instant at{};
    at = at + limits::client_audit_pause;
    server->audit(at);
    turn();
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(gone[0].connection, came[1].connection);
    EXPECT_EQ(gone[0].reason, died_audit);
    EXPECT_EQ(server->connections(), 1U);
    server->audit(at + limits::client_audit_pause);
    turn();
    EXPECT_EQ(gone.size(), 1U);
    EXPECT_TRUE(logged.empty());
    say(here, frame("still here"));
    turn();
    EXPECT_EQ(calls.size(), 1U);
}

// Why: clientapi.md 8, 3.: it hears of it at the next frame, too, when it wants a signal.
TEST_F(ClientSocket, ASignalFindsTheProcessGone) {
    connect_and_die();
    ASSERT_EQ(came.size(), 1U);
    server->client(Notify{came[0].connection, "x", SIGURG});
    EXPECT_EQ(server->connections(), 0U);
    turn();
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(gone[0].reason, "died");
}

// Why: two hundred slow clients within their own bounds would still be two hundred mebibytes.
TEST_F(ClientSocket, AllThatWaitsTogetherHasABound) {
    std::vector<Fd> clients;
    const Bytes note = frame(std::string(200'000, 'x'));
    const std::size_t enough = limits::client_waiting_bytes_max / (4 * note.size()) + 3;
    for (std::size_t i = 0; i < enough; ++i) {
        clients.push_back(connect());
        server->client(ClientQueue{came[i].connection, 1000});
        // One of them has a little more.
        for (int k = 0; k < (i == 3 ? 6 : 5); ++k) {
            server->client(Notify{came[i].connection, note, 0});
        }
        if (!logged.empty()) break;
    }
    turn();
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(gone[0].connection, came[3].connection);
    EXPECT_EQ(gone[0].reason, "sendfail");
}

}  // namespace
}  // namespace hb::shell
