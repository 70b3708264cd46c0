// See group_table.hpp.
#include "resource/group_table.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace hb::resource {
namespace {

std::string members_shown(const config::ResourceGroup& group) {
    std::string text;
    for (const config::Member& member : group.members) {
        if (!text.empty()) text += ' ';
        text += member.token;
    }
    return text;
}

// The other group is here, or will be.
bool on_its_way(Tenure t) noexcept {
    return t == Tenure::waiting_for_claim || t == Tenure::acquiring || t == Tenure::releasing;
}

}  // namespace

GroupTable::GroupTable(NodeName self, const std::vector<config::ResourceGroup>& groups,
                       config::GroupOrder order, WalkLimits limits)
    : self_(std::move(self)),
      limits_(limits),
      order_(order),
      strict_order_(order == config::GroupOrder::file) {
    for (const config::ResourceGroup& group : groups) {
        Slot slot{.walk = Group(group), .leans_on = {}, .since = {}};
        slots_.push_back(std::move(slot));
    }
    lean(groups);
}

void GroupTable::lean(const std::vector<config::ResourceGroup>& groups) {
    for (Slot& slot : slots_) slot.leans_on.clear();
    dependency_lines_.clear();
    for (const Dependency& each : dependencies(groups, order_)) {
        slots_[each.later].leans_on.push_back(each.earlier);
        dependency_lines_.push_back(log_line(LogId::group_waits_for, groups[each.later].key,
                                             groups[each.earlier].key, each.reason));
    }
}

const GroupTable::Slot* GroupTable::find(std::string_view key) const noexcept {
    const auto found = std::find_if(slots_.begin(), slots_.end(),
                                    [key](const Slot& slot) { return slot.key() == key; });
    return found == slots_.end() ? nullptr : &*found;
}

void GroupTable::log_dependencies(Wishes& out) const {
    for (const LogLine& line : dependency_lines_) out.emplace_back(Effect{line});
}

void GroupTable::probe(Wishes& out) {
    for (Slot& slot : slots_) {
        slot.probing = true;
        slot.walk.probe(limits_, jobs_, out);
    }
}

bool GroupTable::probed() const noexcept {
    return std::none_of(slots_.begin(), slots_.end(), [](const Slot& s) { return s.probing; });
}

void GroupTable::apply(std::size_t index, TenureInput input, Wishes& out) {
    Slot& slot = slots_[index];
    const TenureStep step = advance(slot.tenure, input);
    slot.tenure = step.next;
    switch (step.action) {
        case TenureAction::start:
            slot.start_due = true;
            return;
        case TenureAction::stop:
            slot.start_due = false;
            slot.stop_due = true;
            slot.failing = input == TenureInput::start_failed;
            return;
        case TenureAction::self_fence:
            wish_log(out, LogId::self_fence, "stop of group " + slot.key() + " failed");
            out.emplace_back(Effect{SelfFence{"stop of group " + slot.key() + " failed"}});
            return;
        case TenureAction::nothing:
        case TenureAction::log_only:
        case TenureAction::announce:
        case TenureAction::offer:
            return;
    }
}

void GroupTable::want(std::string_view key, Wishes& out) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        if (slots_[i].key() == key) apply(i, TenureInput::wanted, out);
    }
}

void GroupTable::clear(std::string_view key, Wishes& out) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        if (slots_[i].key() == key) apply(i, TenureInput::claim_cleared, out);
    }
}

void GroupTable::take(std::string_view key, Wishes& out) {
    want(key, out);
    clear(key, out);
}

// What leans on a released group cannot stay without it.
void GroupTable::release(std::string_view key, TenureInput why, Wishes& out) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        if (slots_[i].key() != key) continue;
        apply(i, why, out);
        if (strict_order_) continue;  // an order, not a need
        for (const Slot& other : slots_) {
            const bool leans =
                std::find(other.leans_on.begin(), other.leans_on.end(), i) != other.leans_on.end();
            if (leans && claimed(other.tenure) && other.tenure != Tenure::releasing) {
                release(other.key(), TenureInput::release_asked, out);
            }
        }
    }
}

bool GroupTable::may_start(const Slot& slot) const noexcept {
    return std::none_of(slot.leans_on.begin(), slot.leans_on.end(),
                        [this](std::size_t base) { return on_its_way(slots_[base].tenure); });
}

// What it leans on failed here: it would start on a bare directory. It goes where its base goes.
bool GroupTable::base_failed(const Slot& slot) const noexcept {
    return !strict_order_ &&
           std::any_of(slot.leans_on.begin(), slot.leans_on.end(), [this](std::size_t base) {
               return slots_[base].tenure == Tenure::failed_here ||
                      slots_[base].tenure == Tenure::stuck;
           });
}

bool GroupTable::may_stop(std::size_t index) const noexcept {
    return std::none_of(slots_.begin(), slots_.end(), [this, index](const Slot& other) {
        const bool leans =
            std::find(other.leans_on.begin(), other.leans_on.end(), index) != other.leans_on.end();
        const bool in_use = strict_order_ ? other.tenure == Tenure::releasing
                                          : claimed(other.tenure) && other.tenure != Tenure::stuck;
        return leans && in_use && !other.start_due;
    });
}

