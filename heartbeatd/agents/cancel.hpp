// How a native agent is told to stop: looked at between batches, and waited on instead of sleeping.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "base/instant.hpp"

namespace hb::agents {

class Cancel {
public:
    // From any thread. There is no way back.
    void stop() {
        const std::lock_guard<std::mutex> lock(mutex_);
        stopped_ = true;
        changed_.notify_all();
    }
    bool stopped() const {
        const std::lock_guard<std::mutex> lock(mutex_);
        return stopped_;
    }
    // Waits that long. True: stopped before.
    bool wait(Duration span) const {
        std::unique_lock<std::mutex> lock(mutex_);
        return changed_.wait_for(lock, span, [this] { return stopped_; });
    }

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    bool stopped_{false};
};

}  // namespace hb::agents
