// See scripts.hpp.
#include "sim/scripts.hpp"

#include "sim/coverage.hpp"

namespace hb::sim {

bool Scripts::bad(const Machine& machine, const std::string& token, ScriptFault what) {
    if (calm_ && what != ScriptFault::start_fails) return false;
    if (!options_.has(BadScript{machine.index, group_of(token), member_of(token), what}))
        return false;
    coverage().script(what);
    return true;
}

Scripts::Run Scripts::begin(Machine& machine, const RunAgent& call) {
    Run run{{call.job, ScriptEnd::exited, 0, {}, {}}, call.call.type, call.call.action, false};
    Prng prng(options_.seed ^ (0x5c41b7U + ++calls_ * 131));
    run.done.took = prng.between(options_.script_min, options_.script_max);
    run.stays = machine.running.contains(run.token);
    if (run.action == ScriptAction::start) start(machine, run, prng);
    if (run.action == ScriptAction::stop) stop(machine, run);
    if (run.action == ScriptAction::status) status(machine, run);
    if (run.done.end == ScriptEnd::timed_out) run.done.took = call.timeout;
    return run;
}

void Scripts::start(Machine& machine, Run& run, Prng& prng) {
    const std::string who = machine_name(machine.index) + run.token;
    bool fails = bad(machine, run.token, ScriptFault::start_fails);
    if (!fails && bad(machine, run.token, ScriptFault::start_fails_once)) {
        fails = failed_[who]++ == 0;
    }
    if (bad(machine, run.token, ScriptFault::start_hangs) && prng.chance(70)) {
        run.done.end = ScriptEnd::timed_out;
    }
    if (fails) run.done.status = 1;
    // What fails may have got half way: it has to be stopped.
    run.stays = (!fails && run.done.end == ScriptEnd::exited) || prng.chance(30);
    if (run.stays) machine.running.insert(run.token);
}

void Scripts::stop(const Machine& machine, Run& run) {
    const std::string who = machine_name(machine.index) + run.token + "stop";
    bool fails = bad(machine, run.token, ScriptFault::stop_fails);
    if (!fails && bad(machine, run.token, ScriptFault::stop_fails_twice)) {
        fails = failed_[who]++ % 3 < 2;
    }
    if (bad(machine, run.token, ScriptFault::stop_hangs)) run.done.end = ScriptEnd::timed_out;
    if (fails) run.done.status = 1;
    run.stays = run.stays && (fails || run.done.end == ScriptEnd::timed_out);
}

void Scripts::status(const Machine& machine, Run& run) {
    bool running = machine.running.contains(run.token);
    if (bad(machine, run.token, ScriptFault::status_says_running)) running = true;
    if (bad(machine, run.token, ScriptFault::status_says_stopped)) running = false;
    if (bad(machine, run.token, ScriptFault::status_hangs)) run.done.end = ScriptEnd::timed_out;
    run.done.output = running ? "running" : "stopped";
}

ScriptDone Scripts::end(Machine& machine, const Run& run) {
    if (run.action == ScriptAction::stop && !run.stays) {
        machine.running.erase(run.token);
        machine.forgotten.erase(run.token);
    }
    return run.done;
}

}  // namespace hb::sim
