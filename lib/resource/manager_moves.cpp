// Groups on the move: hand-overs, failback, our own stop.
#include <algorithm>

#include "base/limits.hpp"
#include "resource/manager.hpp"

namespace hb::resource {

std::vector<std::string> Manager::keys_of(Holding cls) const {
    std::vector<std::string> keys;
    for (const GroupTable::Slot& slot : table_.slots()) {
        if (!slot.going && includes(cls, table_.class_of(slot))) keys.push_back(slot.key());
    }
    return keys;
}

void Manager::release_class(Holding give, Wishes& out) {
    standby_keys_.clear();
    empty_held_ = without(empty_held_, give);
    for (const std::string& key : keys_of(give)) {
        if (!claimed(table_.find(key)->tenure)) continue;
        table_.release(key, TenureInput::release_asked, out);
        standby_keys_.insert(key);
    }
}

// An operator asked for it, here or there, so groups that failed here are tried again, but not
// those that were tried while the others were being released. What another live node still says it
// holds is left to it.
void Manager::acquire_class(Instant now, Holding take, Wishes& out) {
    empty_held_ = empty_held_ | take;
    reset_failed(now, take, out, standby_keys_);
    const View seen = view();
    for (const std::string& key : keys_of(take)) {
        if (seen.holder.contains(key) || !standby_keys_.insert(key).second) continue;
        table_.take(key, out);
    }
}

// The giver, one of ours, has released some groups of the hand-over and goes on with others: those
// that lean on none of these need not wait for its `done`.
void Manager::acquire_released(Wishes& out) {
    const View seen = view();
    const auto released = [&seen](const GroupTable::Slot& slot) {
        return !seen.holder.contains(slot.key());
    };
    for (const std::string& key : keys_of(mirrored(standby_.given_class()))) {
        const GroupTable::Slot& slot = *table_.find(key);
        if (!released(slot) || slot.tenure != Tenure::elsewhere) continue;
        const bool bare =
            std::any_of(slot.leans_on.begin(), slot.leans_on.end(),
                        [&](std::size_t base) { return !released(table_.slots()[base]); });
        if (!bare && standby_keys_.insert(key).second) table_.take(key, out);
    }
}

void Manager::reset_failed(Instant now, Holding cls, Wishes& out,
                           const std::set<std::string>& but) {
    bool doubt = false;
    for (const std::string& key : keys_of(cls)) {
        if (table_.find(key)->tenure != Tenure::failed_here || but.contains(key)) continue;
        table_.release(key, TenureInput::operator_reset, out);
        offered_.erase(key);
        doubt = true;
    }
    if (!doubt || !comm_up_) return;
    // The failure was an offer: a peer may just be taking the group. Ask before trying again.
    const bool ours = any_of_ours();
    if (ours && standby_.idle()) ask_peers(now, out);
}

bool Manager::request_standby(Now now, Holding give, Wishes& out) {
    const Peer* peer = other();
    if (peer == nullptr || !peer->stable || !stable()) return false;
    standby_.ask(now.mono, peer->name, give, peer->ours, out);
    return true;
}

void Manager::standby_command(Now now, std::string_view word, Wishes& out) {
    const auto give =
        word == "failback" ? std::optional<Holding>(Holding::foreign) : holding_named(word);
    if (!give || *give == Holding::none) {
        wish_log_bad_class(out, word, config_.self);
        return;
    }
    if (config_.failback == config::Failback::legacy) {
        wish_log(out, LogId::standby_legacy);
        return;
    }
    wish_log(out, LogId::standby_going, holding_word(*give));
    if (other() == nullptr) {
        wish_log(out, LogId::standby_no_reply);
        return;
    }
    if (stopping_ || standby_wanted_) {
        wish_log(out, LogId::standby_busy, config_.self, 0);
        return;
    }
    standby_wanted_ = give;
    standby_wanted_until_ = now.mono + limits::standby_answer;
    if (!stable() || !other()->stable) {
        wish_log(out, LogId::standby_deferred, holding_word(*give),
                 !standby_.idle() ? "a hand-over is under way."
                 : stable()       ? "Other side is in flux."
                                  : "local resources in flux.");
    }
    settle(now, out);
}

Manager::Given Manager::client_standby(Now now, std::string_view word, Wishes& out) {
    const auto give = holding_named(word);
    const bool can = give && *give != Holding::none && config_.manage &&
                     config_.failback != config::Failback::legacy && !stopping_ &&
                     other() != nullptr;
    if (!can) return Given::refused;
    const std::vector<std::string> keys = keys_of(*give);
    const bool holds = std::any_of(keys.begin(), keys.end(), [this](const std::string& key) {
        return claimed(table_.find(key)->tenure);
    });
    if (!holds) return Given::nothing_here;
    if (standby_wanted_ || !request_standby(now, *give, out)) return Given::in_flux;
    settle(now, out);
    return Given::begun;
}

void Manager::takeover_command(Now now, std::string_view word, Wishes& out) {
    // The groups that should come home are the local ones; 3.0.6 moved everything (its bug B3).
    const auto take =
        word == "failback" ? std::optional<Holding>(Holding::local) : holding_named(word);
    if (!take || *take == Holding::none) {
        wish_log_bad_class(out, word, config_.self);
        return;
    }
    wish_log(out, LogId::takeover_asked, holding_word(*take), config_.self);
    reset_failed(now.mono, *take, out);
    wish(out, Letter{"hb_takeover", {{"rsc_hold", std::string(holding_word(*take))}}});
    settle(now, out);
}

void Manager::settle_deferred(Now now, Wishes& out) {
    if (!standby_wanted_ || !request_standby(now, *standby_wanted_, out)) return;
    standby_wanted_.reset();
}

// The holder gives back: only its own auto_failback counts (resources.md 4.7).
void Manager::settle_failback(Now now, Wishes& out) {
    if (config_.failback != config::Failback::on || !stable()) return;
    for (Peer& peer : peers_) {
        if (!peer.failback_due || !peer.present() || !peer.stable) continue;
        const bool empty =
            includes(without(empty_held_, table_.existing_classes()), Holding::foreign);
        // It would not take what it prefers to have here.
        if (!peer.disputed.empty()) continue;
        const std::vector<std::string> keys = groups_to_give(view(), peer.name);
        peer.failback_due = false;
        if (keys.empty() && (!empty || peer.ours)) continue;
        wish_log(out, LogId::failback_starting, keys.empty() ? "foreign" : keys.front());
        request_standby(now, Holding::foreign, out);
        return;
    }
}

// --- our own stop ---

void Manager::settle_stop(Now now, Wishes& out) {
    if (stop_step_ == StopStep::waiting) {
        const bool walking = table_.any(Tenure::acquiring) || !table_.probed();
        if (!standby_.idle() || walking) return;
        begin_release(out);
        table_.progress(now.mono, out);
    }
    if (stop_step_ == StopStep::releasing) {
        if (!table_.settled() || table_.any(Tenure::held) || table_.any(Tenure::stuck)) return;
        farewell(now, out);
    }
    if (stop_step_ == StopStep::farewell &&
        (now.mono >= farewell_until_ || farewell_unheard_.empty())) {
        stop_step_ = StopStep::finished;
        out.emplace_back(Effect{Finished{}});
    }
}

void Manager::begin_release(Wishes& out) {
    stop_step_ = StopStep::releasing;
    wish_log(out, LogId::giving_up_all);
    settle_report(out);
    for (const std::string& key : keys_of(Holding::all)) {
        table_.release(key, TenureInput::release_asked, out);
    }
}

// A peer of ours answers `shutdone` with what it holds then, so nothing need be waited for blindly;
// a real one is given its second of heartbeats.
void Manager::farewell(Now now, Wishes& out) {
    empty_held_ = Holding::none;
    wish_log(out, LogId::gave_up_all);
    settle_report(out);
    wish(out, Letter{"shutdone", {{"st", "dead"}}});
    stop_step_ = StopStep::farewell;
    farewell_until_ = now.mono + limits::farewell;
    for (const Peer& peer : peers_) {
        if (peer.present()) farewell_unheard_.insert(peer.name);
    }
}

}  // namespace hb::resource
