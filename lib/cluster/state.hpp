// What an Engine is made of; private to lib/cluster. The work is spread over engine.cpp (the door),
// receive.cpp, order.cpp, dispatch.cpp, control.cpp, status.cpp, echo.cpp, send.cpp, beat.cpp and
// time.cpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/prng.hpp"
#include "cluster/acks.hpp"
#include "cluster/beat.hpp"
#include "cluster/engine.hpp"
#include "cluster/held_back.hpp"
#include "cluster/history.hpp"
#include "cluster/links.hpp"
#include "cluster/liveness.hpp"
#include "cluster/log_damper.hpp"
#include "cluster/membership.hpp"
#include "cluster/one_way.hpp"
#include "cluster/pings.hpp"
#include "cluster/retransmit.hpp"
#include "cluster/roll_call.hpp"
#include "cluster/sequence.hpp"
#include "cluster/traffic.hpp"

namespace hb::cluster {

// One call from outside: when it is, and where its results go.
struct Turn {
    Now now;
    Effects& out;
    Notices& up;

    template <class... A>
    void log(LogId id, const A&... arguments) {
        out.emplace_back(log_line(id, arguments...));
    }
};

// What one peer is to us, beside its silence (Liveness) and its links (Links).
struct Peer {
    explicit Peer(unsigned ack_residue) : order(ack_residue) {}

    std::uint64_t generation{};     // of its last status that counted; 0: never heard
    std::uint64_t status_number{};  // seq of that status
    std::string word{"init"};       // st of that status, or `dead`
    bool ours{false};
    bool hears_us{true};  // as we told last
    bool heard_since_start{false};
    Sequence order;
    Retransmit wanted;
    bool ignores_requests{false};  // one was given up, and none answered since
    bool loss_logged{false};       // since all gaps were closed the last time
    HeldBack held{limits::held_messages_max, limits::held_bytes_max};  // behind a gap
    HeldBack parked{limits::parked_messages_max,
                    limits::held_bytes_max};  // of a life not yet shown
    std::uint64_t parked_generation{};
    Instant nak_pause_ends{};
    std::size_t naks{};  // sent since that pause began
    // For people: as in PeerView.
    std::uint64_t deaths{}, late{}, lost{}, repeated{};
};

// The fields that decide what happens to a message, checked. Views into the message.
struct Header {
    std::string_view type;
    std::string_view source;
    std::uint64_t number{};      // 0 for types that begin with NS_
    std::uint64_t generation{};  // 0 when absent
    bool control{};              // type begins with NS_
};
// Errors: malformed, with what was wrong.
Result<Header> read_header(const wire::Message& message);

// One of the five types that must reach the manager in the order they were sent.
bool in_senders_order(std::string_view type) noexcept;

struct Engine::State {
    State(EngineConfig given, Now now);

    // --- receive.cpp, order.cpp: from bytes to messages in order ---
    void receive(Turn& turn, std::size_t link, ByteView bytes);
    void bad_packet(Turn& turn, std::size_t link, Errc why);
    void own_name_heard(Turn& turn, const wire::Message& message, const Header& header);
    void sequenced(Turn& turn, std::size_t peer, std::size_t link, wire::Message&& message,
                   const Header& header);
    bool to_be_read(const wire::Message& message) const;
    void note_uuid(Turn& turn, std::size_t peer, const wire::Message& message);
    void park(Peer& from, wire::Message&& message, const Header& header);
    // What a status says about its sender's life. False: drop it.
    enum class Life : std::uint8_t { same, first, restarted, returned, refused };
    Life life_of(std::size_t peer, const wire::Message& status, const Header& header) const;
    void begin_life(Turn& turn, std::size_t peer, Life life, const Header& header);
    // The sequence check (wire.md 5.4 step 9) with its requests and acknowledgement.
    Sequence::Order put_in_order(Turn& turn, std::size_t peer, std::uint64_t number);
    void number_settled(Turn& turn, std::size_t peer, const Sequence::Arrival& seen);
    // `number` will never come: what waited for it alone is handed up. False: nobody waited.
    bool number_lost(Turn& turn, std::size_t peer, std::uint64_t number);
    void forget_order(Turn& turn, std::size_t peer);
    // Hands up what waited for a gap that is closed now; everything when no gap is open.
    void release_held(Turn& turn, std::size_t peer);

