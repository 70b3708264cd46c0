// Two managers joined by a perfect line, with scripts that do what the test says, in virtual time.
// For tests of the resource rules alone; packets and loss are the scenarios' business.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "resource/manager.hpp"

namespace hb::resource {

using namespace std::chrono_literals;

// One line of haresources, simple syntax.
inline config::ResourceGroup make_group(const std::string& node, const std::string& resources) {
    config::ResourceGroup group{node, {}, {}, 1};
    for (const std::string& token : words(resources)) {
        config::Member member;
        member.token = token;
        std::string rest = token;
        while (!rest.empty()) {
            const std::size_t colons = std::min(rest.find("::"), rest.size());
            member.arguments.push_back(rest.substr(0, colons));
            rest.erase(0, colons + 2);
        }
        const bool address = token.front() >= '0' && token.front() <= '9';
        member.type = address ? "IPaddr" : member.arguments.front();
        if (!address) member.arguments.erase(member.arguments.begin());
        group.members.push_back(member);
    }
    group.key = group.members.front().token;
    return group;
}

// The scripts that these wishes call, in order.
inline std::vector<RunAgent> scripts_of(const Wishes& wishes) {
    std::vector<RunAgent> all;
    for (const Wish& wish : wishes) {
        const auto* effect = std::get_if<Effect>(&wish);
        const auto* run = effect == nullptr ? nullptr : std::get_if<RunAgent>(effect);
        if (run != nullptr) all.push_back(*run);
    }
    return all;
}

// The same in words, without the first ones: `web start, ...`.
inline std::string called_from(std::size_t first, const Wishes& wishes) {
    std::string text;
    const std::vector<RunAgent> all = scripts_of(wishes);
    for (std::size_t i = first; i < all.size(); ++i) {
        text += (text.empty() ? "" : ", ") + all[i].call.type + " " +
                std::string(action_word(all[i].call.action));
    }
    return text;
}

// One group at home on each of alpha and beta.
inline std::vector<config::ResourceGroup> one_each() {
    return {make_group("alpha", "svc::a"), make_group("beta", "svc::b")};
}

// One of the nodes alpha and beta, with the limits of a plain ha.cf.
inline ManagerConfig plain_config(const std::string& self, std::uint64_t life,
                                  const std::vector<config::ResourceGroup>& groups,
                                  config::Failback failback) {
    ManagerConfig config;
    config.self = self;
    config.life = life;
    config.nodes = {"alpha", "beta"};
    config.groups = groups;
    config.failback = failback;
    config.start_timeout = limits::script_timeout_start;
    config.status_timeout = limits::script_timeout_status;
    config.stop_timeout = limits::script_timeout_stop;
    config.stop_retries = limits::stop_retries;
    return config;
}

class ManagerPair {
public:
    struct Node {
        NodeName name;
        std::unique_ptr<Manager> manager;
        bool alive{false};
        bool ours{true};                // as the other side sees it
        std::set<std::string> running;  // members by token, survives the daemon
        std::set<std::string> start_fails, stop_fails, hangs;
        std::set<std::string> slow;     // `svc::a stop`: takes five seconds
        std::vector<std::string> said;  // `type field=value ...`
        std::vector<std::string> logs;
        std::vector<std::string> ran;  // `IPaddr 10.0.0.1 start`
        bool finished{false}, fenced_itself{false};
        std::vector<FenceNode> shots;        // at the other node, answered or not
        std::vector<JobId> called_off;       // jobs that were to be ended
        std::vector<std::string> announced;  // members by token, again
    };

    ManagerPair(std::vector<config::ResourceGroup> groups, config::Failback failback)
        : groups_(std::move(groups)), failback_(failback) {
        nodes_["alpha"].name = "alpha";
        nodes_["beta"].name = "beta";
    }

    // Of the daemons that boot from now on. With a device a test answers each shot itself.
    FencingConfig fencing;
    ArbiterConfig arbiter;
    config::GroupOrder order{config::GroupOrder::parallel};
    bool manage{true};
    std::map<std::string, std::vector<config::ResourceGroup>> own_file;  // of a node, if another

    Node& at(const std::string& name) { return nodes_[name]; }
    Manager& manager(const std::string& name) { return *nodes_[name].manager; }

    ManagerConfig config_of(const std::string& name) {
        ManagerConfig config = plain_config(name, ++lives_, groups_, failback_);
        config.fencing = fencing;
        config.arbiter = arbiter;
        config.order = order;
        config.manage = manage;
        if (own_file.contains(name)) config.groups = own_file[name];
        return config;
    }

