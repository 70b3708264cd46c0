// See shrink.hpp.
#include "sim/shrink.hpp"

#include <algorithm>

#include "sim/world.hpp"

namespace hb::sim {

using namespace std::chrono_literals;

namespace {

class Shrinker {
public:
    Shrinker(Plan plan, const std::string& violation)
        : best_(std::move(plan)), invariant_(violation.substr(0, violation.find(':'))) {}

    Plan run() {
        while (left_ > 0 && (fewer_faults() || simpler_cluster() || shorter_spans())) {
        }
        return best_;
    }

private:
    // Whether the candidate breaks the same invariant; then it is the best so far.
    bool still_fails(const Plan& candidate) {
        if (left_ == 0) return false;
        --left_;
        const Outcome outcome = World(candidate, {}).run();
        if (outcome.violation.substr(0, outcome.violation.find(':')) != invariant_) return false;
        best_ = candidate;
        return true;
    }

    bool fewer_faults() {
        bool any = false;
        for (std::size_t i = best_.faults.size(); i-- > 0;) {
            Plan candidate = best_;
            candidate.faults.erase(candidate.faults.begin() + static_cast<std::ptrdiff_t>(i));
            any = still_fails(candidate) || any;
        }
        for (std::size_t i = best_.options.bad_scripts.size(); i-- > 0;) {
            Plan candidate = best_;
            auto& bad = candidate.options.bad_scripts;
            bad.erase(bad.begin() + static_cast<std::ptrdiff_t>(i));
            any = still_fails(candidate) || any;
        }
        return any;
    }

    // Tries one change of the options; false when it changes nothing or mends the run.
    template <class Change>
    bool with(bool differs, Change change) {
        if (!differs) return false;
        Plan candidate = best_;
        change(candidate.options);
        return still_fails(candidate);
    }

    bool simpler_cluster() {
        const Options o = best_.options;
        bool any = with(o.line.loss_percent != 0, [](Options& n) { n.line.loss_percent = 0; });
        any |= with(o.line.repeat_percent != 0, [](Options& n) { n.line.repeat_percent = 0; });
        any |= with(o.line.garble_percent != 0, [](Options& n) { n.line.garble_percent = 0; });
        any |= with(o.line.delay_max != o.line.delay_min,
                    [](Options& n) { n.line.delay_max = n.line.delay_min; });
        any |= with(o.node[0].clock_ppm != 0 || o.node[1].clock_ppm != 0,
                    [](Options& n) { n.node[0].clock_ppm = n.node[1].clock_ppm = 0; });
        any |= with(o.script_max > 5ms, [](Options& n) { n.script_max = 5ms; });
        any |= with(o.ipfail, [](Options& n) { n.ipfail = false; });
        any |= with(o.links > 1, [](Options& n) { n.links = 1; });
        any |= with(o.groups > 1 && o.bad_scripts.empty(), [](Options& n) { --n.groups; });
        any |= with(o.members > 1 && o.bad_scripts.empty(), [](Options& n) { --n.members; });
        const Instant last = best_.faults.empty() ? Instant{} : best_.faults.back().at;
        const Duration needed = std::max(last.since_start + 1s, o.initdead() * 2);
        any |= with(needed < o.fault_span, [needed](Options& n) { n.fault_span = needed; });
        return any;
    }

    bool shorter_spans() {
        bool any = false;
        for (std::size_t i = 0; i < best_.faults.size(); ++i) {
            if (best_.faults[i].span < 10ms) continue;
            Plan candidate = best_;
            candidate.faults[i].span /= 2;
            any = still_fails(candidate) || any;
        }
        return any;
    }

    Plan best_;
    std::string invariant_;
    unsigned left_{400};
};

}  // namespace

Plan shrink(Plan plan, const std::string& violation) {
    return Shrinker(std::move(plan), violation).run();
}

}  // namespace hb::sim
