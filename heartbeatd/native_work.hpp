// What NativeAgents hands to a thread: calls of agents, or an errand for addresses, with all that
// it uses. It may end on either side: nothing of the loop's is in it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agents/agent.hpp"
#include "announce_thread.hpp"
#include "base/event.hpp"

namespace hb::shell {

using SharedEnvironment = std::shared_ptr<const std::vector<std::string>>;

class DaemonHost : public agents::Host {
public:
    DaemonHost(SharedEnvironment environment, std::shared_ptr<AnnounceThread> announcements)
        : environment_(std::move(environment)), announcements_(std::move(announcements)) {}

    std::string variable(const std::string& name) const override;
    Result<agents::SharedAnnouncer> announcer() override { return announcements_->announcer(); }
    std::string go_on(std::vector<agents::Burst> bursts) override {
        return announcements_->add(std::move(bursts));
    }
    void end_burst(const std::string& written, const agents::Ip& ip) override;

private:
    SharedEnvironment environment_;
    std::shared_ptr<AnnounceThread> announcements_;
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
