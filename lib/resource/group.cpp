// See group.hpp. Rules: resources.md 1.4, 1.5.
#include "resource/group.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "resource/file_marks.hpp"
#include "resource/status_text.hpp"

namespace hb::resource {

Group::Group(config::ResourceGroup group)
    : group_(std::move(group)),
      presence_(group_.members.size(), Presence::with_group),
      past_(group_.members.size()) {}

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

std::string Group::shown(const Awaited& ended) const {
    const config::Member& member = group_.members[ended.member];
    std::string text = member.type;
    for (const std::string& argument : member.arguments) text += " " + argument;
    return text + " " + action_word(ended.action);
}

std::size_t Group::begin_of(std::size_t member) const noexcept {
    if (!is_address(group_.members[member])) return member;
    while (member > 0 && is_address(group_.members[member - 1])) --member;
    return member;
}

std::size_t Group::end_of(std::size_t member) const noexcept {
    if (!is_address(group_.members[member])) return member + 1;
    while (member < group_.members.size() && is_address(group_.members[member])) ++member;
    return member;
}

void Group::run(std::size_t at, ScriptAction action, JobSource& jobs, Wishes& out) {
    const config::Member& member = group_.members[at];
    const JobId job = jobs.next();
    awaited_.push_back({job, at, action});
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
    for (std::size_t i = 0; i < group_.members.size(); ++i) {
        run(i, ScriptAction::status, jobs, out);
    }
}

void Group::start(const WalkLimits& limits, JobSource& jobs, Wishes& out) {
    HB_CHECK(!busy());
    limits_ = limits;
    part_.clear();
    stop_asked_ = false;
    at_ = 0;
    begin_status(jobs, out);
}

void Group::begin_status(JobSource& jobs, Wishes& out) {
    step_ = Step::status;
    next_.clear();
    failed_ = false;
    const std::size_t end = end_of(at_);
    for (std::size_t i = at_; i < end; ++i) {
        if (takes_part(i)) run(i, ScriptAction::status, jobs, out);
    }
}

void Group::stop(const WalkLimits& limits, JobSource& jobs, Wishes& out) {
    limits_ = limits;
    const bool walks = step_ == Step::status || step_ == Step::start ||
                       (partial() && (step_ == Step::stop || step_ == Step::ask));
    if (walks) {
        stop_asked_ = true;  // done() goes on
        return;
    }
    HB_CHECK(!busy() || (partial() && step_ == Step::pause));
    begin_stop(jobs, out);
}

void Group::begin_stop(JobSource& jobs, Wishes& out) {
    stop_asked_ = refusing_ = false;
    part_.clear();
    left_over_.clear();
    retry_at_ = never;
    at_ = begin_of(group_.members.size() - 1);
    begin_step_of_stop(jobs, out);
}

void Group::begin_step_of_stop(JobSource& jobs, Wishes& out) {
    step_ = Step::stop;
    stop_tries_ = 0;
    next_.clear();
    timed_out_ = false;
    for (std::size_t i = end_of(at_); i > at_; --i) {
        if (takes_part(i - 1)) run(i - 1, ScriptAction::stop, jobs, out);
    }
}

std::optional<WalkEnd> Group::done(Instant now, const ScriptDone& result, JobSource& jobs,
                                   Wishes& out) {
    const auto found = std::find_if(awaited_.begin(), awaited_.end(),
                                    [&result](const auto& each) { return each.job == result.job; });
    if (found == awaited_.end()) return std::nullopt;
    const Awaited ended = *found;
    note(now, ended, result);
    awaited_.erase(found);
    switch (step_) {
        case Step::probing:
            return after_probe(result);
        case Step::status:
            return after_status(ended, result, jobs, out);
        case Step::start:
            return after_start(ended, result, jobs, out);
        case Step::stop:
            return after_stop(now, ended, result, jobs, out);
        case Step::ask:
            return after_ask(ended, result, jobs, out);
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
std::optional<WalkEnd> Group::after_status(const Awaited& ended, const ScriptDone& result,
                                           JobSource& jobs, Wishes& out) {
    if (!stop_asked_ && (result.end == ScriptEnd::missing || result.end == ScriptEnd::timed_out)) {
        log_failure(result, ended, out);
    }
    const bool runs = result.end == ScriptEnd::exited && says_running(result.output);
    if (!runs) next_.push_back(ended.member);
    if (runs && partial()) presence_[ended.member] = Presence::with_group;
    if (!awaited_.empty()) return std::nullopt;
    if (stop_asked_) {
        begin_stop(jobs, out);
        return std::nullopt;
    }
    if (next_.empty()) return next_start(jobs, out);
    step_ = Step::start;
    std::sort(next_.begin(), next_.end());
    for (const std::size_t member : std::exchange(next_, {})) {
        run(member, ScriptAction::start, jobs, out);
    }
    return std::nullopt;
}

std::optional<WalkEnd> Group::after_start(const Awaited& ended, const ScriptDone& result,
                                          JobSource& jobs, Wishes& out) {
    const bool ok = result.end == ScriptEnd::exited && result.status == 0;
    if (!ok) log_failure(result, ended, out);
    if (!ok && !stop_asked_) {
        failed_ = true;
        if (!partial()) wish_log(out, LogId::group_failed, group_.members[ended.member].token);
    }
    if (ok && partial()) presence_[ended.member] = Presence::with_group;
    if (!awaited_.empty()) return std::nullopt;
    if (stop_asked_) {
        begin_stop(jobs, out);
        return std::nullopt;
    }
    if (!failed_) return next_start(jobs, out);
    if (partial()) {
        begin_refusal(jobs, out);
        return std::nullopt;
    }
    step_ = Step::idle;
    return WalkEnd::start_failed;
}

std::optional<WalkEnd> Group::next_start(JobSource& jobs, Wishes& out) {
    do {
        at_ = end_of(at_);
    } while (at_ < group_.members.size() && step_is_empty(at_));
    if (at_ == group_.members.size()) {
        step_ = Step::idle;
        return partial() ? WalkEnd::grown : WalkEnd::started;
    }
    begin_status(jobs, out);
    return std::nullopt;
}

std::optional<WalkEnd> Group::after_stop(Instant now, const Awaited& ended,
                                         const ScriptDone& result, JobSource& jobs, Wishes& out) {
    // Of a script that is not there nothing can run.
    if (result.end != ScriptEnd::missing &&
        (result.end != ScriptEnd::exited || result.status != 0)) {
        log_failure(result, ended, out);
        next_.push_back(ended.member);
        timed_out_ |= result.end == ScriptEnd::timed_out;
    }
    if (!awaited_.empty()) return std::nullopt;
    if (stop_asked_) {
        begin_stop(jobs, out);
        return std::nullopt;
    }
    if (next_.empty()) {
        take_out_step();
        return next_stop(jobs, out);
    }
    // A stop that hangs took its whole time-out already: two of them are enough.
    stop_tries_ += std::exchange(timed_out_, false) ? limits_.stop_retries / 2 + 1 : 1;
    if (limits_.stop_retries > 0 && stop_tries_ > limits_.stop_retries) {
        step_ = Step::ask;
        failed_ = false;
        for (const std::size_t member : std::exchange(next_, {})) {
            run(member, ScriptAction::status, jobs, out);
        }
        return std::nullopt;
    }
    step_ = Step::pause;
    retry_at_ = now + limits::stop_retry_pause;
    return std::nullopt;
}

std::optional<WalkEnd> Group::wakeup(Instant now, JobSource& jobs, Wishes& out) {
    if (now < retry_at_) return std::nullopt;
    retry_at_ = never;
    step_ = Step::stop;
    for (const std::size_t member : std::exchange(next_, {})) {
        wish_log(out, LogId::stop_retry, group_.members[member].token);
        run(member, ScriptAction::stop, jobs, out);
    }
    return std::nullopt;
}

// After the last retry: only a clear "not running" lets the walk go on. No answer counts as
// running.
std::optional<WalkEnd> Group::after_ask(const Awaited& ended, const ScriptDone& result,
                                        JobSource& jobs, Wishes& out) {
    if (result.end == ScriptEnd::exited && !says_running(result.output)) {
        wish_log(out, LogId::stop_narrow, group_.members[ended.member].token);
    } else if (partial()) {
        left_over_.push_back(ended.member);
        wish_log(out, refusing_ ? LogId::member_half_way : LogId::member_left_over,
                 group_.members[ended.member].token, group_.key);
    } else {
        failed_ = true;
    }
    if (!awaited_.empty()) return std::nullopt;
    if (stop_asked_) {
        begin_stop(jobs, out);
        return std::nullopt;
    }
    if (!failed_) {
        take_out_step();
        return next_stop(jobs, out);
    }
    wish_log(out, LogId::stop_failed);
    step_ = Step::idle;
    return WalkEnd::stop_failed;
}

std::optional<WalkEnd> Group::next_stop(JobSource& jobs, Wishes& out) {
    do {
        if (at_ == 0) return all_stopped();
        at_ = begin_of(at_ - 1);
    } while (step_is_empty(at_));
    begin_step_of_stop(jobs, out);
    return std::nullopt;
}

void Group::log_failure(const ScriptDone& result, const Awaited& ended, Wishes& out) const {
    switch (result.end) {
        case ScriptEnd::exited:
        case ScriptEnd::signalled:
            wish_log(out, LogId::script_failed,
                     result.end == ScriptEnd::exited ? result.status : 128 + result.status,
                     shown(ended));
            return;
        case ScriptEnd::timed_out:
            wish_log(out, LogId::script_timed_out, shown(ended), result.took);
            return;
        case ScriptEnd::missing:
            wish_log(out, LogId::script_missing, group_.members[ended.member].type);
            return;
        case ScriptEnd::not_started:
            wish_log(out, LogId::spawn_failed, shown(ended), "the system refused");
            return;
    }
}

}  // namespace hb::resource
