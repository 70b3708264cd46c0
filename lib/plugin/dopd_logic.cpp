// See dopd_logic.hpp.
#include "plugin/dopd_logic.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace hb::dopd {
namespace {

bool same(std::string_view left, std::string_view right) { return lower(left) == lower(right); }

int value_for(std::optional<int> exit_status) {
    if (!exit_status) return failed;
    switch (*exit_status) {
        case 0:
            return outdated;
        case 5:
            return inconsistent;
        case 17:
            return refused;
        default:
            return failed;
    }
}

}  // namespace

bool is_resource(std::string_view name) noexcept {
    if (name.empty() || name.size() > resource_bytes_max || name.front() == '-') return false;
    return std::all_of(name.begin(), name.end(), [](char letter) {
        const bool word = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                          (letter >= '0' && letter <= '9');
        return word || std::string_view("_-.+:@/").find(letter) != std::string_view::npos;
    });
}

void Logic::nodes(const std::string& self, std::map<std::string, bool> others, Acts& out) {
    if (!self.empty()) self_ = self;
    others_ = std::move(others);
    // A dead one does not answer any more: DRBD need not wait for its time-out.
    for (auto entry = waiting_.begin(); entry != waiting_.end();) {
        const auto peer = others_.find(entry->second.peer);
        if (peer != others_.end() && peer->second) {
            ++entry;
            continue;
        }
        out.emplace_back(Reply{entry->second.connection, unreachable});
        entry = waiting_.erase(entry);
    }
}

void Logic::asked(Connection from, std::string_view peer, const std::string& resource, Acts& out) {
    if (!is_resource(resource)) {
        out.emplace_back(Reply{from, failed});
        return;
    }
    const auto node = std::find_if(others_.begin(), others_.end(),
                                   [&](const auto& other) { return same(other.first, peer); });
    if (node == others_.end() || !node->second) {
        out.emplace_back(Reply{from, unreachable});
        return;
    }
    if (const auto busy = waiting_.find(resource); busy != waiting_.end()) {
        // Who repeats itself is answered once.
        if (busy->second.connection != from) out.emplace_back(Reply{from, asked_already});
        return;
    }
    if (waiting_.size() >= waiting_max) {
        out.emplace_back(Reply{from, failed});
        return;
    }
    waiting_[resource] = {from, node->first};
    out.emplace_back(SayStart{node->first, resource});
}

void Logic::closed(Connection connection) {
    std::erase_if(waiting_,
                  [&](const auto& entry) { return entry.second.connection == connection; });
}

bool Logic::waits(Connection connection) const {
    return std::any_of(waiting_.begin(), waiting_.end(),
                       [&](const auto& entry) { return entry.second.connection == connection; });
}

void Logic::outdate_rc(std::string_view from, const std::string& resource, int value, Acts& out) {
    const auto found = waiting_.find(resource);
    if (found == waiting_.end() || !same(found->second.peer, from)) return;
    out.emplace_back(Reply{found->second.connection, value});
    waiting_.erase(found);
}

// --- the other node's side ---

void Logic::start_outdate(const std::string& from, const std::string& resource, Acts& out) {
    if (!is_resource(resource)) {
        if (!resource.empty()) out.emplace_back(SayResult{from, resource, failed});
        return;
    }
    for (auto& [job, running] : jobs_) {
        if (running.resource != resource) continue;
        auto& askers = running.askers;
        if (std::find(askers.begin(), askers.end(), from) == askers.end()) askers.push_back(from);
        return;
    }
    if (jobs_.size() >= jobs_max) {
        out.emplace_back(SayResult{from, resource, failed});
        return;
    }
    jobs_[next_job_++] = {resource, {from}, false};
    begin(out);
}

void Logic::begin(Acts& out) {
    for (auto& [job, running] : jobs_) {
        if (begun_ >= jobs_at_once) return;
        if (running.begun) continue;
        running.begun = true;
        ++begun_;
        out.emplace_back(Run{job, running.resource});
    }
}

void Logic::ended(Job job, std::optional<int> exit_status, Acts& out) {
    const auto found = jobs_.find(job);
    if (found == jobs_.end() || !found->second.begun) return;
    const Running running = std::move(found->second);
    jobs_.erase(found);
    --begun_;
    for (const std::string& asker : running.askers) {
        out.emplace_back(SayResult{asker, running.resource, value_for(exit_status)});
    }
    begin(out);
}

}  // namespace hb::dopd
