// What the manager knows of one other node, by its last words.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/instant.hpp"
#include "resource/claim.hpp"
#include "resource/file_marks.hpp"
#include "resource/holdings.hpp"
#include "resource/letter.hpp"

namespace hb::resource {

struct Peer {
    NodeName name;
    bool alive{false};        // heard, not dead
    bool ours{false};         // a daemon of this project: reports groups by name
    bool active{false};       // its own communication is up: it answers
    bool left{false};         // it said `shutdone`, and has not come back since
    bool deaf{false};         // it says that it hears nothing from us
    Lag lag{};                // after a cut it counts us dead that much later than we it
    bool died_empty{false};   // no group of the file of then could run on it
    bool proven_down{false};  // an operator has said so, and it has not come back since
    // --- its reset by a device of ours, or ours by one of its own ---
    std::string shot_because;      // why the last shot at it was ordered
    bool shot_known{false};        // it had been heard before that
    std::string shot_with;         // the device that has confirmed one, since it was last heard
    bool survived_shot{false};     // it was heard in the same life after that
    bool shot_us{false};           // it says the same of us
    Instant blocked_alarm{never};  // when people are told again that its groups are down

    bool reported{false};  // its holdings are known, for this life and since we last doubted them
    bool stable{false};    // it says that it moves nothing
    Claim claim{Claim::alive};
    Holding holding{Holding::none};
    std::string question;                // token of its last `starting`, given back in our reports
    std::set<std::string> held, failed;  // keys; with a real 3.0.6, `held` follows from the class
    std::set<std::string> leaving;       // of held: it is stopping them
    std::set<std::string> contested;     // keys that it and we claim, and we have said so
    // --- its haresources (manager_file.cpp) ---
    std::string file;                              // its digest, by its last word
    bool file_differs{false};                      // it is another one than ours
    std::set<std::string> said_held, said_failed;  // keys, by its own file
    std::vector<GroupMark> marks;                  // its groups, while the files differ
    bool marks_known{false};                       // it has told them
    // What that means for groups of our file, by key. `held` has more than it said then.
    std::set<std::string> strange, disputed, put_away;
    bool failback_due{false};  // it died or left: when it is back, its groups may go home

    // --- of a real 3.0.6 only (manager_classic.cpp) ---
    // It tells nothing of its groups (`auto_failback legacy` there): each is asked for by name.
    bool legacy{false};
    Instant report_due{never};   // from then on it is taken for such a one
    Instant unasked_due{never};  // from then on it is told which of its groups nobody runs
    bool seen_starting{false};   // in this life, before it was active: it did not start alone

    // What it holds is known, in the groups of our file.
    bool understood() const noexcept { return reported && (!file_differs || marks_known); }
    void has(const std::string& key) {
        held.insert(key);
        said_held.insert(key);
    }
    void has_not(const std::string& key) {
        held.erase(key);
        said_held.erase(key);
    }
    // It can hold groups now, or be asked to.
    bool present() const noexcept { return alive && !left; }
    // Nothing of what it said is believed any more.
    void forget() {
        reported = stable = legacy = false;
        report_due = unasked_due = never;
        holding = Holding::none;
        held.clear();
        failed.clear();
        leaving.clear();
        contested.clear();
        said_held.clear();
        said_failed.clear();
        marks.clear();
        marks_known = false;
        strange.clear();
        disputed.clear();
        put_away.clear();
    }
};

}  // namespace hb::resource
