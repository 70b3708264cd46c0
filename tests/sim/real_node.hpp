// A Heartbeat 3.0.6 as a daemon of the simulated world: its lives, one after the other. After a
// healed partition it ends one process and starts the next by itself; the world sees no end then,
// only silence, and a larger generation.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "sim/real_life.hpp"

namespace hb::sim {

class RealNode final : public Node, public RealLife::Host {
public:
    // `next_generation` raises the number on the machine's disk and returns it; it is asked for the
    // lives after the first, whose number is in `config`. `trace` may be empty.
    RealNode(core::CoreConfig config, std::function<std::uint64_t()> next_generation,
             TraceLine trace);

    void start(Now now, Effects& out) override;
    void step(Now now, const Event& event, Effects& out) override;
    Instant next_deadline() const override;
    NodeView view() const override;
    RealFacts facts() const;
    void standby_in_30_s(Now now) override;

private:
    void begin_life(Turn& turn);
    void local(Turn& turn, const Bytes& text);
    void wakeup(Turn& turn);
    void hear(Turn& turn);
    void look_for_end(Turn& turn);

    core::CoreConfig config_;
    std::function<std::uint64_t()> next_generation_;
    TraceLine trace_;
    Prng dice_;
    std::uint64_t next_job_{0};
    std::vector<Bytes> waiting_;  // frames that its main loop has not come to yet
    Instant hears_at_{never};
    std::unique_ptr<RealLife> life_;  // none: it sleeps before it starts again
    Instant starts_again_{never};
    Instant scripts_beside_{never};    // in a life before: what they left may still run
    std::vector<Instant> standby_at_;  // of failed starts; the shells outlive the process
};

}  // namespace hb::sim
