// See agent.hpp.
#include "agents/agent.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "agents/delay.hpp"
#include "agents/filesystem.hpp"
#include "agents/ip_address.hpp"
#include "agents/send_arp.hpp"
#include "agents/source_address.hpp"
#include "base/check.hpp"
#include "base/text.hpp"

namespace hb::agents {

namespace {

constexpr std::string_view address_usage =
    "ADDRESS[/MASK[/INTERFACE][/BROADCAST]] start|stop|status\n"
    "  MASK is a prefix length or a dotted mask. Without INTERFACE the route to ADDRESS decides.";

constexpr std::string_view filesystem_usage =
    "DEVICE DIRECTORY [FSTYPE [OPTIONS]] start|stop|status\n"
    "  DEVICE is a block device, UUID=, LABEL=, -U, -L, HOST:/PATH, //HOST/SHARE, or with the "
    "option\n"
    "  bind a directory. DIRECTORY is the mount point, from the root.";

constexpr std::array<Native, 7> table{{
    {"Delay", "[START-SECONDS [STOP-SECONDS]] start|stop|status", 0, 2, Manner::waits, run_delays},
    {"Filesystem", filesystem_usage, 2, 4, Manner::waits, run_filesystems},
    {"IPaddr", address_usage, 1, 1, Manner::together, run_addresses},
    {"IPaddr2", address_usage, 1, 1, Manner::together, run_addresses},
    {"IPsrcaddr", "ADDRESS start|stop|status", 1, 1, Manner::alone, run_source_addresses},
    {"IPv6addr", "ADDRESS[/PREFIX[/INTERFACE]] start|stop|status", 1, 1, Manner::together,
     run_addresses},
    {"SendArp", "ADDRESS/INTERFACE start|stop|status", 1, 1, Manner::alone, run_send_arps},
}};

bool fits(const Native& native, const AgentCall& call) {
    const std::size_t count = call.arguments.size();
    return count >= native.arguments_min && count <= native.arguments_max;
}

}  // namespace

std::span<const Native> natives() noexcept { return table; }

const Native* find_native(std::string_view type) noexcept {
    const auto* const found = std::find_if(
        table.begin(), table.end(), [type](const Native& native) { return native.type == type; });
    return found == table.end() ? nullptr : found;
}

Answer usage_of(const Native& native) {
    return {1, "", "usage: " + std::string(native.type) + " " + std::string(native.usage) + "\n"};
}

Answer run_call(const AgentCall& call, Host& host) { return run_calls({&call, 1}, host).front(); }

std::vector<Answer> run_calls(std::span<const AgentCall> calls, Host& host) {
    std::vector<Answer> out(calls.size());
    std::vector<AgentCall> together;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const Native* const native = find_native(calls[i].type);
        HB_CHECK(native != nullptr);
        if (!fits(*native, calls[i])) {
            out[i] = usage_of(*native);
        } else if (native->manner == Manner::together) {
            together.push_back(calls[i]);
            places.push_back(i);
        } else {
            out[i] = native->run(calls.subspan(i, 1), host).front();
        }
    }
    if (together.empty()) return out;
    // All types that go together are addresses.
    std::vector<Answer> answers = run_addresses(together, host);
    for (std::size_t i = 0; i < places.size(); ++i) out[places[i]] = std::move(answers[i]);
    return out;
}

Answer succeeded() { return {0, "INFO:  Success\n", ""}; }
Answer runs() { return {0, "INFO:  Running OK\n", ""}; }
Answer is_stopped() { return {7, "INFO:  Resource is stopped\n", ""}; }
Answer failed_with(std::string err) { return {1, "ERROR:  Generic error\n", std::move(err)}; }
Answer illegal_with(std::string err) { return {2, "ERROR:  Illegal argument\n", std::move(err)}; }

std::string told(const AgentCall& call, const std::string& words) {
    const std::string argument = call.arguments.empty() ? "" : call.arguments.front();
    return call.type + "(" + printable(argument) + "): " + words + "\n";
}

}  // namespace hb::agents