    // For whoever listens. Nothing when nobody does.
    void overheard(Overheard::Kind kind, const wire::Message& message);

    // --- dispatch.cpp, control.cpp, status.cpp: what a message means ---
    void dispatch(Turn& turn, std::size_t peer, wire::Message&& message, std::uint64_t number);
    void deliver(Turn& turn, std::size_t peer, wire::Message&& message, std::uint64_t number);
    void node_list_came(Turn& turn, std::size_t peer, const wire::Message& message);
    void control(Turn& turn, std::size_t peer, const wire::Message& message, const Header& header);
    void serve_request(Turn& turn, std::size_t peer, const wire::Message& message);
    void nak_came(Turn& turn, std::size_t peer, const wire::Message& message);
    void ack_came(Turn& turn, std::size_t peer, const wire::Message& message);
    void status_came(Turn& turn, std::size_t peer, const wire::Message& message,
                     std::uint64_t number, Life life);
    void heartbeat(Turn& turn, std::size_t peer);
    void peer_died(Turn& turn, std::size_t peer);
    Lag later_there(Instant now, std::size_t peer) const;

    // --- lines.cpp: what is said of links ---
    // The link that stands for this one (LinkSpec::shares).
    std::size_t line_of(std::size_t link) const;
    void link_changed_state(Turn& turn, const Links::Place& place);
    void look_at_links(Turn& turn);
    void tell_one_way(Turn& turn);
    // What a status says about lines, however old its number.
    void lines_told(std::size_t peer, std::size_t line, const wire::Message& status);
    void heard_by(Turn& turn, std::size_t peer, const wire::Message& status, bool active);
    std::string heard_list() const;

    // --- echo.cpp: ping nodes ---
    void echo_came(Turn& turn, std::size_t ping, ByteView bytes);
    void ping_changed(Turn& turn, std::size_t ping);
    // One echo request to each, with the time of the status that it goes with.
    void ping_all(Now now, Effects& out);

    // --- send.cpp, beat.cpp: what we say ---
    // `copy`: gets the message as it went.
    std::uint64_t send(Now now, wire::Message message, Effects& out, wire::Message* copy = nullptr);
    // `number` 0: a control message.
    void add_standard_fields(wire::Message& message, std::uint64_t number, Now now) const;
    // On every usable link to peers. Errors: too_large, malformed, io.
    Result<void> emit(const wire::Message& message, Effects& out) const;
    Result<Bytes> seal_datagram(const wire::Message& message) const;
    void ack(Turn& turn, std::size_t peer, std::uint64_t number);
    void send_status(Now now, Effects& out);

    // --- time.cpp: what passing time does ---
    void notice_stall(Turn& turn);
    void pass_time(Turn& turn);
    void give_up_unanswered(Turn& turn, std::size_t peer);
    void ask_for_missing(Turn& turn, std::size_t peer);
    // After every call: an extra status that others wait for, and the way to communication up.
    void follow_up(Turn& turn);
    bool roll_is_open() const;
    void call_roll(Turn& turn);
    void complete_roll(Turn& turn);
    Instant next_deadline() const;

    // --- view.cpp: for people, tools and checkers ---
    std::vector<PeerView> peer_views(Instant now) const;
    std::vector<PingView> ping_views(Instant now) const;
    std::vector<LineView> line_views() const;

    EngineConfig config;
    wire::Signer signer;
    Membership members;
    Liveness liveness;
    Links links;
    OneWay one_way;
    Pings pings;
    Traffic traffic;
    std::vector<bool> usable;  // by link
    std::vector<Peer> peers;
    History history;
    Acks acks;
    RollCall roll;
    Beat beat;
    Prng dice;
    LogDamper damper;
    std::string own_word{"init"};
    std::string load{"n/a"};
    Instant last_call{};
    struct Stalls {
        std::uint64_t count{};
        Duration worst{};
        Instant last{};
    };
    Stalls stalls;  // for people
    bool started{false};
    Ears ears{};
    std::vector<Overheard> heard_aside;  // not taken yet
};

}  // namespace hb::cluster
