// The frames between heartbeatd and heartbeat-plugin-helper: a kind and a list of text pairs,
// within bounds. Either end may be a plugin gone wild, so nothing is believed. Sockets are not
// known here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"

namespace hb::wire::helper_frame {

using Fields = std::vector<std::pair<std::string, std::string>>;

enum class Kind : std::uint8_t {
    // to the helper, in this order: what to load, its parameters, then the calls
    order = 1,
    config = 2,
    call = 3,      // of a fencing plugin: one, of a watching one: each an event
    question = 4,  // are you alive?
    // from the helper
    opened = 16,   // open() gave HB_OK
    taken = 17,    // a call or a question was dealt with
    request = 18,  // of the plugin
    words = 19,    // for the log: `level`, `text`
    result = 20,   // of the fence call: `rc`
};

struct Frame {
    Kind kind{};
    Fields fields;
    bool operator==(const Frame&) const = default;
};

// A name is not empty, and neither name nor value holds a zero byte: they become texts of C.
// Errors: malformed (as said), too_large (limits::helper_fields_max, helper_frame_bytes_max).
Result<Bytes> encode(const Frame& frame);

// Cuts a stream into frames. Feed it what was read, in any pieces.
class Reader {
public:
    struct Found {
        std::vector<Frame> frames;
        // What no helper sends (malformed, too_large). Nothing is found or kept from here on.
        std::optional<Error> broken;
    };
    Found feed(ByteView bytes);

    // Bytes that wait for the rest of their frame; never more than came.
    std::size_t kept() const noexcept { return waiting_.size(); }

private:
    Bytes waiting_;
    std::optional<Error> broken_;
};

}  // namespace hb::wire::helper_frame
