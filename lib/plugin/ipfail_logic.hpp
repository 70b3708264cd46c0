// What ipfail decides: resources go to the node that reaches more ping nodes (spec: ipfail.md 1).
// Time is a parameter; who tells the news and carries the requests is not known here.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/instant.hpp"

namespace hb::ipfail {

// --- what it asks for ---

struct SayCount {  // to the peer's ipfail: num_ping_nodes
    std::size_t count{};
    bool operator==(const SayCount&) const = default;
};
struct SayYouAreDead {  // we reach more
    bool operator==(const SayYouAreDead&) const = default;
};
struct SayAbortGiveup {  // both reach as many
    bool operator==(const SayAbortGiveup&) const = default;
};
enum class Scope { all, foreign };
struct GiveUp {  // a hand-over to the peer
    Scope scope{};
    bool operator==(const GiveUp&) const = default;
};
struct Note {  // for the log
    std::string text;
    bool warning{false};
    bool operator==(const Note&) const = default;
};
using Ask = std::variant<SayCount, SayYouAreDead, SayAbortGiveup, GiveUp, Note>;
using Asks = std::vector<Ask>;

struct Situation {
    Duration keepalive{};
    bool failback{false};  // auto_failback on
    std::size_t pings{};   // ping nodes that we reach
    bool peer_alive{false};
    bool stable{false};  // no group of ours is moving
    std::string holds;   // when stable: none, local, foreign, all
    Duration pause{};    // what is left of the pause after a move
};

class Logic {
public:
    // Everything at once; what was known before is forgotten.
    void start(Instant now, Situation situation);
    void new_config(Duration keepalive, bool failback);

    // We reach that many ping nodes now.
    void pings(Instant now, std::size_t count, Asks& out);
    // A line to the peer, which lives, went silent.
    void link_dead(Instant now, Asks& out);
    void peer_alive(Instant now, bool alive, Asks& out);
    // The peer's ipfail signed on.
    void peer_joined(Instant now, Asks& out);
    // Its three messages, and its request to give up resources.
    void peer_counts(Instant now, std::size_t count, Asks& out);
    void you_are_dead(Instant now, Asks& out);
    void abort_giveup(Asks& out);
    void peer_gives_up(Instant now);
    // The peer's groups move, or rest. `closing`: a report without `info`.
    void peer_resources(Instant now, bool stable, bool closing);
    // So do our own. The rest only counts when stable; `moved`: something was started or stopped.
    void own_resources(Instant now, bool stable, const std::string& holds, bool moved, Asks& out);
    // The last GiveUp was not begun. `in_flux`: since groups are moving somewhere.
    void refused(bool in_flux);

    void time(Instant now, Asks& out);
    Instant next_deadline() const noexcept {
        return std::min({give_up_at_, confirm_until_, settle_at_, pause_until_});
    }

    bool pausing() const noexcept { return pause_until_ != never; }
    std::optional<Scope> giving_up() const noexcept;

private:
    void ask(Asks& out);
    void decide(Instant now, std::size_t theirs, Asks& out);
    void arm(Instant now, Scope scope, Asks& out);
    void disarm() noexcept { give_up_at_ = confirm_until_ = never; }
    bool waiting() const noexcept { return give_up_at_ != never || confirm_until_ != never; }
    void give_up(Instant now, Asks& out);
    void begin_pause(Instant now, Asks& out);
    void end_pause(Instant now, Asks& out);
    void settle(Instant now);

    Situation now_;
    std::optional<std::size_t> theirs_;  // as last heard
    Instant give_up_at_{never};
    Instant confirm_until_{never};  // the peer was asked once more; all is given up on its word
    Scope scope_{Scope::all};
    bool pending_{false};       // a give-up found groups moving: look again when they rest
    Instant settle_at_{never};  // that is then
    // Since we, or the peer's, asked for a hand-over: if groups move now, it was for ping nodes. A
    // refusal of ours says nothing of the other one's.
    std::optional<Instant> requested_, peer_requested_;
    Instant pause_until_{never};                   // after a move: none is begun or provoked before
    Instant pause_at_most_{never};                 // however often ping nodes come and go
    std::optional<Instant> changed_;               // what we reach
    bool ask_again_{false}, decide_again_{false};  // what the pause kept back
};

}  // namespace hb::ipfail
