// One piece of work at a time that may block, done by a thread beside the loop; the loop hears of
// its end. What the work is, and where its answer lies, is the caller's.
#pragma once

#include <functional>
#include <memory>

namespace hb::shell {

class Loop;

class Errand {
public:
    // REQUIRES: the loop outlives this.
    explicit Errand(Loop& loop);
    // Work that hangs is left behind, and `done` never comes.
    ~Errand();
    Errand(const Errand&) = delete;
    Errand& operator=(const Errand&) = delete;

    // `work` runs on the thread and owns what it uses; then `done` once on the loop, which sees
    // what `work` wrote. `done` may start the next. Returns the errno when the system has no thread
    // to give: then neither is ever called. REQUIRES: not busy().
    int start(std::function<void()> work, std::function<void()> done);
    // Between start() and `done`.
    bool busy() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace hb::shell
