// What only a real Heartbeat 3.0.6 on the other side needs: it knows groups by class alone, takes
// none by itself once it has settled, reads messages in the order of their arrival, and with
// `auto_failback legacy` tells nothing of what it holds (resources.md 4, 10.4).
#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "resource/manager.hpp"

namespace hb::resource {

// Only between two nodes of which one is in legacy mode are groups asked for by name.
bool Manager::legacy_between(const Peer& peer) const noexcept {
    return config_.failback == config::Failback::legacy || peer.legacy;
}

void Manager::peer_active(Now now, const NodeName& name, bool active, Wishes& out) {
    Peer* peer = find(name);
    if (peer == nullptr) return;
    peer->seen_starting = peer->seen_starting || !active;
    if (peer->active == active) return;
    peer->active = active;
    peer->report_due = never;
    expect_report(now.mono, *peer);
    settle(now, out);
}

void Manager::expect_report(Instant now, Peer& peer) {
    if (!config_.manage || !comm_up_ || !peer.active || peer.ours || peer.reported ||
        peer.report_due != never)
        return;
    const Instant again = now + limits::ask_again;  // it speaks first
    if (ask_again_at_ <= now || ask_again_at_ > again) ask_again_at_ = again;
    const bool asked = config_.failback != config::Failback::legacy;
    peer.report_due = now + (asked ? limits::both_booting_wait : Duration::zero());
}

// It was asked, it is up, and it says nothing.
void Manager::settle_silent(Now now, Wishes& out) {
    for (Peer& peer : peers_) {
        if (now.mono < peer.report_due) continue;
        peer.report_due = never;
        if (peer.present() && !peer.ours && !peer.reported) take_for_legacy(now.mono, peer, out);
    }
    for (Peer& peer : peers_) {
        if (now.mono < peer.unasked_due) continue;
        peer.unasked_due = never;
        if (peer.present() && peer.legacy) answer_unasked(peer);
    }
}

// It asks once for each of its own groups, and the request may have died with our daemon or in a
// cut: what it is told again changes nothing for a group that runs.
void Manager::answer_unasked(const Peer& peer) {
    for (const GroupTable::Slot& slot : table_.slots()) {
        const bool free = !claimed(slot.tenure) || slot.tenure == Tenure::releasing;
        if (slot.preferred() == peer.name && free) {
            ip_requests_.emplace(slot.key(), peer.name);
        }
    }
}

// One that answers nothing may be a managed node that does not hear us: when the cut is over, only
// another question shows what it holds.
bool Manager::only_silent(const Peer& peer) const noexcept {
    return peer.legacy && config_.failback != config::Failback::legacy;
}

// Such a node starts its own groups at once and gives any of them when it is asked for it, so it
// may hold all that we do not.
void Manager::take_for_legacy(Instant now, Peer& peer, Wishes& out) {
    peer.reported = peer.stable = peer.legacy = true;
    if (only_silent(peer)) {
        wish_log(out, LogId::peer_legacy, peer.name, limits::both_booting_wait);
        ask_again_at_ = now + limits::ask_silent;
    }
    holds_the_rest(peer);
    if (peer.seen_starting) return;
    if (!only_silent(peer)) peer.unasked_due = now + limits::ip_free_again;
    // It is back after a cut, or has started without us: its own groups run there, perhaps ours
    // too.
    for (const GroupTable::Slot& slot : table_.slots()) {
        if (slot.preferred() == peer.name) starts_unasked(peer, slot.key(), out);
        if (slot.preferred() == config_.self && slot.tenure == Tenure::held) {
            wish(out, Letter{"ip-request", {{"ipaddr", slot.key()}}});
        }
    }
}

void Manager::holds_the_rest(Peer& peer) {
    for (const GroupTable::Slot& slot : table_.slots()) {
        if (!claimed(slot.tenure)) peer.held.insert(slot.key());
    }
}

// Its report is numbered after its `done` though it was said before: what we gave it, it has.
void Manager::adopt_given(Peer& peer, Holding given) {
    const Holding taken = mirrored(given);
    peer.holding = peer.holding | taken;
    for (const GroupTable::Slot& slot : table_.slots()) {
        if (includes(taken, class_at(peer, slot)) && !claimed(slot.tenure))
            peer.held.insert(slot.key());
    }
}

// A 3.0.6 that believes itself alone answers its own request and starts the group. In managed mode
// its report tells more; in legacy mode this is the only word, and it does not yield.
void Manager::starts_unasked(Peer& peer, const std::string& key, Wishes& out) {
    const GroupTable::Slot* slot = table_.find(key);
    if (slot == nullptr || peer.ours || !legacy_between(peer)) return;
    peer.held.insert(key);
    if (!claimed(slot->tenure) || slot->tenure == Tenure::releasing) return;
    wish_log(out, LogId::group_settled, key, peer.name);
    table_.release(key, TenureInput::peer_claims, out);
}

// It says `none` before it stops anything (its bug B4), whether it hands over or ends: until its
// `done` or `shutdone` it holds what it held; if we do not know, all that we do not hold.
bool Manager::keeps_until_its_word(const Peer& peer, const Letter& letter) const {
    const std::string_view info = letter.get("info");
    return !peer.ours && letter.get("isstable") == "0" && (info == "shutdown" || info == "standby");
}

void Manager::gave_up(Peer& peer, Holding given) {
    for (const GroupTable::Slot& slot : table_.slots()) {
        if (includes(given, class_at(peer, slot))) peer.held.erase(slot.key());
    }
}

// It does not ask again, and blocks itself while it waits: its `me` is answered when we are at
// rest.
bool Manager::put_off(Instant now, const Peer& peer, const Letter& letter) {
    if (peer.ours || letter.get("info") != "me" || !standby_.idle() || own_stable()) return false;
    unanswered_me_ = {peer.name, letter, now + limits::late_answer};
    return true;
}

void Manager::settle_late_answer(Now now, Wishes& out) {
    if (!unanswered_me_) return;
    Peer* peer = find(unanswered_me_->peer);
    const bool over = now.mono >= unanswered_me_->until || peer == nullptr || !peer->present();
    if (!over && (!own_stable() || !standby_.idle())) return;
    const Letter letter = unanswered_me_->letter;
    unanswered_me_.reset();
    if (over && peer != nullptr && peer->present()) {
        wish_log(out, LogId::standby_flux_own, peer->name);
    }
    if (!over) on_ask_resources(now, *peer, letter, out);
}

// A real node does not hear that a group failed here, nor would it take it: its whole class is
// handed over, as 3.0.6 meant to (its bug B2). Once, until somebody resets the group.
void Manager::settle_offers(Now now, Wishes& out) {
    const Peer* peer = other();
    if (peer == nullptr || peer->ours || peer->legacy || !peer->stable || !stable()) return;
    for (const GroupTable::Slot& slot : table_.slots()) {
        if (slot.tenure != Tenure::failed_here || peer->held.contains(slot.key())) continue;
        if (!offered_.insert(slot.key()).second) continue;
        wish_log(out, LogId::group_offered, slot.key(), holding_word(table_.class_of(slot)),
                 peer->name);
        request_standby(now, table_.class_of(slot), out);
        return;
    }
}

// It reads messages as they come: the old report that it has just got again may pass for the
// newest.
void Manager::repeated_to(Now now, const NodeName& name, Wishes& out) {
    const Peer* peer = find(name);
    if (peer == nullptr || !peer->present() || peer->ours) return;
    if (config_.failback == config::Failback::legacy || last_report_.empty()) return;
    // Where packets overtake each other a new report for each repeated one would call for ever more
    // repeats.
    if (now.mono < quiet_until_) {
        tell_again_at_ = std::min(tell_again_at_, quiet_until_);
        return;
    }
    quiet_until_ = now.mono + limits::tell_again;
    answer_due_ = true;
    report_is_news_ = true;  // the two may change places on their way
    settle(now, out);
}

// Several reports of one moment may reach it in any order, and it would keep the wrong one for ever
// (resources.md 4.4). What is said again changes nothing for one that has it right.
void Manager::settle_told_again(Instant now) {
    if (!std::exchange(report_is_news_, false)) return;
    const bool classic = std::any_of(peers_.begin(), peers_.end(), [](const Peer& peer) {
        return peer.present() && !peer.ours && !peer.legacy;
    });
    if (classic && config_.failback != config::Failback::legacy && !stopping_) {
        tell_again_at_ = now + limits::tell_again;
    }
}

}  // namespace hb::resource
