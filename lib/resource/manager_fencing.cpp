// Dead peers: may their groups be taken? Runs the claim table, and the fencer when it says so.
// What is done with the groups then follows from settle().
#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
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

void Manager::peer_dead(Now now, const NodeName& name, const Death& death, Wishes& out) {
    Peer* peer = find(name);
    if (peer == nullptr) return;
    peer->alive = peer->active = false;
    peer->lag = death.lag;
    peer->survived_shot = peer->shot_us = false;
    if (standby_.peer() == name) standby_.cancel(out);
    if (!config_.manage) {  // another manager is in charge, of the dead as well
        peer->forget();
        return settle(now, out);
    }
    const ClaimInput why = peer->left                          ? ClaimInput::left_in_order
                           : may_hold(*peer, death.ever_heard) ? ClaimInput::died_owning
                                                               : ClaimInput::died_empty;
    decide_claim(now.mono, *peer, why, death.ever_heard, out);
    settle(now, out);
}

// A peer is gone: shoot it, or take its groups, or nothing.
void Manager::decide_claim(Instant now, Peer& peer, ClaimInput why, bool ever_heard, Wishes& out) {
    const ClaimStep step = advance(peer.claim, why);
    peer.claim = step.next;
    peer.died_empty = why == ClaimInput::died_empty;
    for (const GroupTable::Slot& slot : table_.slots()) {
        if (peer.contested.erase(slot.key()) > 0) announce_again(slot, out);
    }
    // It wants nothing any more: what is given up for it would be taken and given up for ever.
    std::erase_if(ip_requests_, [&peer](const auto& each) { return each.second == peer.name; });
    if (step.action == ClaimAction::log_only) return;
    if (step.action == ClaimAction::shoot) {
        shoot(now, peer, ever_heard, out);
        return;
    }
    const bool news = step.action == ClaimAction::take;
    if (why == ClaimInput::died_empty && news) defend(now, peer, out);
    if (why != ClaimInput::left_in_order || !news) {
        wish(out, Letter{"stonith", {{"node", peer.name}, {"result", "unneeded"}}});
    }
    if (why == ClaimInput::died_empty) wish_log(out, LogId::dead_gave_up, peer.name);
    peer.forget();
    if (news) take_over_from(now, peer, out);
}

// A 3.0.6 shoots at once, whatever it holds: two shots at one time would leave nobody. And who
// waits, waits from the moment on at which the other one counts it dead; in doubt whoever is to
// shoot first errs towards early, and the other one towards late. Who that is goes by file and
// groups alone: both know these, while ping nodes only ever set the two further apart.
Duration Manager::delay_before(Instant now, const Peer& peer, bool ever_heard) const {
    const auto here =
        std::count_if(table_.slots().begin(), table_.slots().end(),
                      [](const GroupTable::Slot& slot) { return claimed(slot.tenure); });
    // What it said, and not what that means for another file of ours: it counts the same way.
    const std::size_t there = peer.file_differs ? peer.said_held.size() : peer.held.size();
    Standpoint at;
    at.first_in_file = first_before(peer.name);
    at.owns_less = static_cast<std::size_t>(here) < there;
    at.hears_ping = fencer_.hears_ping(now);
    const int least = ever_heard && !peer.ours ? 1 : 0;
    const int slots = std::max(least, delay_slots(at));
    if (slots == 0) return Duration::zero();
    const bool owns_more = static_cast<std::size_t>(here) > there;
    const bool goes_first = at.first_in_file ? !at.owns_less : owns_more;
    return fencer_.delay() * slots + (goes_first ? peer.lag.least : peer.lag.most);
}

