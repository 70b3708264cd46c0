// What the arbiter's word means for groups: when they wait, when they are taken, when they are
// given up. The word itself is arbiter.hpp's.
#include <algorithm>
#include <utility>

#include "resource/manager.hpp"

namespace hb::resource {
namespace {

std::string listed(const std::vector<NodeName>& names) {
    std::string text;
    for (const NodeName& name : names) text += (text.empty() ? "" : " ") + name;
    return text;
}

}  // namespace

// A device is the better proof.
bool Manager::arbitrated() const {
    return arbiter_.configured() && !fencer_.has_device() && config_.manage;
}

void Manager::ping_heard(Now now, const NodeName& ping, Wishes& out) {
    fencer_.ping_heard(now.mono);
    if (!arbitrated() || !arbiter_.knows(ping)) return;
    arbiter_.heard(now.mono);
    if (arbiter_.standing() != Standing::at_peace) settle(now, out);
}

void Manager::heard_by(Now now, const NodeName& name, bool anywhere, Wishes& out) {
    Peer* peer = find(name);
    if (peer == nullptr) return;
    const bool was_deaf = std::exchange(peer->deaf, !anywhere);
    // While it did not hear us it may have taken what we gave up; its report of that may be lost.
    if (was_deaf && anywhere && arbitrated() && comm_up_ && peer->ours) ask_peers(now.mono, out);
    settle(now, out);
}

void Manager::peer_deadtime(Duration deadtime) { arbiter_.set_peer_deadtime(deadtime); }

// One that hears nothing from us counts us dead, and takes over as if it were silent itself.
bool Manager::contested() const {
    return std::any_of(peers_.begin(), peers_.end(), [](const Peer& peer) {
        if (peer.left || peer.proven_down) return false;
        return !peer.alive || peer.deaf;
    });
}

void Manager::settle_arbiter(Now now, Wishes& out) {
    if (!arbitrated()) return;
    const Standing before = arbiter_.standing();
    const Standing after = arbiter_.look(now.mono, contested());
    tell_arbiter(now.mono, before, after, out);
    unproven_.clear();
    if (after == Standing::isolated) give_up_isolated(out);
    if (arbiter_.overdue(now.mono)) end_overdue(out);
    if (after != Standing::granted) return;
    for (Peer& peer : peers_) {
        if (open(peer.claim)) claim_news(now.mono, peer, ClaimInput::arbiter_heard, out);
    }
}

void Manager::tell_arbiter(Instant now, Standing before, Standing after, Wishes& out) {
    const std::string names = listed(arbiter_.config().names);
    if (after == Standing::granted && before != after) {
        wish_log(out, LogId::arbiter_granted, names);
    } else if (after == Standing::waiting && before == Standing::isolated) {
        wish_log(out, LogId::arbiter_back, names, arbiter_.grant_at() - now);
    } else if (!unproven_.empty() && after == Standing::isolated) {
        wish_log(out, LogId::arbiter_unheard, unproven_, names);
    } else if (!unproven_.empty() && arbiter_.grant_at() == never) {
        wish_log(out, LogId::arbiter_unheard, unproven_, names);
    } else if (!unproven_.empty()) {
        const Duration wait = std::max(arbiter_.grant_at() - now, Duration::zero());
        wish_log(out, LogId::arbiter_waits, unproven_, wait, names);
    }
}

// Also what is found to run only now.
void Manager::give_up_isolated(Wishes& out) {
    unwant(out);
    if (!table_.any(Tenure::held) && !table_.any(Tenure::acquiring)) return;
    if (stopping_) return;  // it goes as it is
    wish_log(out, LogId::arbiter_isolated, listed(arbiter_.config().names));
    if (arbiter_.config().reboot) {
        out.emplace_back(Effect{SelfFence{"neither the other node nor an arbiter is heard"}});
        return;
    }
    if (!standby_.idle()) standby_.cancel(out);
    for (const std::string& key : keys_of(Holding::all)) {
        if (!claimed(table_.find(key)->tenure)) continue;
        table_.release(key, TenureInput::release_asked, out);
    }
}

// A stop that takes too long, or fails again and again.
void Manager::end_overdue(Wishes& out) {
    const auto claimed_here = [](const GroupTable::Slot& slot) { return claimed(slot.tenure); };
    if (std::none_of(table_.slots().begin(), table_.slots().end(), claimed_here)) return;
    wish_log(out, LogId::arbiter_overdue);
    out.emplace_back(Effect{SelfFence{"groups still run here that the other node may take now"}});
}

// The other node is dead by silence, and no device can prove it: settle() asks the arbiter.
void Manager::await_arbiter(Instant now, Peer& peer, Wishes& out) {
    if (peer.proven_down) return claim_news(now, peer, ClaimInput::operator_confirmed, out);
    wish(out, Letter{"stonith", {{"node", peer.name}, {"result", "n_stnth"}}});
    unproven_ = peer.name;
    peer.forget();
}

}  // namespace hb::resource