const GroupTable::Slot* GroupTable::waits_for(std::size_t index) const noexcept {
    const Slot& slot = slots_[index];
    if (slot.start_due && !may_start(slot)) {
        for (const std::size_t base : slot.leans_on) {
            if (on_its_way(slots_[base].tenure)) return &slots_[base];
        }
    }
    if (slot.stop_due && !may_stop(index)) {
        for (const Slot& other : slots_) {
            const auto& bases = other.leans_on;
            const bool leans = std::find(bases.begin(), bases.end(), index) != bases.end();
            if (leans && claimed(other.tenure)) return &other;
        }
    }
    return nullptr;
}

void GroupTable::progress(Instant now, Wishes& out) {
    // The end of one walk may let the next begin at once (a start refused because its base failed).
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        Slot& slot = slots_[i];
        if (slot.start_due && !slot.walk.busy() && may_start(slot)) {
            slot.start_due = false;
            slot.since = now;
            if (base_failed(slot)) {
                wish_log(out, LogId::group_failed, slot.key());
                apply(i, TenureInput::start_failed, out);
            } else {
                wish_log(out, LogId::group_acquiring, slot.preferred(),
                         members_shown(slot.walk.config()));
                slot.walk.start(limits_, jobs_, out);
            }
        }
    }
    for (std::size_t i = slots_.size(); i-- > 0;) {
        Slot& slot = slots_[i];
        if (!slot.stop_due || !may_stop(i)) continue;
        slot.stop_due = false;
        slot.since = now;
        wish_log(out, LogId::group_releasing, slot.preferred(), members_shown(slot.walk.config()));
        slot.walk.stop(limits_, jobs_, out);
    }
}

GroupTable::Told GroupTable::script_done(Instant now, const ScriptDone& result, Wishes& out) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        if (!slots_[i].walk.awaits(result.job)) continue;
        const auto end = slots_[i].walk.done(now, result, jobs_, out);
        if (!end) return Told::under_way;
        walk_ended(now, i, *end, out);
        return Told::walk_ended;
    }
    return Told::unknown;
}

void GroupTable::wakeup(Instant now, Wishes& out) {
    for (Slot& slot : slots_) {
        if (now >= slot.walk.next_deadline()) slot.walk.wakeup(now, jobs_, out);
    }
}

Instant GroupTable::next_deadline() const noexcept {
    Instant first = never;
    for (const Slot& slot : slots_) first = std::min(first, slot.walk.next_deadline());
    return first;
}

void GroupTable::probe_ended(std::size_t index, WalkEnd end, Wishes& out) {
    Slot& slot = slots_[index];
    slot.probing = false;
    if (end == WalkEnd::found_running) {
        wish_log(out, LogId::group_found, slot.key(), "running");
        apply(index, TenureInput::found_running, out);
    } else if (end == WalkEnd::found_partly) {
        wish_log(out, LogId::group_found, slot.key(), "partly running");
        apply(index, TenureInput::found_partly, out);
    }
}

void GroupTable::walk_ended(Instant now, std::size_t index, WalkEnd end, Wishes& out) {
    Slot& slot = slots_[index];
    switch (end) {
        case WalkEnd::found_running:
        case WalkEnd::found_partly:
        case WalkEnd::found_stopped:
            probe_ended(index, end, out);
            return;
        case WalkEnd::started:
            wish_log(out, LogId::group_running, slot.key(), now - slot.since);
            apply(index, TenureInput::all_started, out);
            return;
        case WalkEnd::start_failed:
            apply(index, TenureInput::start_failed, out);
            return;
        case WalkEnd::stopped:
            wish_log(out, LogId::group_stopped, slot.key(), now - slot.since);
            apply(index,
                  slot.failing ? TenureInput::all_stopped_after_failure : TenureInput::all_stopped,
                  out);
            slot.failing = false;
            return;
        case WalkEnd::stop_failed:
            apply(index, TenureInput::stop_failed, out);
            return;
        case WalkEnd::shrunk:
        case WalkEnd::grown:
            wish_log(out, LogId::group_changed, slot.key(), now - slot.since);
            return;
    }
}

bool GroupTable::settled() const noexcept {
    return std::none_of(slots_.begin(), slots_.end(), [](const Slot& slot) {
        return slot.probing || on_its_way(slot.tenure) ||
               (slot.tenure == Tenure::held && slot.walk.busy());
    });
}

bool GroupTable::any(Tenure tenure) const noexcept {
    return std::any_of(slots_.begin(), slots_.end(),
                       [tenure](const Slot& slot) { return slot.tenure == tenure; });
}

Holding GroupTable::class_of(const Slot& slot) const noexcept {
    return slot.preferred() == self_ ? Holding::local : Holding::foreign;
}

Holding GroupTable::claimed_classes() const noexcept {
    Holding set = Holding::none;
    for (const Slot& slot : slots_) {
        if (slot.probing || claimed(slot.tenure)) set = set | class_of(slot);
    }
    return set;
}

Holding GroupTable::existing_classes() const noexcept {
    Holding set = Holding::none;
    for (const Slot& slot : slots_) set = set | class_of(slot);
    return set;
}

}  // namespace hb::resource
