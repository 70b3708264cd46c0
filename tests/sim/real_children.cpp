// See real_children.hpp.
#include "sim/real_children.hpp"

#include <algorithm>

#include "resource/status_text.hpp"

namespace hb::sim {

using namespace std::chrono_literals;

namespace {

// One shell of the many between the daemon and a script (resources.md 10.3 has 50 to 100 ms for a
// call with its script).
constexpr Duration shell_least = 10ms, shell_most = 40ms;
// 3.0.6 has no limit for a script.
constexpr Duration no_limit = 24h;

bool ended_well(const ScriptDone& done) {
    return done.end == ScriptEnd::exited && done.status == 0;
}

wire::Message ip_message(const char* type, const std::string& key) {
    wire::Message message = wire::make_message(type);
    message.set("ipaddr", key);
    return message;
}

wire::Message ip_answer(const std::string& dest, const std::string& key, bool own) {
    wire::Message message = wire::make_message("ip-request-resp");
    message.set("dest", dest);
    message.set("ipaddr", key);
    message.set("weown", own ? "yes" : "no");
    message.set("ok", "OK");
    return message;
}

}  // namespace

RealChildren::RealChildren(const resource::ManagerConfig& config, Prng& dice,
                           std::uint64_t& next_job, User& user, const TraceLine& trace)
    : config_(config), dice_(dice), next_job_(next_job), user_(user), trace_(trace) {}

RealChildren::Groups RealChildren::groups_of(const NodeName& node) const {
    Groups groups;
    for (const std::size_t group : all_groups()) {
        if (config_.groups[group].node == node) groups.push_back(group);
    }
    return groups;
}

RealChildren::Groups RealChildren::groups_not_of(const NodeName& node) const {
    Groups groups;
    for (const std::size_t group : all_groups()) {
        if (config_.groups[group].node != node) groups.push_back(group);
    }
    return groups;
}

RealChildren::Groups RealChildren::all_groups() const {
    Groups groups(config_.groups.size());
    for (std::size_t group = 0; group < groups.size(); ++group) groups[group] = group;
    return groups;
}

// --- what the children do ---

void RealChildren::notify_status() { queue_.push_back({shell()}); }

void RealChildren::notify_dead(const NodeName& node) {
    Steps steps{shell(), shell()};
    for (const std::size_t group : groups_of(node)) {
        steps.push_back(shell());
        steps.push_back(take_group(group));
    }
    if (config_.failback != config::Failback::legacy) {
        wire::Message done = wire::make_message("resource");
        done.set("rsc_hold", "foreign");
        done.set("info", "mach_down");
        steps.push_back(say(std::move(done)));
    }
    steps.push_back([this, node](Turn&, Child&) {
        trace_("mach_down takeover complete for node " + node + ".");
    });
    queue_.push_back(std::move(steps));
}

void RealChildren::notify_ip_request(const std::string& key, const NodeName& asker) {
    Steps steps{shell()};
    for (const std::size_t group : all_groups()) {
        if (config_.groups[group].key == key) steps.push_back(answer_ip_request(group, asker));
    }
    if (steps.size() == 1) steps.push_back(say(ip_answer(asker, key, false)));
    queue_.push_back(std::move(steps));
}

void RealChildren::notify_ip_request_resp(const std::string& key, bool for_us) {
    Steps steps{shell()};
    for (const std::size_t group : all_groups()) {
        if (for_us && config_.groups[group].key == key) steps.push_back(take_group(group));
    }
    queue_.push_back(std::move(steps));
}

void RealChildren::notify_takeover(const std::string& word, bool own) {
    Steps steps{shell()};
    if (!own) {
        wire::Message me = wire::make_message("ask_resources");
        me.set("rsc_hold", word == "local" ? "foreign" : word == "foreign" ? "local" : "all");
        me.set("info", "me");
        steps.push_back(shell());
        steps.push_back(say(std::move(me)));
    }
    queue_.push_back(std::move(steps));
}

void RealChildren::request_own(Turn& turn, bool ask, std::optional<wire::Message> report) {
    Steps steps{shell()};
    for (const std::size_t group : groups_of(config_.self)) steps.push_back(request(group, ask));
    steps.push_back([this](Turn&, Child&) { trace_("Local Resource acquisition completed."); });
    if (report) steps.push_back(say(std::move(*report)));
    spawn(turn, std::move(steps));
}

void RealChildren::give(Turn& turn, const Groups& groups, wire::Message last_word) {
    Steps steps;
    for (const std::size_t group : groups) {
        steps.push_back(shell());
        steps.push_back(give_group(group));
    }
    steps.push_back(shell());
    steps.push_back(say(std::move(last_word)));
    spawn(turn, std::move(steps));
}

void RealChildren::take(Turn& turn, const Groups& groups, wire::Message last_word) {
    Steps steps;
    for (const std::size_t group : groups) {
        steps.push_back(shell());
        steps.push_back(take_group(group));
    }
    steps.push_back(shell());
    steps.push_back(say(std::move(last_word)));
    spawn(turn, std::move(steps));
}

// --- one step each ---

RealChildren::Step RealChildren::shell() { return nap(dice_.between(shell_least, shell_most)); }

RealChildren::Step RealChildren::nap(Duration span) {
    return [span](Turn& turn, Child& child) { child.wakes = turn.now.mono + span; };
}

RealChildren::Step RealChildren::say(wire::Message message) {
    return [this, message](Turn& turn, Child&) { user_.say(turn, message); };
}

RealChildren::Step RealChildren::take_group(std::size_t group) {
    return [this, group](Turn&, Child& child) {
        trace_("Acquiring resource group: " + config_.groups[group].key);
        child.steps.push_front(take_member(group, 0));
    };
}

RealChildren::Step RealChildren::take_member(std::size_t group, std::size_t member) {
    return [this, group, member](Turn& turn, Child& child) {
        const auto& members = config_.groups[group].members;
        if (member == members.size()) return;
        run(turn, child, members[member].type, members[member].arguments, ScriptAction::status,
            [this, group, member, &child](Turn& then, const ScriptDone& done) {
                if (resource::says_running(done.output)) {
                    child.steps.push_front(take_member(group, member + 1));
                } else {
                    start_member(then, child, group, member);
                }
            });
    };
}

void RealChildren::start_member(Turn& turn, Child& child, std::size_t group, std::size_t member) {
    const config::Member& what = config_.groups[group].members[member];
    run(turn, child, what.type, what.arguments, ScriptAction::start,
        [this, group, member, &child](Turn& then, const ScriptDone& done) {
            if (ended_well(done)) {
                child.steps.push_front(take_member(group, member + 1));
                return;
            }
            trace_("CRIT: Giving up resources due to failure of " +
                   config_.groups[group].members[member].token);
            child.steps.push_front(give_group(group));
            user_.start_failed(then);
        });
}

RealChildren::Step RealChildren::give_group(std::size_t group) {
    return [this, group](Turn&, Child& child) {
        trace_("Releasing resource group: " + config_.groups[group].key);
        child.steps.push_front(give_member(group, config_.groups[group].members.size(), 0));
    };
}

// Member number `member` counted from 1; 0: all are stopped.
RealChildren::Step RealChildren::give_member(std::size_t group, std::size_t member, int tries) {
    return [this, group, member, tries](Turn& turn, Child& child) {
        if (member == 0) return;
        const config::Member& what = config_.groups[group].members[member - 1];
        run(turn, child, what.type, what.arguments, ScriptAction::stop,
            [this, group, member, tries, &child](Turn& then, const ScriptDone& done) {
                if (ended_well(done)) {
                    child.steps.push_front(give_member(group, member - 1, 0));
                } else if (tries == config_.stop_retries) {
                    member_stays(then, child, group, member);
                } else {
                    child.steps.push_front(give_member(group, member, tries + 1));
                    child.steps.push_front(nap(1s));
                }
            });
    };
}

void RealChildren::member_stays(Turn& turn, Child& child, std::size_t group, std::size_t member) {
    const config::Member& what = config_.groups[group].members[member - 1];
    run(turn, child, what.type, what.arguments, ScriptAction::status,
        [this, group, member, &child](Turn& then, const ScriptDone& done) {
            if (resource::says_running(done.output)) {
                then.out.emplace_back(SelfFence{"Resource STOP failure. Reboot required!"});
            } else {
                child.steps.push_front(give_member(group, member - 1, 0));
            }
        });
}

// Only the first member is asked: the key is taken for a resource.
RealChildren::Step RealChildren::request(std::size_t group, bool ask) {
    return [this, group, ask](Turn& turn, Child& child) {
        const config::ResourceGroup& what = config_.groups[group];
        const config::Member& first = what.members.front();
        run(turn, child, first.type, first.arguments, ScriptAction::status,
            [this, ask, key = what.key](Turn& then, const ScriptDone& done) {
                if (resource::says_running(done.output)) return;
                user_.say(then,
                          ask ? ip_message("ip-request", key) : ip_answer(config_.self, key, true));
            });
    };
}

RealChildren::Step RealChildren::answer_ip_request(std::size_t group, const NodeName& asker) {
    return [this, group, asker](Turn& turn, Child& child) {
        const config::ResourceGroup& what = config_.groups[group];
        const config::Member& first = what.members.front();
        run(turn, child, first.type, first.arguments, ScriptAction::status,
            [this, group, asker, &child, key = what.key](Turn&, const ScriptDone& done) {
                const bool own = resource::says_running(done.output);
                child.steps.push_front(say(ip_answer(asker, key, own)));
                if (own) child.steps.push_front(give_group(group));
            });
    };
}

// --- running them ---

void RealChildren::run(Turn& turn, Child& child, const std::string& type,
                       const std::vector<std::string>& arguments, ScriptAction action,
                       Answer answer) {
    child.job = JobId{++next_job_};
    child.answer = std::move(answer);
    turn.out.emplace_back(RunAgent{*child.job, AgentCall{type, arguments, action}, no_limit});
}

void RealChildren::spawn(Turn& turn, Steps steps) {
    Child child;
    child.steps.assign(steps.begin(), steps.end());
    go_on(turn, children_.insert(children_.end(), std::move(child)));
}

void RealChildren::start_queue(Turn& turn) {
    if (!children_.empty() || queue_.empty()) return;
    Steps steps = std::move(queue_.front());
    queue_.pop_front();
    spawn(turn, std::move(steps));
}

void RealChildren::go_on(Turn& turn, std::list<Child>::iterator child) {
    while (!child->waits()) {
        if (child->steps.empty()) {
            children_.erase(child);
            start_queue(turn);
            return user_.child_ended(turn);
        }
        const Step step = std::move(child->steps.front());
        child->steps.pop_front();
        step(turn, *child);
    }
}

void RealChildren::script_done(Turn& turn, const ScriptDone& done) {
    const auto child = std::find_if(children_.begin(), children_.end(),
                                    [&](const Child& each) { return each.job == done.job; });
    if (child == children_.end()) return;
    child->job.reset();
    const Answer answer = std::move(child->answer);
    answer(turn, done);
    go_on(turn, child);
}

void RealChildren::wakeup(Turn& turn) {
    for (auto child = children_.begin(); child != children_.end();) {
        const auto awake = child++;
        if (turn.now.mono < awake->wakes) continue;
        awake->wakes = never;
        go_on(turn, awake);
        child = children_.begin();  // others may have ended or begun
    }
}

Instant RealChildren::next_deadline() const {
    Instant first = never;
    for (const Child& child : children_) first = std::min(first, child.wakes);
    return first;
}

}  // namespace hb::sim
