// See coverage.hpp.
#include "sim/coverage.hpp"

#include <cstdio>
#include <set>

namespace hb::sim {
namespace {

constexpr const char* claim_states[] = {"alive", "fencing", "cleared", "blocked"};
constexpr const char* claim_inputs[] = {
    "died_owning",         "died_empty",     "left_in_order",      "fence_confirmed",
    "fence_not_confirmed", "fence_given_up", "no_device",          "operator_confirmed",
    "arbiter_heard",       "reloaded",       "returned_same_life", "returned_new_life"};
constexpr const char* tenure_inputs[] = {
    "wanted",        "claim_cleared", "found_running",
    "found_partly",  "all_started",   "start_failed",
    "release_asked", "all_stopped",   "all_stopped_after_failure",
    "stop_failed",   "peer_claims",   "operator_reset"};
// What must have been seen in a long run, beside the tables and the faults.
constexpr const char* message_types[] = {
#define HB_MESSAGE(type) type,
#include "sim/reachable.def"
};
// Of the log: what the rooms `cluster` and `resource` say.
constexpr LogId first_line = LogId::stalled;
constexpr LogId last_line = LogId::unknown_message;

// Pairs of state and input that cannot come together here.
const std::set<std::string>& out_of_reach() {
    static const std::set<std::string> pairs = {
#define HB_OUT_OF_REACH(pair, why) pair,
#include "sim/reachable.def"
    };
    return pairs;
}

class Report {
public:
    explicit Report(bool all) : all_(all) {}

    void count(const std::string& what, std::uint64_t times) {
        const bool unreachable = out_of_reach().contains(what);
        if (all_) std::printf("%12llu  %s\n", static_cast<unsigned long long>(times), what.c_str());
        if (times == 0 && !unreachable) complain("never exercised", what);
        if (times != 0 && unreachable) complain("was said to be out of reach", what);
        (unreachable ? unreachable_ : reachable_) += 1;
    }
    bool end() const {
        std::printf("decisions: %u of %u reachable ones exercised, %u out of reach\n",
                    reachable_ - wrong_, reachable_, unreachable_);
        return wrong_ == 0;
    }

private:
    void complain(const char* how, const std::string& what) {
        std::printf("coverage: %s: %s\n", how, what.c_str());
        ++wrong_;
    }
    bool all_;
    unsigned wrong_{}, reachable_{}, unreachable_{};
};

}  // namespace

void Coverage::claim(resource::Claim state, resource::ClaimInput input) {
    ++claims_[static_cast<std::size_t>(state)][static_cast<std::size_t>(input)];
}

void Coverage::tenure(resource::Tenure state, resource::TenureInput input) {
    ++tenures_[static_cast<std::size_t>(state)][static_cast<std::size_t>(input)];
}

// The type stands in the first field.
void Coverage::frame(const Bytes& bytes) {
    constexpr ByteView mark = "(0)t=";
    const std::size_t at = bytes.find(mark);
    if (at == Bytes::npos) return;
    const std::size_t end = bytes.find(',', at);
    const ByteView type = ByteView(bytes).substr(at + mark.size(), end - at - mark.size());
    const auto found = messages_.find(type);
    if (found != messages_.end()) {
        ++found->second;
    } else {
        messages_.emplace(type, 1);
    }
}

bool Coverage::report(bool print_all) const {
    Report report(print_all);
    for (std::size_t s = 0; s < claims_.size(); ++s) {
        for (std::size_t i = 0; i < claims_[s].size(); ++i) {
            report.count(std::string("claim ") + claim_states[s] + " " + claim_inputs[i],
                         claims_[s][i]);
        }
    }
    for (std::size_t s = 0; s < tenures_.size(); ++s) {
        const auto state = std::string(tenure_word(static_cast<resource::Tenure>(s)));
        for (std::size_t i = 0; i < tenures_[s].size(); ++i) {
            report.count("tenure " + state + " " + tenure_inputs[i], tenures_[s][i]);
        }
    }
    for (std::size_t i = 0; i < faults_.size(); ++i) {
        report.count("fault " + std::string(kind_word(static_cast<FaultKind>(i))), faults_[i]);
    }
    for (std::size_t i = 0; i < scripts_.size(); ++i) {
        report.count("script " + std::string(script_word(static_cast<ScriptFault>(i))),
                     scripts_[i]);
    }
    for (std::size_t i = 0; i < devices_.size(); ++i) {
        report.count("device " + std::string(mood_word(static_cast<DeviceMood>(i))), devices_[i]);
    }
    for (const char* type : message_types) {
        const auto found = messages_.find(ByteView(type));
        report.count(std::string("message ") + type, found == messages_.end() ? 0 : found->second);
    }
    for (auto i = static_cast<std::size_t>(first_line); i <= static_cast<std::size_t>(last_line);
         ++i) {
        report.count(std::string("log ") + log_catalogue()[i].name, logs_[i]);
    }
    return report.end();
}

Coverage& coverage() {
    static Coverage counts;
    return counts;
}

}  // namespace hb::sim
