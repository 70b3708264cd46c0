// One manager beside a real Heartbeat 3.0.6, of which only the letters exist, in virtual time.
#pragma once

#include <gtest/gtest.h>

#include <deque>

#include "unit/resource/manager_pair.hpp"

namespace hb::resource {

using config::Failback;
using Set = std::set<std::string>;
using Fields = std::vector<std::pair<std::string, std::string>>;

inline const Set both{"svc::a", "svc::b"};

// One manager, `alpha`, beside `beta`, of which only the letters exist. Scripts end at once.
class BesideClassic {
public:
    // `slow_status`: the first scripts end only when finish_scripts() is called.
    explicit BesideClassic(Failback failback, Set failing_starts = {}, bool manage = true,
                           FencingConfig fencing = {}, bool slow_status = false)
        : slow(slow_status),
          start_fails_(std::move(failing_starts)),
          manager_(config_of(failback, manage, std::move(fencing)), now()) {
        Wishes out;
        manager_.start(now(), out);
        carry_out(out);
    }

    // With other groups than svc::a of alpha and svc::b of beta.
    explicit BesideClassic(ManagerConfig config) : manager_(std::move(config), now()) {
        Wishes out;
        manager_.start(now(), out);
        carry_out(out);
    }
    // A daemon that was started again where groups still run. Whether they do it hears only when
    // finish_scripts() is called.
    struct LeftRunning {
        Set members;
    };
    BesideClassic(Failback failback, LeftRunning left)
        : slow(true),
          running_(std::move(left.members)),
          manager_(config_of(failback, true, {}), now()) {
        Wishes out;
        manager_.start(now(), out);
        carry_out(out);
    }

    void peer_up(bool ours = false) {
        Wishes out;
        manager_.peer_up(now(), "beta", false, ours, out);
        carry_out(out);
    }
    // Both nodes have communication; nobody has said what it holds.
    void join(bool ours = false) {
        peer_up(ours);
        Wishes out;
        manager_.peer_active(now(), "beta", true, out);
        manager_.comm_up(now(), out);
        carry_out(out);
    }
    // And beta is at rest with what its class word says.
    void join_settled(const std::string& held) {
        join();
        reports(held, true);
    }
    void dies() {
        Wishes out;
        manager_.peer_dead(now(), "beta", {true}, out);
        carry_out(out);
    }
    // The end of a cut: the same life is heard again.
    void returns() {
        Wishes out;
        manager_.peer_returned(now(), "beta", out);
        carry_out(out);
        peer_up();
        manager_.peer_active(now(), "beta", true, out);
        carry_out(out);
    }
    // A new life of beta, heard before the old one was counted dead. `from_its_start`: before its
    // own communication was up, which then it can only have by our answer.
    void restarts(bool from_its_start = true) {
        Wishes out;
        manager_.peer_up(now(), "beta", true, false, out);
        if (from_its_start) manager_.peer_active(now(), "beta", false, out);
        manager_.peer_active(now(), "beta", true, out);
        carry_out(out);
    }
    void says(const std::string& type, const Fields& fields) {
        Wishes out;
        EXPECT_TRUE(manager_.letter(now(), "beta", Letter{type, fields}, out));
        carry_out(out);
    }
    void reports(const std::string& held, bool stable) {
        says("resource", {{"rsc_hold", held}, {"rtype", "full"}, {"isstable", stable ? "1" : "0"}});
    }
    void hands(const std::string& held, const std::string& info) {
        says("ask_resources", {{"rsc_hold", held}, {"info", info}});
    }
    // How often beta was shot, and that the device confirms the last one.
    std::size_t shots() const { return shots_.size(); }
    void device_confirms() {
        ASSERT_FALSE(shots_.empty());
        Wishes out;
        manager_.fence_done(now(), {shots_.back(), FenceResult::confirmed, {}, 1s}, out);
        carry_out(out);
    }
    void stop() {
        Wishes out;
        manager_.stop(now(), out);
        carry_out(out);
    }
    void standby(const std::string& word) {
        Wishes out;
        manager_.standby_command(now(), word, out);
        carry_out(out);
    }
    void heard_again() {
        Wishes out;
        manager_.repeated_to(now(), "beta", out);
        carry_out(out);
    }
    void pass(Duration span) {
        const Instant end = now_ + span;
        while (manager_.next_deadline() <= end) {
            now_ = std::max(now_, manager_.next_deadline());
            Wishes out;
            manager_.wakeup(now(), out);
            carry_out(out);
        }
        now_ = end;
    }