void Manager::shoot(Instant now, Peer& peer, bool ever_heard, Wishes& out) {
    if (fencer_.has_device()) {
        const Duration delay = delay_before(now, peer, ever_heard);
        peer.shot_because = ever_heard ? "it fell silent, and groups may run on it"
                                       : "it was never heard, and groups may run on it";
        peer.shot_known = ever_heard;
        peer.forget();
        if (!stopping_) fencer_.request(now, peer.name, delay, ShotFor::groups, out);
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

// Everything is here. Behind a cut the other node lives, and counts us dead: without this it would
// shoot the one node on which something runs. A 3.0.6 would be faster, so it is left alone.
void Manager::defend(Instant now, Peer& peer, Wishes& out) {
    if (!fencer_.has_device() || stopping_ || !peer.ours || table_.slots().empty()) return;
    wish_log(out, LogId::fence_in_defence, peer.name);
    peer.shot_because = "it fell silent, and might have reset the node on which everything runs";
    peer.shot_known = true;
    fencer_.request(now, peer.name, delay_before(now, peer, true), ShotFor::defence, out);
}

void Manager::fence_done(Now now, const FenceDone& result, Wishes& out) {
    const auto verdict = fencer_.done(now.mono, result, out);
    if (!verdict) {
        wish_log(out, LogId::script_forgotten, static_cast<std::uint64_t>(result.job));
        return;
    }
    Peer* peer = find(verdict->target);
    if (peer != nullptr && verdict->input == ClaimInput::fence_confirmed) {
        peer->shot_with = verdict->device;
        peer->died_empty = false;
    }
    if (peer != nullptr && verdict->what == ShotFor::groups) {
        claim_news(now.mono, *peer, verdict->input, out);
    }
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

// A silent node of which nothing was to be feared: it may run what is new in the file.
void Manager::doubt_the_dead(Instant now, Wishes& out) {
    if (!fencer_.has_device()) return;  // nothing can be proven
    for (Peer& peer : peers_) {
        if (!peer.died_empty || peer.alive || peer.proven_down || !may_hold(peer, true)) continue;
        peer.claim = Claim::alive;
        decide_claim(now, peer, ClaimInput::died_owning, true, out);
    }
}

void Manager::claim_news(Instant now, Peer& peer, ClaimInput input, Wishes& out) {
    const ClaimStep step = advance(peer.claim, input);
    peer.claim = step.next;
    peer.blocked_alarm =
        step.next == Claim::blocked ? now + limits::fence_alarm_pause : Instant{never};
    if (step.action == ClaimAction::take) take_over_from(now, peer, out);
}

// It speaks again: nobody shoots it any more, and what was wanted of its groups is planned anew.
void Manager::claim_returned(Peer& peer, bool restarted, Wishes& out) {
    const bool was_open = open(peer.claim);
    const ClaimStep step = advance(
        peer.claim, restarted ? ClaimInput::returned_new_life : ClaimInput::returned_same_life);
    peer.claim = step.next;
    peer.blocked_alarm = never;
    if (fencer_.call_off(peer.name, out)) {
        wish_log(out, LogId::fence_called_off, peer.name,
                 restarted ? "it was started again" : "it is heard again");
    }
    tell_of_reset(peer, restarted, out);
    if (was_open) unwant(out);
}

// A node cannot know why it lost its power. And one that has not lost it, though a device said so,
// must yield what was taken from it.
void Manager::tell_of_reset(Peer& peer, bool restarted, Wishes& out) {
    if (restarted) peer.survived_shot = false;
    if (peer.shot_with.empty()) return;
    const std::string device = std::exchange(peer.shot_with, "");
    // One that is heard for the first time may have been started after it.
    if (!restarted && peer.shot_known) {
        peer.survived_shot = true;
        wish_log(out, LogId::fence_survived, peer.name, device);
        return;
    }
    if (!peer.ours) return;
    wish(out, Letter{"hb_fenced",
                     {{"node", peer.name}, {"device", device}, {"why", peer.shot_because}}});
}

void Manager::on_fenced(const Peer& peer, const Letter& letter, Wishes& out) {
    if (letter.get("node") != config_.self) return;
    wish_log(out, LogId::fenced_by_peer, peer.name, printable(letter.get("why")),
             printable(letter.get("device")));
}

// With each report: it took our groups on the word of a device, and we live.
void Manager::read_survivors(Peer& peer, const Letter& letter, Wishes& out) {
    if (!peer.ours) return;
    const auto names = words(letter.get("hb_survived"));
    const bool before = std::exchange(
        peer.shot_us, std::find(names.begin(), names.end(), config_.self) != names.end());
    if (peer.shot_us && !before) wish_log(out, LogId::fence_survived_here, peer.name);
}

// Who goes on when both claim a group. Both compute the same: what was taken on a device's word
// stays where it was taken, else the node that is preferred keeps. Who is stopping it has yielded:
// a node that found some of it running at its start must not end what runs elsewhere.
NodeName Manager::keeper_of(const Peer& peer, const GroupTable::Slot& slot) const {
    if (peer.leaving.contains(slot.key())) return config_.self;
    if (peer.survived_shot != peer.shot_us) return peer.survived_shot ? config_.self : peer.name;
    const bool disputed = peer.disputed.contains(slot.key());
    return keeper(config_.self, peer.name, disputed ? NodeName() : slot.preferred(), config_.nodes);
}

// A reload: somebody has mended the device, or wants to know whether it works now.
void Manager::fence_again(Instant now, Wishes& out) {
    if (!fencer_.has_device() || stopping_) return;
    for (Peer& peer : peers_) {
        if (peer.claim != Claim::blocked) continue;
        claim_news(now, peer, ClaimInput::reloaded, out);
        wish_log(out, LogId::fence_again, peer.name);
        fencer_.request(now, peer.name, Duration::zero(), ShotFor::groups, out);
    }
}

void Manager::tell_blocked(Instant now, Wishes& out) {
    for (Peer& peer : peers_) {
        if (now < peer.blocked_alarm) continue;
        peer.blocked_alarm = now + limits::fence_alarm_pause;
        wish_log(out, LogId::fence_blocked, peer.name);
    }
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
