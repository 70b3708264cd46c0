// See fencer.hpp. Rules: stonith.md 2; the retries without end of 3.0.6 (its bug B6) have one here.
#include "resource/fencer.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/limits.hpp"

namespace hb::resource {
namespace {

void tell(Wishes& out, const NodeName& target, std::string_view result) {
    wish(out, Letter{"stonith", {{"node", target}, {"result", std::string(result)}}});
}

// 5 s as in 3.0.6, then twice as long after each round.
Duration pause_after(unsigned rounds) {
    Duration pause = limits::fence_retry_first;
    for (unsigned i = 1; i < rounds && pause < limits::fence_retry_longest; ++i) pause *= 2;
    return std::min(pause, limits::fence_retry_longest);
}

}  // namespace

bool Fencer::hears_ping(Instant now) const noexcept {
    return !config_.pings || now - ping_heard_ < config_.deadtime / 2;
}

void Fencer::set_config(Instant now, FencingConfig next) {
    const auto same = [](const FenceLevel& a, const FenceLevel& b) {
        return a.name == b.name && a.timeout == b.timeout;
    };
    const bool changed = !std::equal(config_.levels.begin(), config_.levels.end(),
                                     next.levels.begin(), next.levels.end(), same);
    config_ = std::move(next);
    if (!changed || !has_device()) return;
    for (Order& order : orders_) {
        order.levels = config_.levels;
        if (order.job) {
            order.anew = true;
        } else if (order.rounds > 0 || order.level > 0) {
            order.due = now;
        }
        order.level = 0;
        order.rounds = 0;
    }
}

void Fencer::request(Instant now, const NodeName& target, Duration delay, ShotFor what,
                     Wishes& out) {
    HB_CHECK(has_device());
    const auto ordered = std::find_if(orders_.begin(), orders_.end(), [&target](const Order& each) {
        return each.target == target;
    });
    if (ordered != orders_.end()) {
        if (what == ShotFor::groups) ordered->what = what;  // they wait for it now
        return;
    }
    if (delay > Duration::zero()) wish_log(out, LogId::fence_waits, target, delay);
    Order order;
    order.target = target;
    order.levels = config_.levels;
    order.due = now + delay;
    order.what = what;
    orders_.push_back(std::move(order));
}

bool Fencer::call_off(const NodeName& target, Wishes& out) {
    const auto found = std::find_if(orders_.begin(), orders_.end(),
                                    [&target](const Order& each) { return each.target == target; });
    if (found == orders_.end()) return false;
    if (found->job) out.emplace_back(std::in_place_type<Effect>, KillJob{*found->job});
    orders_.erase(found);
    return true;
}

void Fencer::call_off_all(Wishes& out) {
    while (!orders_.empty()) call_off(NodeName(orders_.back().target), out);
}

std::optional<Fencer::Verdict> Fencer::done(Instant now, const FenceDone& result, Wishes& out) {
    const auto found = std::find_if(orders_.begin(), orders_.end(), [&result](const Order& each) {
        return each.job == result.job;
    });
    if (found == orders_.end()) return std::nullopt;
    found->job.reset();
    note(now, *found, result);
    Verdict verdict{found->target, ClaimInput::fence_confirmed, found->what, found->device};
    if (result.result == FenceResult::confirmed) {
        wish_log(out, LogId::fence_confirmed, found->target, result.took);
        tell(out, found->target, "OK");
        orders_.erase(found);
        return verdict;
    }
    wish_log(out, LogId::fence_missed, found->target, found->device,
             result.result == FenceResult::refused ? "refused" : "no answer", result.words);
    tell(out, found->target, "bad");
    verdict.input = missed(now, *found, out);
    if (verdict.input == ClaimInput::fence_given_up) orders_.erase(found);
    return verdict;
}

void Fencer::note(Instant now, const Order& order, const FenceDone& result) {
    past_.push_back(
        {{order.target, order.device, result.result, result.took, {}, result.words}, now});
    if (past_.size() > limits::fence_shots_shown) past_.pop_front();
}

FencingView Fencer::view(Instant now) const {
    FencingView view;
    for (const Order& order : orders_) {
        OrderView each;
        each.target = order.target;
        each.shooting = order.job.has_value();
        each.device = each.shooting ? order.device : order.levels[order.level].name;
        if (!each.shooting) each.next_in = std::max(order.due - now, Duration::zero());
        each.round = order.rounds + 1;
        each.defence = order.what == ShotFor::defence;
        each.rounds_max = each.defence ? 1 : limits::fence_rounds;
        view.orders.push_back(std::move(each));
    }
    for (const Past& past : past_) {
        view.shots.push_back(past.shot);
        view.shots.back().age = now - past.ended;
    }
    return view;
}

// The next level at once; after the last one the first again, later.
ClaimInput Fencer::missed(Instant now, Order& order, Wishes& out) {
    if (order.anew) {
        order.anew = false;
        order.due = now;
        return ClaimInput::fence_not_confirmed;
    }
    if (++order.level < order.levels.size()) {
        order.due = now;
        return ClaimInput::fence_not_confirmed;
    }
    order.level = 0;
    if (order.what == ShotFor::defence) return ClaimInput::fence_given_up;
    if (++order.rounds == limits::fence_rounds) {
        wish_log(out, LogId::fence_given_up, order.target, order.rounds);
        return ClaimInput::fence_given_up;
    }
    const Duration pause = pause_after(order.rounds);
    wish_log(out, LogId::fence_retrying, order.target, pause);
    order.due = now + pause;
    return ClaimInput::fence_not_confirmed;
}

void Fencer::wakeup(Instant now, JobSource& jobs, Wishes& out) {
    for (Order& order : orders_) {
        if (now < order.due) continue;
        const FenceLevel& level = order.levels[order.level];
        order.due = never;
        order.job = jobs.next();
        order.device = level.name;
        wish_log(out, LogId::fence_shot, order.target, level.name);
        out.emplace_back(std::in_place_type<Effect>,
                         FenceNode{*order.job, order.target, level.name, level.timeout});
    }
}

Instant Fencer::next_deadline() const noexcept {
    Instant first = never;
    for (const Order& order : orders_) first = std::min(first, order.due);
    return first;
}

}  // namespace hb::resource
