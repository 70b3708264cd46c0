// The truth about ping nodes, against which our nodes are checked.
#pragma once

#include <array>
#include <vector>

#include "sim/checkers.hpp"

namespace hb::sim {

// I11: a ping node is told to be up when it answers and at no other time; dead after deadping
// without an answer (initdead at start) and not before, our own standstill not counted; each change
// once.
class PingTruth {
public:
    explicit PingTruth(const Options& options);
    void began(Instant t, std::size_t machine);
    void stood_still(Duration span, std::size_t machine);
    // An answer has reached the socket.
    void answered(Instant t, std::size_t machine, std::size_t ping);
    Wrong effect(Instant t, std::size_t machine, const Effect& effect);

private:
    enum class Told : std::uint8_t { nothing, up, dead };
    struct View {
        Instant heard{};
        Told told{Told::nothing};
    };
    const Options options_;
    std::array<std::vector<View>, 2> views_;
};

}  // namespace hb::sim
