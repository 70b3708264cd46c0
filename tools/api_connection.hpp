// A program's connection to the daemon of this node (clientapi.md): sign-on, requests and their
// answers. Every call ends after a time that the caller gives.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "base/result.hpp"
#include "fd.hpp"
#include "wire/client_frame.hpp"

namespace hb::tools {

class ApiConnection {
public:
    // Connects to the socket at `path` and signs on as a casual client. Errors: not_found (nobody
    // listens: the daemon is stopped, or not yet in touch with the cluster), permission (the
    // folder, or the daemon's reason), io, malformed.
    static Result<ApiConnection> sign_on(const std::string& path, Duration patience);

    // The answers to one request, in order; `fields` beside its type. Errors: not_found (`badreq`,
    // with the daemon's reason), io (it went away, or no answer in time), malformed.
    using Fields = std::vector<std::pair<std::string_view, std::string>>;
    Result<std::vector<wire::Message>> ask(std::string_view request, const Fields& fields,
                                           Duration patience);

    // What the daemon said of itself at the sign-on.
    const wire::Message& welcome() const noexcept { return welcome_; }

private:
    ApiConnection(shell::Fd socket, std::string id)
        : socket_(std::move(socket)), id_(std::move(id)) {}
    Result<void> say(std::string_view request, const Fields& fields, Duration patience);
    // The next frame, whatever it is.
    Result<wire::Message> next(Duration patience);
    Result<void> wait(short events, Duration patience);

    shell::Fd socket_;
    std::string id_;  // of a casual client: its pid
    wire::client_frame::Reader reader_;
    std::deque<Bytes> bodies_;
    wire::Message welcome_;
};

}  // namespace hb::tools
