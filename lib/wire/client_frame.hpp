// The frames of the local client API (clientapi.md 2 and 3): a header of length and magic, then one
// message in either form. Requests, sign-on and sockets are not known here.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "wire/message.hpp"

namespace hb::wire::client_frame {

enum class Form : std::uint8_t { text, netstring };

// Header and body. In `preferred` form, but in the netstring form when a field holds a message
// (clientapi.md 3.3). Errors: too_large (limits::client_body_bytes_max), malformed.
Result<Bytes> encode(const Message& message, Form preferred);

// What a body says, told apart by its first four bytes. The stream stays usable after an error.
// Errors: malformed, too_large.
Result<Message> decode(ByteView body);

// Cuts the stream of one client into bodies. Feed it what was read, in any pieces.
class Reader {
public:
    struct Found {
        std::vector<Bytes> bodies;
        // A header that no client sends (malformed: magic, too_large: length). What follows cannot
        // be read: this client must go. Nothing is found or kept from here on.
        std::optional<Error> broken;
    };
    Found feed(ByteView bytes);

    // Bytes that wait for the rest of their frame: at most a header and the largest body, and
    // never more than came, whatever a header announces.
    std::size_t kept() const noexcept { return waiting_.size(); }

private:
    // How many bytes the frame that begins in `waiting_` needs. Errors: as `broken`.
    Result<std::size_t> wanted() const;

    Bytes waiting_;
    std::optional<Error> broken_;
};

}  // namespace hb::wire::client_frame
