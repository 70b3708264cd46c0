// See real_facts.hpp.
#include "sim/real_facts.hpp"

namespace hb::sim {

using resource::includes;

bool claims_class(const RealFacts& real, resource::Holding group) {
    return !real.legacy && includes(real.mine, group);
}

namespace {

constexpr const char* held_up =
    "5.5: it does not repeat what it takes for acknowledged by a life before, for 10 s";

}  // namespace

std::optional<std::string> cause_of_overlap(const RealFacts& real, resource::Holding group) {
    if (real.refuses) return held_up;
    if (real.late_heartbeat != never)
        return "B24: a late heartbeat made it take a living peer's groups";
    if (real.legacy || includes(real.mine, group)) return std::nullopt;
    // It runs what it does not claim, and nobody can know that from outside.
    if (real.scripts_beside != never) return "5.10: its scripts ran beside those of a hand-over";
    if (real.standby == 3 && real.children != 0) {
        return "4.6: it tells what it takes only at its done, and its peer started anew before it";
    }
    if (real.old_done != never) return "4.6: the done of a cancelled hand-over ended a new one";
    if (real.stale_report != never)
        return "4.8: it forgot what it took while its own were asked for";
    return std::nullopt;
}

std::optional<std::string> cause_of_orphan(const RealFacts& real, resource::Holding group) {
    const bool claims = real.legacy || includes(real.mine, group);
    if (claims && real.start_failed != never) return "B1: it claims a group whose start failed";
    if (claims && real.gave_claimed != never) {
        return "ours: taken for a legacy node while it was deaf, it gave a group that it claims";
    }
    if (claims && real.scripts_beside != never) {
        return "5.10: its scripts ran beside those of a hand-over";
    }
    return std::nullopt;
}

std::optional<std::string> cause_of_unrest(const RealFacts& real) {
    if (real.refuses) return held_up;
    if (real.legacy) return std::nullopt;  // there only its children count
    if (real.standby == 2) return "B25: it waits an hour for the release of what it was offered";
    if (real.standby == 3) return "4.6: it waits an hour for the done of a peer that started anew";
    if (real.takeover && real.children == 0) {
        return "4.13: a takeover before its communication was up never counts as done";
    }
    if (!real.other_stable && real.children == 0) {
        return "4.4: its peer's last report to arrive was an unstable one";
    }
    return std::nullopt;
}

}  // namespace hb::sim
