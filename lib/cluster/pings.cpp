// See pings.hpp.
#include "cluster/pings.hpp"

#include <algorithm>
#include <chrono>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

namespace hb::cluster {
namespace {

// An answer may be under way when its node is counted dead.
constexpr Duration stale_slack = std::chrono::seconds(1);

}  // namespace

std::string_view ping_word(PingKind kind) noexcept {
    switch (kind) {
        case PingKind::ping:
            return "ping";
        case PingKind::ping6:
            return "ping6";
        case PingKind::ping_group:
            return "ping_group";
    }
    HB_CHECK(false && "unknown kind");
}

Pings::Pings(const std::vector<PingSpec>& pings, LivenessTimes times, Instant start)
    : silence_(pings.size(), times, start), stale_after_(times.deadtime + stale_slack) {
    for (const PingSpec& spec : pings) pings_.push_back({spec});
}

void Pings::set_times(LivenessTimes times) {
    silence_.set_times(times);
    stale_after_ = times.deadtime + stale_slack;
}

std::optional<std::size_t> Pings::on_link(std::size_t link) const noexcept {
    for (std::size_t i = 0; i < pings_.size(); ++i) {
        if (static_cast<std::size_t>(pings_[i].spec.link) == link) return i;
    }
    return std::nullopt;
}

PingView Pings::view(std::size_t ping, Instant now) const {
    const Ping& entry = pings_[ping];
    PingView out{entry.spec.name, up(ping), entry.ever_heard,
                 std::string(ping_word(entry.spec.kind)), std::nullopt};
    if (entry.ever_heard) out.age = silence_.silence(ping, now);
    return out;
}

void Pings::asking(std::uint64_t ts, Instant now) {
    if (pings_.empty()) return;
    while (!asked_.empty() &&
           (now - asked_.front().second > stale_after_ || asked_.size() >= limits::ping_seconds)) {
        asked_.pop_front();
    }
    if (asked_.empty() || asked_.back().first != ts) asked_.emplace_back(ts, now);
    asked_.back().second = now;
}

wire::Message Pings::request(std::size_t ping, std::uint64_t ts) const {
    wire::Message message = wire::make_message("NS_st");
    message.set("st", "ping");
    message.set("info", ping_word(pings_[ping].spec.kind));
    message.set("src", pings_[ping].spec.name);
    message.set("ts", to_hex(ts));
    return message;
}

Pings::Echo Pings::judge(std::size_t ping, const wire::Message& echo) const {
    const PingSpec& spec = pings_[ping].spec;
    if (echo.type() != "NS_st" || echo.get("st") != "ping") return Echo::wrong;
    if (echo.source() != spec.name) {
        const bool known = std::any_of(pings_.begin(), pings_.end(), [&](const Ping& other) {
            return other.spec.name == echo.source();
        });
        return known ? Echo::of_another : Echo::wrong;
    }
    if (echo.get("info") != ping_word(spec.kind)) return Echo::wrong;
    const auto ts = echo.hex("ts");
    if (!ts || *ts == 0) return Echo::wrong;
    const bool asked = std::any_of(asked_.begin(), asked_.end(),
                                   [&](const auto& one) { return one.first == *ts; });
    return asked ? Echo::fits : Echo::stale;
}

Pings::Heard Pings::heard(std::size_t ping, Instant now) {
    Ping& entry = pings_[ping];
    const Liveness::Heartbeat beat = silence_.heard(ping, now);
    const bool late = beat.lateness != Lateness::on_time;
    const Heard heard{beat.before != PeerState::alive, late && !entry.late, beat.interval};
    entry.late = late;
    entry.ever_heard = true;
    return heard;
}

std::vector<std::size_t> Pings::passed(Instant now) {
    std::vector<std::size_t> gone = silence_.passed(now);
    for (const std::size_t ping : gone) {
        silence_.declare_dead(ping);
        pings_[ping].late = false;
    }
    return gone;
}

bool Pings::settled() const noexcept {
    for (std::size_t i = 0; i < pings_.size(); ++i) {
        if (silence_.state(i) == PeerState::unheard) return false;
    }
    return true;
}

}  // namespace hb::cluster
