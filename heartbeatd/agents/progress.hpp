// What a call has said so far and what it waits for: for whoever gives it up when it hangs.
#pragma once

#include <mutex>
#include <string>
#include <utility>

namespace hb::agents {

// From any thread.
class Progress {
public:
    void say(const std::string& lines) {
        const std::lock_guard<std::mutex> lock(mutex_);
        said_ += lines;
    }
    // Until it is called again; "": for nothing any more.
    void waits_for(std::string what) {
        const std::lock_guard<std::mutex> lock(mutex_);
        waits_for_ = std::move(what);
    }
    std::string said() const {
        const std::lock_guard<std::mutex> lock(mutex_);
        return said_;
    }
    std::string what_it_waits_for() const {
        const std::lock_guard<std::mutex> lock(mutex_);
        return waits_for_;
    }

private:
    mutable std::mutex mutex_;
    std::string said_, waits_for_;
};

}  // namespace hb::agents
