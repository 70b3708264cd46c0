// Repeats the announcements of addresses that native agents have started, on a thread of its own.
// Called by the threads that run agents, never by the loop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agents/announce.hpp"

namespace hb::shell {

class AnnounceThread {
public:
    AnnounceThread();
    // What is under way is given up.
    ~AnnounceThread();
    AnnounceThread(const AnnounceThread&) = delete;
    AnnounceThread& operator=(const AnnounceThread&) = delete;

    // The one socket for all of them. Errors: io, permission.
    [[nodiscard]] Result<agents::SharedAnnouncer> announcer();
    // Their first pairs have just left. What could not be done, in words, or "". The thread starts
    // with the first call.
    std::string add(std::vector<agents::Burst> bursts);
    // Nothing of this address follows.
    void end(const agents::Ip& ip);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace hb::shell
