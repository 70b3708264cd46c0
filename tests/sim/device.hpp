// The power switches of the simulated machines: how an order to reset one goes.
#pragma once

#include <optional>

#include "sim/fault.hpp"

namespace hb::sim {

class Devices {
public:
    explicit Devices(const Options& options);

    struct Course {
        std::optional<Duration> cuts_after;  // none: the power stays
        Duration answers_after{};
        FenceResult answer{};
        bool lie{};
    };
    // One order to reset `target`. The answer is the shell's: a device that
    // says nothing has become `unknown` at the order's time limit.
    Course order(std::size_t target, const FenceNode& order);
    void set_mood(std::size_t target, DeviceMood mood);
    // From now on every device works.
    void calm();

private:
    Options options_;
    std::uint64_t orders_{};
};

}  // namespace hb::sim