    // The daemon starts; groups that run are still there.
    void boot(const std::string& name) {
        Node& node = nodes_[name];
        node.manager = std::make_unique<Manager>(config_of(name), now());
        node.alive = true;
        node.finished = false;
        Wishes out;
        node.manager->start(now(), out);
        carry_out(node, out);
        settle();
    }
    // Communication is up on this node; each tells the other that it is there.
    void join(const std::string& name, bool restarted = true) {
        Node& node = nodes_[name];
        Node& peer = other(name);
        if (peer.alive) hears(peer, name, restarted);
        if (peer.alive) hears(node, peer.name, false);
        Wishes out;
        node.manager->comm_up(now(), out);
        carry_out(node, out);
        settle();
    }
    void boot_both() {
        boot("alpha");
        boot("beta");
        join("alpha");
        join("beta");
    }
    // Power cut: nothing runs there any more.
    void kill(const std::string& name) {
        nodes_[name].alive = false;
        nodes_[name].manager.reset();
        nodes_[name].running.clear();
        std::erase_if(events_, [&name](const Pending& p) { return p.node == name; });
    }
    void declare_dead(const std::string& on, const std::string& peer, bool ever_heard = true,
                      Duration span = 60s) {
        Wishes out;
        nodes_[on].manager->peer_dead(now(), peer, {ever_heard}, out);
        carry_out(nodes_[on], out);
        settle(span);
    }
    // What the device says of the last shot of this node.
    void device_says(const std::string& on, FenceResult result) {
        ASSERT_FALSE(nodes_[on].shots.empty()) << on << " did not shoot";
        Wishes out;
        const FenceDone done{nodes_[on].shots.back().job, result, "words", 100ms};
        nodes_[on].manager->fence_done(now(), done, out);
        carry_out(nodes_[on], out);
        settle();
    }
    // No device confirms anything, until the manager stops asking.
    void device_fails(const std::string& on) {
        for (std::size_t shots = 0; nodes_[on].shots.size() != shots;) {
            shots = nodes_[on].shots.size();
            device_says(on, FenceResult::unknown);
        }
    }
    void operator_confirms(const std::string& on, const std::string& peer) {
        Wishes out;
        nodes_[on].manager->confirm_fenced(now(), peer, out);
        carry_out(nodes_[on], out);
        settle();
    }
    // Nothing that is said arrives any more; both nodes live.
    void cut() { nodes_["alpha"].alive = nodes_["beta"].alive = false; }
    void standby(const std::string& on, const std::string& word) {
        Wishes out;
        nodes_[on].manager->standby_command(now(), word, out);
        carry_out(nodes_[on], out);
        settle();
    }
    void takeover(const std::string& on, const std::string& word) {
        Wishes out;
        nodes_[on].manager->takeover_command(now(), word, out);
        carry_out(nodes_[on], out);
        settle();
    }
    void stop(const std::string& on) {
        Wishes out;
        nodes_[on].manager->stop(now(), out);
        carry_out(nodes_[on], out);
        settle();
    }
    // Puts what a manager wished onto the line and to the scripts, without running them.
    void carry(const std::string& on, Wishes& out) { carry_out(nodes_[on], out); }
    void hears(Node& node, const std::string& peer, bool restarted) {
        Wishes out;
        node.manager->peer_up(now(), peer, restarted, nodes_[peer].ours, out);
        carry_out(node, out);
    }
    // Time passes; each second the ping node `gw` answers these nodes.
    void pass(Duration span, const std::set<std::string>& answered) {
        for (const Instant end = now_ + span; now_ < end;) {
            const Instant next = now_ + 1s;
            settle(1s);
            now_ = next;
            for (const std::string& name : answered) {
                Wishes out;
                nodes_[name].manager->ping_heard(now(), "gw", out);
                carry_out(nodes_[name], out);
            }
        }
    }
    // Runs events and deadlines until `span` is over.
    void settle(Duration span = 60s) {
        const Instant end = now_ + span;
        while (step_until(end)) {
        }
    }

    std::set<std::string> running(const std::string& name) { return nodes_[name].running; }
    bool logged(const std::string& name, const std::string& text) {
        const auto& logs = nodes_[name].logs;
        return std::any_of(logs.begin(), logs.end(), [&text](const std::string& line) {
            return line.find(text) != std::string::npos;
        });
    }
    Now now() const { return {now_, 1000}; }
    bool never_twice() const { return !twice_; }

private:
    struct Pending {
        Instant at;
        std::uint64_t order;
        std::string node;
        std::variant<ScriptDone, std::pair<std::string, Letter>> what;
    };

