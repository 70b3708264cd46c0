// A group that runs while the file changes: see group.hpp.
#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "resource/file_marks.hpp"
#include "resource/group.hpp"

namespace hb::resource {
namespace {

using Members = std::vector<config::Member>;

Members::const_iterator find_in(const Members& members, const config::Member& wanted) {
    return std::find_if(members.begin(), members.end(), [&wanted](const config::Member& each) {
        return same_member(each, wanted);
    });
}

}  // namespace

bool Group::step_is_empty(std::size_t begin) const noexcept {
    const std::size_t end = end_of(begin);
    for (std::size_t i = begin; i < end; ++i) {
        if (takes_part(i)) return false;
    }
    return true;
}

bool Group::shrink(const config::ResourceGroup& next, bool again, const WalkLimits& limits,
                   JobSource& jobs, Wishes& out) {
    HB_CHECK(!busy());
    std::vector<bool> gone(group_.members.size());
    std::string names;
    for (std::size_t i = 0; i < gone.size(); ++i) {
        if (presence_[i] == Presence::taken_out) continue;
        if (presence_[i] == Presence::left_over && !again) continue;
        gone[i] = find_in(next.members, group_.members[i]) == next.members.end();
        if (gone[i]) names += (names.empty() ? "" : " ") + group_.members[i].token;
    }
    if (names.empty()) return false;
    limits_ = limits;
    stop_asked_ = false;
    part_ = std::move(gone);
    wish_log(out, LogId::group_shrinks, group_.key, names);
    at_ = begin_of(group_.members.size() - 1);
    while (step_is_empty(at_)) at_ = begin_of(at_ - 1);
    begin_step_of_stop(jobs, out);
    return true;
}

// What could not be stopped keeps its place: behind what was before it.
void Group::change_to(config::ResourceGroup next, bool runs) {
    HB_CHECK(!busy());
    const Members next_members = next.members;
    const config::ResourceGroup before = std::exchange(group_, std::move(next));
    std::size_t place = 0;
    for (std::size_t i = 0; i < before.members.size(); ++i) {
        const auto found = find_in(group_.members, before.members[i]);
        if (found != group_.members.end()) {
            place = static_cast<std::size_t>(found - group_.members.begin()) + 1;
        } else if (runs && presence_[i] == Presence::left_over) {
            group_.members.insert(group_.members.begin() + static_cast<std::ptrdiff_t>(place),
                                  before.members[i]);
            ++place;
        }
    }
    std::vector<Presence> presence;
    std::vector<std::array<Past, 3>> past;
    for (const config::Member& member : group_.members) {
        const auto found = find_in(before.members, member);
        const bool is_new = found == before.members.end();
        const auto index = static_cast<std::size_t>(found - before.members.begin());
        // What is back in the file is started again, whatever became of it.
        const bool back =
            !is_new && find_in(next_members, member) != next_members.end() &&
            (presence_[index] == Presence::left_over || presence_[index] == Presence::taken_out);
        presence.push_back(!runs            ? Presence::with_group
                           : is_new || back ? Presence::absent
                                            : presence_[index]);
        past.push_back(is_new ? std::array<Past, 3>{} : past_[index]);
    }
    presence_ = std::move(presence);
    past_ = std::move(past);
    part_.clear();
}

std::vector<const config::Member*> Group::absent() const {
    std::vector<const config::Member*> out;
    for (std::size_t i = 0; i < presence_.size(); ++i) {
        if (presence_[i] == Presence::absent) out.push_back(&group_.members[i]);
    }
    return out;
}

void Group::grow(const WalkLimits& limits, JobSource& jobs, Wishes& out) {
    HB_CHECK(!busy());
    std::string names;
    for (const config::Member* member : absent()) {
        names += (names.empty() ? "" : " ") + member->token;
    }
    HB_CHECK(!names.empty());
    limits_ = limits;
    stop_asked_ = false;
    part_.clear();
    for (Presence& presence : presence_) {
        part_.push_back(presence == Presence::absent);
        if (part_.back()) presence = Presence::arriving;
    }
    wish_log(out, LogId::group_grows, group_.key, names);
    at_ = 0;
    while (step_is_empty(at_)) at_ = end_of(at_);
    begin_status(jobs, out);
}

// A start failed. What it may have left is stopped, what would follow it is not begun.
void Group::begin_refusal(JobSource& jobs, Wishes& out) {
    const std::size_t end = end_of(at_);
    part_.assign(presence_.size(), false);
    for (std::size_t i = at_; i < presence_.size(); ++i) {
        if (presence_[i] != Presence::arriving) continue;
        wish_log(out, LogId::member_refused, group_.members[i].token, group_.key);
        part_[i] = i < end;
        if (i >= end) presence_[i] = Presence::refused;
    }
    refusing_ = true;
    begin_step_of_stop(jobs, out);
}

bool Group::left_over() const noexcept {
    return std::any_of(presence_.begin(), presence_.end(), [](Presence each) {
        return each == Presence::left_over || each == Presence::half_way;
    });
}

void Group::try_again() {
    for (Presence& presence : presence_) {
        const bool failed = presence == Presence::refused || presence == Presence::half_way;
        if (failed) presence = Presence::absent;
    }
}

// What takes part in this step of a stop has stopped, unless it was found to be left over.
void Group::take_out_step() {
    if (!partial()) return;
    const std::size_t end = end_of(at_);
    for (std::size_t i = at_; i < end; ++i) {
        if (!takes_part(i)) continue;
        const bool refuses = std::find(left_over_.begin(), left_over_.end(), i) != left_over_.end();
        if (refusing_) {
            presence_[i] = refuses ? Presence::half_way : Presence::refused;
        } else {
            presence_[i] = refuses ? Presence::left_over : Presence::taken_out;
        }
    }
    left_over_.clear();
}

// The last step of a stop is done. Whatever was left over is gone with the rest.
WalkEnd Group::all_stopped() {
    step_ = Step::idle;
    if (partial()) return std::exchange(refusing_, false) ? WalkEnd::grown : WalkEnd::shrunk;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < presence_.size(); ++i) {
        if (presence_[i] == Presence::left_over) continue;
        if (kept != i) {
            group_.members[kept] = std::move(group_.members[i]);
            past_[kept] = past_[i];
        }
        ++kept;
    }
    group_.members.resize(kept);
    past_.resize(kept);
    presence_.assign(kept, Presence::with_group);
    return WalkEnd::stopped;
}

}  // namespace hb::resource
