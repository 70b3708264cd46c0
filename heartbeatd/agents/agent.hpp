// The interface of the native agents: what resource.d/TYPE does, without a process of its own. Run
// by the daemon on a thread beside its loop, and by the program hb_agent. Blocking code; each call
// gives exit status and texts as the script of that name would (heartbeat-agents(7)).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agents/announce.hpp"
#include "agents/cancel.hpp"
#include "agents/progress.hpp"
#include "base/event.hpp"

namespace hb::agents {

struct Answer {
    int status{};     // exit status
    std::string out;  // stdout; of a status the daemon goes by this alone
    std::string err;  // what people are told: lines for the log
};

// What an agent needs of whoever runs it.
class Host {
public:
    virtual ~Host() = default;
    // Of the environment; empty when it is not set.
    virtual std::string variable(const std::string& name) const = 0;
    // All of it, NAME=VALUE: for programs that an agent calls (program.hpp).
    virtual std::vector<std::string> environment() const = 0;
    // Whether such a program gets a process group of its own, the working directory `/` and no
    // protection from the out-of-memory killer, as a script of the daemon does. Else it shares
    // ours: whoever ends our group ends it, too.
    virtual bool children_apart() const = 0;
    // It runs; it has ended.
    virtual void began(pid_t child) = 0;
    virtual void ended(pid_t child) = 0;
    // The socket for first pairs. Errors: io, permission.
    [[nodiscard]] virtual Result<SharedAnnouncer> announcer() = 0;
    // The first pair of each burst has left; the rest is to follow at its time, without us. What
    // could not be arranged, in words, or "".
    virtual std::string go_on(std::vector<Burst> bursts) = 0;
    // Nothing of `written` is to be announced any more, whoever began it.
    virtual void end_burst(const std::string& written, const Ip& ip) = 0;

    Cancel cancel;
    Progress progress;
};

// How calls of a type may be run.
enum class Manner : std::uint8_t {
    together,  // any number in one call of `run`, as long as they have one action
    alone,     // one at a time, quickly
    waits,     // one at a time, and it may take long: a thread of its own
};

struct Native {
    std::string_view type;
    std::string_view usage;  // of the arguments
    std::size_t arguments_min{}, arguments_max{};
    Manner manner{};
    // One answer per call, in order. REQUIRES: one action, numbers of arguments within the bounds.
    std::vector<Answer> (*run)(std::span<const AgentCall> calls, Host& host);
};

// Null when this type has no native agent.
const Native* find_native(std::string_view type) noexcept;
std::span<const Native> natives() noexcept;

// Checks the number of arguments and runs it. REQUIRES: find_native(call.type).
Answer run_call(const AgentCall& call, Host& host);
// The same for several calls, together where the manner allows it. REQUIRES: find_native of each,
// one action.
std::vector<Answer> run_calls(std::span<const AgentCall> calls, Host& host);
// Wrong arguments: the usage on stderr, 1.
Answer usage_of(const Native& native);

// --- for the agents: answers in the words of the scripts ---
Answer succeeded();
Answer runs();
Answer is_stopped();
Answer failed_with(std::string err);   // "ERROR:  Generic error"
Answer illegal_with(std::string err);  // "ERROR:  Illegal argument"

// "TYPE(ARGUMENT): words" and a line break.
std::string told(const AgentCall& call, const std::string& words);

}  // namespace hb::agents
