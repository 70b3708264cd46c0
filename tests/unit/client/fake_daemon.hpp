// A daemon's socket that answers by a script, in a thread of its own.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "wire/client_frame.hpp"

namespace hb::client {

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline wire::Message message_of(const Pairs& fields) {
    wire::Message message;
    for (const auto& [name, value] : fields) message.set(name, value);
    return message;
}

class FakeDaemon {
public:
    // Answers for each message; an empty message closes the connection.
    using Script = std::function<std::vector<wire::Message>(const wire::Message&)>;

    explicit FakeDaemon(Script script) : script_(std::move(script)) {
        std::string folder = "/tmp/hb-client-XXXXXX";
        folder_ = ::mkdtemp(folder.data());
        path_ = folder_ + "/register";
        sockaddr_un where{};
        where.sun_family = AF_UNIX;
        path_.copy(where.sun_path, path_.size());
        listening_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(::bind(listening_, reinterpret_cast<sockaddr*>(&where), sizeof where), 0);
        EXPECT_EQ(::listen(listening_, 5), 0);
        EXPECT_EQ(::pipe(stop_.data()), 0);
        thread_ = std::thread([this] { serve(); });
    }
    ~FakeDaemon() {
        ::close(stop_[1]);
        thread_.join();
        ::close(stop_[0]);
        ::close(listening_);
        ::unlink(path_.c_str());
        ::rmdir(folder_.c_str());
    }
    FakeDaemon(const FakeDaemon&) = delete;
    FakeDaemon& operator=(const FakeDaemon&) = delete;

    const std::string& path() const { return path_; }

private:
    // Until there is something to read, or the test is over.
    bool readable(int descriptor) const {
        std::array<pollfd, 2> entries{{{descriptor, POLLIN, 0}, {stop_[0], POLLIN, 0}}};
        while (::poll(entries.data(), entries.size(), -1) < 0) {
        }
        return entries[1].revents == 0;
    }
    void serve() {
        while (readable(listening_)) {
            const int client = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0) continue;
            talk(client);
            ::close(client);
        }
    }
    void talk(int client) {
        wire::client_frame::Reader reader;
        std::array<char, 4096> buffer{};
        while (readable(client)) {
            const ssize_t got = ::read(client, buffer.data(), buffer.size());
            if (got <= 0) return;
            const ByteView bytes(buffer.data(), static_cast<std::size_t>(got));
            for (const Bytes& body : reader.feed(bytes).bodies) {
                for (const auto& answer : script_(*wire::client_frame::decode(body))) {
                    if (answer.fields.empty()) return;
                    say(client,
                        *wire::client_frame::encode(answer, wire::client_frame::Form::text));
                }
            }
        }
    }
    // In two pieces: the stream has no packets.
    static void say(int client, ByteView frame) {
        for (const ByteView piece : {frame.substr(0, 11), frame.substr(11)}) {
            [[maybe_unused]] const auto sent =
                ::send(client, piece.data(), piece.size(), MSG_NOSIGNAL);
        }
    }

    Script script_;
    std::string folder_, path_;
    int listening_{-1};
    std::array<int, 2> stop_{};
    std::thread thread_;
};

}  // namespace hb::client
