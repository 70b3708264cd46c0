// See address_keeper.hpp.
#include "address_keeper.hpp"

#include <algorithm>
#include <utility>

#include "agents/address_spec.hpp"
#include "base/limits.hpp"

namespace hb::shell {

namespace {

std::string key_of(const AgentCall& call) {
    std::string out = call.type;
    for (const std::string& argument : call.arguments) out += "\n" + argument;
    return out;
}

// Notes that it has happened. Whether that was the `most`-th time within `span`: then it counts
// anew.
bool too_often(std::vector<Instant>& times, Instant now, std::size_t most, Duration span) {
    std::erase_if(times, [&](Instant one) { return now - one >= span; });
    times.push_back(now);
    if (times.size() < most) return false;
    times.clear();
    return true;
}

}  // namespace

void AddressKeeper::asked(const RunAgent& job) {
    if (!agents::address_kind(job.call.type) || job.call.arguments.size() != 1) return;
    const Pending pending{key_of(job.call), job.call};
    if (job.call.action == ScriptAction::stop) {
        held_.erase(pending.key);
        stopped_.insert(pending.key);
        // What was asked before it does not count any more.
        std::erase_if(pending_,
                      [&pending](const auto& one) { return one.second.key == pending.key; });
    } else if (job.call.action == ScriptAction::start) {
        stopped_.erase(pending.key);
    }
    pending_[job.job] = pending;
}

void AddressKeeper::not_native(JobId job) { pending_.erase(job); }

// The last question after a stop that failed says running, too: it is no longer ours for that.
void AddressKeeper::ended(const ScriptDone& done) {
    const auto found = pending_.find(done.job);
    if (found == pending_.end()) return;
    const Pending pending = std::move(found->second);
    pending_.erase(found);
    const bool well = done.end == ScriptEnd::exited && done.status == 0;
    switch (pending.call.action) {
        case ScriptAction::start:
            if (well) hold(pending);
            return;
        case ScriptAction::status:
            if (well && !stopped_.contains(pending.key)) hold(pending);
            return;
        case ScriptAction::stop:
            // A status from now on sees what somebody has started since.
            if (well) stopped_.erase(pending.key);
            return;
    }
}

void AddressKeeper::hold(const Pending& pending) {
    if (held_.contains(pending.key)) return;
    const auto kind = agents::address_kind(pending.call.type);
    const auto spec = agents::parse_address(*kind, pending.call.arguments[0]);
    if (!spec) return;
    Held held;
    held.call = pending.call;
    held.call.action = ScriptAction::start;
    held.ip = spec->ip;
    held.order = ++order_;
    held_.emplace(pending.key, std::move(held));
}

bool AddressKeeper::removed(const agents::Ip& ip, unsigned index, Instant now) {
    bool ours = false;
    for (auto& [key, held] : held_) {
        if (held.ip != ip) continue;
        held.index = index;
        held.due = std::max(now, held.rest_until);
        ours = true;
    }
    return ours;
}

void AddressKeeper::all_in_doubt(Instant now) {
    for (auto& [key, held] : held_) held.due = std::max(now, held.rest_until);
}

void AddressKeeper::announce(const std::vector<AgentCall>& calls, Instant now) {
    for (const AgentCall& call : calls) {
        const auto found = held_.find(key_of(call));
        if (found == held_.end()) continue;
        found->second.announce_on.insert("");
        found->second.due = now;
    }
}

void AddressKeeper::announce_all(const std::string& interface, Instant now) {
    for (auto& [key, held] : held_) {
        held.announce_on.insert(interface);
        held.due = now;
    }
}

bool AddressKeeper::claimed(const agents::Claim& claim, Instant now) {
    bool answered = false;
    for (auto& [key, held] : held_) {
        if (held.ip != claim.ip || now < held.next_answer || now < held.rest_until) continue;
        held.next_answer = now + limits::claim_answer_pause;
        held.rival = claim.mac;
        held.due = now;
        answered = true;
    }
    return answered;
}

void AddressKeeper::refresh(Instant now) {
    for (auto& [key, held] : held_) {
        if (now < held.rest_until) continue;
        held.refresh = true;
        held.due = std::min(held.due, now);
    }
}

bool AddressKeeper::holds(int family) const noexcept {
    return std::any_of(held_.begin(), held_.end(),
                       [family](const auto& one) { return one.second.ip.family == family; });
}

AddressKeeper::Given AddressKeeper::take_due(Instant now) {
    std::vector<std::pair<std::uint64_t, std::map<std::string, Held>::iterator>> due;
    for (auto at = held_.begin(); at != held_.end(); ++at) {
        if (at->second.due <= now) due.emplace_back(at->second.order, at);
    }
    std::sort(due.begin(), due.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    Given out;
    for (const auto& [order, at] : due) {
        Held& held = at->second;
        out.keys.push_back(at->first);
        out.addresses.push_back({held.call, held.index, std::exchange(held.announce_on, {}),
                                 std::exchange(held.refresh, false),
                                 std::exchange(held.rival, std::nullopt)});
        held.due = never;
    }
    return out;
}

Instant AddressKeeper::next_due() const noexcept {
    Instant out = never;
    for (const auto& [key, held] : held_) out = std::min(out, held.due);
    return out;
}

// Two machines that answer each other would do so for ever.
void AddressKeeper::judge_rival(Held& held, std::size_t place, Instant now, Verdict& out) {
    if (!too_often(held.answers, now, limits::claim_answers_max, limits::claim_answers_span)) {
        return;
    }
    held.next_answer = now + limits::claim_rest;
    out.disputed.push_back(place);
}

void AddressKeeper::judge(Held& held, const agents::CareResult& result, std::size_t place,
                          Instant now, Verdict& out) {
    if (result.announced) out.announced.push_back(place);
    if (result.rivalled) judge_rival(held, place, now, out);
    if (result.cared == agents::Cared::there) return;
    if (result.cared == agents::Cared::waits_for_link) {
        out.waiting.push_back(place);
        return;
    }
    const bool failed = result.cared == agents::Cared::failed;
    (failed ? out.failed : out.put_back).push_back(place);
    if (failed) held.due = std::min(held.due, now + limits::address_mend_again);
    if (!too_often(held.mends, now, limits::address_mends_max, limits::address_mends_span)) return;
    held.rest_until = now + limits::address_rest;
    // Whatever happens until then; and without it, in case its news were lost.
    held.due = held.rest_until;
    out.resting.push_back(place);
}

bool AddressKeeper::is_starting(const std::string& key) const {
    return std::any_of(pending_.begin(), pending_.end(), [&key](const auto& one) {
        return one.second.key == key && one.second.call.action == ScriptAction::start;
    });
}

AddressKeeper::Verdict AddressKeeper::answered(const Given& given,
                                               const std::vector<agents::CareResult>& results,
                                               Instant now) {
    Verdict out;
    for (std::size_t i = 0; i < given.keys.size() && i < results.size(); ++i) {
        const auto found = held_.find(given.keys[i]);
        if (found != held_.end()) {
            judge(found->second, results[i], i, now, out);
        } else if (results[i].cared == agents::Cared::put_back && !is_starting(given.keys[i])) {
            out.unwanted.push_back(given.addresses[i].call);
            out.unwanted.back().action = ScriptAction::stop;
        }
    }
    return out;
}

}  // namespace hb::shell
