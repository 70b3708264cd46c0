// See runner.hpp.
#include "runner.hpp"

#include <fcntl.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "loop.hpp"

namespace hb::shell {

Runner::Runner(Loop& loop, const Clock& clock, Node& node, Hands& hands)
    : loop_(loop), clock_(clock), node_(node), hands_(hands) {}

Runner::~Runner() = default;

void Runner::add(std::unique_ptr<Medium> medium) { media_.push_back(std::move(medium)); }

Result<void> Runner::start(Now now) {
    const int timer = ::timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (timer < 0) return fail(Errc::io, std::string("timerfd: ") + std::strerror(errno));
    timer_ = std::make_unique<Watch>(loop_, timer);
    timer_->on_readable([this] { timer_fired(); });
    const int load = ::open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
    if (load >= 0) load_average_ = Fd(load);
    next_housekeeping_ = now.mono + housekeeping_pause_;

    for (const auto& medium : media_) {
        medium->open(
            [this](LinkId link, ByteView frame) {
                deliver(FrameIn{link, Bytes(frame)});
            },
            [this](LinkId link, bool usable) {
                post(LinkChanged{link, usable});
            });
    }
    HB_CHECK(!delivering_);
    delivering_ = true;
    node_.start(now, effects_);
    carry_out();
    return {};
}

void Runner::deliver(const Event& event) {
    HB_CHECK(!delivering_);
    delivering_ = true;
    const Now now = clock_.both();
    hands_.note(now, event);
    node_.step(now, event, effects_);
    carry_out();
}

// In order. A row of agents begins before what follows it is done.
void Runner::carry_out() {
    bool in_row = false;
    for (const Effect& effect : effects_) {
        const bool agent = std::holds_alternative<RunAgent>(effect);
        if (in_row && !agent) hands_.agents_given();
        in_row = agent;
        perform(effect);
    }
    if (in_row) hands_.agents_given();
    effects_.clear();
    delivering_ = false;
    look_at_pulse();
    rearm();
}

void Runner::look_at_pulse() {
    const core::Pulse before = std::exchange(pulse_, node_.pulse());
    if (pulse_.comm_up && !before.comm_up) hands_.communication_up();
    if (pulse_.heartbeats == before.heartbeats) return;
    std::uint64_t frames_left = 0;
    for (const auto& medium : media_) frames_left += medium->frames_left();
    hands_.heartbeat(clock_.now(), frames_left);
}

void Runner::post(Event event) {
    loop_.post([this, event = std::move(event)] { deliver(event); });
}

void Runner::interface_changed(std::string_view name) {
    for (const auto& medium : media_) medium->interface_changed(name);
}

namespace {

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;  // clang 14 needs it

}  // namespace

void Runner::perform(const Effect& effect) {
    std::visit(Overloaded{[this](const SendFrame& e) {
                              const auto link = static_cast<std::size_t>(e.link);
                              HB_CHECK(link < media_.size());
                              media_[link]->send(e.bytes);
                          },
                          [this](const RunAgent& e) { hands_.run_agent(e); },
                          [this](const FenceNode& e) { hands_.fence(e); },
                          [this](const KillJob& e) { hands_.kill_job(e.job); },
                          [this](const AnnounceAgain& e) { hands_.announce_again(e); },
                          [this](const RunHook& e) { hands_.run_hook(e); },
                          [this](const TellPlugin& e) { hands_.tell_plugin(e); },
                          [this](const Notify& e) { hands_.client(e); },
                          [this](const TellStatus& e) { hands_.client(e); },
                          [this](const EndClient& e) { hands_.client(e); },
                          [this](const ClientQueue& e) { hands_.client(e); },
                          [this](const PauseClients& e) { hands_.client(e); },
                          [this](const SelfFence& e) { hands_.self_fence(e.reason); },
                          [this](const Finished&) { hands_.finished(); },
                          [this](const LogLine& e) { hands_.log(e); }},
               effect);
}

// What peers have sent comes before what the clock says: a process that was stopped for a while
// must not find its peers dead with their heartbeats unread.
void Runner::timer_fired() {
    const Instant now = clock_.now();
    if (now < armed_) return;  // it was set anew meanwhile
    note_lateness(now);
    const bool due = node_.next_deadline() <= now;
    armed_ = never;
    if (due) {
        for (const auto& medium : media_) medium->drain();
        deliver(Wakeup{});
    }
    if (next_housekeeping_ <= now) do_housekeeping();
    rearm();
}

void Runner::note_lateness(Instant now) noexcept {
    if (armed_ == never || now < armed_) return;
    if (now >= late_turns_) {
        late_before_ = std::exchange(late_now_, Duration::zero());
        late_turns_ = now + limits::lateness_shown;
    }
    late_now_ = std::max(late_now_, now - armed_);
    late_worst_ = std::max(late_worst_, late_now_);
}

LoopReport Runner::lateness() const noexcept {
    const auto in_us = [](Duration d) {
        return static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(d).count());
    };
    return {in_us(late_worst_), in_us(std::max(late_now_, late_before_))};
}

std::vector<MediumCounts> Runner::media_counts() const {
    std::vector<MediumCounts> out;
    for (const auto& medium : media_) out.push_back(medium->frame_counts());
    return out;
}

void Runner::do_housekeeping() {
    next_housekeeping_ = clock_.now() + housekeeping_pause_;
    for (const auto& medium : media_) medium->tick();
    if (load_average_) {
        std::array<char, 128> text{};
        const ssize_t got = ::pread(load_average_.get(), text.data(), text.size(), 0);
        if (got > 0) {
            const ByteView all(text.data(), static_cast<std::size_t>(got));
            deliver(Surroundings{std::string(all.substr(0, all.find('\n')))});
        }
    }
    hands_.housekeeping();
}

// Housekeeping is always ahead, so that a timer that has fired is set anew: this, and no read,
// makes it unreadable again.
void Runner::rearm() {
    const Instant next = std::min(node_.next_deadline(), next_housekeeping_);
    if (next == armed_) return;
    armed_ = next;
    itimerspec when{};
    when.it_value = clock_.on_boot_clock(next);
    HB_CHECK(::timerfd_settime(timer_->descriptor(), TFD_TIMER_ABSTIME, &when, nullptr) == 0);
}

}  // namespace hb::shell
