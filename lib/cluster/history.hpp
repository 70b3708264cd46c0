// What we sent lately, for those who missed it, and the answer to a request (wire.md 5.5). Does not
// send.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "base/instant.hpp"
#include "wire/message.hpp"

namespace hb::cluster {

class History {
public:
    // REQUIRES: numbers come one after the other.
    void keep(std::uint64_t number, wire::Message message);

    struct Nak {
        std::uint64_t number{};
        const char* why{};
    };
    struct Answer {
        std::vector<const wire::Message*> again;  // valid until the next keep()
        std::vector<Nak> naks;
    };
    // Answers a request for `first`..`last` of a peer that has acknowledged `acknowledged`.
    // Together at most limits::resend_per_request; what was repeated less than `pause` ago is left
    // out.
    Answer asked(std::uint64_t first, std::uint64_t last, std::uint64_t acknowledged, Instant now,
                 Duration pause);

    // Number of the last message kept; 0 before the first.
    std::uint64_t highest() const noexcept { return highest_; }

private:
    struct Kept {
        wire::Message message;
        Instant repeated{};
        bool was_repeated{false};
    };
    std::uint64_t highest_{};
    std::deque<Kept> kept_;  // the last ones, ending with highest_
};

}  // namespace hb::cluster
