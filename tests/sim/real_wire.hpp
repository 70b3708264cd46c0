// The wire half of the stand-in for a Heartbeat 3.0.6 in a cluster of two (spec: wire.md 5, 6):
// numbers, repeats, liveness, the way to communication up. Unlike our Engine it hands messages up
// in the order of arrival, loops its own back before they leave, and trusts a clock that stood.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/event.hpp"
#include "base/prng.hpp"
#include "cluster/engine.hpp"
#include "cluster/history.hpp"
#include "cluster/retransmit.hpp"
#include "cluster/sequence.hpp"
#include "wire/signer.hpp"

namespace hb::sim {

// Log words and sent messages, for the trace of the world.
using TraceLine = std::function<void(const std::string&)>;

// One call from outside: when it is, and where its effects go.
struct Turn {
    Now now;
    Effects& out;
};

class RealWire {
public:
    // What runs on top of it.
    class User {
    public:
        virtual ~User() = default;
        virtual void comm_up(Turn& turn) = 0;
        virtual void peer_dead(Turn& turn, bool heard_since_start) = 0;
        virtual void peer_returned(Turn& turn) = 0;
        virtual void late_heartbeat(
            Turn& turn) = 0;  // of a peer that was not dead; its death follows
        virtual void peer_restarted() = 0;
        virtual void peer_status(Turn& turn) = 0;  // its word changed
        virtual void own_silence(Turn& turn) = 0;  // our own status did not pass for its timeout
        // Before every message, whoever sent it.
        virtual void any_message(Turn& turn) = 0;
        virtual void message(Turn& turn, const wire::Message& message, bool own) = 0;
    };

    RealWire(const cluster::EngineConfig& config, Instant now, User& user, const TraceLine& trace);

    void start(Turn& turn);
    void frame(Turn& turn, ByteView bytes);
    void wakeup(Turn& turn);
    // Processed here first, together with all that it leads to, then sent: what it leads to is
    // earlier on the wire (resources.md 10.2 B19).
    void send(Turn& turn, wire::Message message);
    void send_status(Turn& turn);
    // `dt` of a daemon that is about to start itself again.
    void announce_restart() { extra_timeout_ = std::chrono::seconds(30); }

    Instant next_deadline() const;
    // The first tick of the 250 ms poll at or after `due`.
    Instant poll_after(Instant due) const;
    // It is asked for numbers that it takes for acknowledged, and says nothing (wire.md 5.5); a
    // peer of ours gives such a number up after 10 s.
    bool refuses() const;
    bool comm_up() const { return comm_up_; }
    const NodeName& peer() const { return peer_; }
    // Nodes that are up or active, this one included.
    int live_nodes() const { return peer_lives() ? 2 : 1; }
    std::uint64_t peer_generation() const { return peer_generation_; }

private:
    bool peer_lives() const { return peer_word_ == "up" || peer_word_ == "active"; }
    void sequenced(Turn& turn, const wire::Message& message, std::uint64_t number,
                   std::uint64_t generation);
    // False: the status is dropped.
    bool judge_life(Turn& turn, std::uint64_t number, std::uint64_t generation);
    bool in_order(Turn& turn, std::uint64_t number);
    void control(Turn& turn, const wire::Message& message);
    void serve_request(Turn& turn, const wire::Message& message);
    void dispatch(Turn& turn, const wire::Message& message);
    void status_came(Turn& turn, const wire::Message& status, std::uint64_t number);
    bool for_us(const wire::Message& message) const;
    void peer_died(Turn& turn);
    void reset_tracker();
    void scan(Turn& turn);
    void ask_for_missing(Turn& turn);
    void look_for_comm_up(Turn& turn);
    void complete(Turn& turn);
    Instant peer_due() const;
    Instant own_due() const;
    void add_standard_fields(wire::Message& message, std::uint64_t number, Now now) const;
    void send_control(Turn& turn, wire::Message message);
    void emit(const wire::Message& message, Effects& out) const;

    const cluster::EngineConfig& config_;
    User& user_;
    const TraceLine& trace_;
    wire::Signer signer_;
    Prng dice_;
    NodeName peer_;
    Instant started_;

    // what we send
    cluster::History history_;
    std::string own_word_{"init"};
    Duration extra_timeout_{std::chrono::seconds(2)};
    Instant next_beat_{}, grace_ends_{}, own_heard_{};
    Instant woken_at_{}, refused_since_{}, refused_at_{};
    std::uint64_t acknowledged_{};  // by the peer
    bool flow_control_{true};

    // what we know of the peer
    std::string peer_word_{"init"};
    Bytes peer_uuid_;
    std::uint64_t peer_generation_{}, status_number_{}, last_ts_{};
    std::optional<Instant> last_status_;  // survives its death, not its restart
    Instant silent_since_;
    Duration peer_timeout_;
    bool heard_{false}, heard_since_start_{false};
    cluster::Sequence order_;
    cluster::Retransmit wanted_;

    bool comm_up_{false}, asking_{false};
    Instant ask_again_{never};
};

}  // namespace hb::sim
