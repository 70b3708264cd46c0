// The fencing devices of ha.cf at work: shots that lib/resource orders, looks at the devices before
// they are needed, and what came of both. When and whom to shoot is decided in lib/resource, how a
// plugin is called in plugin_host.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/event.hpp"
#include "config/ha_cf.hpp"
#include "launcher.hpp"
#include "paths.hpp"
#include "plugin_host.hpp"
#include "status_report.hpp"

namespace hb::shell {

// What the plugin of that device is given: its `type`, then what ha.cf says.
wire::helper_frame::Fields parameters_of(const config::FenceDevice& device);

class Fencing {
public:
    // Both are called on the loop, never from within shoot() or kill().
    using OnDone = std::function<void(FenceDone)>;
    using OnLog = std::function<void(const LogLine&)>;

    Fencing(boost::asio::io_context& loop, Launcher& launcher, const Paths& paths, OnDone done,
            OnLog log);
    // What runs is ended, and the history is written.
    ~Fencing();
    Fencing(const Fencing&) = delete;
    Fencing& operator=(const Fencing&) = delete;

    // From now on these. Shots under way go on. All are looked at, whether they are new or not.
    void configure(const std::vector<config::FenceDevice>& devices);
    // One answer follows for each.
    void shoot(const FenceNode& order);
    // The answer still comes, and is `unknown`. A job of somebody else is ignored.
    void kill(JobId job);
    // Once a second: looks at devices, writes what was learned. `unix_seconds`: for people.
    void tick(Instant now, std::uint64_t unix_seconds);

    std::vector<DeviceReport> devices() const;
    // The last resets, those of daemons before us included; oldest first.
    std::vector<std::string> history() const { return {shown_.begin(), shown_.end()}; }

private:
    struct Shot {
        NodeName target;
        std::string device;
    };
    enum class Health : std::uint8_t { unknown, works, fails };

    void answered(const PluginAnswer& answer);
    void looked_at(const PluginAnswer& answer);
    // Nothing: the name of one that ha.cf no longer has.
    const config::FenceDevice* find(const std::string& name) const;
    void look_at_next();
    void stop_looking();
    void note(const std::string& device, Health health, const std::string& words);
    void write_down();
    void show(std::string line);

    Launcher& launcher_;
    std::string history_file_, devices_file_;
    OnDone done_;
    OnLog log_;
    std::vector<config::FenceDevice> devices_;
    struct Verdict {
        Health health{};
        std::string words;  // for people
    };
    std::map<std::string, Verdict> verdicts_;  // by device, of those that were looked at
    std::map<JobId, Shot> shots_;
    std::deque<std::string> to_look_at_;
    std::optional<std::string> looking_at_;
    std::uint64_t looks_{};  // so far; each has a job number of its own
    Instant look_again_{};
    std::uint64_t unix_seconds_{};
    std::vector<std::string> history_;  // lines that are not on disk yet
    std::deque<std::string> shown_;     // the last limits::fence_shots_shown lines
    bool devices_changed_{false};
    PluginHost host_;  // the last: what it calls must live
};

// Both files as people read them, for the status; empty without one.
std::string fencing_report(const Paths& paths);

}  // namespace hb::shell
