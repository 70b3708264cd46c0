// What a checker must know of a stand-in of a real Heartbeat 3.0.6 to tell its known faults from
// faults of ours (resources.md 4, 10.2): some of them end in two owners, or in no rest, for good.
#pragma once

#include <optional>
#include <string>

#include "base/instant.hpp"
#include "resource/holdings.hpp"

namespace hb::sim {

struct RealFacts {
    bool running{};  // false: it sleeps before it starts itself again
    bool legacy{};
    resource::Holding mine{}, theirs{};
    bool other_stable{}, takeover{}, stopping{}, releasing{};
    int standby{};   // 0 none, 1 me, 2 other, 3 done
    bool settled{};  // R is STABLE, SHUTDOWN or INIT
    std::size_t children{};
    bool refuses{};  // for 12 s: it never repeats what it takes for acknowledged by a life before

    // What happened in this life, at its last time on the machine's clock; `never`: it did not.
    Instant late_heartbeat{never};  // it took the groups of a peer that lived (B24)
    Instant scripts_beside{never};  // it gave or took groups while other scripts ran or waited
    Instant start_failed{never};    // and claims the group all the same (B1, B2)
    Instant gave_claimed{never};    // a managed node answered an `ip-request` of ours
    Instant old_done{never};        // the `done` of a hand-over before counted for a new one (4.6)
    Instant stale_report{never};    // its request child announced what was held at its fork
};

// Whether its reports say that it holds groups of this class.
bool claims_class(const RealFacts& real, resource::Holding group);
// Why two machines may both run a group of this class (as the real node calls it), by faults of the
// real node alone. Nothing: the real node has no such excuse.
std::optional<std::string> cause_of_overlap(const RealFacts& real, resource::Holding group);
// Why a group of this class may run nowhere.
std::optional<std::string> cause_of_orphan(const RealFacts& real, resource::Holding group);
// Why it may be in transition, or not end a stop, without limit.
std::optional<std::string> cause_of_unrest(const RealFacts& real);

}  // namespace hb::sim
