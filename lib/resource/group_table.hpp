// Every group of haresources with its tenure and its walk: starts what is to be started when the
// groups it leans on are there, stops what is to be stopped when those that lean on it are gone.
// Who ought to hold what is not known here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/ha_cf.hpp"
#include "resource/dependency.hpp"
#include "resource/group.hpp"
#include "resource/holdings.hpp"
#include "resource/tenure.hpp"

namespace hb::resource {

class GroupTable {
public:
    struct Slot {
        Group walk;
        Tenure tenure{Tenure::elsewhere};
        std::vector<std::size_t> leans_on;  // indexes of earlier groups
        bool probing{false};                // its first `status` is not answered yet
        bool start_due{false}, stop_due{false};
        bool failing{false};    // it is released because a start failed
        bool going{false};      // the next file lacks it: it is released, and taken no more
        bool went_here{false};  // it was ours when that began
        Instant since{};        // of the walk under way

        const std::string& key() const { return walk.config().key; }
        const NodeName& preferred() const { return walk.config().node; }
        // A group that goes is not given up before the new file counts: nobody is to take it.
        bool told_as_ours() const { return probing || claimed(tenure) || went_here; }
    };

    GroupTable(NodeName self, const std::vector<config::ResourceGroup>& groups,
               config::GroupOrder order, WalkLimits limits);

    std::vector<Slot>& slots() noexcept { return slots_; }
    const std::vector<Slot>& slots() const noexcept { return slots_; }
    const Slot* find(std::string_view key) const noexcept;
    // Names every dependency once, for the log of the start.
    void log_dependencies(Wishes& out) const;

    void probe(Wishes& out);
    bool probed() const noexcept;

    // One input to one group; what follows at once (state, log) is done, scripts wait for
    // progress().
    void apply(std::size_t index, TenureInput input, Wishes& out);
    // Ours to run, once no dead node can hold it any more: clear() says so.
    void want(std::string_view key, Wishes& out);
    void clear(std::string_view key, Wishes& out);
    // Both in one.
    void take(std::string_view key, Wishes& out);
    void release(std::string_view key, TenureInput why, Wishes& out);
    // Starts and stops whose turn it is.
    void progress(Instant now, Wishes& out);

    // unknown: no group waits for that job. under_way: its group's walk goes on, nothing else has
    // changed.
    enum class Told : std::uint8_t { unknown, under_way, walk_ended };
    Told script_done(Instant now, const ScriptDone& result, Wishes& out);
    void wakeup(Instant now, Wishes& out);
    Instant next_deadline() const noexcept;

    // --- a new file (group_table_change.cpp) ---
    // What runs here and is not in it any more is stopped: groups, and members of others. False:
    // there is nothing of that kind. `again`: also what did not stop before. REQUIRES: at_rest().
    bool shrink(Instant now, const std::vector<config::ResourceGroup>& next, bool again,
                Wishes& out);
    // No script runs, nor is to.
    bool at_rest() const noexcept;
    // The groups are these from now on; what runs goes on. REQUIRES: at_rest().
    void change_to(const std::vector<config::ResourceGroup>& next, Wishes& out);
    // Members that the file brought to a group that runs.
    void grow(std::size_t index, Wishes& out);
    void try_again() noexcept;

    // What keeps this group's start or stop back: a group that must start or stop first. Nothing:
    // none does.
    const Slot* waits_for(std::size_t index) const noexcept;

    // No group is on its way.
    bool settled() const noexcept;
    bool any(Tenure tenure) const noexcept;
    // Classes of which at least one group is claimed here, and of which any group exists at all.
    Holding claimed_classes() const noexcept;
    Holding existing_classes() const noexcept;
    Holding class_of(const Slot& slot) const noexcept;
    // Numbers for jobs of others on this node.
    JobSource& jobs() noexcept { return jobs_; }
    void set_limits(const WalkLimits& limits) noexcept { limits_ = limits; }

private:
    void walk_ended(Instant now, std::size_t index, WalkEnd end, Wishes& out);
    void probe_ended(std::size_t index, WalkEnd end, Wishes& out);
    // What keeps a start back: a group it leans on is still on its way.
    bool may_start(const Slot& slot) const noexcept;
    bool base_failed(const Slot& slot) const noexcept;
    bool may_stop(std::size_t index) const noexcept;
    void lean(const std::vector<config::ResourceGroup>& groups);

    NodeName self_;
    WalkLimits limits_;
    config::GroupOrder order_;
    bool strict_order_;
    std::vector<Slot> slots_;
    std::vector<LogLine> dependency_lines_;
    JobSource jobs_;
};

}  // namespace hb::resource
