// Lines that the outside could cause without end: one per topic, place and pause, with a count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "base/event.hpp"
#include "base/limits.hpp"

namespace hb::cluster {

enum class Topic : std::uint8_t {
    bad_packet,
    malformed,
    unknown_node,
    own_name,
    replay,
    shared_uuid,
    membership,
    node_list,
    lost_a_lot,
    lost,
    refused_request,
    given_up,
    echo,
    too_large,
};

class LogDamper {
public:
    // `make` gives the line; it is called only when the line is logged now or is the first of those
    // kept back. Places are small indices of ours (a peer, a link and class), never outside words.
    // True when it is logged now.
    template <class Make>
    bool happened(Topic topic, std::size_t place, Instant now, Effects& out, Make&& make) {
        Slot& slot = slots_[{topic, place}];
        if (slot.pending++ > 0) return false;
        slot.line = make();
        if (now < slot.next) return false;
        tell(slot, now, out);
        return true;
    }
    // Tells what was kept back and may be told now.
    void passed(Instant now, Effects& out);
    // Tells all that was kept back: nobody will later.
    void last_words(Effects& out);
    Instant next_deadline() const noexcept;

private:
    struct Slot {
        Instant next{};  // when a line may be logged again
        std::uint64_t pending{};
        LogLine line;
    };
    static void tell(Slot& slot, Instant now, Effects& out);

    std::map<std::pair<Topic, std::size_t>, Slot> slots_;
};

}  // namespace hb::cluster
