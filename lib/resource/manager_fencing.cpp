// Dead peers: may their groups be taken? Runs the claim table, and the fencer when it says so.
// What is done with the groups then follows from settle().
#include <algorithm>

#include "resource/manager.hpp"

namespace hb::resource {

// Whether groups may run on a peer that is silent now. What it last said is not enough: a group
// that is not here may have been claimed there after the last word that we heard.
bool Manager::may_hold(const Peer& peer, bool ever_heard) const {
    if (!ever_heard || !peer.reported) return true;
    if (peer.holding != Holding::none || !peer.held.empty()) return true;
    return std::any_of(table_.slots().begin(), table_.slots().end(),
                       [](const GroupTable::Slot& slot) { return !claimed(slot.tenure); });
}

void Manager::peer_dead(Now now, const NodeName& name, bool ever_heard, Wishes& out) {
    Peer* peer = find(name);
    if (peer == nullptr) return;
    peer->alive = peer->active = false;
    if (standby_.peer() == name) standby_.cancel(out);
    if (!config_.manage) {  // another manager is in charge, of the dead as well
        peer->forget();
        return settle(now, out);
    }
    const ClaimInput why = peer->left                    ? ClaimInput::left_in_order
                           : may_hold(*peer, ever_heard) ? ClaimInput::died_owning
                                                         : ClaimInput::died_empty;
    decide_claim(now.mono, *peer, why, out);
    settle(now, out);
}

// A peer is gone: shoot it, or take its groups, or nothing.
void Manager::decide_claim(Instant now, Peer& peer, ClaimInput why, Wishes& out) {
    const ClaimStep step = advance(peer.claim, why);
    peer.claim = step.next;
    // It wants nothing any more: what is given up for it would be taken and given up for ever.
    std::erase_if(ip_requests_, [&peer](const auto& each) { return each.second == peer.name; });
    if (step.action == ClaimAction::log_only) return;
    if (step.action == ClaimAction::shoot) {
        shoot(now, peer, out);
        return;
    }
    const bool news = step.action == ClaimAction::take;
    if (why != ClaimInput::left_in_order || !news) {
        wish(out, Letter{"stonith", {{"node", peer.name}, {"result", "unneeded"}}});
    }
    if (why == ClaimInput::died_empty) wish_log(out, LogId::dead_gave_up, peer.name);
    peer.forget();
    if (news) take_over_from(now, peer, out);
}

void Manager::shoot(Instant now, Peer& peer, Wishes& out) {
    if (fencer_.has_device()) {
        const auto here =
            std::count_if(table_.slots().begin(), table_.slots().end(),
                          [](const GroupTable::Slot& slot) { return claimed(slot.tenure); });
        const bool owns_less = static_cast<std::size_t>(here) < peer.held.size();
        const int slots = delay_slots(first_before(peer.name), owns_less);
        peer.forget();
        if (!stopping_) fencer_.request(now, peer.name, fencer_.delay() * slots, out);
        return;
    }
    if (arbitrated()) return await_arbiter(now, peer, out);
    wish(out, Letter{"stonith", {{"node", peer.name}, {"result", "n_stnth"}}});
    wish_log(out, LogId::no_stonith);
    wish_log(out, LogId::disks_unprotected);
    peer.claim = advance(peer.claim, ClaimInput::no_device).next;
    peer.forget();
    take_over_from(now, peer, out);
}

void Manager::fence_done(Now now, const FenceDone& result, Wishes& out) {
    const auto verdict = fencer_.done(now.mono, result, out);
    if (!verdict) {
        wish_log(out, LogId::script_forgotten, static_cast<std::uint64_t>(result.job));
        return;
    }
    if (Peer* peer = find(verdict->target)) claim_news(now.mono, *peer, verdict->input, out);
    settle(now, out);
}

// An operator's word that a node is without power.
void Manager::confirm_fenced(Now now, const NodeName& name, Wishes& out) {
    Peer* peer = find(name);
    const bool unproven =
        peer != nullptr && arbitrated() && !peer->alive && !peer->left && !peer->proven_down;
    if (peer == nullptr || (!open(peer->claim) && !unproven)) {
        wish_log(out, LogId::fence_word_idle, name);
        return;
    }
    wish_log(out, LogId::fence_by_word, name);
    peer->proven_down = true;
    fencer_.call_off(name, out);
    claim_news(now.mono, *peer, ClaimInput::operator_confirmed, out);
    settle(now, out);
}

void Manager::claim_news(Instant now, Peer& peer, ClaimInput input, Wishes& out) {
    const ClaimStep step = advance(peer.claim, input);
    peer.claim = step.next;
    if (step.action == ClaimAction::take) take_over_from(now, peer, out);
}

// It speaks again: nobody shoots it any more, and what was wanted of its groups is planned anew.
void Manager::claim_returned(Peer& peer, bool restarted, Wishes& out) {
    const bool was_open = open(peer.claim);
    const ClaimStep step = advance(
        peer.claim, restarted ? ClaimInput::returned_new_life : ClaimInput::returned_same_life);
    peer.claim = step.next;
    if (!was_open) return;
    if (fencer_.call_off(peer.name, out)) {
        wish_log(out, LogId::fence_called_off, peer.name,
                 restarted ? "it was started again" : "it is heard again");
    }
    unwant(out);
}

// Nothing waits for a device any more, nor does what waits for such a group in the order of starts.
void Manager::unwant(Wishes& out) {
    for (const std::string& key : keys_of(Holding::all)) {
        if (table_.find(key)->tenure != Tenure::waiting_for_claim) continue;
        table_.release(key, TenureInput::release_asked, out);
    }
}

// A silent node of which nobody knows what it does: what is not here may run there.
bool Manager::claims_open() const {
    return std::any_of(peers_.begin(), peers_.end(),
                       [](const Peer& peer) { return open(peer.claim); });
}

void Manager::take_over_from(Instant now, Peer& peer, Wishes& out) {
    peer.failback_due = true;
    ip_asked_.clear();
    reset_failed(now, Holding::all, out);  // the peer cannot run them any more
    if (stopping_) {
        wish_log(out, LogId::takeover_cancelled);
        return;
    }
    wish_log(out, LogId::resources_acquired_from, peer.name);
    takeover_from_ = peer.name;
    takeover_logged_ = false;
    empty_held_ = Holding::all;
}

}  // namespace hb::resource
