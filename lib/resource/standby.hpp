// The hand-over that both nodes agree on: me, other, done, done (resources.md 4.6). The class is
// always from the view of the node that gives. Which groups these are, and their scripts, are the
// manager's.
#pragma once

#include <algorithm>
#include <string_view>

#include "base/ids.hpp"
#include "base/instant.hpp"
#include "resource/holdings.hpp"
#include "resource/letter.hpp"

namespace hb::resource {

class Standby {
public:
    enum class Phase : std::uint8_t {
        idle,
        asked,      // we said `me`, and wait for `other`
        giving,     // `other` came: our groups are being released
        given,      // we said `done`, the peer acquires
        agreed,     // we said `other`, and wait for the peer's `done`
        acquiring,  // its `done` came: we start
    };

    Phase phase() const noexcept { return phase_; }
    std::string_view phase_word() const noexcept {
        constexpr std::string_view all[] = {"idle",  "asked",  "giving",
                                            "given", "agreed", "acquiring"};
        return all[static_cast<std::size_t>(phase_)];
    }
    bool idle() const noexcept { return phase_ == Phase::idle; }
    // Whether a hand-over keeps us from being at rest. A question to a real node does not: it
    // answers nobody who is in flux. Nor does waiting for the `done` of one that may have forgotten
    // the hand-over: it would say nothing, and not end, before we are at rest.
    bool busy() const noexcept { return !idle() && ask_again_at_ == never && !doubted_; }
    // A real node may have forgotten what we gave it: it has to be asked.
    bool doubted() const noexcept { return doubted_; }
    bool agreed() const noexcept { return phase_ == Phase::agreed; }
    bool giving() const noexcept { return phase_ == Phase::giving; }
    bool acquiring() const noexcept { return phase_ == Phase::acquiring; }
    // From the view of the giver.
    Holding given_class() const noexcept { return class_; }
    const NodeName& peer() const noexcept { return peer_; }

    // We ask. REQUIRES: idle, and both sides stable (the manager has looked). A real 3.0.6 reads
    // messages as they arrive, and drops a `me` that overtakes the report before it: it is asked
    // again until it answers.
    void ask(Instant now, const NodeName& peer, Holding give, bool peer_ours, Wishes& out);

    enum class Verdict : std::uint8_t {
        nothing,
        release,   // release class given_class() now
        acquire,   // start the mirror of class given_class() now
        finished,  // the hand-over is over
    };
    // What only the manager knows when a letter comes.
    struct Situation {
        bool self_stable{}, peer_stable{}, peer_ours{};
        bool self_first{};  // we stand before the peer in ha.cf: our `me` wins when two cross
    };
    Verdict letter(Instant now, const NodeName& from, const Letter& letter,
                   const Situation& situation, Wishes& out);

    // Every group of the class is released: says `done`. REQUIRES: giving.
    void released(Instant now, bool peer_ours, Wishes& out);
    // Every group of the class was started, or failed: says `done`. REQUIRES: acquiring.
    void acquired(Wishes& out);
    // The giver's report of the release was seen: the hand-over is not one-sided.
    void release_seen(Instant now) noexcept;

    // A peer of ours says that it moves nothing: it knows of no hand-over (any more), and will not
    // answer. Its `other` and `me` come before such a word, so an old one cannot be meant.
    void peer_at_rest(Wishes& out);
    // The same of a real node, which says so in the middle of a hand-over as well: it is given a
    // moment to finish, not an hour. `held`: what it claims; while that lacks what we gave, the
    // word is older than our `done`, and its starts may take as long as they like.
    void real_peer_at_rest(Instant now, Holding held) noexcept;

    // The peer is dead or gone. True when something was under way.
    bool cancel(Wishes& out);
    // Deadlines of an answer that does not come. True when the hand-over ended by it.
    bool wakeup(Instant now, Wishes& out);
    Instant next_deadline() const noexcept {
        return std::min({deadline_, ask_again_at_, doubt_at_});
    }

private:
    Verdict on_me(Instant now, const NodeName& from, Holding cls, const Situation& situation,
                  Wishes& out);
    Verdict on_other(Instant now, const NodeName& from, Holding cls, const Situation& situation,
                     Wishes& out);
    Verdict on_done(Instant now, const NodeName& from, Wishes& out);
    void reset() noexcept;

    Phase phase_{Phase::idle};
    Holding class_{Holding::none};
    NodeName peer_;
    Instant deadline_{never};
    Instant ask_again_at_{never};  // while a real node is asked
    Instant doubt_at_{never};      // while a real node takes what we gave
    bool doubted_{false};          // and it took that long
    bool peer_at_rest_{false};     // said while we were still giving
};

}  // namespace hb::resource
