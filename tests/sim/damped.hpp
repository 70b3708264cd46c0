// I12: the two ipfails together begin at most one move in a minute, whatever ping nodes do.
#pragma once

#include <array>
#include <optional>

#include "sim/checkers.hpp"

namespace hb::sim {

class Damped {
public:
    Wrong effect(Instant t, const Machine& machine, const Effect& effect);
    // What it knew is forgotten with it, and it has not heard of a move that is under way.
    void plugin_began(std::size_t) {
        moved_.reset();
        begun_.reset();
    }
    void plugin_raves(Instant t) { raved_ = t; }

private:
    struct Begun {
        std::size_t giver{};
        Instant at{};
    };
    std::optional<Begun> begun_;
    std::optional<Instant> moved_;  // when both had finished a move that ipfail began
    std::optional<Instant> raved_;
};

}  // namespace hb::sim
