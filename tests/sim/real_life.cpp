// See real_life.hpp: what it holds, and what the holdings of the other node mean to it.
#include "sim/real_life.hpp"

#include <algorithm>

namespace hb::sim {

using namespace std::chrono_literals;
using resource::includes;

RealLife::RealLife(core::CoreConfig config, Now now, Prng& dice, std::uint64_t& next_job,
                   Host& host, const TraceLine& trace)
    : config_(std::move(config)),
      dice_(dice),
      host_(host),
      trace_(trace),
      wire_(config_.engine, now.mono, *this, trace_),
      children_(config_.resources, dice, next_job, *this, trace_) {}

void RealLife::start(Turn& turn) { wire_.start(turn); }

bool RealLife::legacy() const { return config_.resources.failback == config::Failback::legacy; }

bool RealLife::stable() const {
    if (legacy()) return children_.running() == 0;
    if (stopping_ && phase_ == Phase::init) return true;
    const bool at_rest =
        phase_ == Phase::stable || phase_ == Phase::shutdown || phase_ == Phase::init;
    return other_stable_ && !takeover_ && standby_ == Standby::none && standby_until_ == never &&
           children_.running() == 0 && at_rest;
}

NodeView RealLife::view() const {
    return {wire_.comm_up(), stable() ? std::string(holding_word(mine_)) : "transition"};
}

wire::Message RealLife::holdings_report(bool is_stable, std::string_view info) const {
    wire::Message message = wire::make_message("resource");
    message.set("rsc_hold", holding_word(mine_));
    message.set("rtype", "full");
    message.set("isstable", is_stable ? "1" : "0");
    if (!info.empty()) message.set("info", info);
    return message;
}

void RealLife::report(Turn& turn, bool is_stable, std::string_view info) {
    wire_.send(turn, holdings_report(is_stable, info));
}

void RealLife::say(Turn& turn, wire::Message message) {
    const bool gives = message.type() == "ip-request-resp" &&
                       message.dest() != config_.engine.self && message.get("weown") == "yes";
    if (gives && !legacy()) met_.gave_claimed = turn.now.mono;
    wire_.send(turn, std::move(message));
}

void RealLife::comm_up(Turn& turn) {
    if (legacy()) {
        acquire_local(turn, true);
    } else {
        wire_.send(turn, wire::make_message("starting"));
        phase_ = Phase::starting;
    }
    try_stop(turn);
}

// Whatever passes through, its own heartbeat too, looks at the deadline of a hand-over.
void RealLife::any_message(Turn& turn) {
    if (turn.now.mono < standby_until_) return;
    trace_("WARN: No reply to standby request.  Standby request cancelled.");
    standby_until_ = never;
    other_stable_ = true;
    standby_ = Standby::none;
}

void RealLife::message(Turn& turn, const wire::Message& message, bool own) {
    const std::string_view type = message.type();
    if (type == "shutdone") return on_shutdone(turn, own);
    if (!wire_.comm_up()) return;  // its handler is not there yet
    if (type == "starting") {
        if (!own) on_starting(turn);
    } else if (type == "resource") {
        on_resource(turn, message, own);
    } else if (type == "ask_resources") {
        on_ask_resources(turn, message, own);
    } else if (type == "ip-request") {
        if (!own) children_.notify_ip_request(std::string(message.get("ipaddr")), wire_.peer());
    } else if (type == "ip-request-resp") {
        const bool for_us = message.dest() == config_.engine.self;
        if (!stopping_) {
            children_.notify_ip_request_resp(std::string(message.get("ipaddr")), for_us);
        }
    } else if (type == "hb_takeover") {
        children_.notify_takeover(std::string(message.get("rsc_hold")), own);
    }
    children_.start_queue(turn);
}

void RealLife::peer_status(Turn& turn) {
    children_.notify_status();
    children_.start_queue(turn);
}

void RealLife::on_starting(Turn& turn) {
    Phase next = phase_;
    switch (phase_) {
        case Phase::init:
        case Phase::both_starting:
            trace_("ERROR: Received 'starting' message in state " +
                   std::to_string(static_cast<int>(phase_)));
            return;
        case Phase::starting:
            next = Phase::both_starting;
            break;
        case Phase::received:
        case Phase::stable:
        case Phase::shutdown:
            break;
    }
    other_stable_ = false;
    if (takeover_) trace_("WARN: T_STARTING received during takeover.");
    report(turn, phase_ == Phase::stable);
    phase_ = next;
}

void RealLife::on_resource(Turn& turn, const wire::Message& message, bool own) {
    if (!message.has("rsc_hold") || phase_ == Phase::init) {
        trace_("ERROR: resource message received in state 0");
        return;
    }
    if (phase_ == Phase::starting || phase_ == Phase::both_starting) phase_ = Phase::received;
    if (own) {
        own_report(turn.now.mono, message);
    } else {
        peer_report(turn, message);
    }
    if (phase_ == Phase::received && !local_wait_set_) {
        local_wait_set_ = true;
        local_wait_until_ = turn.now.mono + 10s;
    }
    audit();
    try_stop(turn);
}

namespace {

resource::Holding updated(resource::Holding before, const wire::Message& message) {
    const auto word = resource::holding_named(message.get("rsc_hold"));
    const resource::Holding said = word.value_or(resource::Holding::none);
    if (message.get("rtype") == "full" || said == resource::Holding::none) return said;
    return before | said;
}

}  // namespace

void RealLife::peer_report(Turn& turn, const wire::Message& message) {
    theirs_ = updated(theirs_, message);
    const std::string_view is_stable = message.get("isstable");
    if (is_stable == "1" && !other_stable_) {
        trace_("remote resource transition completed.");
        other_stable_ = true;
        report(turn, phase_ == Phase::stable);
        try_failback(turn);
    } else if (message.has("isstable") && is_stable != "1") {
        other_stable_ = false;
    }
    if (phase_ == Phase::stable || phase_ == Phase::shutdown || !other_stable_) return;
    trace_("remote resource transition completed.");
    acquire_local(turn, false);
    phase_ = Phase::stable;
    report(turn, true);
    try_failback(turn);
}

void RealLife::own_report(Instant now, const wire::Message& message) {
    const Holding before = mine_;
    mine_ = updated(mine_, message);
    if (!includes(mine_, before)) met_.stale_report = now;
    if (message.get("info") == "mach_down") {
        trace_("mach_down takeover complete.");
        takeover_ = false;
        mine_ = mine_ | Holding::foreign;
        need_failback_ = true;
        other_stable_ = true;
    } else if (message.get("info") == "shutdown") {
        phase_ = Phase::shutdown;
    }
}

// Ten seconds of waiting for a stable peer are over (T_L).
void RealLife::local_wait_over(Turn& turn) {
    phase_ = Phase::stable;
    acquire_local(turn, false);
    trace_("local resource transition completed.");
    report(turn, true);
    audit();
}

void RealLife::audit() {
    if (includes(mine_, Holding::local) && includes(theirs_, Holding::foreign)) {
        trace_("ERROR: Both machines own our resources!");
    }
    if (includes(mine_, Holding::foreign) && includes(theirs_, Holding::local)) {
        trace_("ERROR: Both machines own foreign resources!");
    }
    if (!stable() || stopping_) return;
    if (!includes(mine_, Holding::local) && !includes(theirs_, Holding::foreign)) {
        trace_("ERROR: No one owns our local resources!");
    }
    if (!includes(mine_, Holding::foreign) && !includes(theirs_, Holding::local)) {
        trace_("ERROR: No one owns foreign resources!");
    }
}

void RealLife::start_failed(Turn& turn) {
    met_.start_failed = turn.now.mono;
    host_.standby_in_30_s(turn.now);
}

// Nothing keeps two of its children from working on the same groups.
void RealLife::note_scripts_beside(Instant now) {
    if (children_.busy()) met_.scripts_beside = now;
}

RealFacts RealLife::facts() const {
    RealFacts facts = met_;
    facts.running = true;
    facts.legacy = legacy();
    facts.mine = mine_;
    facts.theirs = theirs_;
    facts.other_stable = other_stable_;
    facts.takeover = takeover_;
    facts.stopping = stopping_;
    facts.releasing = releasing_;
    facts.standby = static_cast<int>(standby_);
    facts.settled = phase_ == Phase::stable || phase_ == Phase::shutdown || phase_ == Phase::init;
    facts.children = children_.running();
    facts.refuses = wire_.refuses();
    return facts;
}

void RealLife::child_ended(Turn& turn) { try_stop(turn); }

void RealLife::wakeup(Turn& turn) {
    const Instant now = turn.now.mono;
    if (final_at_ <= now) final_phase(turn);
    if (end_ != End::none) return;
    wire_.wakeup(turn);
    children_.wakeup(turn);
    if (wire_.poll_after(local_wait_until_) <= now) {
        local_wait_until_ = never;
        if (phase_ == Phase::received) local_wait_over(turn);
    }
    if (failback_again_ <= now) try_failback(turn);
    if (restart_at_ <= now) {
        restart_at_ = never;
        stopping_ = true;
        try_stop(turn);
    }
}

Instant RealLife::next_deadline() const {
    return std::min({wire_.next_deadline(), children_.next_deadline(),
                     wire_.poll_after(local_wait_until_), failback_again_, restart_at_, final_at_});
}

}  // namespace hb::sim
