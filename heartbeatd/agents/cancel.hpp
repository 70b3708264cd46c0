// How a native agent is told to stop: looked at between batches, and waited on instead of sleeping.
#pragma once

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
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
        raise();
    }
    // For whoever waits for descriptors: stop() raises this eventfd, now if it was called before.
    // -1: none any more.
    void raises(int event) {
        const std::lock_guard<std::mutex> lock(mutex_);
        event_ = event;
        if (stopped_) raise();
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
    void raise() const {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto size = event_ < 0 ? 0 : ::write(event_, &one, sizeof one);
    }

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    bool stopped_{false};
    int event_{-1};
};

}  // namespace hb::agents