    Instant next_deadline() const { return manager_.next_deadline(); }
    bool finished() const { return finished_; }
    const Set& running() const { return running_; }
    std::string_view holdings() const { return manager_.holdings(); }
    // How many of the letters said begin so.
    auto said(std::string_view start) const {
        return std::count_if(said_.begin(), said_.end(),
                             [start](const std::string& text) { return text.starts_with(start); });
    }
    std::string last_said(std::string_view type) const {
        const auto found =
            std::find_if(said_.rbegin(), said_.rend(),
                         [type](const std::string& text) { return text.starts_with(type); });
        return found == said_.rend() ? std::string() : *found;
    }
    void forget_said() { said_.clear(); }
    // While it is set, scripts end only when finish_scripts() is called.
    bool slow{false};
    void finish_scripts() {
        slow = false;
        work_off(waiting_);
    }
    auto logged(LogId id) const { return std::count(logs_.begin(), logs_.end(), id); }

private:
    static ManagerConfig config_of(Failback failback, bool manage, FencingConfig fencing) {
        ManagerConfig config = plain_config("alpha", 1, one_each(), failback);
        config.manage = manage;
        config.fencing = std::move(fencing);
        config.start_timeout = limits::script_timeout_start;
        config.status_timeout = limits::script_timeout_status;
        config.stop_timeout = limits::script_timeout_stop;
        config.stop_retries = limits::stop_retries;
        return config;
    }
    Now now() const { return {now_, 1000}; }

    void carry_out(const Wishes& first) {
        std::deque<RunAgent> jobs;
        note(first, slow ? waiting_ : jobs);
        work_off(jobs);
    }
    void work_off(std::deque<RunAgent>& jobs) {
        while (!jobs.empty()) {
            Wishes out;
            manager_.script_done(now(), run(jobs.front()), out);
            jobs.pop_front();
            note(out, jobs);
        }
    }
    void note(const Wishes& wishes, std::deque<RunAgent>& jobs) {
        for (const Wish& wish : wishes) {
            if (const auto* letter = std::get_if<Letter>(&wish)) {
                std::string text = letter->type;
                for (const auto& [name, value] : letter->fields) text += " " + name + "=" + value;
                said_.push_back(text);
                continue;
            }
            const Effect& effect = std::get<Effect>(wish);
            if (std::get_if<Finished>(&effect)) finished_ = true;
            if (const auto* line = std::get_if<LogLine>(&effect)) logs_.push_back(line->id);
            if (const auto* shot = std::get_if<FenceNode>(&effect)) shots_.push_back(shot->job);
            if (const auto* agent = std::get_if<RunAgent>(&effect)) jobs.push_back(*agent);
        }
    }
    ScriptDone run(const RunAgent& job) {
        std::string token = job.call.type;
        for (const std::string& argument : job.call.arguments) token += "::" + argument;
        ScriptDone done{job.job, ScriptEnd::exited, 0, {}, {}};
        if (job.call.action == ScriptAction::status) {
            done.output = running_.contains(token) ? "running" : "stopped";
        } else if (job.call.action == ScriptAction::stop) {
            running_.erase(token);
        } else if (start_fails_.contains(token)) {
            done.status = 1;
        } else {
            running_.insert(token);
        }
        return done;
    }

    Set running_, start_fails_;
    std::vector<JobId> shots_;
    std::deque<RunAgent> waiting_;
    std::vector<std::string> said_;  // `type field=value ...`
    std::vector<LogId> logs_;
    bool finished_{false};
    Instant now_{};
    Manager manager_;
};

}  // namespace hb::resource
