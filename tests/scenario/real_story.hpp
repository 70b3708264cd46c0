// A told story of two machines of which one or both run the stand-in of a real Heartbeat 3.0.6,
// with the times of the reference traces: keepalive 200 ms, deadtime 3 s, initdead 6 s, one group
// each.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "sim/world.hpp"

namespace hb::test {

using namespace std::chrono_literals;

// What a node runs: its own group, the other one's, both.
using Members = std::set<std::string>;
inline const Members own1{"g0m0"}, own2{"g1m0"}, both{"g0m0", "g1m0"};

inline sim::Options real_options(config::Failback failback, bool alpha_real = true,
                                 bool beta_real = true) {
    sim::Options o;
    o.seed = 1;
    o.links = 1;
    o.groups = 2;
    o.members = 1;
    for (sim::NodeOptions& node : o.node) {
        node.keepalive = 200ms;
        node.deadtime = 3s;
        node.initdead = 6s;
        node.failback = failback;
    }
    o.line.delay_min = o.line.delay_max = 100us;
    o.start_timeout = o.status_timeout = limits::script_timeout_start;
    o.stop_timeout = limits::script_timeout_stop;
    o.script_min = o.script_max = 10ms;
    o.real[0] = alpha_real;
    o.real[1] = beta_real;
    return o;
}

class RealStory {
public:
    explicit RealStory(const sim::Options& options)
        : world_(sim::Plan{options, {}},
                 [this](const std::string& line) { trace_.push_back(line); }) {}
    explicit RealStory(config::Failback failback) : RealStory(real_options(failback)) {}

    sim::World& world() { return world_; }
    sim::Machine& n1() { return world_.machine(0); }
    sim::Machine& n2() { return world_.machine(1); }

    void run(Duration span) {
        at_ = at_ + span;
        world_.run_until(at_);
    }
    // Both hold their own, and nothing of the start is open any more.
    void boot_both() {
        world_.power_on(n1());
        world_.power_on(n2());
        run(20s);
        forget();
    }
    // Only n2 is on, and has waited long enough to be stable.
    void boot_n2_alone() {
        world_.power_on(n2());
        run(30s);
        forget();
    }
    void forget() { trace_.clear(); }
    // How long until `machine` runs exactly these members; `limit` when it never does.
    Duration until_runs(sim::Machine& machine, const std::set<std::string>& members,
                        Duration limit) {
        const Instant began = at_;
        while (machine.running != members && at_ - began < limit) run(10ms);
        return at_ - began;
    }
    bool said(const std::string& text) const {
        return std::any_of(trace_.begin(), trace_.end(), [&text](const std::string& line) {
            return line.find(text) != std::string::npos;
        });
    }
    // What the two stand-ins sent since forget(), in the order of the wire, as the reference traces
    // write it: statuses and acknowledgements are left out.
    std::vector<std::string> sent() const {
        std::vector<std::string> messages;
        for (const std::string& line : trace_) {
            const std::size_t mark = line.find(" > ");
            if (mark == std::string::npos) continue;
            const std::size_t name = line.find("] ") + 2;
            messages.push_back(renamed(line.substr(name, mark - name) + line.substr(mark + 2)));
        }
        return messages;
    }
    std::vector<std::string> sent_of(const std::string& type) const {
        std::vector<std::string> all = sent();
        std::erase_if(all, [&](const std::string& line) {
            return line.find("t=" + type) == std::string::npos;
        });
        return all;
    }
    std::string holdings(const sim::Machine& machine) const {
        return machine.core ? machine.core->view().holdings : "no daemon";
    }
    const std::vector<std::string>& trace() const { return trace_; }

private:
    // The reference traces call alpha n1 and beta n2.
    static std::string renamed(std::string text) {
        for (const auto& [from, to] : {std::pair{"alpha", "n1"}, std::pair{"beta", "n2"}}) {
            for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from)) {
                text.replace(at, std::string(from).size(), to);
            }
        }
        return text;
    }

    std::vector<std::string> trace_;
    sim::World world_;
    Instant at_{};
};

}  // namespace hb::test
