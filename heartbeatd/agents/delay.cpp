// See delay.hpp.
#include "agents/delay.hpp"

#include <chrono>
#include <optional>
#include <string>

#include "agents/state_folder.hpp"
#include "base/text.hpp"

namespace hb::agents {

namespace {

using namespace std::chrono_literals;

constexpr const char* start_seconds = "10";
constexpr const char* stop_seconds = "30";

struct Spans {
    std::string start_text, stop_text;  // as written: the note is named after them
    Duration start{}, stop{};
};

// Digits and at most one dot; parse_time takes units, too.
std::optional<Duration> seconds(const std::string& text) {
    if (text.find_first_not_of("0123456789.") != std::string::npos || text == ".") {
        return std::nullopt;
    }
    return parse_time(text);
}

std::string wrong(const std::string& name, const std::string& text) {
    return "Delay: ERROR: " + name + " " + printable(text) +
           ": expected seconds, such as 10 or 0.5\n";
}

std::string read_spans(const AgentCall& call, Spans& out) {
    out.start_text = !call.arguments.empty() ? call.arguments[0] : start_seconds;
    out.stop_text = call.arguments.size() > 1 ? call.arguments[1] : stop_seconds;
    const auto start = seconds(out.start_text);
    const auto stop = seconds(out.stop_text);
    if (!start) return wrong("start-delay", out.start_text);
    if (!stop) return wrong("stop-delay", out.stop_text);
    out.start = *start;
    out.stop = *stop;
    return "";
}

Answer run_one(const AgentCall& call, Host& host) {
    Spans spans;
    if (const std::string problem = read_spans(call, spans); !problem.empty()) {
        // Never started, so nothing to wait for.
        return call.action == ScriptAction::stop ? Answer{0, "", problem} : illegal_with(problem);
    }
    const StateFolder state(host);
    const std::string flag = "Delay-" + spans.start_text + "-" + spans.stop_text;
    const bool there = state.exists(flag);
    if (call.action == ScriptAction::status) return there ? runs() : is_stopped();
    const bool starting = call.action == ScriptAction::start;
    if (there == starting) return succeeded();
    if (host.cancel.wait(starting ? spans.start : spans.stop)) {
        return failed_with(told(call, "ERROR: stopped while it waited"));
    }
    // Only now: a start that was ended in its wait has not started.
    if (starting) {
        const auto written = state.write(flag, "");
        if (!written) return failed_with(told(call, "ERROR: " + written.error().what));
        return succeeded();
    }
    if (!state.remove(flag)) return failed_with(told(call, "ERROR: cannot remove " + flag));
    return succeeded();
}

}  // namespace

std::vector<Answer> run_delays(std::span<const AgentCall> calls, Host& host) {
    std::vector<Answer> out;
    for (const AgentCall& call : calls) out.push_back(run_one(call, host));
    return out;
}

}  // namespace hb::agents
