// A told story of two whole nodes in the simulated world: no loss, scripts of 10 ms, and only the
// faults that the test names. The trace is what the nodes log and run, with its virtual time.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "sim/world.hpp"

namespace hb::test {

using namespace std::chrono_literals;

class Story {
public:
    explicit Story(config::Failback failback, std::size_t groups = 2, Duration deadtime = 1s)
        : Story(options(failback, groups, deadtime)) {}
    explicit Story(const sim::Options& options)
        : options_(options), world_(sim::Plan{options_, {}}, [this](const std::string& line) {
              trace_.push_back(line);
          }) {}

    sim::World& world() { return world_; }
    sim::Machine& alpha() { return world_.machine(0); }
    sim::Machine& beta() { return world_.machine(1); }

    // Both serve, and the two seconds of grace that a start announces are over.
    void boot_both() {
        world_.power_on(alpha());
        world_.power_on(beta());
        run(6s);
        trace_.clear();
    }
    // Runs on for that long.
    void run(Duration span) {
        at_ = at_ + span;
        world_.run_until(at_);
    }
    const std::vector<std::string>& trace() const { return trace_; }
    // The first line that has `text`; empty when there is none.
    std::string line(const std::string& text) const {
        const auto found = find(text);
        return found == trace_.end() ? std::string() : *found;
    }
    // How many lines have it.
    std::ptrdiff_t count(const std::string& text) const {
        return std::count_if(trace_.begin(), trace_.end(), [&text](const std::string& each) {
            return each.find(text) != std::string::npos;
        });
    }
    bool before(const std::string& first, const std::string& second) const {
        return find(first) < find(second) && find(second) != trace_.end();
    }
    // The lines between two moments, without those about single packets.
    std::vector<std::string> golden() const {
        std::vector<std::string> lines;
        for (const std::string& each : trace_) {
            if (each.find("has no handler") == std::string::npos) lines.push_back(each);
        }
        return lines;
    }

    static sim::Options options(config::Failback failback, std::size_t groups, Duration deadtime) {
        sim::Options o;
        o.seed = 1;
        o.links = 2;
        o.groups = groups;
        o.members = 2;
        for (sim::NodeOptions& node : o.node) {
            node.keepalive = 200ms;
            node.deadtime = deadtime;
            node.initdead = deadtime * 2;
            node.failback = failback;
        }
        o.line.delay_min = o.line.delay_max = 100us;
        o.start_timeout = o.status_timeout = limits::script_timeout_start;
        o.stop_timeout = limits::script_timeout_stop;
        o.script_min = o.script_max = 10ms;
        return o;
    }

private:
    std::vector<std::string>::const_iterator find(const std::string& text) const {
        return std::find_if(trace_.begin(), trace_.end(), [&text](const std::string& each) {
            return each.find(text) != std::string::npos;
        });
    }

    std::vector<std::string> trace_;
    sim::Options options_;
    sim::World world_;
    Instant at_{};
};

// With a switch for each machine that acts within 50 ms, and a delay of 1 s against the race.
class FencedStory : public Story {
public:
    explicit FencedStory(Duration delay = 1s, std::size_t gateways = 0)
        : Story(fenced(delay, gateways)) {}

private:
    static sim::Options fenced(Duration delay, std::size_t gateways) {
        sim::Options o = options(config::Failback::off, 2, 1s);
        o.fencing = true;
        o.device_acts = 50ms;
        o.fence_delay = delay;
        o.gateways = gateways;
        o.boot_min = o.boot_max = 300s;
        for (sim::NodeOptions& node : o.node) node.devices = {sim::DeviceMood::works};
        return o;
    }
};

}  // namespace hb::test
