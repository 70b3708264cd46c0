// I3 to I10, see checkers.hpp.
#include "sim/checkers.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "sim/files.hpp"
#include "sim/real_causes.hpp"

namespace hb::sim {

using namespace std::chrono_literals;

namespace {

std::string key_of(const std::string& members_shown) {
    return members_shown.substr(0, members_shown.find(' '));
}

std::string argument(const LogLine& line, std::size_t index) {
    return index < line.arguments.size() ? line.arguments[index] : std::string();
}

std::string field(const RunHook& hook, std::string_view wanted) {
    for (const auto& [name, value] : hook.fields) {
        if (name == wanted) return value;
    }
    return {};
}

}  // namespace

// --- I2 ---

void FenceFirst::event(const Machine& machine, const Event& event) {
    Mind& mind = minds_[machine.index];
    if (const auto* done = std::get_if<FenceDone>(&event)) {
        if (done->job != mind.job) return;
        mind.job.reset();
        if (done->result == FenceResult::confirmed) mind.open = false;
    }
    if (const auto* words = std::get_if<LocalMessage>(&event)) {
        if (words->text.find("t=hb_confirm_fenced") != Bytes::npos) mind.open = false;
    }
}

void FenceFirst::log(const Machine& machine, Mind& mind, const LogLine& line) const {
    const auto is = [&line](LogId id) { return line.id == id; };
    const auto mine = [&mind](const std::string& key, const std::vector<std::string>& tokens) {
        mind.mine[key].insert(tokens.begin(), tokens.end());
    };
    if (is(LogId::group_acquiring)) mine(key_of(argument(line, 1)), words(argument(line, 1)));
    if (is(LogId::group_grows)) mine(argument(line, 0), words(argument(line, 1)));
    if (is(LogId::group_found)) {
        for (const auto& group : file_of(options_, machine.index, machine.file)) {
            if (group.key == argument(line, 0)) mind.mine[group.key].merge(tokens_of(group));
        }
    }
    if (is(LogId::group_stopped)) mind.mine.erase(argument(line, 0));
    if (is(LogId::dead_gave_up)) mind.open = false;
    if (is(LogId::shutdown_notice)) {
        mind.left = true;
        mind.open = false;
    }
    if (is(LogId::peer_restarted) || is(LogId::peer_returned)) mind.open = mind.left = false;
    // A status may overtake the farewell of the same life, and changes nothing of that.
    if (is(LogId::peer_status)) mind.open = false;
}

Wrong FenceFirst::effect(const Machine& machine, const Effect& effect) {
    if (!options_.fencing) return std::nullopt;
    Mind& mind = minds_[machine.index];
    if (const auto* line = std::get_if<LogLine>(&effect)) log(machine, mind, *line);
    const auto* hook = std::get_if<RunHook>(&effect);
    const bool death = hook != nullptr && hook->type == "status" && field(*hook, "st") == "dead" &&
                       field(*hook, "info") != "ping";
    if (death && !mind.left) {
        mind.open = true;
        mind.kept = mind.mine;
    }
    if (const auto* shot = std::get_if<FenceNode>(&effect)) mind.job = shot->job;
    if (const auto* kill = std::get_if<KillJob>(&effect)) {
        if (mind.job == kill->job) mind.job.reset();
    }
    const auto* run = std::get_if<RunAgent>(&effect);
    if (run == nullptr || run->call.action != ScriptAction::start || !mind.open) {
        return std::nullopt;
    }
    for (const auto& [key, tokens] : mind.kept) {
        if (tokens.contains(run->call.type)) return std::nullopt;
    }
    return "I2: " + machine_name(machine.index) + " starts " + run->call.type +
           " though the other node is silent and nothing confirms that it is down";
}

// --- I4, I10 ---

Wrong Order::effect(const Machine& machine, const Effect& effect) {
    if (const auto* line = std::get_if<LogLine>(&effect)) {
        if (line->id == LogId::group_acquiring || line->id == LogId::group_releasing) {
            walks_[machine.index][key_of(argument(*line, 1))] = line->id;
        }
        return std::nullopt;
    }
    const auto* run = std::get_if<RunAgent>(&effect);
    if (run == nullptr || run->call.action == ScriptAction::status) return std::nullopt;
    if (options_.edited) return std::nullopt;  // what is a group changes on the way
    const auto& walks = walks_[machine.index];
    const auto walk = walks.find(token_of(group_of(run->call.type), 0));
    const LogId wanted =
        run->call.action == ScriptAction::start ? LogId::group_acquiring : LogId::group_releasing;
    if (walk == walks.end() || walk->second != wanted) {
        return "I10: " + machine_name(machine.index) + " runs " + run->call.type + " " +
               action_word(run->call.action) + " and no line of its log says why";
    }
    return script(machine, *run);
}

Wrong Order::script(const Machine& machine, const RunAgent& run) const {
    const std::size_t group = group_of(run.call.type), member = member_of(run.call.type);
    const auto lies = [&](std::size_t m, ScriptFault how) {
        return options_.has(BadScript{machine.index, group, m, how});
    };
    if (run.call.action == ScriptAction::start) {
        for (std::size_t m = 0; m < member; ++m) {
            const bool runs = machine.running.contains(token_of(group, m));
            if (runs || lies(m, ScriptFault::status_says_running)) continue;
            return "I4: " + run.call.type + " is started on " + machine_name(machine.index) +
                   " while " + token_of(group, m) + " before it does not run";
        }
        return std::nullopt;
    }
    for (std::size_t m = member + 1; m < options_.members; ++m) {
        const bool runs = machine.running.contains(token_of(group, m));
        if (!runs || lies(m, ScriptFault::status_says_stopped)) continue;
        return "I4: " + run.call.type + " is stopped on " + machine_name(machine.index) +
               " while " + token_of(group, m) + " behind it runs";
    }
    return std::nullopt;
}

// --- I5 ---

Wrong Once::effect(const Machine& machine, const Effect& effect) {
    const auto* hook = std::get_if<RunHook>(&effect);
    if (hook == nullptr || hook->type != "note") return std::nullopt;
    const std::string delivery = machine_name(machine.index) + "." + std::to_string(machine.life) +
                                 " from " + field(*hook, "src") + ": " + field(*hook, "number");
    if (seen_.insert(delivery).second) return std::nullopt;
    return "I5: a message is delivered twice: " + delivery;
}

// --- I6 ---

Wrong FalseDeath::effect(Instant t, const Machines& machines, std::size_t at, const Effect& effect,
                         const Exclusive& ears) {
    const auto* line = std::get_if<LogLine>(&effect);
    const bool dead = line != nullptr && line->id == LogId::peer_dead &&
                      argument(*line, 0) == machine_name(1 - at);
    if (!dead && !std::holds_alternative<FenceNode>(effect)) return std::nullopt;
    const Machine& other = machines[1 - at];
    const Instant heard = ears.heard(at);
    if (other.core == nullptr || stopping_[1 - at] || heard <= began_[at]) return std::nullopt;
    Duration silence = t - heard;
    const auto& [from, until] = slept_[at];
    Duration unnoticed{};  // a stall is one that passes a deadline of ours by a keepalive
    if (until > heard) {
        silence -= until - std::max(from, heard);
        unnoticed = options_.node[at].keepalive * 2;
    }
    // Clocks are wrong by a percent.
    const NodeOptions& sender = options_.node[1 - at];
    // Of two copies the first may have been damaged where nothing is signed: it counted there.
    const Duration copies = options_.line.delay_max;
    if (silence >= sender.deadtime * 98 / 100 - unnoticed - copies) return std::nullopt;
    return "I6: " + machine_name(at) + (dead ? " declares the other node dead " : " shoots ") +
           std::to_string(to_ms(silence)) + " ms after its heartbeat came";
}

// --- I8 ---

Wrong Bounded::step(Instant t, const Machine& machine, const Effects& effects) {
    Second& now = second_[machine.index];
    const std::int64_t number = to_ms(t.since_start) / 1000;
    if (now.number != number) now = {number, 0, 0, 0};
    ++now.steps;
    for (const Effect& effect : effects) {
        if (std::holds_alternative<SendFrame>(effect)) ++now.frames;
        if (std::holds_alternative<LogLine>(effect)) ++now.lines;
    }
    most_effects_ = std::max(most_effects_, effects.size());
    most_lines_ = std::max(most_lines_, now.lines);
    most_frames_ = std::max(most_frames_, now.frames);
    const auto over = [&](std::size_t seen, std::size_t bound, const char* what) -> Wrong {
        if (seen <= bound) return std::nullopt;
        return "I8: " + machine_name(machine.index) + ": " + std::to_string(seen) + " " + what;
    };
    if (auto wrong = over(effects.size(), 1000, "effects of one event")) return wrong;
    if (auto wrong = over(now.lines, 600, "log lines in a second")) return wrong;
    if (auto wrong = over(now.frames, frames_, "packets in a second")) return wrong;
    return over(now.steps, 20000, "steps in a second");
}

// --- I9 ---

Wrong check_reload(const Options& options, const Effects& effects) {
    // A group that failed gets another chance by a reload.
    for (const BadScript& bad : options.bad_scripts) {
        if (bad.what <= ScriptFault::start_hangs) return std::nullopt;
    }
    for (const Effect& effect : effects) {
        const auto* run = std::get_if<RunAgent>(&effect);
        if (run == nullptr) continue;
        return "I9: a reload with nothing changed runs " + run->call.type + " " +
               action_word(run->call.action);
    }
    return std::nullopt;
}

// --- I3 ---

namespace {

// On how many machines the group's start fails for good; nothing: a script lies about it, and what
// a lie has put into the world, nobody can know.
std::optional<std::size_t> failing_starts(const Options& options, std::size_t group) {
    std::set<std::size_t> failing;
    for (const BadScript& bad : options.bad_scripts) {
        if (bad.group != group) continue;
        if (bad.what == ScriptFault::status_says_running ||
            bad.what == ScriptFault::status_says_stopped) {
            return std::nullopt;
        }
        if (bad.what == ScriptFault::start_fails) failing.insert(bad.machine);
    }
    return failing.size();
}

void keep(Excuses* excuses, const std::string& excuse) {
    if (excuses != nullptr) excuses->insert(excuse);
}

Wrong check_copies(const Options& options, const Machines& machines, const std::string& token,
                   bool fails_everywhere, Excuses* excuses) {
    const auto copies =
        std::count_if(machines.begin(), machines.end(),
                      [&token](const Machine& each) { return each.running.contains(token); });
    // A start that fails everywhere may have left something that a later daemon found.
    if (copies == 1 || (copies == 0 && fails_everywhere)) return std::nullopt;
    std::string excuse = copies == 0 ? real_orphan(options, machines, token)
                                     : real_overlap(options, machines, token);
    // That it began with a cause is I1's to say.
    const bool with_real = options.real[0] || options.real[1];
    if (excuse.empty() && copies == 2 && with_real && real_legacy(options)) {
        excuse = legacy_is_silent;
    }
    if (excuse.empty()) {
        return "I3: " + token + " runs " + std::to_string(copies) + " times at the end";
    }
    keep(excuses, excuse);
    return std::nullopt;
}

// Exactly what the last file has, once.
Wrong check_edited(const Options& options, const Machines& machines) {
    const auto file = file_of(options, 0, machines[0].file);
    const std::set<std::string> all = tokens_of(file);
    for (const Machine& machine : machines) {
        for (const std::string& token : machine.running) {
            const auto stop_is = [&](ScriptFault how) {
                return options.has({machine.index, group_of(token), member_of(token), how});
            };
            const bool stays = stop_is(ScriptFault::stop_fails) ||
                               stop_is(ScriptFault::stop_fails_twice) ||
                               stop_is(ScriptFault::stop_hangs);
            if (all.contains(token) || stays || !failing_starts(options, group_of(token))) continue;
            return "I3: " + token + " is in no file any more and runs on " +
                   machine_name(machine.index);
        }
    }
    for (const config::ResourceGroup& group : file) {
        const auto bad = [&options](const config::Member& member) {
            return failing_starts(options, group_of(member.token)).value_or(1) != 0;
        };
        if (std::any_of(group.members.begin(), group.members.end(), bad)) continue;
        for (const std::string& token : tokens_of(group)) {
            if (auto wrong = check_copies(options, machines, token, false, nullptr)) return wrong;
        }
    }
    return std::nullopt;
}

}  // namespace

Wrong check_rest(const Options& options, const Machines& machines, Excuses* excuses) {
    for (const Machine& machine : machines) {
        const std::string name = machine_name(machine.index);
        if (!machine.core) return "I3: " + name + " has no daemon at the end";
        const NodeView view = machine.core->view();
        if (!view.comm_up) return "I3: " + name + " never had communication up";
        if (view.pings_silent != 0) return "I11: " + name + " does not hear every ping node";
        if (view.holdings != "transition") continue;
        const std::string excuse = real_unrest(options, machines);
        if (excuse.empty()) return "I3: " + name + " is still in transition";
        keep(excuses, excuse);
    }
    if (options.edited) return check_edited(options, machines);
    for (std::size_t g = 0; g < options.groups; ++g) {
        const auto failing = failing_starts(options, g);
        if (!failing) continue;
        for (std::size_t m = 0; m < options.members; ++m) {
            if (auto wrong =
                    check_copies(options, machines, token_of(g, m), *failing == 2, excuses)) {
                return wrong;
            }
        }
    }
    return std::nullopt;
}

}  // namespace hb::sim
