// The event loop and its descriptors, so that no other header needs Boost.Asio. What is done when
// something happens lives elsewhere.
#pragma once

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace hb::shell {

// One thread runs it; only post() and stop() may be called from others.
class Loop {
public:
    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    // Until stop().
    void run();
    // Runs whatever is ready, without waiting, and comes back. For tests.
    void run_ready();
    void stop();
    // `work` runs on the loop, never inside this call, in the order of the posts.
    void post(std::function<void()> work);
    boost::asio::io_context& context() noexcept;

private:
    std::unique_ptr<boost::asio::io_context> context_;
};

// Owns a non-blocking descriptor and tells when it can be read or written. No callback comes after
// the end of the Watch; a callback may end its own Watch.
class Watch {
public:
    // `descriptor` >= 0; it is closed by the Watch. REQUIRES: the loop outlives the Watch.
    Watch(Loop& loop, int descriptor);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    int descriptor() const noexcept;
    // Ends the watching and gives the descriptor away: the caller closes it.
    int release();
    // Again and again, as long as something can be read: the callback need not read everything.
    void on_readable(std::function<void()> callback);
    // Until resume_reading() that callback does not come. Without on_readable() both are nothing.
    void pause_reading();
    void resume_reading();
    // Once, when something can be written. A second call before that replaces the callback.
    void once_writable(std::function<void()> callback);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace hb::shell
