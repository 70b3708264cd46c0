// What the manager knows of one other node, by its last words.
#pragma once

#include <set>
#include <string>

#include "base/ids.hpp"
#include "resource/claim.hpp"
#include "resource/holdings.hpp"
#include "resource/letter.hpp"

namespace hb::resource {

struct Peer {
    NodeName name;
    bool alive{false};     // heard, not dead
    bool ours{false};      // a daemon of this project: reports groups by name
    bool left{false};      // it said `shutdone`, and has not come back since
    bool reported{false};  // its holdings are known, for this life and since we last doubted them
    bool stable{false};    // it says that it moves nothing
    Claim claim{Claim::alive};
    Holding holding{Holding::none};
    std::string question;                // token of its last `starting`, given back in our reports
    std::set<std::string> held, failed;  // keys; with a real 3.0.6, `held` follows from the class
    bool failback_due{false};            // it died or left: when it is back, its groups may go home

    // It can hold groups now, or be asked to.
    bool present() const noexcept { return alive && !left; }
    // Nothing of what it said is believed any more.
    void forget() {
        reported = stable = false;
        holding = Holding::none;
        held.clear();
        failed.clear();
    }
};

}  // namespace hb::resource
