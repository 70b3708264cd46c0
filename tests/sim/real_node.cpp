// See real_node.hpp.
#include "sim/real_node.hpp"

#include <algorithm>

#include "wire/text_form.hpp"

namespace hb::sim {

using namespace std::chrono_literals;

namespace {

// From a packet on the line to its answer a real node took 70 to 160 ms (resources.md A.1, wire.md
// appendix B), whatever its load; never so long here that heartbeats become irregular.
constexpr Duration answer_least = 1ms, answer_most = 130ms;

}  // namespace

RealNode::RealNode(core::CoreConfig config, std::function<std::uint64_t()> next_generation,
                   TraceLine trace)
    : config_(std::move(config)),
      next_generation_(std::move(next_generation)),
      trace_(std::move(trace)),
      dice_(config_.engine.seed ^ 0x306U) {
    if (!trace_) trace_ = [](const std::string&) {};
}

void RealNode::start(Now now, Effects& out) {
    Turn turn{now, out};
    begin_life(turn);
}

void RealNode::begin_life(Turn& turn) {
    starts_again_ = never;
    config_.engine.seed = dice_.next();
    life_ = std::make_unique<RealLife>(config_, turn.now, dice_, next_job_, *this, trace_);
    life_->start(turn);
}

void RealNode::step(Now now, const Event& event, Effects& out) {
    Turn turn{now, out};
    if (std::holds_alternative<Wakeup>(event)) wakeup(turn);
    if (const auto* local_message = std::get_if<LocalMessage>(&event)) {
        local(turn, local_message->text);
    }
    if (std::holds_alternative<StopRequested>(event)) {
        if (life_) {
            life_->stop(turn);
        } else {
            starts_again_ = never;
            out.emplace_back(Finished{});
        }
    }
    if (!life_) return;
    if (const auto* frame = std::get_if<FrameIn>(&event)) {
        waiting_.push_back(frame->bytes);
        const Duration most = std::min(answer_most, config_.engine.keepalive / 2);
        if (hears_at_ == never) hears_at_ = now.mono + dice_.between(answer_least, most);
    }
    if (const auto* done = std::get_if<ScriptDone>(&event)) life_->script_done(turn, *done);
    look_for_end(turn);
}

void RealNode::hear(Turn& turn) {
    if (turn.now.mono < hears_at_) return;
    hears_at_ = never;
    for (const Bytes& frame : std::exchange(waiting_, {})) life_->frame(turn, frame);
}

void RealNode::wakeup(Turn& turn) {
    if (starts_again_ <= turn.now.mono) {
        config_.engine.generation = next_generation_();
        config_.resources.life = config_.engine.generation;
        begin_life(turn);
        return;
    }
    const auto due = std::partition(standby_at_.begin(), standby_at_.end(),
                                    [&](Instant at) { return at > turn.now.mono; });
    const auto times = standby_at_.end() - due;
    standby_at_.erase(due, standby_at_.end());
    // Always `foreign`, whatever failed (resources.md 10.2 B2).
    for (auto i = times; i > 0; --i) {
        local(turn, ">>>\nt=ask_resources\nrsc_hold=foreign\ninfo=me\n<<<\n");
    }
    if (!life_) return;
    hear(turn);
    life_->wakeup(turn);
}

// With the daemon gone the writer hangs, and its message comes before any handler is there.
void RealNode::local(Turn& turn, const Bytes& text) {
    auto message = wire::text_form::decode(text);
    if (message && life_) life_->say(turn, std::move(*message));
}

void RealNode::look_for_end(Turn& turn) {
    const RealLife::End end = life_->end();
    if (end == RealLife::End::none) return;
    waiting_.clear();
    hears_at_ = never;
    scripts_beside_ = facts().scripts_beside;
    life_.reset();
    if (end == RealLife::End::stopped) {
        turn.out.emplace_back(Finished{});
        return;
    }
    const auto whole = std::chrono::ceil<std::chrono::seconds>(config_.engine.deadtime);
    starts_again_ = turn.now.mono + whole + 1s;
}

void RealNode::standby_in_30_s(Now now) { standby_at_.push_back(now.mono + 30s); }

Instant RealNode::next_deadline() const {
    Instant first = life_ ? std::min(life_->next_deadline(), hears_at_) : starts_again_;
    for (const Instant at : standby_at_) first = std::min(first, at);
    return first;
}

RealFacts RealNode::facts() const {
    RealFacts facts = life_ ? life_->facts() : RealFacts{};
    facts.running = life_ != nullptr;
    if (facts.scripts_beside == never) facts.scripts_beside = scripts_beside_;
    return facts;
}

NodeView RealNode::view() const { return life_ ? life_->view() : NodeView{false, "none"}; }

}  // namespace hb::sim
