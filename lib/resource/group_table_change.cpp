// Groups that come, go and change while the node runs. See group_table.hpp.
#include <algorithm>

#include "base/check.hpp"
#include "resource/file_change.hpp"
#include "resource/group_table.hpp"

namespace hb::resource {
namespace {

std::vector<config::ResourceGroup> groups_of(const std::vector<GroupTable::Slot>& slots) {
    std::vector<config::ResourceGroup> groups;
    for (const GroupTable::Slot& slot : slots) groups.push_back(slot.walk.config());
    return groups;
}

}  // namespace

bool GroupTable::shrink(Instant now, const std::vector<config::ResourceGroup>& next, bool again,
                        Wishes& out) {
    HB_CHECK(at_rest());
    bool begun = false;
    const auto place = successors(groups_of(slots_), next);
    for (std::size_t i = 0; i < slots_.size(); ++i) slots_[i].going = !place[i];
    for (Slot& slot : slots_) {
        if (!slot.going) continue;
        begun = begun || claimed(slot.tenure);
        slot.went_here = slot.went_here || claimed(slot.tenure);
        release(slot.key(), TenureInput::release_asked, out);
    }
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        // One that leaned on a group that goes is released as well.
        Slot& slot = slots_[i];
        if (slot.tenure != Tenure::held || !place[i]) continue;
        if (!slot.walk.shrink(next[*place[i]], again, limits_, jobs_, out)) continue;
        slot.since = now;
        begun = true;
    }
    return begun;
}

bool GroupTable::at_rest() const noexcept {
    return std::none_of(slots_.begin(), slots_.end(), [](const Slot& slot) {
        return slot.walk.busy() || slot.start_due || slot.stop_due;
    });
}

void GroupTable::change_to(const std::vector<config::ResourceGroup>& next, Wishes& out) {
    HB_CHECK(at_rest());
    const auto place = successors(groups_of(slots_), next);
    std::vector<std::optional<std::size_t>> from(next.size());
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        if (place[i] && !slots_[i].going) from[*place[i]] = i;
    }
    std::vector<Slot> slots;
    slots.reserve(next.size());
    for (std::size_t j = 0; j < next.size(); ++j) {
        if (!from[j]) {
            slots.push_back(Slot{.walk = Group(next[j]), .leans_on = {}, .since = {}});
            continue;
        }
        Slot slot = std::move(slots_[*from[j]]);
        slot.walk.change_to(next[j], claimed(slot.tenure));
        slots.push_back(std::move(slot));
    }
    slots_ = std::move(slots);
    const std::vector<LogLine> before = dependency_lines_;
    lean(next);
    for (const LogLine& line : dependency_lines_) {
        const bool known = std::any_of(before.begin(), before.end(), [&line](const LogLine& each) {
            return each.arguments == line.arguments;
        });
        if (!known) out.emplace_back(Effect{line});
    }
}

void GroupTable::grow(std::size_t index, Wishes& out) {
    slots_[index].walk.grow(limits_, jobs_, out);
}

void GroupTable::try_again() noexcept {
    for (Slot& slot : slots_) {
        if (!slot.walk.busy()) slot.walk.try_again();
    }
}

}  // namespace hb::resource
