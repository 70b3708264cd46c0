// See standby.hpp.
#include "resource/standby.hpp"

#include <optional>
#include <string>

#include "base/check.hpp"
#include "base/limits.hpp"

namespace hb::resource {
namespace {

Letter ask_resources(Holding cls, std::string_view info) {
    return {"ask_resources",
            {{"rsc_hold", std::string(holding_word(cls))}, {"info", std::string(info)}}};
}

}  // namespace

void Standby::reset() noexcept {
    phase_ = Phase::idle;
    class_ = Holding::none;
    peer_.clear();
    deadline_ = ask_again_at_ = doubt_at_ = never;
    peer_at_rest_ = doubted_ = false;
}

void Standby::ask(Instant now, const NodeName& peer, Holding give, bool peer_ours, Wishes& out) {
    HB_CHECK(idle());
    phase_ = Phase::asked;
    class_ = give;
    peer_ = peer;
    deadline_ = now + limits::standby_answer;
    if (!peer_ours) ask_again_at_ = now + limits::ask_again;
    wish(out, ask_resources(give, "me"));
}

Standby::Verdict Standby::letter(Instant now, const NodeName& from, const Letter& letter,
                                 const Situation& situation, Wishes& out) {
    const std::string_view word = letter.get("rsc_hold");
    const std::optional<Holding> cls =
        letter.has("rsc_hold") ? holding_named(word) : std::optional<Holding>(Holding::all);
    if (!cls || *cls == Holding::none) {
        wish_log_bad_class(out, word, from);
        return Verdict::nothing;
    }
    const std::string_view info = letter.get("info");
    if (info == "me") return on_me(now, from, *cls, situation, out);
    if (info == "other") return on_other(now, from, *cls, situation, out);
    if (info == "done") return on_done(now, from, out);
    wish_log(out, LogId::standby_bad, info, from, static_cast<int>(phase_));
    return Verdict::nothing;
}

Standby::Verdict Standby::on_me(Instant now, const NodeName& from, Holding cls,
                                const Situation& situation, Wishes& out) {
    // Two `me` crossed. Two of ours let the first node of ha.cf win. A real node would ignore ours
    // and wait 10 s for an answer to its own, so it has its way.
    if (phase_ == Phase::asked && from == peer_ && !(situation.peer_ours && situation.self_first)) {
        reset();
    }
    if (!idle()) {
        const auto left = deadline_ == never ? Duration::zero() : deadline_ - now;
        wish_log(out, LogId::standby_busy, from, to_ms(left) / 1000);
        return Verdict::nothing;
    }
    if (!situation.peer_stable) {
        wish_log(out, LogId::standby_flux_other, from);
        return Verdict::nothing;
    }
    if (!situation.self_stable) {
        wish_log(out, LogId::standby_flux_own, from);
        return Verdict::nothing;
    }
    wish_log(out, LogId::standby_wants, from, holding_word(cls));
    phase_ = Phase::agreed;
    class_ = cls;
    peer_ = from;
    deadline_ = now + limits::standby_release_seen;
    wish(out, ask_resources(cls, "other"));
    return Verdict::nothing;
}

// In phase idle it answers a `me` of ours that we gave up on, in phase agreed one that crossed the
// peer's own: the peer is committed, so the release is carried out (resources.md 4.6 c).
Standby::Verdict Standby::on_other(Instant now, const NodeName& from, Holding cls,
                                   const Situation& situation, Wishes& out) {
    const bool expected = (phase_ == Phase::asked || phase_ == Phase::agreed) && from == peer_;
    if (!expected && !(idle() && situation.self_stable)) {
        wish_log(out, LogId::standby_bad, "other", from, static_cast<int>(phase_));
        return Verdict::nothing;
    }
    ask_again_at_ = never;
    phase_ = Phase::giving;
    class_ = cls;
    peer_ = from;
    deadline_ = now + limits::standby_phase;
    wish_log(out, LogId::standby_can_take, from, holding_word(cls));
    wish_log(out, LogId::standby_give_up, holding_word(cls));
    return Verdict::release;
}

Standby::Verdict Standby::on_done(Instant now, const NodeName& from, Wishes& out) {
    if (phase_ == Phase::agreed && from == peer_) {
        phase_ = Phase::acquiring;
        deadline_ = now + limits::standby_phase;
        wish_log(out, LogId::standby_acquire, holding_word(class_), from);
        return Verdict::acquire;
    }
    if (phase_ == Phase::given && from == peer_) {
        wish_log(out, LogId::standby_peer_done, holding_word(class_));
        reset();
        return Verdict::finished;
    }
    wish_log(out, LogId::standby_bad, "done", from, static_cast<int>(phase_));
    return Verdict::nothing;
}

void Standby::released(Instant now, bool peer_ours, Wishes& out) {
    HB_CHECK(giving());
    wish_log(out, LogId::standby_released, holding_word(class_));
    wish_log(out, LogId::standby_local_done, holding_word(class_));
    phase_ = Phase::given;
    deadline_ = now + limits::standby_phase;
    if (!peer_ours) doubt_at_ = now + limits::standby_release_seen;
    wish(out, ask_resources(class_, "done"));
    if (peer_at_rest_) reset();
}

void Standby::peer_at_rest(Wishes& out) {
    if (phase_ == Phase::giving) peer_at_rest_ = true;
    if (phase_ == Phase::agreed || phase_ == Phase::given) cancel(out);
}

void Standby::real_peer_at_rest(Instant now, Holding held) noexcept {
    const bool took = phase_ == Phase::given && includes(held, mirrored(class_));
    if (phase_ != Phase::agreed && !took) return;
    deadline_ = std::min(deadline_, now + limits::standby_release_seen);
}

void Standby::acquired(Wishes& out) {
    HB_CHECK(acquiring());
    wish_log(out, LogId::standby_acquired, holding_word(class_));
    wish_log(out, LogId::standby_done, holding_word(class_));
    wish(out, ask_resources(class_, "done"));
    reset();
}

void Standby::release_seen(Instant now) noexcept {
    if (phase_ == Phase::agreed) deadline_ = now + limits::standby_phase;
}

bool Standby::cancel(Wishes& out) {
    if (idle()) return false;
    wish_log(out, LogId::standby_cancelled);
    reset();
    return true;
}

bool Standby::wakeup(Instant now, Wishes& out) {
    if (now >= doubt_at_) {
        doubt_at_ = never;
        doubted_ = true;
    }
    if (now < deadline_) {
        if (now < ask_again_at_) return false;
        ask_again_at_ = now + limits::ask_again;
        wish(out, ask_resources(class_, "me"));
        return false;
    }
    // Releases and starts have time-outs of their own; they are not cut short here.
    if (phase_ == Phase::giving || phase_ == Phase::acquiring) {
        deadline_ = now + limits::standby_phase;
        return false;
    }
    wish_log(out, LogId::standby_no_reply);
    reset();
    return true;
}

}  // namespace hb::resource
