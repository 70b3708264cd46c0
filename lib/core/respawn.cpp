// See respawn.hpp.
#include "core/respawn.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace hb::core {
namespace {

constexpr int status_never_again = 100;  // config.md 4.2

std::string shown(const config::Program& program) { return printable(program.command); }

// How it ended, for the log.
std::string end_words(ScriptEnd end, int status) {
    switch (end) {
        case ScriptEnd::exited:
            return "exited with status " + std::to_string(status);
        case ScriptEnd::signalled:
        case ScriptEnd::timed_out:
            return "was killed by signal " + std::to_string(status);
        case ScriptEnd::missing:
            return "is no executable file";
        case ScriptEnd::not_started:
            return "could not be started";
    }
    return {};
}

// For failfast: an end that the program itself is to blame for, and that is no good one.
bool is_failure(ScriptEnd end, int status) {
    return end == ScriptEnd::signalled || end == ScriptEnd::timed_out ||
           (end == ScriptEnd::exited && status != 0);
}

Duration pause_after(unsigned crashes) {
    if (crashes == 0) return Duration::zero();
    Duration pause = limits::program_pause_first;
    for (unsigned i = 1; i < crashes && pause < limits::program_pause_longest; ++i) pause *= 2;
    return std::min<Duration>(pause, limits::program_pause_longest);
}

template <class... A>
void log(ProgramWishes& out, LogId id, const A&... arguments) {
    out.emplace_back(log_line(id, arguments...));
}

}  // namespace

Respawn::Entry* Respawn::find(ProgramId id) {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [id](const Entry& entry) { return entry.id == id; });
    return found == entries_.end() ? nullptr : &*found;
}

std::size_t Respawn::running() const noexcept {
    return static_cast<std::size_t>(
        std::count_if(entries_.begin(), entries_.end(), [](const Entry& entry) {
            return entry.stage == Stage::running || entry.stage == Stage::stopping;
        }));
}

std::vector<ProgramStatus> Respawn::view(Instant now) const {
    constexpr const char* words[] = {"waiting", "running", "stopping", "down"};
    std::vector<ProgramStatus> out;
    for (const Entry& entry : entries_) {
        ProgramStatus program;
        program.path = entry.program.path;
        program.user = entry.program.user;
        program.kind = config::program_word(entry.program.kind);
        program.state = words[static_cast<std::size_t>(entry.stage)];
        program.crashes = entry.crashes;
        if (entry.stage == Stage::waiting && begun_) {
            program.next = std::max(entry.due - now, Duration::zero());
        }
        out.push_back(std::move(program));
    }
    return out;
}

void Respawn::configure(Instant now, const std::vector<config::Program>& programs,
                        ProgramWishes& out) {
    if (leaving_) return;
    std::vector<Entry> next;
    std::vector<Entry> before = std::exchange(entries_, {});
    for (const config::Program& program : programs) {
        if (config::selects_plugin(program.path)) continue;
        const auto known =
            std::find_if(before.begin(), before.end(),
                         [&program](const Entry& entry) { return entry.program == program; });
        if (known == before.end()) {
            Entry entry;
            entry.id = ProgramId{++last_id_};
            entry.program = program;
            entry.due = now;
            next.push_back(std::move(entry));
            continue;
        }
        known->wanted = true;
        if (known->stage == Stage::waiting) known->due = now;
        next.push_back(std::move(*known));
        before.erase(known);
    }
    for (Entry& gone : before) {
        if (gone.stage != Stage::running && gone.stage != Stage::stopping) continue;
        gone.wanted = false;
        if (gone.stage == Stage::running) {
            gone.stage = Stage::stopping;
            log(out, LogId::program_stopping, shown(gone.program));
            out.emplace_back(StopProgram{gone.id});
        }
        next.push_back(std::move(gone));
    }
    entries_ = std::move(next);
    start_due(now, out);
}

void Respawn::begin(Instant now, ProgramWishes& out) {
    begun_ = true;
    start_due(now, out);
}

void Respawn::start_due(Instant now, ProgramWishes& out) {
    if (!begun_ || leaving_) return;
    for (Entry& entry : entries_) {
        if (entry.stage != Stage::waiting || entry.due > now) continue;
        entry.stage = Stage::running;
        entry.started = now;
        out.emplace_back(StartProgram{entry.id, entry.program});
    }
}

