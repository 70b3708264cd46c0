// See ipfail_logic.hpp.
#include "plugin/ipfail_logic.hpp"

#include <utility>

#include "base/limits.hpp"

namespace hb::ipfail {

void Logic::start(Instant now, Situation situation) {
    *this = Logic();
    now_ = std::move(situation);
    if (now_.pause <= Duration{}) return;
    pause_until_ = now + std::min(now_.pause, limits::ipfail_move_pause);
    pause_at_most_ = now + limits::ipfail_pause_longest;
    ask_again_ = true;  // what came before this start is not known
}

void Logic::new_config(Duration keepalive, bool failback) {
    now_.keepalive = keepalive;
    now_.failback = failback;
}

std::optional<Scope> Logic::giving_up() const noexcept {
    return waiting() ? std::optional<Scope>(scope_) : std::nullopt;
}

// --- triggers (ipfail.md 1.4) ---

void Logic::pings(Instant now, std::size_t count, Asks& out) {
    if (count == now_.pings) return;
    now_.pings = count;
    changed_ = now;
    ask(out);
}

void Logic::link_dead(Instant, Asks& out) { ask(out); }
void Logic::peer_joined(Instant, Asks& out) { ask(out); }

void Logic::peer_alive(Instant, bool alive, Asks& out) {
    if (alive == now_.peer_alive) return;
    now_.peer_alive = alive;
    theirs_.reset();
    if (alive) return ask(out);  // counts may have changed while we did not hear each other
    disarm();                    // nobody is there to take anything
    pending_ = false;
    settle_at_ = never;
}

void Logic::ask(Asks& out) {
    if (!now_.peer_alive) return;
    if (pausing()) {
        ask_again_ = true;
        return;
    }
    out.emplace_back(SayCount{now_.pings});
}

// --- the decision (1.5) ---

void Logic::peer_counts(Instant now, std::size_t count, Asks& out) {
    theirs_ = count;
    decide(now, count, out);
}

void Logic::decide(Instant now, std::size_t theirs, Asks& out) {
    if (now_.pings > theirs) {
        confirm_until_ = never;
        if (pausing()) {
            decide_again_ = true;
            return;
        }
        out.emplace_back(Note{"we reach " + std::to_string(now_.pings) + " ping nodes, the peer " +
                              std::to_string(theirs)});
        out.emplace_back(SayYouAreDead{});
        return;
    }
    if (now_.pings < theirs) {
        out.emplace_back(Note{"the peer reaches " + std::to_string(theirs) + " ping nodes, we " +
                              std::to_string(now_.pings)});
        return you_are_dead(now, out);
    }
    out.emplace_back(SayAbortGiveup{});
    if (waiting()) return disarm();
    if (now_.failback && now_.stable) arm(now, Scope::foreign, out);
}

void Logic::you_are_dead(Instant now, Asks& out) {
    if (confirm_until_ == never) return arm(now, Scope::all, out);
    disarm();
    give_up(now, out);
}

void Logic::abort_giveup(Asks& out) {
    if (!waiting()) return;
    out.emplace_back(Note{"the peer reaches no more ping nodes than we do: nothing is given up"});
    disarm();
}

// --- giving up (1.6) ---

void Logic::arm(Instant now, Scope scope, Asks& out) {
    if (pausing()) {
        (theirs_ ? decide_again_ : ask_again_) = true;
        return;
    }
    if (scope == Scope::all) {
        out.emplace_back(Note{
            "all resources are given up in " + std::to_string(to_ms(now_.keepalive * 2)) + " ms",
            true});
    }
    scope_ = scope;
    confirm_until_ = never;
    give_up_at_ = now + now_.keepalive * 2;
}

void Logic::peer_gives_up(Instant now) { peer_requested_ = now; }

void Logic::refused(bool in_flux) {
    requested_.reset();
    if (in_flux) pending_ = true;
}

// --- moving groups (1.7) ---

void Logic::peer_resources(Instant now, bool stable, bool closing) {
    if (stable && closing) settle(now);
}

// What failed where it was taken goes back: a move too, though nothing is elsewhere after it.
void Logic::own_resources(Instant now, bool stable, const std::string& holds, bool moved,
                          Asks& out) {
    now_.stable = stable;
    if (!stable) return;
    if (std::exchange(now_.holds, holds) != holds) moved = true;
    const auto lately = [now](const std::optional<Instant>& requested) {
        return requested && now - *requested < limits::ipfail_move_pause;
    };
    if (moved && (lately(requested_) || lately(peer_requested_))) begin_pause(now, out);
    settle(now);
}

void Logic::settle(Instant now) {
    if (!std::exchange(pending_, false)) return;
    settle_at_ = now + limits::ipfail_settle;
}

// --- at most one move in a while: a ping node that comes and goes ---

void Logic::begin_pause(Instant now, Asks& out) {
    requested_.reset();
    peer_requested_.reset();
    ask_again_ = ask_again_ || waiting() || pending_ || settle_at_ != never;
    disarm();
    pending_ = false;
    settle_at_ = never;
    pause_until_ = now + limits::ipfail_move_pause;
    pause_at_most_ = now + limits::ipfail_pause_longest;
    out.emplace_back(Note{"resources were moved because of ping nodes: not again for " +
                          std::to_string(to_ms(limits::ipfail_move_pause) / 1000) + " s"});
}

// A node whose ping nodes come and go says nothing of them until they stay: the other one would
// give back in the wrong moment.
void Logic::end_pause(Instant now, Asks& out) {
    if (ask_again_ && changed_ && now < pause_at_most_) {
        const Instant quiet = std::min(*changed_ + limits::ipfail_quiet, pause_at_most_);
        if (now < quiet) {
            pause_until_ = quiet;
            return;
        }
    }
    pause_until_ = never;
    if (std::exchange(decide_again_, false) && theirs_ && now_.peer_alive) {
        decide(now, *theirs_, out);
    }
    if (std::exchange(ask_again_, false)) ask(out);
}

void Logic::time(Instant now, Asks& out) {
    if (now >= pause_until_) end_pause(now, out);
    if (now >= settle_at_) {
        settle_at_ = never;
        ask(out);
    }
    if (now >= confirm_until_) {
        confirm_until_ = never;
        out.emplace_back(Note{"the peer's ipfail does not answer: nothing is given up", true});
    }
    if (now < give_up_at_) return;
    disarm();
    if (scope_ == Scope::foreign || !now_.stable) return give_up(now, out);
    // A peer that lost the same ping nodes a little later may not have told us yet: a 3.0.6 says
    // so with its link, up to a second after it knows. Asked, it answers by what it knows.
    confirm_until_ = now + limits::ipfail_confirm;
    ask(out);
}

void Logic::give_up(Instant now, Asks& out) {
    pending_ = !now_.stable;
    if (pending_) return;
    requested_ = now;
    out.emplace_back(GiveUp{scope_});
}

}  // namespace hb::ipfail
