// What the manager tells of itself (view.hpp): who holds each group, and why it does not run.
#include <algorithm>

#include "resource/manager.hpp"

namespace hb::resource {

void Manager::explain(const GroupTable::Slot& slot, std::size_t index, GroupState& state) const {
    if (slot.probing) {
        state.why = Why::asking;
        return;
    }
    switch (slot.tenure) {
        case Tenure::held:
            return;
        case Tenure::stuck:
            state.why = Why::stop_failed;
            return;
        case Tenure::acquiring:
        case Tenure::releasing:
            if (const GroupTable::Slot* other = table_.waits_for(index)) {
                state.why = Why::waits_for_group;
                state.about = other->key();
            }
            return;
        case Tenure::waiting_for_claim:
        case Tenure::elsewhere:
        case Tenure::failed_here:
            if (state.owner.empty()) explain_absence(slot, state);
            return;
    }
}

// It runs nowhere, as far as we know.
void Manager::explain_absence(const GroupTable::Slot& slot, GroupState& state) const {
    const auto because = [&state](Why why, const std::string& about = {}) {
        state.why = why;
        state.about = about;
    };
    if (!config_.manage) return because(Why::not_managed);
    if (stopping_) return because(Why::this_node_stops);
    if (slot.tenure == Tenure::failed_here) {
        const bool chance = std::any_of(peers_.begin(), peers_.end(), [&slot](const Peer& peer) {
            return peer.present() && !peer.failed.contains(slot.key());
        });
        return because(chance ? Why::start_failed : Why::failed_everywhere);
    }
    if (arbitrated() && arbiter_.standing() == Standing::isolated) return because(Why::isolated);
    for (const Peer& peer : peers_) {
        if (peer.claim == Claim::blocked) return because(Why::fencing_blocked, peer.name);
        if (peer.claim == Claim::fencing && fencer_.has_device()) {
            return because(Why::waits_for_fencing, peer.name);
        }
    }
    if (slot.tenure == Tenure::waiting_for_claim) return because(Why::waits_for_arbiter);
    if (!comm_up_) return because(Why::waits_for_nodes);
    for (const Peer& peer : peers_) {
        if (peer.present() && !peer.understood()) return because(Why::waits_for_report, peer.name);
    }
    if (!standby_.idle()) return because(Why::hand_over, standby_.peer());
    because(Why::nobody_takes_it);
}

GroupState Manager::state_of(Instant now, std::size_t index) const {
    const GroupTable::Slot& slot = table_.slots()[index];
    GroupState state;
    state.group = {slot.key(), slot.preferred(), slot.tenure, false};
    state.probing = slot.probing;
    state.members = slot.walk.members(now);
    if (claimed(slot.tenure)) state.owner = config_.self;
    for (const Peer& peer : peers_) {
        if (!peer.present() || !peer.held.contains(slot.key())) continue;
        state.group.peer_holds = true;
        (state.owner.empty() ? state.owner : state.rival) = peer.name;
    }
    explain(slot, index, state);
    return state;
}

std::vector<GroupView> Manager::groups() const {
    std::vector<GroupView> views;
    for (const GroupTable::Slot& slot : table_.slots()) {
        const bool held = std::any_of(peers_.begin(), peers_.end(), [&slot](const Peer& peer) {
            return peer.present() && peer.held.contains(slot.key());
        });
        views.push_back({slot.key(), slot.preferred(), slot.tenure, held});
    }
    return views;
}

ManagerView Manager::picture(Instant now) const {
    ManagerView view;
    for (std::size_t i = 0; i < table_.slots().size(); ++i) {
        view.groups.push_back(state_of(now, i));
    }
    view.fencing = fencer_.view(now);
    for (const Peer& peer : peers_) {
        view.holders.push_back({peer.name, claim_word(peer.claim), holding_word(peer.holding),
                                peer.reported, peer.left, peer.proven_down, peer.file_differs});
        for (OrderView& order : view.fencing.orders) {
            if (order.target == peer.name) order.because = peer.shot_because;
        }
    }
    if (arbitrated()) view.standing = standing_word(arbiter_.standing());
    view.handover = standby_.phase_word();
    view.handover_with = standby_.peer();
    return view;
}

}  // namespace hb::resource