void Respawn::ended(Instant now, ProgramId id, ScriptEnd end, int status, ProgramWishes& out) {
    Entry* entry = find(id);
    if (entry == nullptr) return;
    const bool asked = entry->stage == Stage::stopping;
    if (asked || leaving_) {
        log(out, LogId::program_stopped, shown(entry->program), end_words(end, status));
        if (entry->wanted && !leaving_) {  // its line is back
            entry->stage = Stage::waiting;
            entry->due = now;
            start_due(now, out);
        } else {
            std::erase_if(entries_, [id](const Entry& each) { return each.id == id; });
        }
        if (stopping_) stop_next(out);
        return;
    }
    const std::string how = end_words(end, status);
    if (entry->program.kind == config::ProgramKind::failfast && is_failure(end, status)) {
        entry->stage = Stage::down;
        out.emplace_back(SelfFence{"failfast program " + shown(entry->program) + " " + how});
    } else if (end == ScriptEnd::exited && status == status_never_again) {
        entry->stage = Stage::down;
        log(out, LogId::program_down, shown(entry->program), status);
    } else {
        again(now, *entry, how, out);
    }
}

void Respawn::again(Instant now, Entry& entry, const std::string& how, ProgramWishes& out) {
    const bool brief = now - entry.started < limits::program_short_life;
    entry.crashes = brief ? entry.crashes + 1 : 0;
    entry.stage = Stage::waiting;
    entry.due = now + pause_after(entry.crashes);
    tell_crash(now, entry, how, out);
    start_due(now, out);
}

// Each end as such at first, then of a crash loop one line in a while.
void Respawn::tell_crash(Instant now, Entry& entry, const std::string& how, ProgramWishes& out) {
    if (entry.crashes <= limits::program_crashes) {
        log(out, LogId::program_ended, shown(entry.program), how, entry.due - now);
        return;
    }
    const bool first = entry.crashes == limits::program_crashes + 1;
    if (!first && now < entry.logged + limits::program_log_pause) return;
    log(out, LogId::program_too_fast, shown(entry.program), entry.crashes, how,
        limits::program_pause_longest);
    entry.logged = now;
}

// What has lived long enough is no crash loop any more.
void Respawn::steady(Instant now, ProgramWishes& out) {
    for (Entry& entry : entries_) {
        const bool long_enough = now >= entry.started + limits::program_short_life;
        if (entry.stage != Stage::running || entry.crashes == 0 || !long_enough) continue;
        if (entry.crashes > limits::program_crashes) {
            log(out, LogId::program_steady, shown(entry.program));
        }
        entry.crashes = 0;
    }
}

void Respawn::leave() { leaving_ = true; }

void Respawn::stop(Instant, ProgramWishes& out) {
    leave();
    if (std::exchange(stopping_, true)) return;
    std::erase_if(entries_, [](const Entry& entry) {
        return entry.stage == Stage::waiting || entry.stage == Stage::down;
    });
    stop_next(out);
}

void Respawn::stop_next(ProgramWishes& out) {
    const bool one_is_ending =
        std::any_of(entries_.begin(), entries_.end(),
                    [](const Entry& entry) { return entry.stage == Stage::stopping; });
    if (one_is_ending) return;
    if (entries_.empty()) {
        if (!std::exchange(stopped_, true)) out.emplace_back(ProgramsStopped{});
        return;
    }
    Entry& last = entries_.back();
    last.stage = Stage::stopping;
    log(out, LogId::program_stopping, shown(last.program));
    out.emplace_back(StopProgram{last.id});
}

void Respawn::wakeup(Instant now, ProgramWishes& out) {
    steady(now, out);
    start_due(now, out);
}

Instant Respawn::next_deadline() const {
    Instant first = never;
    if (!begun_ || leaving_) return first;
    for (const Entry& entry : entries_) {
        if (entry.stage == Stage::waiting) first = std::min(first, entry.due);
        if (entry.stage == Stage::running && entry.crashes > 0) {
            first = std::min(first, entry.started + limits::program_short_life);
        }
    }
    return first;
}

}  // namespace hb::core
