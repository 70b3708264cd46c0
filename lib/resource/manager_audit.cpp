// Looks at what both nodes say and names the groups that run nowhere. Repairs nothing: plan and
// tenure do.
#include <algorithm>

#include "resource/manager.hpp"

namespace hb::resource {

// What an operator should hear of this group now.
std::optional<LogLine> Manager::complaint(const GroupTable::Slot& slot) const {
    if (claimed(slot.tenure) || slot.going) return std::nullopt;
    bool peer_present = false, peer_failed = true;
    for (const Peer& peer : peers_) {
        if (!peer.present()) continue;
        if (peer.held.contains(slot.key()) || peer.put_away.contains(slot.key()))
            return std::nullopt;
        if (!peer.reported || !peer.stable) return std::nullopt;
        peer_present = true;
        peer_failed = peer_failed && peer.failed.contains(slot.key());
    }
    if (slot.tenure != Tenure::failed_here) {
        return log_line(slot.preferred() == config_.self ? LogId::nobody_owns_local
                                                         : LogId::nobody_owns_foreign);
    }
    if (!peer_present) {
        return log_line(LogId::group_stays_down, slot.key(), "no peer is there to take it");
    }
    if (peer_failed) return log_line(LogId::group_failed_everywhere, slot.key());
    return std::nullopt;
}

void Manager::settle_audit(Wishes& out) {
    if (!stable() || !may_plan()) return;
    for (const GroupTable::Slot& slot : table_.slots()) {
        const std::optional<LogLine> line = complaint(slot);
        if (!line) {
            complained_.erase(slot.key());
            continue;
        }
        const auto known = complained_.find(slot.key());
        if (known != complained_.end() && known->second == line->id) continue;
        complained_[slot.key()] = line->id;
        out.emplace_back(Effect{*line});
    }
}

}  // namespace hb::resource
