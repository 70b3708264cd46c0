// Messages that wait: for a gap below them to close, or for the status that shows their sender's
// life. Ordered by number, bounded in count and bytes. Knows nothing of gaps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "wire/message.hpp"

namespace hb::cluster {

class HeldBack {
public:
    HeldBack(std::size_t messages_max, std::size_t bytes_max)
        : messages_max_(messages_max), bytes_max_(bytes_max) {}

    // A number that is here already is dropped.
    void add(std::uint64_t number, wire::Message message);
    // The lowest one, while a bound is passed. Call until there is none.
    std::optional<wire::Message> surplus();
    // In order and taken out: all below `limit`; all of them when `limit` is 0.
    std::vector<std::pair<std::uint64_t, wire::Message>> take_below(std::uint64_t limit);
    void clear();

    std::size_t size() const noexcept { return waiting_.size(); }

private:
    struct Waiting {
        wire::Message message;
        std::size_t bytes{};
    };
    std::size_t messages_max_, bytes_max_;
    std::size_t bytes_{};
    std::map<std::uint64_t, Waiting> waiting_;
};

}  // namespace hb::cluster
