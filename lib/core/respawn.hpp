// How the programs of respawn and failfast lines are kept running (config.md 4.2): order, pauses
// between crashes, what a failure means, the orderly stop. Starts and ends nothing itself.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/event.hpp"
#include "config/ha_cf.hpp"
#include "core/status.hpp"

namespace hb::core {

// One line of ha.cf for as long as it stands there; never used again.
enum class ProgramId : std::uint64_t {};

// Start it; one ended() follows, whatever happens.
struct StartProgram {
    ProgramId id{};
    config::Program program;
};
// End it: SIGTERM to its group, later SIGKILL. Its ended() still comes.
struct StopProgram {
    ProgramId id{};
};
// After stop(): no program runs any more. Once.
struct ProgramsStopped {};

using ProgramWish = std::variant<StartProgram, StopProgram, ProgramsStopped, SelfFence, LogLine>;
using ProgramWishes = std::vector<ProgramWish>;

class Respawn {
public:
    // The lines in force now, at start and after each reload; those that select a plugin are not
    // looked at.
    // New ones start, missing ones are stopped, the others go on; what waits for its next start is
    // started at once.
    void configure(Instant now, const std::vector<config::Program>& programs, ProgramWishes& out);
    // From now on programs run. Call once.
    void begin(Instant now, ProgramWishes& out);
    // `status`: exit status or signal, as in ScriptDone. A program that is not known is ignored.
    void ended(Instant now, ProgramId id, ScriptEnd end, int status, ProgramWishes& out);
    // The daemon has been asked to end: from now on nothing is started, and what ends is no
    // failure, for it may have needed a resource that is being released. Programs run on until
    // stop().
    void leave();
    // The orderly end: one after the other, the last line first.
    void stop(Instant now, ProgramWishes& out);
    void wakeup(Instant now, ProgramWishes& out);
    // `never` when nothing is waited for.
    Instant next_deadline() const;
    // Programs that were started and have not ended.
    std::size_t running() const noexcept;
    std::vector<ProgramStatus> view(Instant now) const;

private:
    // waiting: starts at `due`. down: never again in this life of the daemon.
    enum class Stage : std::uint8_t { waiting, running, stopping, down };
    struct Entry {
        ProgramId id{};
        config::Program program;
        Stage stage{Stage::waiting};
        bool wanted{true};  // stands in ha.cf
        Instant due{}, started{};
        unsigned crashes{};  // ends after a short life, in a row
        Instant logged{};    // of a crash loop
    };

    Entry* find(ProgramId id);
    void start_due(Instant now, ProgramWishes& out);
    void stop_next(ProgramWishes& out);
    void steady(Instant now, ProgramWishes& out);
    void again(Instant now, Entry& entry, const std::string& how, ProgramWishes& out);
    static void tell_crash(Instant now, Entry& entry, const std::string& how, ProgramWishes& out);

    std::vector<Entry> entries_;  // in the order of the file; what is only being stopped is last
    std::uint64_t last_id_{};
    bool begun_{false}, leaving_{false}, stopping_{false}, stopped_{false};
};

}  // namespace hb::core
