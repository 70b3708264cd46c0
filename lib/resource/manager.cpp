// See manager.hpp: events in, and what follows from them in settle().
#include "resource/manager.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "resource/file_digest.hpp"

namespace hb::resource {

Manager::Manager(ManagerConfig config, Now now)
    : config_(std::move(config)),
      file_word_(file_digest(config_.groups)),
      table_(config_.self, config_.manage ? config_.groups : std::vector<config::ResourceGroup>{},
             config_.order,
             {config_.start_timeout, config_.status_timeout, config_.stop_timeout,
              config_.stop_retries}),
      fencer_(config_.fencing),
      arbiter_(config_.arbiter, now.mono) {
    for (const NodeName& node : config_.nodes) {
        if (node == config_.self) continue;
        Peer peer;
        peer.name = node;
        peers_.push_back(std::move(peer));
    }
}

Peer* Manager::find(const NodeName& name) {
    const auto found = std::find_if(peers_.begin(), peers_.end(),
                                    [&name](const Peer& peer) { return peer.name == name; });
    return found == peers_.end() ? nullptr : &*found;
}

const Peer* Manager::other() const {
    const auto found =
        std::find_if(peers_.begin(), peers_.end(), [](const Peer& peer) { return peer.present(); });
    return found == peers_.end() ? nullptr : &*found;
}

bool Manager::first_before(const NodeName& peer) const {
    return keeper(config_.self, peer, {}, config_.nodes) == config_.self;
}

void Manager::start(Now now, Wishes& out) {
    table_.log_dependencies(out);
    table_.probe(out);
    settle(now, out);
}

void Manager::comm_up(Now now, Wishes& out) {
    comm_up_ = true;
    arbiter_.active(now.mono);
    for (Peer& peer : peers_) expect_report(now.mono, peer);
    const bool ours = any_of_ours();
    if (config_.manage && (ours || config_.failback != config::Failback::legacy))
        ask_peers(now.mono, out);
    settle(now, out);
}

void Manager::repeat_question(Instant now, Wishes& out) {
    const bool silent = std::any_of(peers_.begin(), peers_.end(), [this](const Peer& peer) {
        return peer.present() && only_silent(peer);
    });
    ask_again_at_ = now + (silent ? limits::ask_silent : limits::ask_again);
    wish(out, Letter{"starting", {{"hb_ask", question_}, {"hb_file", file_word_}}});
    report_is_news_ = true;  // it may arrive after the report that follows it
    // A real node takes us for unstable now, until our next report: at our start at once, later
    // when we know what it holds.
    if (!first_decision_ || silent) answer_due_ = true;
}

// Packets of before may still be on their way: an old report must not pass for the answer. Real
// nodes do not know the token; of them any report counts.
void Manager::ask_peers(Instant now, Wishes& out) {
    ip_asked_.clear();  // what we asked for may be lost with the rest
    question_ = to_hex(config_.life) + "." + std::to_string(++asked_);
    for (Peer& peer : peers_) {
        if (peer.ours) peer.reported = false;
    }
    repeat_question(now, out);
}

void Manager::peer_up(Now now, const NodeName& name, bool restarted, bool ours, Wishes& out) {
    Peer* peer = find(name);
    if (peer == nullptr) return;
    const bool was_dead = !peer->alive;
    peer->alive = true;
    peer->ours = ours;
    peer->deaf = peer->proven_down = false;
    claim_returned(*peer, restarted, out);
    if (restarted || was_dead) {
        peer->left = false;
        peer->forget();
        peer->active = peer->seen_starting = false;
        ip_asked_.clear();  // what was asked of its life before is not answered any more
        if (standby_.peer() == name) standby_.cancel(out);
        // A real node that was started again says `starting` itself. One that is back after a cut
        // has to be asked: it may hold what we hold, and need not restart itself.
        if (comm_up_ && config_.manage && ours) ask_peers(now.mono, out);
        // It may have stood still in the middle of a hand-over that is cancelled here.
        if (ours && !restarted) answer_due_ = true;
        if (!ours && !restarted) ask_again_at_ = now.mono + limits::ask_returned;
    }
    expect_report(now.mono, *peer);
    settle(now, out);
}

// Both nodes may run the same groups now; peer_up() follows and asks.
void Manager::peer_returned(Now now, const NodeName& name, Wishes& out) {
    if (Peer* peer = find(name)) peer->forget();
    settle(now, out);
}

void Manager::script_done(Now now, const ScriptDone& result, Wishes& out) {
    const bool probing = !table_.probed();
    switch (table_.script_done(now.mono, result, out)) {
        case GroupTable::Told::unknown:
            wish_log(out, LogId::script_forgotten, static_cast<std::uint64_t>(result.job));
            return;
        case GroupTable::Told::under_way:
            return;
        case GroupTable::Told::walk_ended:
            break;
    }
    // What a status has found may be contested by a report that came before it.
    if (probing && table_.probed()) {
        for (Peer& peer : peers_) {
            if (peer.present() && peer.reported) settle_conflicts(peer, out);
        }
    }
    settle(now, out);
}

void Manager::stalled(Now now, Duration overslept, Duration deadtime, Wishes& out) {
    if (overslept < deadtime || !config_.manage) return;
    const bool ours = any_of_ours();
    if (ours && comm_up_) ask_peers(now.mono, out);
    settle(now, out);
}

void Manager::stop(Now now, Wishes& out) {
    if (stopping_) return;
    stopping_ = true;
    stop_step_ = StopStep::waiting;
    fencer_.call_off_all(out);
    unwant(out);
    standby_wanted_.reset();
    if (!standby_.idle() || !table_.settled()) wish_log(out, LogId::shutdown_delayed);
    settle(now, out);
}

void Manager::wakeup(Now now, Wishes& out) {
    const bool doubted_before = standby_.doubted();
    const bool agreed = standby_.agreed();
    // A request of the peer that came to nothing may have taken the place of an offer of ours.
    if (standby_.wakeup(now.mono, out) && agreed) offered_.clear();
    if (standby_.doubted() && !doubted_before) {
        repeat_question(now.mono, out);
        answer_due_ = true;
    }
    // The question or its answer fell into a cut, where nothing is sent again.
    if (unanswered() && now.mono >= ask_again_at_) repeat_question(now.mono, out);
    table_.wakeup(now.mono, out);
    fencer_.wakeup(now.mono, table_.jobs(), out);
    tell_blocked(now.mono, out);
    // Its daemon may have been too young to hear it.
    std::erase_if(ip_asked_, [&now](const auto& asked) { return now.mono >= asked.second; });
    if (now.mono >= tell_again_at_) {
        tell_again_at_ = never;
        answer_due_ = true;
    }
    if (standby_wanted_ && now.mono >= standby_wanted_until_) {
        standby_wanted_.reset();
        wish_log(out, LogId::standby_no_reply);
    }
    settle(now, out);
}

void Manager::reconfigure(Now now, const ManagerConfig& next, Wishes& out) {
    config_.failback = next.failback;
    config_.start_timeout = next.start_timeout;
    config_.status_timeout = next.status_timeout;
    config_.stop_timeout = next.stop_timeout;
    config_.stop_retries = next.stop_retries;
    arbiter_.set_deadtime(next.arbiter.deadtime);
    fencer_.set_config(now.mono, next.fencing);
    fence_again(now.mono, out);
    table_.set_limits(
        {next.start_timeout, next.status_timeout, next.stop_timeout, next.stop_retries});
    reset_failed(now.mono, Holding::all, out);
    table_.try_again();
    want_file(next.groups);
    settle(now, out);
}

bool Manager::any_of_ours() const {
    return std::any_of(peers_.begin(), peers_.end(),
                       [](const Peer& peer) { return peer.present() && peer.ours; });
}

bool Manager::unanswered() const {
    // Who stops needs no answer, unless a hand-over must be known to be over before the end.
    return config_.manage && comm_up_ && (!stopping_ || !standby_.idle()) &&
           std::any_of(peers_.begin(), peers_.end(), [this](const Peer& peer) {
               const bool answers =
                   peer.ours || (peer.active && config_.failback != config::Failback::legacy);
               return peer.present() && answers && (!peer.reported || only_silent(peer));
           });
}

Instant Manager::next_deadline() const noexcept {
    Instant first =
        std::min({standby_.next_deadline(), table_.next_deadline(), fencer_.next_deadline()});
    if (arbitrated()) first = std::min(first, arbiter_.next_deadline());
    if (unanswered()) first = std::min(first, ask_again_at_);
    if (standby_wanted_) first = std::min(first, standby_wanted_until_);
    first = std::min(first, tell_again_at_);
    if (unanswered_me_) first = std::min(first, unanswered_me_->until);
    if (stop_step_ == StopStep::farewell) first = std::min(first, farewell_until_);
    for (const Peer& peer : peers_) {
        first = std::min({first, peer.report_due, peer.unasked_due, peer.blocked_alarm});
    }
    for (const auto& asked : ip_asked_) first = std::min(first, asked.second);
    return first;
}

bool Manager::own_stable() const { return first_decision_ && !stopping_ && table_.settled(); }
bool Manager::stable() const { return own_stable() && standby_.idle(); }

// Nothing is taken before our own groups are known and every live node has said what it holds.
bool Manager::may_plan() const {
    if (!comm_up_ || stopping_ || !standby_.idle() || !table_.probed()) return false;
    return std::all_of(peers_.begin(), peers_.end(),
                       [](const Peer& peer) { return !peer.present() || peer.understood(); });
}

View Manager::view() const {
    View view;
    view.self = config_.self;
    view.nodes = config_.nodes;
    view.alive.insert(config_.self);
    for (const Peer& peer : peers_) {
        if (peer.present()) {
            view.alive.insert(peer.name);
            if (!peer.ours && !peer.legacy && peer.stable) view.passive.insert(peer.name);
            view.failed[peer.name] = peer.failed;
        }
        if (peer.present()) {
            for (const std::string& key : peer.held) view.holder[key] = peer.name;
        }
    }
    for (const GroupTable::Slot& slot : table_.slots()) {
        if (slot.going) continue;
        PlanGroup group;
        group.key = slot.key();
        group.preferred = slot.preferred();
        group.ours = slot.probing || claimed(slot.tenure);
        group.failed_here = slot.tenure == Tenure::failed_here;
        for (const Peer& peer : peers_) {
            if (!peer.present() || !peer.file_differs) continue;
            group.disputed |= peer.disputed.contains(slot.key());
            group.put_away |= peer.put_away.contains(slot.key());
            if (peer.strange.contains(slot.key())) group.strangers.insert(peer.name);
        }
        view.groups.push_back(std::move(group));
    }
    return view;
}

void Manager::settle(Now now, Wishes& out) {
    if (!config_.manage && !stopping_) return;
    settle_arbiter(now, out);
    settle_silent(now, out);
    settle_standby(now, out);
    settle_late_answer(now, out);
    settle_ip_requests(out);
    settle_file(now, out);
    settle_marks();
    settle_plan(now.mono, out);
    settle_growth(now.mono, out);
    settle_deferred(now, out);
    settle_failback(now, out);
    settle_offers(now, out);
    settle_report(out);  // a group is claimed before its first start ...
    table_.progress(now.mono, out);
    settle_report(out);  // ... and given up after its last stop
    answer_ip_requests(out);
    settle_stop(now, out);
    settle_told_again(now.mono);
    settle_log(out);
    settle_audit(out);
    settle_marks();
}

void Manager::settle_standby(Now now, Wishes& out) {
    const auto unsettled = [this](const std::string& key) {
        const GroupTable::Slot* slot = table_.find(key);
        return slot != nullptr &&
               (slot->tenure == Tenure::acquiring || slot->tenure == Tenure::waiting_for_claim ||
                slot->tenure == Tenure::releasing);
    };
    const bool under_way = std::any_of(standby_keys_.begin(), standby_keys_.end(), unsettled);
    if (standby_.giving() && !under_way) {
        settle_report(out);  // what was given up, before `done`
        const Peer* peer = find(standby_.peer());
        standby_.released(now.mono, peer == nullptr || peer->ours, out);
    } else if (standby_.acquiring() && !under_way) {
        settle_report(out);
        standby_.acquired(out);
    }
    if (standby_.idle()) standby_keys_.clear();
}

void Manager::settle_plan(Instant now, Wishes& out) {
    if (!may_plan() || arbiter_.standing() == Standing::isolated) return;
    settle_legacy(now, out);
    const View seen = view();
    const auto asked_for = [this](const std::string& key) {
        const auto at = ip_requests_.lower_bound({key, {}});
        return at != ip_requests_.end() && at->first == key;
    };
    const std::vector<std::string> keys = groups_to_take(seen);
    for (const GroupTable::Slot& slot : table_.slots()) {
        // A wish that is over: another node has it, or has put it away.
        const bool waits = slot.tenure == Tenure::waiting_for_claim;
        if (!waits || std::find(keys.begin(), keys.end(), slot.key()) != keys.end()) continue;
        table_.release(slot.key(), TenureInput::release_asked, out);
    }
    for (const std::string& key : keys) {
        if (asked_for(key)) continue;  // it was released to be given; that is answered first
        table_.want(key, out);
        if (!claims_open() && arbiter_.may_take()) table_.clear(key, out);
        // Left alone by a real node (its bug B5): when both are at rest it may go home.
        Peer* owner = find(table_.find(key)->preferred());
        if (owner != nullptr && seen.passive.contains(owner->name)) owner->failback_due = true;
    }
    if (!first_decision_) {
        first_decision_ = true;
        const Peer* peer = other();
        if (peer == nullptr) {
            empty_held_ = Holding::all;
        } else if (!includes(peer->holding, Holding::foreign)) {
            empty_held_ = empty_held_ | Holding::local;
        }
    }
}

// With `auto_failback legacy` a group that a live peer holds is asked for by name and comes home at
// once (resources.md 4.18).
void Manager::settle_legacy(Instant now, Wishes& out) {
    for (const GroupTable::Slot& slot : table_.slots()) {
        const bool peer_holds =
            std::any_of(peers_.begin(), peers_.end(), [this, &slot](const Peer& p) {
                return p.present() && legacy_between(p) && p.held.contains(slot.key());
            });
        const bool disputed = std::any_of(peers_.begin(), peers_.end(), [&slot](const Peer& p) {
            return p.present() && p.disputed.contains(slot.key());
        });
        if (disputed) continue;  // its answer would be about another group
        if (slot.preferred() != config_.self || slot.tenure != Tenure::elsewhere || !peer_holds) {
            continue;
        }
        if (ip_asked_.emplace(slot.key(), now + limits::ip_request_again).second) {
            wish(out, Letter{"ip-request", {{"ipaddr", slot.key()}}});
        }
    }
}

void Manager::settle_report(Wishes& out) {
    if (!table_.probed()) return;
    // A real node to which we yield hears of it when it is done: that both hold the same groups
    // would only alarm its operator.
    if (yielding_ && !table_.settled() && !stopping_) return;
    yielding_ = false;
    // Real nodes in legacy mode do not know these messages.
    const bool anybody = config_.failback != config::Failback::legacy || any_of_ours();
    if (answer_due_ || (comm_up_ && anybody)) {
        const Letter next = report(stopping_ ? "shutdown" : standby_.giving() ? "standby" : "");
        std::string text;
        for (const auto& [name, value] : next.fields) text += name + "=" + value + "\n";
        if (text == last_report_ && !answer_due_) return;
        report_is_news_ = report_is_news_ || text != last_report_;
        last_report_ = text;
        answer_due_ = false;
        wish(out, next);
    }
}

}  // namespace hb::resource
