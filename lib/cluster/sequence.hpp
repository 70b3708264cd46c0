// One peer's order of messages: repeats, gaps, and what may be acknowledged
// (wire.md 5.3, 5.4, 5.6). Knows numbers only; generations and contents are the receiver's.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace hb::cluster {

class Sequence {
public:
    enum class Order : std::uint8_t {
        next,        // as expected, or the first one heard
        after_gap,   // numbers before it are missing now
        lost_a_lot,  // too many missing: they are given up, the count starts anew here
        late,        // fills a gap
        duplicate,   // the last one once more
        old,         // known already, or given up
    };
    struct Arrival {
        Order order{};
        std::uint64_t gap_first{}, gap_last{};  // after_gap, lost_a_lot: what was not seen
        std::optional<std::uint64_t> ack;       // acknowledge this number now
        bool repaired{};                        // the last gap closed
    };

    // `ack_residue`: 0 to 9; numbers that leave it when divided by limits::ack_every are
    // acknowledged.
    explicit Sequence(unsigned ack_residue) : residue_(ack_residue) {}

    Arrival arrive(std::uint64_t number);
    // The sender cannot repeat `number`. `order` is `late` when it was missing, else `old`.
    Arrival give_up(std::uint64_t number);
    // Forgets gaps and position, but not how far this life had come.
    void reset();
    // The peer was started again: numbers begin at 1.
    void new_life();

    // Lowest open gap; 0 when there is none.
    std::uint64_t first_missing() const noexcept { return missing_.empty() ? 0 : missing_.front(); }
    const std::vector<std::uint64_t>& missing() const noexcept { return missing_; }
    // Highest number of this life that ever arrived.
    std::uint64_t highest() const noexcept { return highest_; }

private:
    Arrival next(std::uint64_t number);
    Arrival jump(std::uint64_t number);
    Arrival fill(std::uint64_t number);
    std::optional<std::uint64_t> ack_up_to(std::uint64_t limit) const;

    unsigned residue_;
    std::optional<std::uint64_t> last_;
    std::uint64_t highest_{};
    std::vector<std::uint64_t> missing_;  // ascending, at most limits::missing_max
};

}  // namespace hb::cluster
