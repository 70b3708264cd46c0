// See group.hpp. Rules: resources.md 1.4, 1.5.
#include "resource/group.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "resource/status_text.hpp"

namespace hb::resource {

Group::Group(config::ResourceGroup group)
    : group_(std::move(group)), past_(group_.members.size()) {}

bool Group::awaits(JobId job) const noexcept {
    return std::any_of(awaited_.begin(), awaited_.end(),
                       [job](const Awaited& each) { return each.job == job; });
}

// A status that says no has not failed; one that says nothing has.
void Group::note(Instant now, const Awaited& ended, const ScriptDone& result) {
    Past& past = past_[ended.member][static_cast<std::size_t>(ended.action)];
    ScriptView& script = past.script;
    const bool well = result.end == ScriptEnd::exited &&
                      (result.status == 0 || ended.action == ScriptAction::status);
    ++script.runs;
    script.failures += well ? 0U : 1U;
    script.took = result.took;
    script.longest = std::max(script.longest, result.took);
    script.end = result.end;
    script.status = result.status;
    past.ended = now;
}

std::vector<MemberView> Group::members(Instant now) const {
    std::vector<MemberView> out;
    for (std::size_t i = 0; i < group_.members.size(); ++i) {
        MemberView member{group_.members[i].token, {}};
        for (std::size_t action = 0; action < member.scripts.size(); ++action) {
            const Past& past = past_[i][action];
            member.scripts[action] = past.script;
            if (past.script.runs > 0) member.scripts[action].age = now - past.ended;
        }
        out.push_back(std::move(member));
    }
    return out;
}

std::string Group::shown(ScriptAction action) const {
    std::string text = group_.members[at_].type;
    for (const std::string& argument : group_.members[at_].arguments) text += " " + argument;
    return text + " " + action_word(action);
}

void Group::run(ScriptAction action, JobSource& jobs, Wishes& out) {
    const config::Member& member = group_.members[at_];
    const JobId job = jobs.next();
    awaited_.push_back({job, at_, action});
    const Duration timeout = action == ScriptAction::start  ? limits_.start_timeout
                             : action == ScriptAction::stop ? limits_.stop_timeout
                                                            : limits_.status_timeout;
    out.emplace_back(Effect{RunAgent{job, {member.type, member.arguments, action}, timeout}});
}

void Group::probe(const WalkLimits& limits, JobSource& jobs, Wishes& out) {
    HB_CHECK(!busy());
    limits_ = limits;
    step_ = Step::probing;
    probe_running_ = 0;
    probe_unknown_ = false;
    for (at_ = 0; at_ < group_.members.size(); ++at_) run(ScriptAction::status, jobs, out);
}

void Group::start(const WalkLimits& limits, JobSource& jobs, Wishes& out) {
    HB_CHECK(!busy());
    limits_ = limits;
    stop_asked_ = false;
    at_ = 0;
    step_ = Step::status;
    run(ScriptAction::status, jobs, out);
}

void Group::stop(const WalkLimits& limits, JobSource& jobs, Wishes& out) {
    limits_ = limits;
    if (step_ == Step::status || step_ == Step::start) {
        stop_asked_ = true;  // done() goes on
        return;
    }
    HB_CHECK(!busy());
    begin_stop(jobs, out);
}

void Group::begin_stop(JobSource& jobs, Wishes& out) {
    stop_asked_ = false;
    at_ = group_.members.size() - 1;
    stop_tries_ = 0;
    step_ = Step::stop;
    run(ScriptAction::stop, jobs, out);
}

std::optional<WalkEnd> Group::done(Instant now, const ScriptDone& result, JobSource& jobs,
                                   Wishes& out) {
    const auto ended = std::find_if(awaited_.begin(), awaited_.end(),
                                    [&result](const auto& each) { return each.job == result.job; });
    if (ended == awaited_.end()) return std::nullopt;
    note(now, *ended, result);
    awaited_.erase(ended);
    switch (step_) {
        case Step::probing:
            return after_probe(result);
        case Step::status:
            return after_status(result, jobs, out);
        case Step::start:
            return after_start(result, jobs, out);
        case Step::stop:
            return after_stop(now, result, jobs, out);
        case Step::ask:
            return after_ask(result, jobs, out);
        case Step::idle:
        case Step::pause:
            return std::nullopt;
    }
    HB_CHECK(false && "unknown step");
}

std::optional<WalkEnd> Group::after_probe(const ScriptDone& result) {
    if (result.end == ScriptEnd::exited) {
        probe_running_ += says_running(result.output) ? 1 : 0;
    } else if (result.end != ScriptEnd::missing) {
        probe_unknown_ = true;
    }
    if (!awaited_.empty()) return std::nullopt;
    step_ = Step::idle;
    if (!probe_unknown_ && probe_running_ == group_.members.size()) return WalkEnd::found_running;
    return probe_running_ == 0 && !probe_unknown_ ? WalkEnd::found_stopped : WalkEnd::found_partly;
}

// A status that gives no answer is not a yes: start is called, which must succeed when started.
std::optional<WalkEnd> Group::after_status(const ScriptDone& result, JobSource& jobs, Wishes& out) {
    if (stop_asked_) {
        begin_stop(jobs, out);
        return std::nullopt;
    }
    if (result.end == ScriptEnd::missing || result.end == ScriptEnd::timed_out) {
        log_failure(result, ScriptAction::status, out);
    }
    if (result.end == ScriptEnd::exited && says_running(result.output)) {
        return next_start(jobs, out);
    }
    step_ = Step::start;
    run(ScriptAction::start, jobs, out);
    return std::nullopt;
}

std::optional<WalkEnd> Group::after_start(const ScriptDone& result, JobSource& jobs, Wishes& out) {
    const bool ok = result.end == ScriptEnd::exited && result.status == 0;
    if (!ok) log_failure(result, ScriptAction::start, out);
    if (stop_asked_) {
        begin_stop(jobs, out);
        return std::nullopt;
    }
    if (ok) return next_start(jobs, out);
    wish_log(out, LogId::group_failed, group_.members[at_].token);
    step_ = Step::idle;
    return WalkEnd::start_failed;
}

std::optional<WalkEnd> Group::next_start(JobSource& jobs, Wishes& out) {
    if (++at_ == group_.members.size()) {
        step_ = Step::idle;
        return WalkEnd::started;
    }
    step_ = Step::status;
    run(ScriptAction::status, jobs, out);
    return std::nullopt;
}

std::optional<WalkEnd> Group::after_stop(Instant now, const ScriptDone& result, JobSource& jobs,
                                         Wishes& out) {
    // Of a script that is not there nothing can run.
    if (result.end == ScriptEnd::missing ||
        (result.end == ScriptEnd::exited && result.status == 0)) {
        return next_stop(jobs, out);
    }
    log_failure(result, ScriptAction::stop, out);
    // A stop that hangs took its whole time-out already: two of them are enough.
    stop_tries_ += result.end == ScriptEnd::timed_out ? limits_.stop_retries / 2 + 1 : 1;
    if (limits_.stop_retries > 0 && stop_tries_ > limits_.stop_retries) {
        step_ = Step::ask;
        run(ScriptAction::status, jobs, out);
        return std::nullopt;
    }
    step_ = Step::pause;
    retry_at_ = now + limits::stop_retry_pause;
    return std::nullopt;
}

std::optional<WalkEnd> Group::wakeup(Instant now, JobSource& jobs, Wishes& out) {
    if (now < retry_at_) return std::nullopt;
    retry_at_ = never;
    wish_log(out, LogId::stop_retry, group_.members[at_].token);
    step_ = Step::stop;
    run(ScriptAction::stop, jobs, out);
    return std::nullopt;
}

// After the last retry: only a clear "not running" lets the walk go on. No answer counts as
// running.
std::optional<WalkEnd> Group::after_ask(const ScriptDone& result, JobSource& jobs, Wishes& out) {
    if (result.end == ScriptEnd::exited && !says_running(result.output)) {
        wish_log(out, LogId::stop_narrow, group_.members[at_].token);
        return next_stop(jobs, out);
    }
    wish_log(out, LogId::stop_failed);
    step_ = Step::idle;
    return WalkEnd::stop_failed;
}

std::optional<WalkEnd> Group::next_stop(JobSource& jobs, Wishes& out) {
    if (at_ == 0) {
        step_ = Step::idle;
        return WalkEnd::stopped;
    }
    --at_;
    stop_tries_ = 0;
    step_ = Step::stop;
    run(ScriptAction::stop, jobs, out);
    return std::nullopt;
}

void Group::log_failure(const ScriptDone& result, ScriptAction action, Wishes& out) const {
    switch (result.end) {
        case ScriptEnd::exited:
        case ScriptEnd::signalled:
            wish_log(out, LogId::script_failed,
                     result.end == ScriptEnd::exited ? result.status : 128 + result.status,
                     shown(action));
            return;
        case ScriptEnd::timed_out:
            wish_log(out, LogId::script_timed_out, shown(action), result.took);
            return;
        case ScriptEnd::missing:
            wish_log(out, LogId::script_missing, group_.members[at_].type);
            return;
        case ScriptEnd::not_started:
            wish_log(out, LogId::spawn_failed, shown(action), "the system refused");
            return;
    }
}

}  // namespace hb::resource
