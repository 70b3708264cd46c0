// The children of a Heartbeat 3.0.6 that run scripts (spec: resources.md 2, 3): the queue of
// notifications, and the standby, request and shutdown children beside it. Each child does one
// thing after the other; every shell in between takes a drawn time.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "base/event.hpp"
#include "base/prng.hpp"
#include "resource/manager.hpp"
#include "sim/real_wire.hpp"

namespace hb::sim {

class RealChildren {
public:
    class User {
    public:
        virtual ~User() = default;
        // Written into the FIFO by a script.
        virtual void say(Turn& turn, wire::Message message) = 0;
        // A start failed: in 30 s hb_standby is to be run, outlasting the child and the daemon.
        virtual void start_failed(Turn& turn) = 0;
        virtual void child_ended(Turn& turn) = 0;
    };

    // `next_job`: numbers jobs over all lives of the daemon.
    RealChildren(const resource::ManagerConfig& config, Prng& dice, std::uint64_t& next_job,
                 User& user, const TraceLine& trace);

    // Which groups a child works on: those of one node, of all others, or all.
    using Groups = std::vector<std::size_t>;
    Groups groups_of(const NodeName& node) const;
    Groups groups_not_of(const NodeName& node) const;
    Groups all_groups() const;

    // --- notifications: one at a time, and only while no other child runs ---
    void notify_status();                    // of a living node: a script with nothing to do
    void notify_dead(const NodeName& node);  // mach_down
    void notify_ip_request(const std::string& key, const NodeName& asker);
    void notify_ip_request_resp(const std::string& key, bool for_us);
    void notify_takeover(const std::string& word, bool own);
    // Starts the head of the queue if it may run.
    void start_queue(Turn& turn);

    // --- children that are started at once ---
    // For each own group that does not run: asks the peer for it (`ask`), or ourselves. At the end
    // `report` is said, if there is one.
    void request_own(Turn& turn, bool ask, std::optional<wire::Message> report);
    void give(Turn& turn, const Groups& groups, wire::Message last_word);
    void take(Turn& turn, const Groups& groups, wire::Message last_word);

    // How many run now.
    std::size_t running() const { return children_.size(); }
    bool busy() const { return !children_.empty() || !queue_.empty(); }
    void script_done(Turn& turn, const ScriptDone& done);
    void wakeup(Turn& turn);
    Instant next_deadline() const;

private:
    struct Child;
    using Step = std::function<void(Turn&, Child&)>;
    using Answer = std::function<void(Turn&, const ScriptDone&)>;
    struct Child {
        std::deque<Step> steps;
        std::optional<JobId> job;  // it waits for this script ...
        Answer answer;
        Instant wakes{never};  // ... or sleeps until then
        bool waits() const { return job.has_value() || wakes != never; }
    };
    using Steps = std::vector<Step>;

    void spawn(Turn& turn, Steps steps);
    void go_on(Turn& turn, std::list<Child>::iterator child);
    void run(Turn& turn, Child& child, const std::string& type,
             const std::vector<std::string>& arguments, ScriptAction action, Answer answer);
    Step shell();  // takes a moment
    Step nap(Duration span);
    Step say(wire::Message message);
    Step take_group(std::size_t group);
    Step take_member(std::size_t group, std::size_t member);
    Step give_group(std::size_t group);
    Step give_member(std::size_t group, std::size_t member, int tries);
    Step request(std::size_t group, bool ask);
    Step answer_ip_request(std::size_t group, const NodeName& asker);
    void start_member(Turn& turn, Child& child, std::size_t group, std::size_t member);
    void member_stays(Turn& turn, Child& child, std::size_t group, std::size_t member);

    const resource::ManagerConfig& config_;
    Prng& dice_;
    std::uint64_t& next_job_;
    User& user_;
    const TraceLine& trace_;
    std::list<Child> children_;
    std::deque<Steps> queue_;
};

}  // namespace hb::sim
