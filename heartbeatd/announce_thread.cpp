// See announce_thread.hpp.
#include "announce_thread.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <utility>

#include "agents/burst_queue.hpp"
#include "base/limits.hpp"
#include "clock.hpp"
#include "side_thread.hpp"

namespace hb::shell {

struct AnnounceThread::State {
    void run();
    Result<agents::SharedAnnouncer> announcer();  // REQUIRES: locked
    bool wait(std::unique_lock<std::mutex>& lock);

    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::pair<agents::Burst, Instant>> added;  // not seen by the thread yet
    std::vector<agents::Ip> ended;                         // likewise
    agents::SharedAnnouncer socket;
    bool started{false};
    bool ending{false};
    Clock clock_;
    // The thread's own.
    agents::BurstQueue queue;
    Instant next{never};
};

// What came, in order; false at the end.
bool AnnounceThread::State::wait(std::unique_lock<std::mutex>& lock) {
    const auto news = [this] { return ending || !added.empty() || !ended.empty(); };
    if (next == never) {
        changed.wait(lock, news);
    } else {
        const Duration span = std::max<Duration>(next - clock_.now(), limits::announce_turn_pause);
        changed.wait_for(lock, span, news);
    }
    for (const agents::Ip& ip : std::exchange(ended, {})) queue.end(ip);
    for (auto& [burst, since] : std::exchange(added, {})) queue.add(std::move(burst), since);
    return !ending;
}

void AnnounceThread::State::run() {
    std::unique_lock<std::mutex> lock(mutex);
    const auto opened = announcer();
    while (wait(lock)) {
        lock.unlock();
        if (opened) next = agents::send_due(queue, **opened, clock_.now());
        lock.lock();
    }
}

Result<agents::SharedAnnouncer> AnnounceThread::State::announcer() {
    if (!socket) {
        auto opened = agents::Announcer::open();
        if (!opened) return tl::unexpected(opened.error());
        socket = std::make_shared<const agents::Announcer>(*std::move(opened));
    }
    return socket;
}

AnnounceThread::AnnounceThread() : state_(std::make_shared<State>()) {}

AnnounceThread::~AnnounceThread() {
    const std::lock_guard guard(state_->mutex);
    state_->ending = true;
    state_->changed.notify_all();
}

Result<agents::SharedAnnouncer> AnnounceThread::announcer() {
    const std::lock_guard guard(state_->mutex);
    return state_->announcer();
}

std::string AnnounceThread::add(std::vector<agents::Burst> bursts) {
    const std::lock_guard guard(state_->mutex);
    if (!state_->started) {
        const int error =
            start_side_thread([state = state_] { state->run(); }, Priority::below_loop);
        if (error != 0) {
            return std::string("the announcement is not repeated: ") + std::strerror(error);
        }
        state_->started = true;
    }
    const Instant now = state_->clock_.now();
    for (agents::Burst& burst : bursts) state_->added.emplace_back(std::move(burst), now);
    state_->changed.notify_all();
    return "";
}

void AnnounceThread::end(const agents::Ip& ip) {
    const std::lock_guard guard(state_->mutex);
    // It may not have been seen yet.
    std::erase_if(state_->added, [&ip](const auto& one) { return one.first.ip == ip; });
    if (!state_->started) return;
    state_->ended.push_back(ip);
    state_->changed.notify_all();
}

}  // namespace hb::shell
