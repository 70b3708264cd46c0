// What NativeAgents hands to a thread: calls of agents, or an errand for addresses, with all that
// it uses. It may end on either side: nothing of the loop's is in it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agents/agent.hpp"
#include "announce_thread.hpp"
#include "base/event.hpp"
#include "leftovers.hpp"

namespace hb::shell {

using SharedEnvironment = std::shared_ptr<const std::vector<std::string>>;

class DaemonHost : public agents::Host {
public:
    DaemonHost(SharedEnvironment environment, std::shared_ptr<AnnounceThread> announcements)
        : environment_(std::move(environment)), announcements_(std::move(announcements)) {}

    std::string variable(const std::string& name) const override;
    std::vector<std::string> environment() const override { return *environment_; }
    bool children_apart() const override { return true; }
    void began(pid_t child) override {
        if (notes_) notes_->began(child, span_);
    }
    void ended(pid_t child) override {
        if (notes_) notes_->ended(child);
    }
    // Programs that are called from now on are noted, with the time that they have.
    void note_children(std::shared_ptr<const ScriptNotes> notes, Duration span) {
        notes_ = std::move(notes);
        span_ = span;
    }
    Result<agents::SharedAnnouncer> announcer() override { return announcements_->announcer(); }
    std::string go_on(std::vector<agents::Burst> bursts) override {
        return announcements_->add(std::move(bursts));
    }
    void end_burst(const std::string& written, const agents::Ip& ip) override;

private:
    SharedEnvironment environment_;
    std::shared_ptr<AnnounceThread> announcements_;
    std::shared_ptr<const ScriptNotes> notes_;
    Duration span_{};
};

struct NativeWork {
    NativeWork(SharedEnvironment environment, std::shared_ptr<AnnounceThread> announcements)
        : host(std::move(environment), std::move(announcements)) {}
    // On the thread. `folder`: resource.d.
    void carry_out(const std::string& folder);

    // Not changed after the hand-over: one of both.
    std::vector<RunAgent> jobs;
    std::function<void(agents::Host&)> aside;
    DaemonHost host;  // its token is anybody's
    // The thread's, between the hand-over and its answer.
    std::vector<bool> ours;
    std::vector<agents::Answer> answers;  // of those that are
};

}  // namespace hb::shell
