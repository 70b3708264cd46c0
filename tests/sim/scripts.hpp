// The resource scripts of the simulated machines: how long a call takes, how it ends, and what it
// leaves running.
#pragma once

#include <map>

#include "sim/machine.hpp"
#include "sim/options.hpp"

namespace hb::sim {

class Scripts {
public:
    explicit Scripts(const Options& options) : options_(options) {}

    // One call under way.
    struct Run {
        ScriptDone done;
        std::string token;
        ScriptAction action{};
        bool stays{};  // the member runs when the call has ended
    };
    // Begins a call. From the first moment of its start a member counts as running.
    Run begin(Machine& machine, const RunAgent& run);
    // It has ended: what is left, and the answer.
    static ScriptDone end(Machine& machine, const Run& run);
    // From now on every script behaves, those excepted that fail for good.
    void calm() { calm_ = true; }

private:
    bool bad(const Machine& machine, const std::string& token, ScriptFault what);
    void start(Machine& machine, Run& run, Prng& prng);
    void stop(const Machine& machine, Run& run);
    void status(const Machine& machine, Run& run);

    const Options options_;
    std::uint64_t calls_{};
    std::map<std::string, unsigned> failed_;  // by machine and token
    bool calm_{false};
};

}  // namespace hb::sim
