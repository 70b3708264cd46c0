// Another haresources: ours changes while groups run, or another node goes by a different one.
//
// A new file is taken over in two steps. What it lacks is stopped first, while the old one counts;
// then the new one counts, every other node is told and asked what it holds, and what is new is
// started when they have answered. Nodes with different files name their groups to each other by
// what the members are about, so that nothing of one group runs on two nodes, whatever the files
// call it.
#include <algorithm>
#include <map>
#include <utility>

#include "base/limits.hpp"
#include "resource/file_change.hpp"
#include "resource/file_digest.hpp"
#include "resource/manager.hpp"

namespace hb::resource {

// --- the other node's file ---

// Each node goes by its own file: a group that only one of them knows is taken over by nobody.
void Manager::compare_files(Peer& peer, const Letter& letter, Wishes& out) {
    if (!peer.ours || !letter.has("hb_file")) return;
    // What it holds we know by the keys of its old file: only its next report has them anew.
    if (letter.type == "starting" && letter.get("hb_file") == file_word_) return;
    peer.file = letter.get("hb_file");
    const bool differs = peer.file != file_word_;
    if (differs == peer.file_differs) return;
    peer.file_differs = differs;
    wish_log(out, differs ? LogId::file_differs : LogId::file_agrees, peer.name);
    translate(peer);
    const bool all_agree = std::none_of(peers_.begin(), peers_.end(), [](const Peer& each) {
        return each.file_differs || each.file.empty();
    });
    if (all_agree) removed_.clear();
    answer_due_ = true;  // with our groups, or without them
}

// What the peer holds and has, in the groups of our file.
void Manager::translate(Peer& peer) const {
    peer.held = peer.said_held;
    peer.failed = peer.said_failed;
    peer.strange.clear();
    peer.disputed.clear();
    peer.put_away.clear();
    if (!peer.file_differs || !peer.marks_known) return;
    // What several groups of our file name is no sign of any of them: MailTo::root.
    std::map<std::uint32_t, std::size_t> uses;
    std::multimap<std::uint32_t, const GroupMark*> there;
    for (const GroupTable::Slot& slot : table_.slots()) {
        for (const std::uint32_t member : mark_of(slot.walk.config()).members) ++uses[member];
    }
    for (const GroupMark& mark : peer.marks) {
        for (const std::uint32_t member : mark.members) there.emplace(member, &mark);
    }
    for (const GroupTable::Slot& slot : table_.slots()) {
        const GroupMark mine = mark_of(slot.walk.config());
        bool met = false, agreed = false, claimed_there = false, removed_there = false;
        for (std::size_t i = 0; i < mine.members.size(); ++i) {
            const std::uint32_t member = mine.members[i];
            if (uses[member] > 1) continue;
            // Of a group that runs here, what is new may run there: that is no conflict.
            const bool contends = !claimed(slot.tenure) || slot.walk.present(i);
            const auto [first, last] = there.equal_range(member);
            for (auto at = first; at != last; ++at) {
                const GroupMark& theirs = *at->second;
                const bool removed = theirs.state == GroupMark::State::removed;
                met |= !removed;
                removed_there |= removed;
                claimed_there |= contends && theirs.state == GroupMark::State::claimed;
                agreed |= !removed && theirs.definition == mine.definition;
            }
        }
        if (claimed_there) peer.held.insert(slot.key());
        if (met && !agreed) peer.disputed.insert(slot.key());
        if (!met && removed_there) peer.put_away.insert(slot.key());
        if (!met) peer.strange.insert(slot.key());
    }
}

// What of a claimed group is not, or not yet, claimed with it. Taken out of `mark`.
static GroupMark idle_part(const GroupTable::Slot& slot, GroupMark& mark) {
    GroupMark idle{GroupMark::State::idle, mark.definition, {}};
    for (std::size_t i = mark.members.size(); i-- > 0;) {
        if (slot.walk.present(i)) continue;
        idle.members.push_back(mark.members[i]);
        mark.members.erase(mark.members.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return idle;
}

bool Manager::left_over() const {
    const auto& slots = table_.slots();
    return std::any_of(slots.begin(), slots.end(),
                       [](const auto& slot) { return slot.walk.left_over(); });
}

// While something runs here that the file lacks, the other nodes must not take it for in force.
std::string Manager::file_word() const {
    return file_digest(config_.groups) + (left_over() ? "+" : "");
}

void Manager::look_at_own_file() {
    file_word_ = file_word();
    for (Peer& peer : peers_) {
        if (!peer.ours || peer.file.empty()) continue;
        peer.file_differs = peer.file != file_word_;
        if (peer.reported) translate(peer);
    }
}

// What a peer's word means depends on what is claimed here.
void Manager::settle_marks() {
    if (file_word_.ends_with('+') && !left_over()) look_at_own_file();
    const bool differs = std::any_of(peers_.begin(), peers_.end(), [](const Peer& peer) {
        return peer.present() && peer.file_differs;
    });
    if (!differs) return claims_seen_.clear();
    std::vector<bool> claims;
    for (const GroupTable::Slot& slot : table_.slots()) claims.push_back(claimed(slot.tenure));
    if (std::exchange(claims_seen_, claims) == claims) return;
    for (Peer& peer : peers_) {
        if (peer.present() && peer.ours && peer.file_differs && peer.reported) translate(peer);
    }
}

// For nodes that go by another file, also those that are silent: they may hear us.
std::optional<std::string> Manager::marks() const {
    const bool differs = std::any_of(peers_.begin(), peers_.end(),
                                     [](const Peer& peer) { return peer.file_differs; });
    if (!differs) return std::nullopt;
    std::vector<GroupMark> all;
    for (const GroupTable::Slot& slot : table_.slots()) {
        GroupMark mark = mark_of(slot.walk.config());
        if (slot.going) mark.state = GroupMark::State::removed;
        if (slot.told_as_ours()) {
            mark.state = GroupMark::State::claimed;
            all.push_back(idle_part(slot, mark));
        }
        all.push_back(std::move(mark));
    }
    all.insert(all.end(), removed_.begin(), removed_.end());
    return marks_text(all);
}

// --- our own ---

void Manager::want_file(const std::vector<config::ResourceGroup>& groups) {
    if (!config_.manage) return;
    const auto& before = target_ ? *target_ : config_.groups;
    if (file_digest(groups) == file_digest(before)) {
        wanted_.reset();
        return;
    }
    wanted_ = groups;
    file_waits_told_ = false;
}

// What keeps a new file from counting now; "" when nothing does.
std::string Manager::file_waits_for() const {
    if (stopping_) return "this node stops";
    for (const Peer& peer : peers_) {
        if (!peer.present() || peer.ours) continue;
        return peer.name + " runs Heartbeat 3.0.6, which cannot be told";
    }
    const bool moves = !standby_.idle() || !table_.settled() || table_.any(Tenure::stuck);
    return moves ? "resource groups are under way" : "";
}

void Manager::settle_file(Now now, Wishes& out) {
    if (stopping_) return;
    if (!target_ && wanted_) {
        const std::string waits = file_waits_for();
        if (!waits.empty()) {
            if (!std::exchange(file_waits_told_, true)) wish_log(out, LogId::file_waits, waits);
            return;
        }
        target_ = std::exchange(wanted_, std::nullopt);
        std::size_t told = 0;
        const auto changes = change_words(config_.groups, *target_);
        for (const std::string& words : changes) {
            if (told++ == limits::file_changes_told) break;
            wish_log(out, LogId::file_change, words);
        }
        if (told > limits::file_changes_told) {
            wish_log(out, LogId::file_change,
                     std::to_string(changes.size() - limits::file_changes_told) + " groups more");
        }
        if (table_.shrink(now.mono, *target_, true, out)) return;
    }
    // What was taken over meanwhile was started by the old file.
    const bool over = target_ && table_.at_rest() && table_.settled() &&
                      !table_.shrink(now.mono, *target_, false, out);
    if (over) change_file(now, out);
}

void Manager::change_file(Now now, Wishes& out) {
    const auto next = successors(config_.groups, *target_);
    for (std::size_t i = 0; i < next.size(); ++i) {
        if (next[i]) continue;
        GroupMark mark = mark_of(config_.groups[i]);
        mark.state = GroupMark::State::removed;
        removed_.push_back(std::move(mark));
    }
    while (removed_.size() > limits::removed_groups) removed_.pop_front();
    table_.change_to(*target_, out);
    config_.groups = *std::exchange(target_, std::nullopt);
    forget_groups();
    look_at_own_file();
    wish_log(out, LogId::file_changed, config_.groups.size());
    doubt_the_dead(now.mono, out);
    settle_report(out);
    if (comm_up_ && any_of_ours()) ask_peers(now.mono, out);
}

// Nothing may refer to a group that is no more.
void Manager::forget_groups() {
    const auto unknown = [this](const std::string& key) { return table_.find(key) == nullptr; };
    ip_requests_.clear();  // whoever asked meant a group of the old file, and asks again
    ip_asked_.clear();
    std::erase_if(complained_, [&](const auto& each) { return unknown(each.first); });
    std::erase_if(offered_, unknown);
    std::erase_if(standby_keys_, unknown);
    for (Peer& peer : peers_) std::erase_if(peer.contested, unknown);
}

// What was added to a group that runs here.
void Manager::settle_growth(Instant now, Wishes& out) {
    if (target_ || !may_plan() || claims_open() || !arbiter_.may_take()) return;
    for (std::size_t i = 0; i < table_.slots().size(); ++i) {
        GroupTable::Slot& slot = table_.slots()[i];
        const bool due = slot.tenure == Tenure::held && !slot.walk.busy();
        if (!due || slot.walk.absent().empty() || runs_elsewhere(slot)) continue;
        slot.since = now;
        table_.grow(i, out);
    }
}

// Another node holds the group as well, or goes by a file in which a member that is new here
// belongs to a group that it holds or may take.
bool Manager::runs_elsewhere(const GroupTable::Slot& slot) const {
    for (const Peer& peer : peers_) {
        if (peer.present() && peer.held.contains(slot.key())) return true;  // one of us yields
    }
    for (const config::Member* member : slot.walk.absent()) {
        const std::uint32_t wanted = mark_of(*member);
        for (const Peer& peer : peers_) {
            if (!peer.present() || !peer.file_differs) continue;
            for (const GroupMark& mark : peer.marks) {
                const auto& all = mark.members;
                if (std::find(all.begin(), all.end(), wanted) == all.end()) continue;
                if (mark.state == GroupMark::State::claimed) return true;
                // It is disputed: the first node takes it.
                const bool agreed = mark.definition == mark_of(slot.walk.config()).definition;
                if (mark.state == GroupMark::State::idle && !agreed && !first_before(peer.name))
                    return true;
            }
        }
    }
    return false;
}

}  // namespace hb::resource
