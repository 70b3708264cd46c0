// Walks the scripts of one group: status and start from left to right, stop from right to left.
// Neighbouring addresses are one step: their scripts run at the same time. Which group is walked
// when, and who may hold it, is not known here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/event.hpp"
#include "config/haresources.hpp"
#include "resource/letter.hpp"
#include "resource/view.hpp"

namespace hb::resource {

// Numbers of jobs, one sequence for the whole node.
class JobSource {
public:
    JobId next() noexcept { return JobId{++last_}; }

private:
    std::uint64_t last_{};
};

struct WalkLimits {
    Duration start_timeout{}, status_timeout{}, stop_timeout{};
    int stop_retries{};  // 0 or less: without end
    bool operator==(const WalkLimits&) const = default;
};

enum class WalkEnd : std::uint8_t {
    found_running,  // probe: every member runs
    found_partly,   // probe: some run, or a status gave no answer
    found_stopped,  // probe: none runs
    started,
    start_failed,  // and nothing was stopped yet: ask for stop()
    stopped,
    stop_failed,  // a member runs and cannot be stopped
    shrunk,       // members that a new file lacks are stopped, or stay on until all are
    grown,        // members that a new file brought are started, or refused
};

class Group {
public:
    explicit Group(config::ResourceGroup group);

    const config::ResourceGroup& config() const noexcept { return group_; }
    bool busy() const noexcept { return step_ != Step::idle; }

    // `status` of every member at once; changes nothing.
    void probe(const WalkLimits& limits, JobSource& jobs, Wishes& out);
    // Step after step: `status`, and `start` where it does not run.
    void start(const WalkLimits& limits, JobSource& jobs, Wishes& out);
    // All members, whether they run or not, since `stop` of a stopped one answers 0. While a start
    // is under way its current scripts are awaited first.
    void stop(const WalkLimits& limits, JobSource& jobs, Wishes& out);

    // --- of a group that runs, while the file changes (group_change.cpp) ---
    // Stops members that `next` lacks; false: there is none, and nothing was begun. One that cannot
    // be stopped stays in the group until all of it is stopped; it is tried once more with `again`.
    bool shrink(const config::ResourceGroup& next, bool again, const WalkLimits& limits,
                JobSource& jobs, Wishes& out);
    // From now on `next` is the group. `runs`: what was in it before runs, what is new is absent.
    void change_to(config::ResourceGroup next, bool runs);
    // Members that are to be started, though the group runs.
    std::vector<const config::Member*> absent() const;
    // Whether that member may run when the group does.
    bool present(std::size_t member) const noexcept {
        return presence_[member] == Presence::with_group ||
               presence_[member] == Presence::arriving || presence_[member] == Presence::half_way ||
               presence_[member] == Presence::left_over;
    }
    // Starts them, from left to right. One that fails, and what follows it, is refused: it is left
    // alone until try_again(), and the group goes on without it.
    void grow(const WalkLimits& limits, JobSource& jobs, Wishes& out);
    void try_again();
    // Something runs of it that should not.
    bool left_over() const noexcept;

    // Whether this group waits for that job.
    bool awaits(JobId job) const noexcept;
    // The next step of the walk, or its end.
    std::optional<WalkEnd> done(Instant now, const ScriptDone& result, JobSource& jobs,
                                Wishes& out);
    // Failed stops are tried again after a pause.
    std::optional<WalkEnd> wakeup(Instant now, JobSource& jobs, Wishes& out);
    Instant next_deadline() const noexcept { return retry_at_; }

    // What its scripts did so far, by member.
    std::vector<MemberView> members(Instant now) const;

private:
    // Of a member while the group runs.
    enum class Presence : std::uint8_t {
        with_group,
        absent,     // new in the file
        arriving,   // and being started
        refused,    // or not to be started
        half_way,   // its start failed, and it cannot be stopped
        taken_out,  // no longer in the file, and stopped
        left_over,  // or not to be stopped
    };
    enum class Step : std::uint8_t { idle, probing, status, start, stop, pause, ask };

    struct Awaited {
        JobId job{};
        std::size_t member{};
        ScriptAction action{};
    };
    // For people only.
    struct Past {
        ScriptView script;
        Instant ended{};
    };

    // A walk over some of the members leaves the others alone.
    bool takes_part(std::size_t member) const noexcept { return part_.empty() || part_[member]; }
    bool partial() const noexcept { return !part_.empty(); }
    bool step_is_empty(std::size_t begin) const noexcept;
    void begin_refusal(JobSource& jobs, Wishes& out);
    void take_out_step();
    WalkEnd all_stopped();
    void note(Instant now, const Awaited& ended, const ScriptDone& result);
    // Beginning and end of the step that this member belongs to.
    std::size_t begin_of(std::size_t member) const noexcept;
    std::size_t end_of(std::size_t member) const noexcept;
    void run(std::size_t member, ScriptAction action, JobSource& jobs, Wishes& out);
    // Each takes one answer; the walk goes on when the step's last one has come.
    std::optional<WalkEnd> after_probe(const ScriptDone& result);
    std::optional<WalkEnd> after_status(const Awaited& ended, const ScriptDone& result,
                                        JobSource& jobs, Wishes& out);
    std::optional<WalkEnd> after_start(const Awaited& ended, const ScriptDone& result,
                                       JobSource& jobs, Wishes& out);
    std::optional<WalkEnd> after_stop(Instant now, const Awaited& ended, const ScriptDone& result,
                                      JobSource& jobs, Wishes& out);
    std::optional<WalkEnd> after_ask(const Awaited& ended, const ScriptDone& result,
                                     JobSource& jobs, Wishes& out);
    std::optional<WalkEnd> next_start(JobSource& jobs, Wishes& out);
    std::optional<WalkEnd> next_stop(JobSource& jobs, Wishes& out);
    void begin_status(JobSource& jobs, Wishes& out);
    void begin_stop(JobSource& jobs, Wishes& out);
    void begin_step_of_stop(JobSource& jobs, Wishes& out);
    void log_failure(const ScriptDone& result, const Awaited& ended, Wishes& out) const;
    std::string shown(const Awaited& ended) const;

    config::ResourceGroup group_;
    WalkLimits limits_;
    Step step_{Step::idle};
    std::size_t at_{};  // the first member of the step under way
    // Of this step: whom its next action is for (to be started, stopped again, asked), and what
    // went wrong so far.
    std::vector<std::size_t> next_;
    bool failed_{false};     // a start failed, or the last question was not answered with no
    bool timed_out_{false};  // a stop hung
    int stop_tries_{};
    bool stop_asked_{false};  // during a start, or a walk over some members
    Instant retry_at_{never};
    std::vector<Awaited> awaited_;
    std::vector<Presence> presence_;         // by member
    std::vector<bool> part_;                 // by member; empty: all take part
    std::vector<std::size_t> left_over_;     // of this step
    bool refusing_{false};                   // what could not be started is being stopped
    std::vector<std::array<Past, 3>> past_;  // by member and action
    std::size_t probe_running_{};
    bool probe_unknown_{false};
};

}  // namespace hb::resource
