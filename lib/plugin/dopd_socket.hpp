// The socket of drbd-peer-outdater: frames of clplumbing, one question and one answer per
// connection. What is answered is not known here.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "plugin/dopd_fields.hpp"
#include "plugin/dopd_logic.hpp"
#include "wire/client_frame.hpp"

namespace hb::dopd {

// One per resource that loses its connection just now, and some more.
inline constexpr std::size_t connections_max = 200;

class Socket {
public:
    // Throws std::runtime_error when nobody can be heard there.
    explicit Socket(std::string path);
    ~Socket();
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    struct Heard {
        std::vector<std::pair<Connection, Question>> questions;
        std::vector<Connection> closed;
    };
    // What has come, without waiting.
    Heard hear();
    // One answer; who does not take it at once is cut off.
    void answer(Connection to, const wire::Message& message);
    void descriptors(std::vector<int>& out) const;

private:
    struct Peer {
        int descriptor{-1};
        wire::client_frame::Reader reader;
        bool asked{false};
    };
    void accept(Heard& out);
    // False: it has gone, or talks nonsense.
    bool read(Connection id, Peer& peer, Heard& out);
    bool make_room(Heard& out);

    std::string path_;
    int listener_{-1};
    std::map<Connection, Peer> peers_;
    Connection next_{1};
};

}  // namespace hb::dopd