    Node& other(const std::string& name) { return nodes_[name == "alpha" ? "beta" : "alpha"]; }

    bool step_until(Instant end) {
        Instant first = never;
        auto next =
            std::min_element(events_.begin(), events_.end(), [](const auto& a, const auto& b) {
                return std::pair(a.at, a.order) < std::pair(b.at, b.order);
            });
        if (next != events_.end()) first = next->at;
        Node* waking = nullptr;
        for (auto& [name, node] : nodes_) {
            if (node.manager && node.manager->next_deadline() < first) {
                first = node.manager->next_deadline();
                waking = &node;
            }
        }
        if (first > end || first == never) return false;
        now_ = std::max(now_, first);
        Wishes out;
        if (waking != nullptr) {
            waking->manager->wakeup(now(), out);
            carry_out(*waking, out);
            return true;
        }
        const Pending event = *next;
        events_.erase(next);
        Node& node = nodes_[event.node];
        if (!node.manager) return true;
        if (const auto* done = std::get_if<ScriptDone>(&event.what)) {
            node.manager->script_done(now(), *done, out);
        } else {
            const auto& [from, letter] = std::get<1>(event.what);
            node.manager->letter(now(), from, letter, out);
        }
        carry_out(node, out);
        return true;
    }

    void carry_out(Node& node, Wishes& out) {
        for (Wish& wish : out) {
            if (auto* letter = std::get_if<Letter>(&wish)) {
                send(node, *letter);
            } else {
                effect(node, std::get<Effect>(wish));
            }
        }
    }
    void send(Node& node, Letter letter) {
        std::string text = letter.type;
        for (const auto& [name, value] : letter.fields) text += " " + name + "=" + value;
        node.said.push_back(text);
        Node& peer = other(node.name);
        if (!node.ours) {  // a real node's report knows classes only
            std::erase_if(letter.fields, [](const auto& f) { return f.first.starts_with("hb_"); });
        }
        if (peer.alive) {
            events_.push_back({now_ + 1ms, ++order_, peer.name, std::pair(node.name, letter)});
        }
    }
    void effect(Node& node, const Effect& effect) {
        if (const auto* line = std::get_if<LogLine>(&effect)) node.logs.push_back(log_text(*line));
        if (std::get_if<Finished>(&effect)) {
            node.finished = true;
        }
        if (std::get_if<SelfFence>(&effect)) node.fenced_itself = true;
        if (const auto* shot = std::get_if<FenceNode>(&effect)) node.shots.push_back(*shot);
        if (const auto* kill = std::get_if<KillJob>(&effect)) node.called_off.push_back(kill->job);
        if (const auto* run = std::get_if<RunAgent>(&effect)) script(node, *run);
        if (const auto* again = std::get_if<AnnounceAgain>(&effect)) {
            for (const AgentCall& call : again->calls) node.announced.push_back(token_of(call));
        }
    }
    static std::string token_of(const AgentCall& call) {
        std::string token = call.type;
        for (const std::string& argument : call.arguments) token += "::" + argument;
        return token;
    }
    void script(Node& node, const RunAgent& run) {
        const std::string token = token_of(run.call);
        const std::string action = action_word(run.call.action);
        node.ran.push_back(token + " " + action);
        ScriptDone done{run.job, ScriptEnd::exited, 0, {}, 10ms};
        Duration takes = node.slow.contains(token + " " + action) ? 5s : 10ms;
        if (node.hangs.contains(token + " " + action)) {
            done.end = ScriptEnd::timed_out;
            takes = run.timeout;
        } else if (run.call.action == ScriptAction::status) {
            done.output = node.running.contains(token) ? "running" : "stopped";
        } else if (run.call.action == ScriptAction::start) {
            if (node.start_fails.contains(token)) {
                done.status = 1;
            } else {
                node.running.insert(token);
                if (other(node.name).running.contains(token)) twice_ = true;
            }
        } else if (node.stop_fails.contains(token)) {
            done.status = 1;
        } else {
            node.running.erase(token);
        }
        events_.push_back({now_ + takes, ++order_, node.name, done});
    }

    std::vector<config::ResourceGroup> groups_;
    config::Failback failback_;
    std::map<std::string, Node> nodes_;
    std::vector<Pending> events_;
    std::uint64_t order_{};
    std::uint64_t lives_{};
    Instant now_{};
    bool twice_{false};
};

}  // namespace hb::resource
