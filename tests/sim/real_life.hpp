// One process of a Heartbeat 3.0.6 in haresources mode, for two nodes: what it holds and says
// (spec: resources.md 4, with the faults of 10.2 as they show on the wire). A stand-in for tests,
// written from measurements of the real one; its wire is real_wire, its scripts real_children.
#pragma once

#include <string_view>

#include "core/core.hpp"
#include "resource/holdings.hpp"
#include "sim/node.hpp"
#include "sim/real_children.hpp"
#include "sim/real_facts.hpp"
#include "sim/real_wire.hpp"

namespace hb::sim {

class RealLife final : RealWire::User, RealChildren::User {
public:
    // What a process ends with.
    enum class End : std::uint8_t { none, stopped, starts_again };
    // What outlives a process: the FIFO writer of a failed start.
    class Host {
    public:
        virtual ~Host() = default;
        virtual void standby_in_30_s(Now now) = 0;
    };

    RealLife(core::CoreConfig config, Now now, Prng& dice, std::uint64_t& next_job, Host& host,
             const TraceLine& trace);

    void start(Turn& turn);
    void frame(Turn& turn, ByteView bytes) { wire_.frame(turn, bytes); }
    void script_done(Turn& turn, const ScriptDone& done) { children_.script_done(turn, done); }
    void wakeup(Turn& turn);
    // SIGTERM.
    void stop(Turn& turn);
    // A message that a script wrote into the FIFO.
    void say(Turn& turn, wire::Message message) override;

    Instant next_deadline() const;
    NodeView view() const;
    RealFacts facts() const;
    End end() const { return end_; }

private:
    using Holding = resource::Holding;
    // The numbers are those of its debug log.
    enum class Phase { init, starting, both_starting, received, stable, shutdown };
    enum class Standby { none, me, other, done };

    // --- RealWire::User, RealChildren::User ---
    void comm_up(Turn& turn) override;
    void peer_dead(Turn& turn, bool heard_since_start) override;
    void peer_returned(Turn& turn) override;
    void peer_restarted() override { peer_may_hold_ = true; }
    void peer_status(Turn& turn) override;
    void own_silence(Turn& turn) override;
    void any_message(Turn& turn) override;
    void message(Turn& turn, const wire::Message& message, bool own) override;
    void start_failed(Turn& turn) override;
    void late_heartbeat(Turn& turn) override { met_.late_heartbeat = turn.now.mono; }
    void child_ended(Turn& turn) override;

    // --- real_life.cpp: reports and holdings ---
    bool legacy() const;
    bool stable() const;
    wire::Message holdings_report(bool is_stable, std::string_view info) const;
    void report(Turn& turn, bool is_stable, std::string_view info = {});
    void on_starting(Turn& turn);
    void on_resource(Turn& turn, const wire::Message& message, bool own);
    void peer_report(Turn& turn, const wire::Message& message);
    void own_report(Instant now, const wire::Message& message);
    void local_wait_over(Turn& turn);
    void audit();
    void note_scripts_beside(Instant now);

    // --- real_moves.cpp: deaths, hand-overs, stops ---
    void acquire_local(Turn& turn, bool force);
    void take_over(Turn& turn);
    void fence_or_take(Turn& turn);
    void say_stonith(Turn& turn, const char* result);
    void on_ask_resources(Turn& turn, const wire::Message& message, bool own);
    void on_me(Turn& turn, Holding what, bool own);
    void on_done(Turn& turn, Holding what, bool own);
    void release_class(Turn& turn, Holding what);
    void acquire_class(Turn& turn, Holding given);
    void try_failback(Turn& turn);
    void on_shutdone(Turn& turn, bool own);
    void restart_soon(Turn& turn, Duration wait);
    void try_stop(Turn& turn);
    void begin_release(Turn& turn);
    void final_phase(Turn& turn);

    const core::CoreConfig config_;
    Prng& dice_;
    Host& host_;
    const TraceLine& trace_;
    RealWire wire_;
    RealChildren children_;

    RealFacts met_;  // of these only what happened
    Phase phase_{Phase::init};
    Holding mine_{Holding::none}, theirs_{Holding::none};
    bool other_stable_{false}, takeover_{false}, need_failback_{false};
    Standby standby_{Standby::none};
    Holding standby_class_{Holding::all};
    Instant standby_until_{never};     // T_S
    Instant local_wait_until_{never};  // T_L
    bool local_wait_set_{false};
    Instant failback_again_{never};
    bool gives_{false};          // in phase ME: `other` came, and its release runs
    bool peer_may_hold_{false};  // legacy mode only

    bool stopping_{false}, restarting_{false}, releasing_{false};
    Instant restart_at_{never};
    // After its own `shutdone`: 1 s, a status, 1 s, the end.
    Instant final_at_{never};
    int final_steps_{0};
    End end_{End::none};
};

}  // namespace hb::sim
