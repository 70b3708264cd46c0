// See real_life.hpp: deaths, hand-overs, failback, and the way to its own end.
#include <algorithm>

#include "sim/real_life.hpp"

namespace hb::sim {

using namespace std::chrono_literals;
using resource::includes;
using resource::mirrored;
using resource::without;

// --- deaths (resources.md 4.8, 4.9, 4.11) ---

void RealLife::acquire_local(Turn& turn, bool force) {
    if (stopping_) return;
    const bool somebody_has =
        includes(theirs_, Holding::foreign) || includes(mine_, Holding::local);
    if (!legacy() && !force && somebody_has && standby_ == Standby::none) {
        trace_("Local Resource acquisition completed. (none)");
        return;
    }
    std::optional<wire::Message> last_word;
    if (!legacy()) {
        mine_ = mine_ | Holding::local;
        // The child knows what was held when it was forked.
        last_word = holdings_report(true, "req_our_resources()");
    }
    children_.request_own(turn, legacy() && wire_.live_nodes() >= 2, std::move(last_word));
}

void RealLife::take_over(Turn& turn) {
    if (stopping_) {
        trace_("Resource takeover cancelled - shutdown in progress.");
        return;
    }
    trace_("Resources being acquired from " + wire_.peer() + ".");
    children_.notify_dead(wire_.peer());
    children_.start_queue(turn);
    if (!legacy()) {
        mine_ = mine_ | Holding::foreign;
        theirs_ = Holding::none;
        other_stable_ = true;
        takeover_ = true;
    }
    acquire_local(turn, true);
}

void RealLife::say_stonith(Turn& turn, const char* result) {
    wire::Message message = wire::make_message("stonith");
    message.set("node", wire_.peer());
    message.set("result", result);
    wire_.send(turn, std::move(message));
}

// Here a device would be asked first (resources.md 4.12): reset, each 5 s again until it succeeds,
// however well the victim is meanwhile, and take_over() only then. The world has no device yet.
void RealLife::fence_or_take(Turn& turn) {
    say_stonith(turn, "n_stnth");
    trace_("WARN: No STONITH device configured.");
    take_over(turn);
}

void RealLife::peer_dead(Turn& turn, bool heard_since_start) {
    if (standby_ != Standby::none) {
        trace_("Cancelling pending standby operation");
        standby_ = Standby::none;
        standby_until_ = never;
        if (mine_ == Holding::all) other_stable_ = true;
    }
    if (stopping_) {
        if (legacy()) {
            try_stop(turn);
        } else if (phase_ != Phase::stable && phase_ != Phase::shutdown) {
            begin_release(turn);
        }
        return;
    }
    need_failback_ = true;
    const bool gave_up = legacy() ? !peer_may_hold_ : theirs_ == Holding::none;
    if (!heard_since_start || !gave_up) return fence_or_take(turn);
    trace_("Dead node " + wire_.peer() + " gave up resources.");
    say_stonith(turn, "unneeded");
    if (legacy()) return take_over(turn);
    if (mine_ == Holding::all) {
        other_stable_ = true;
    } else if (!includes(mine_, Holding::foreign)) {
        take_over(turn);
    } else {
        acquire_local(turn, true);
    }
}

// The timer of a busy loop: of two nodes that hear each other at once, one is the first to release.
void RealLife::peer_returned(Turn& turn) { restart_soon(turn, 2s + dice_.between(0ms, 50ms)); }

void RealLife::own_silence(Turn& turn) {
    trace_("ERROR: No local heartbeat. Forcing restart.");
    restart_soon(turn, 0s);
}

// --- hand-overs (resources.md 4.6, 4.7) ---

void RealLife::on_ask_resources(Turn& turn, const wire::Message& message, bool own) {
    if (legacy() || phase_ == Phase::shutdown || !message.has("info")) return;
    const std::string_view info = message.get("info");
    const std::string from = own ? config_.engine.self : wire_.peer();
    const Holding what =
        message.has("rsc_hold")
            ? resource::holding_named(message.get("rsc_hold")).value_or(Holding::none)
            : Holding::all;
    if (standby_until_ != never && info == "me") {
        trace_("WARN: Standby in progress- new request from " + from + " ignored");
        return;
    }
    if (standby_ == Standby::none) {
        if (!other_stable_ || phase_ != Phase::stable) {
            trace_("WARN: standby message [" + std::string(info) + "] from " + from +
                   " ignored.  " +
                   (other_stable_ ? "local resources in flux." : "Other side is in flux."));
            return;
        }
        if (info == "me") return on_me(turn, what, own);
    } else if (standby_ == Standby::me && info == "other" && !own) {
        return release_class(turn, what);
    } else if (standby_ == Standby::other && info == "other" && own) {
        return;
    } else if (info == "done") {
        const bool expected = standby_ == Standby::done || (standby_ == Standby::me && own) ||
                              (standby_ == Standby::other && !own);
        if (expected) return on_done(turn, what, own);
    }
    trace_("ERROR: Ignored standby message '" + std::string(info) + "' from " + from +
           " in state " + std::to_string(static_cast<int>(standby_)));
}

// What the other side thinks of the request is not asked: one of the two may drop it (10.2 B25).
void RealLife::on_me(Turn& turn, Holding what, bool own) {
    standby_class_ = what;
    other_stable_ = false;
    trace_((own ? config_.engine.self : wire_.peer()) + " wants to go standby [" +
           std::string(holding_word(what)) + "]");
    if (own) {
        gives_ = false;
        standby_until_ = turn.now.mono + 10s;
        standby_ = Standby::me;
        return;
    }
    standby_ = Standby::other;
    wire::Message answer = wire::make_message("ask_resources");
    answer.set("rsc_hold", holding_word(what));
    answer.set("info", "other");
    wire_.send(turn, std::move(answer));
    standby_until_ = turn.now.mono + 3600s;
}

namespace {

wire::Message done_message(resource::Holding what) {
    wire::Message done = wire::make_message("ask_resources");
    done.set("rsc_hold", holding_word(what));
    done.set("info", "done");
    return done;
}

}  // namespace

// The report comes before the first stop: who dies now is not fenced (10.2 B4).
void RealLife::release_class(Turn& turn, Holding what) {
    standby_class_ = what;
    gives_ = true;
    standby_until_ = turn.now.mono + 3600s;
    other_stable_ = false;
    mine_ = without(mine_, what);
    report(turn, false, "standby");
    note_scripts_beside(turn.now.mono);
    trace_("give up " + std::string(holding_word(what)) + " HA resources (standby).");
    const NodeName& self = config_.engine.self;
    const auto groups = what == Holding::all     ? children_.all_groups()
                        : what == Holding::local ? children_.groups_of(self)
                        : what == Holding::none  ? RealChildren::Groups{}
                                                 : children_.groups_not_of(self);
    children_.give(turn, groups, done_message(what));
}

// `given`: as the giver calls it.
void RealLife::acquire_class(Turn& turn, Holding given) {
    trace_("standby: acquire [" + std::string(holding_word(given)) + "] resources from " +
           wire_.peer());
    note_scripts_beside(turn.now.mono);
    const NodeName& self = config_.engine.self;
    const auto groups = given == Holding::all       ? children_.all_groups()
                        : given == Holding::foreign ? children_.groups_of(self)
                        : given == Holding::none    ? RealChildren::Groups{}
                                                    : children_.groups_not_of(self);
    children_.take(turn, groups, done_message(given));
}

void RealLife::on_done(Turn& turn, Holding what, bool own) {
    if (standby_ == Standby::me) {
        if (!gives_) met_.old_done = turn.now.mono;
        trace_("Local standby process completed [" + std::string(holding_word(what)) + "].");
        standby_ = Standby::done;
        mine_ = without(mine_, standby_class_);
        standby_until_ = turn.now.mono + 3600s;
        return;
    }
    if (standby_ == Standby::other) {
        standby_until_ = turn.now.mono + 3600s;
        acquire_class(turn, what);
        standby_ = Standby::done;
        return;
    }
    standby_until_ = never;
    standby_ = Standby::none;
    if (own) {
        trace_("Standby resource acquisition done [" + std::string(holding_word(what)) + "].");
        mine_ = mine_ | mirrored(what);
    } else {
        trace_("Other node completed standby takeover of " + std::string(holding_word(what)) +
               " resources.");
    }
    report(turn, true);
}

void RealLife::try_failback(Turn& turn) {
    failback_again_ = never;
    if (stopping_ || !need_failback_ || !includes(mine_, Holding::foreign) ||
        config_.resources.failback != config::Failback::on) {
        need_failback_ = false;
        return;
    }
    if (standby_ != Standby::none || !other_stable_ || phase_ != Phase::stable) {
        failback_again_ = turn.now.mono + 1s;
        return;
    }
    standby_class_ = Holding::foreign;
    need_failback_ = false;
    wire::Message me = wire::make_message("ask_resources");
    me.set("rsc_hold", "foreign");
    me.set("info", "me");
    wire_.send(turn, std::move(me));
}

// --- ends (resources.md 4.13 to 4.15, wire.md 8.2) ---

void RealLife::on_shutdone(Turn& turn, bool own) {
    if (own) {
        phase_ = Phase::shutdown;
        mine_ = Holding::none;
        final_at_ = turn.now.mono + 1s;
        return;
    }
    if (!legacy()) {
        other_stable_ = true;
        theirs_ = Holding::none;
        if (mine_ != Holding::all && !stopping_) {
            // The mirrored class is the one held already (10.2 B12).
            standby_ = Standby::done;
            standby_class_ = mine_ == Holding::none ? Holding::all : mirrored(mine_);
            acquire_class(turn, standby_class_);
        }
        try_stop(turn);
    }
    peer_may_hold_ = false;
    other_stable_ = false;
    theirs_ = Holding::none;
    trace_("Received shutdown notice from '" + wire_.peer() + "'.");
    take_over(turn);
}

void RealLife::stop(Turn& turn) {
    restarting_ = false;  // the end that an operator asked for outweighs a restart under way
    if (stopping_) return;
    stopping_ = true;
    wire_.send_status(turn);
    if (!wire_.comm_up()) {
        trace_("WARN: Shutdown delayed until Communication is up.");
        return;
    }
    try_stop(turn);
}

void RealLife::restart_soon(Turn& turn, Duration wait) {
    if (stopping_) return;
    restarting_ = true;
    restart_at_ = std::min(restart_at_, turn.now.mono + wait);
}

void RealLife::try_stop(Turn& turn) {
    if (!stopping_ || releasing_ || !wire_.comm_up()) return;
    if (stable()) begin_release(turn);
}

void RealLife::begin_release(Turn& turn) {
    if (releasing_) return;
    releasing_ = true;
    mine_ = Holding::none;
    phase_ = Phase::shutdown;
    if (!legacy()) report(turn, false, "shutdown");
    note_scripts_beside(turn.now.mono);
    trace_("Heartbeat shutdown in progress.");
    wire::Message done = wire::make_message("shutdone");
    done.set("st", "dead");
    children_.give(turn, children_.all_groups(), std::move(done));
}

void RealLife::final_phase(Turn& turn) {
    if (final_steps_++ == 0) {
        if (restarting_) wire_.announce_restart();
        wire_.send_status(turn);
        wire_.send_status(turn);
        final_at_ = turn.now.mono + 1s;
        return;
    }
    final_at_ = never;
    end_ = restarting_ ? End::starts_again : End::stopped;
    trace_(restarting_ ? "Heartbeat restart triggered." : "Heartbeat shutdown complete.");
}

}  // namespace hb::sim
